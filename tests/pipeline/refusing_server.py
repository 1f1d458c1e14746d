"""The embedded server behind a door that is closed to some seeds: what they ask for is never answered."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from kodcode_hub.endpoints.embedded.recordings import load_recordings
from kodcode_hub.endpoints.embedded.server import ReplayServer
from kodcode_hub.endpoints.embedded.validation import Limits

_START_LIMIT_S = 20


@contextmanager
def refusing_server(recordings: Path, *, model: str, refuses: Callable[[int], bool]) -> Iterator[str]:
    """Serve ``recordings`` as ``model`` in a thread of its own; seeds that it ``refuses`` get status 400."""
    urls, ready, stop = list[str](), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    @web.middleware
    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "POST" and refuses(json.loads(await request.read())["seed"]):
            return web.json_response({"error": "not this seed", "error_type": "refused"}, status=400)
        return await handler(request)

    async def run() -> None:
        app = ReplayServer(load_recordings([recordings]), Limits(model=model)).application()
        app.middlewares.append(refuse)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        urls.append(f"tgi+http://127.0.0.1:{runner.addresses[0][1]}")
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    try:
        assert ready.wait(_START_LIMIT_S)
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(_START_LIMIT_S)
        loop.close()
