"""The embedded server behind a counter: which request was answered, and when."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.pipeline.threaded_server import threaded_server


@dataclass
class Exchange:
    """One request: when it arrived and when its answer was sent, in seconds of the monotonic clock."""

    arrived: float
    answered: float | None = None


@dataclass
class Counter:
    """All requests by the hash of their body."""

    url: str = ""
    exchanges: dict[str, list[Exchange]] = field(default_factory=dict)

    def asked_again(self, kills: list[float], *, grace_s: float = 2.0) -> list[str]:
        """Requests that came again although their client had lived for ``grace_s`` more after an answer to them.

        Beside other tests a client may get no core for a second; what its ledger holds is checked without any grace.
        """
        return [
            key
            for key, exchanges in self.exchanges.items()
            if any(_was_kept(exchange, kills, grace_s) for exchange in exchanges[:-1])
        ]


def _was_kept(exchange: Exchange, kills: list[float], grace_s: float) -> bool:
    """True if the client that asked was alive for ``grace_s`` after the answer."""
    if exchange.answered is None:
        return False
    end = min((kill for kill in kills if kill > exchange.arrived), default=float("inf"))
    return end > exchange.answered + grace_s


@contextmanager
def counting_server(recordings: Path, *, delay_s: float) -> Iterator[Counter]:
    """Serve ``recordings`` in a thread of its own; every completion takes ``delay_s``."""
    counter = Counter()

    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        key = hashlib.sha256(await request.read()).hexdigest()
        exchange = Exchange(time.monotonic())
        counter.exchanges.setdefault(key, []).append(exchange)
        response = await handler(request)
        exchange.answered = time.monotonic()
        return response

    with threaded_server(recordings, count, model="counted", delay_s=delay_s) as counter.url:
        yield counter
