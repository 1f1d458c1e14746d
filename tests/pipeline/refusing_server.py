"""The embedded server behind a door that is closed to some seeds: what they ask for is never answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.pipeline.threaded_server import threaded_server


@contextmanager
def refusing_server(recordings: Path, *, model: str, refuses: Callable[[int], bool]) -> Iterator[str]:
    """Serve ``recordings`` as ``model`` in a thread of its own; seeds that it ``refuses`` get status 400."""

    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        if refuses(json.loads(await request.read())["seed"]):
            return web.json_response({"error": "not this seed", "error_type": "refused"}, status=400)
        return await handler(request)

    with threaded_server(recordings, refuse, model=model) as url:
        yield url
