"""The embedded server under a model's name, which remembers the bodies of what it was asked."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from kodcode_hub.endpoints.embedded.recordings import load_recordings
from kodcode_hub.endpoints.embedded.server import ReplayServer
from kodcode_hub.endpoints.embedded.validation import Limits


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
    ready, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    @web.middleware
    async def listen(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "POST":
            listener.bodies.append((request.path, json.loads(await request.read())))
        return await handler(request)

    async def run() -> None:
        app = ReplayServer(load_recordings([recordings]), Limits(model=model)).application()
        app.middlewares.append(listen)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        listener.url = f"tgi+http://127.0.0.1:{runner.addresses[0][1]}"
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    try:
        assert ready.wait(20)
        yield listener
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()
