"""Where requests wait until a server takes them: first come, first served; the least loaded server first.

One line for all servers of a model. Nothing here knows what a request is.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from kodcode_hub.endpoints.admission import Admission
from kodcode_hub.endpoints.rates import RateLimits, RateWindow
from kodcode_hub.endpoints.transport import Transport


@dataclass(slots=True, eq=False)
class Server:
    """One server of a model.

    Args:
        name: for messages, without secrets.
        weight: its share beside other servers.
        advice: what to do if it refuses our credentials.
    """

    name: str
    transport: Transport
    admission: Admission
    weight: float = 1.0
    advice: str = ""

    @property
    def load(self) -> float:
        """Requests under way by weight."""
        return self.admission.in_flight / self.weight


@dataclass(slots=True, eq=False)
class _Waiting:
    future: asyncio.Future[Server]
    tokens: int
    avoid: Server | None


class Line:
    """Hands out places at the servers of one model.

    Args:
        servers: at least one.
        window: the user's limits a minute, over all servers.
    """

    def __init__(self, servers: Sequence[Server], window: RateWindow) -> None:
        self.servers = tuple(servers)
        self._window = window
        self._is_limited = window.limits != RateLimits()
        self._waiting: deque[_Waiting] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def enter(self, *, tokens: int, avoid: Server | None = None) -> Server:
        """Wait for a place; it is given back with :meth:`left`, after the server's ``admission`` was told how it went.

        Args:
            tokens: that the request may cost at most.
            avoid: a server that just failed this request; only taken where no other one is open.
        """
        if not self._waiting:
            now = _now()
            server = self._take(now, tokens, avoid)
            if server is not None:
                return server
            self._wake_later(now, tokens)
        waiting = _Waiting(asyncio.get_running_loop().create_future(), tokens, avoid)
        self._waiting.append(waiting)
        try:
            return await waiting.future
        except asyncio.CancelledError:
            if waiting.future.done() and not waiting.future.cancelled():
                waiting.future.result().admission.abandoned()
                self.left(reserved=tokens, spent=0)
            elif waiting in self._waiting:
                self._waiting.remove(waiting)
            raise

    def left(self, *, reserved: int, spent: int) -> None:
        """A request has come to an end: its place is free, ``spent`` tokens were used of those it had ``reserved``."""
        if self._is_limited:
            self._window.leave(_now(), reserved=reserved, spent=spent)
        if self._waiting:
            self._dispatch()

    def _dispatch(self) -> None:
        now = _now()
        while self._waiting:
            first = self._waiting[0]
            if first.future.cancelled():
                self._waiting.popleft()
                continue
            server = self._take(now, first.tokens, first.avoid)
            if server is None:
                self._wake_later(now, first.tokens)
                return
            self._waiting.popleft()
            first.future.set_result(server)

    def _take(self, now: float, tokens: int, avoid: Server | None) -> Server | None:
        if self._is_limited and self._window.wait_s(now, tokens) != 0:
            return None
        best: Server | None = None
        for server in self.servers:
            server.admission.grow(now)
            is_better = best is None or (server is avoid, server.load) < (best is avoid, best.load)
            if is_better and server.admission.has_room(now):
                best = server
        if best is None:
            return None
        best.admission.enter()
        if self._is_limited:
            self._window.enter(now, tokens)
        return best

    def _wake_later(self, now: float, tokens: int) -> None:
        """Look again when time alone may have made room."""
        wait_s = self._window.wait_s(now, tokens) if self._is_limited else 0.0
        if wait_s is None:
            return
        moments = [moment for server in self.servers if (moment := server.admission.changes_at(now)) is not None]
        moment = now + wait_s if wait_s else min(moments, default=None)
        if moment is None or (self._timer is not None and self._timer.when() <= moment):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(max(moment, now + 0.001), self._on_time)

    def _on_time(self) -> None:
        self._timer = None
        self._dispatch()


def _now() -> float:
    return asyncio.get_running_loop().time()
