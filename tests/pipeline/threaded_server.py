"""The embedded server in a thread of its own, behind a middleware of the test's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from kodcode_hub.endpoints.embedded.recordings import load_recordings
from kodcode_hub.endpoints.embedded.server import ReplayServer
from kodcode_hub.endpoints.embedded.validation import Limits

Door = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]
_START_LIMIT_S = 20


@contextmanager
def threaded_server(recordings: Path, door: Door, *, model: str, delay_s: float = 0.0) -> Iterator[str]:
    """Serve ``recordings`` as ``model``; every POST goes through ``door``. Gives the endpoint's URL."""
    urls, ready, stop = list[str](), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    @web.middleware
    async def through_door(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await (door(request, handler) if request.method == "POST" else handler(request))

    async def run() -> None:
        app = ReplayServer(load_recordings([recordings]), Limits(model=model), delay_s=delay_s).application()
        app.middlewares.append(through_door)
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
