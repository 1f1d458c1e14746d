"""Starting and stopping the embedded server: inside a running loop, or on its own until it is told to end."""

from __future__ import annotations

import asyncio
import errno
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from kodcode_hub.endpoints.embedded.recordings import Recordings
from kodcode_hub.endpoints.embedded.server import ReplayServer
from kodcode_hub.endpoints.embedded.validation import DEFAULT_MODEL, Limits
from kodcode_hub.errors import UsageError

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8080
DEFAULT_CONCURRENCY = 128
_SHUTDOWN_S = 2.0
"""How long a request in flight may take to end; the clients of a replay ask again."""


@asynccontextmanager
async def serve(
    recordings: Recordings,
    *,
    port: int = 0,
    model: str = DEFAULT_MODEL,
    max_concurrent_requests: int = DEFAULT_CONCURRENCY,
    delay_s: float = 0.0,
) -> AsyncIterator[str]:
    """Serve recordings on this machine only; gives the base URL (``http://127.0.0.1:PORT``).

    Args:
        port: 0 for any free one.
        model: what ``/info`` calls the model.
        max_concurrent_requests: more than these are refused with 429, as TGI does.
        delay_s: seconds that every completion takes, as if it were generated.

    Raises:
        UsageError: the port is taken, not ours to take, or none.
    """
    limits = Limits(model=model, max_concurrent_requests=max_concurrent_requests)
    application = ReplayServer(recordings, limits, delay_s=delay_s).application()
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        await _listen(runner, port)
        yield f"http://{LOOPBACK}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def serve_until_stopped(
    recordings: Recordings,
    *,
    port: int = DEFAULT_PORT,
    model: str = DEFAULT_MODEL,
    on_ready: Callable[[str], None] = lambda base_url: None,
) -> None:
    """Serve until SIGINT or SIGTERM; to be run in the main thread.

    Args:
        on_ready: called with the base URL once requests are answered.

    Raises:
        UsageError: the port is taken, not ours to take, or none.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stopped.set)
    try:
        async with serve(recordings, port=port, model=model) as base_url:
            on_ready(base_url)
            await stopped.wait()
    finally:
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(signal_number)


async def _listen(runner: web.AppRunner, port: int) -> None:
    if not 0 <= port <= 65_535:
        raise UsageError(f"port {port} is none: ports go from 1 to 65535, and 0 takes any free one")
    try:
        await web.TCPSite(runner, LOOPBACK, port, backlog=1024).start()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UsageError(f"port {port} is taken; choose another one with --port, or 0 for any free one") from error
        raise UsageError(f"port {port} cannot be used: {error.strerror}; choose another one with --port") from error
