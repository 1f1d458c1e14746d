"""The embedded server under a model's name, which remembers the bodies of what it was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.pipeline.threaded_server import threaded_server


@dataclass
class Listener:
    """What came in."""

    url: str = ""
    bodies: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Path and JSON of each request, in order."""

    @property
    def raw(self) -> list[dict[str, Any]]:
        """The bodies of the raw completions."""
        return [body for path, body in self.bodies if path == "/v1/completions"]


@contextmanager
def listening_server(recordings: Path, *, model: str) -> Iterator[Listener]:
    """Serve ``recordings`` as ``model``, in a thread of its own."""
    listener = Listener()

    async def listen(request: web.Request, handler: Handler) -> web.StreamResponse:
        listener.bodies.append((request.path, json.loads(await request.read())))
        return await handler(request)

    with threaded_server(recordings, listen, model=model) as listener.url:
        yield listener
