"""Whose run is next: a fair queue. It knows nothing of what is run.

Visitors take turns, so that one with forty runs in line delays another's first run by one turn and no more. Within one
visitor the first that came is the first that runs.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

from kodcode_hub.errors import KodcodeError

TellAhead = Callable[[int], None]
"""Is told how many runs are served before this one."""


class QueueFullError(KodcodeError):
    """There is no room for one more run; the message says whose runs fill the line."""


class RunQueue:
    """Gives out places to run. For the tasks of one event loop."""

    def __init__(self, places: int, *, per_visitor: int, longest: int) -> None:
        """
        Args:
            places: how many run at a time.
            per_visitor: how many runs one visitor may have, waiting or running.
            longest: how many there may be of all visitors together, waiting or running.

        Raises:
            ValueError: one of them is below 1.
        """
        if min(places, per_visitor, longest) < 1:
            raise ValueError(f"places, per_visitor and longest are {places}, {per_visitor}, {longest}; give 1 or more")
        self._places, self._per_visitor, self._longest = places, per_visitor, longest
        self._lines: dict[str, deque[_Run]] = {}
        """Who waits, by visitor; the visitor whose turn is next comes first."""
        self._running: set[_Run] = set()
        self._runs_of: Counter[str] = Counter()

    @property
    def running(self) -> int:
        """How many run now."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return sum(map(len, self._lines.values()))

    @asynccontextmanager
    async def place(self, visitor: str, on_ahead: TellAhead | None = None) -> AsyncIterator[None]:
        """Wait for a place, and have it for as long as the block runs.

        Args:
            visitor: whose run it is.
            on_ahead: called in the waiting task, at first and after each change; never where there is no wait.

        Raises:
            QueueFullError: the visitor, or all together, have as many runs as are allowed.
        """
        run = self._enter(visitor)
        try:
            await self._wait(run, on_ahead)
            yield
        finally:
            self._leave(run)

    async def _wait(self, run: _Run, on_ahead: TellAhead | None) -> None:
        told = -1
        while run not in self._running:
            if on_ahead is not None and told != run.ahead:
                told = run.ahead
                on_ahead(told)
            run.changed.clear()
            await run.changed.wait()

    def _enter(self, visitor: str) -> _Run:
        if self._runs_of[visitor] >= self._per_visitor:
            raise QueueFullError(
                f"you have {self._runs_of[visitor]} runs waiting or running, and more are not taken; "
                "wait until one of them has ended"
            )
        if self.waiting + self.running >= self._longest:
            raise QueueFullError(f"{self._longest} runs are waiting or running, and more are not taken; try again soon")
        run = _Run(visitor)
        self._runs_of[visitor] += 1
        self._lines.setdefault(visitor, deque()).append(run)
        self._give_places()
        return run

    def _leave(self, run: _Run) -> None:
        """The run is over, or does not wait any longer: what it is tells where it stands, not how far its task came."""
        if run in self._running:
            self._running.remove(run)
        else:
            self._lines[run.visitor].remove(run)
            if not self._lines[run.visitor]:
                del self._lines[run.visitor]
        self._runs_of[run.visitor] -= 1
        if not self._runs_of[run.visitor]:
            del self._runs_of[run.visitor]
        self._give_places()

    def _give_places(self) -> None:
        while self._lines and len(self._running) < self._places:
            visitor, line = next(iter(self._lines.items()))
            run = line.popleft()
            del self._lines[visitor]
            if line:
                self._lines[visitor] = line  # behind the others: this was its turn
            self._running.add(run)
            run.changed.set()
        for ahead, run in enumerate(self._in_order()):
            if run.ahead != ahead:
                run.ahead = ahead
                run.changed.set()

    def _in_order(self) -> Iterator[_Run]:
        """Those that wait, as they would be served if nobody else came."""
        lines = [iter(line) for line in self._lines.values()]
        while lines:
            unfinished = []
            for line in lines:
                if (run := next(line, None)) is not None:
                    yield run
                    unfinished.append(line)
            lines = unfinished


class _Run:
    """One run in the queue; equal to itself alone."""

    def __init__(self, visitor: str) -> None:
        self.visitor = visitor
        self.ahead = -1
        """How many are served before it; none was counted yet."""
        self.changed = asyncio.Event()
        """It got its place, or another number of runs ahead."""
