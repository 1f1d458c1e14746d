"""One visitor's run, from the line to its verdict, told while it happens.

Each run is a task of its own: it gives back its place when it is over, however slowly its events are read, and ends
with its reader.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from typing import Any

from kodcode_hub.errors import KodcodeError, SandboxError
from kodcode_hub.pipeline.verify_record import Record, verify_record
from kodcode_hub.space.run_events import done_event, queued_event, refused_event, running_event
from kodcode_hub.space.run_queue import QueueFullError, RunQueue
from kodcode_hub.space.running_host import RunningHost, RunningOffError
from kodcode_hub.verification.trial_texts import why_no_text
from kodcode_hub.verification.warm_sandbox import Explained

LONGEST_SOLUTION = 200_000
"""Characters; the longest solutions of KodCode have some thousands."""

Event = dict[str, Any]
Highlight = Callable[[str], list[str]]


class RunRefusedError(KodcodeError):
    """The run came to no verdict; the message says why, for whoever asked for it."""


def highlight_solution(solution: str) -> list[str]:
    """The solution's lines as safe HTML."""
    from kodcode_hub.space.code_html import highlighted_lines

    return highlighted_lines(solution)


class Runs:
    """Runs solutions of visitors, each in its turn."""

    def __init__(self, host: RunningHost, queue: RunQueue, *, highlight: Highlight = highlight_solution) -> None:
        """
        Args:
            host: where they run; the queue should have as many places as it has workers.
            queue: whose turn it is.
            highlight: a solution's lines as safe HTML; called in a thread.
        """
        self._host, self._queue, self._highlight = host, queue, highlight
        self._going_on: set[asyncio.Task[None]] = set()

    async def events(self, visitor: str, identity: str, solution: str, test: str) -> AsyncGenerator[Event, None]:
        """Run ``test`` against ``solution``: ``queued`` any number of times, ``running``, and ``done`` or ``refused``.

        Closing the iterator, or cancelling who waits for its next event, ends the run's processes.

        Args:
            visitor: whose run it is.
            identity: the row's id, for the record.
            solution: the visitor's.
            test: the row's.
        """
        told = _Told()
        run = asyncio.create_task(self._tell(told, visitor, identity, solution, test))
        self._going_on.add(run)
        run.add_done_callback(self._going_on.discard)
        run.add_done_callback(lambda _: told.end())
        try:
            while (event := await told.next()) is not None:
                yield event
            if run.cancelled():
                yield refused_event("the run was ended: the app is shutting down")
            else:
                run.result()  # or what broke, if it did
        finally:
            run.cancel()
            await asyncio.wait([run])

    async def record(self, visitor: str, identity: str, solution: str, test: str) -> Record:
        """The verify record of one run, in its turn. Cancelling ends the run.

        Raises:
            RunRefusedError: it came to no verdict.
        """
        return verify_record(identity, (await self._explain(visitor, solution, test, lambda _: None)).verdict)

    async def close(self) -> None:
        """End all runs whose events are being read."""
        runs = list(self._going_on)
        for run in runs:
            run.cancel()
        if runs:
            await asyncio.wait(runs)

    async def _tell(self, told: _Told, visitor: str, identity: str, solution: str, test: str) -> None:
        try:
            explained = await self._explain(visitor, solution, test, told.add)
        except RunRefusedError as error:
            told.add(refused_event(str(error)))
            return
        lines = await asyncio.to_thread(self._highlight, solution)
        told.add(done_event(identity, explained, self._host.limits, solution=solution, solution_lines=lines))

    async def _explain(self, visitor: str, solution: str, test: str, tell: Callable[[Event], None]) -> Explained:
        if refusal := why_refused(solution) or self._host.why_off():
            raise RunRefusedError(refusal)
        try:
            async with self._queue.place(visitor, lambda ahead: tell(queued_event(ahead))):
                tell(running_event())
                return await self._host.explain(solution, test)
        except (QueueFullError, RunningOffError) as error:
            raise RunRefusedError(str(error)) from error
        except SandboxError as error:
            raise RunRefusedError(
                f"the sandbox broke in this run, which says nothing of the solution: {error}"
            ) from error


def why_refused(solution: str) -> str:
    """Why a solution is not run at all; empty where it is."""
    if not solution.strip():
        return "the solution is empty; write one, and run it then"
    if len(solution) > LONGEST_SOLUTION:
        return f"the solution has {len(solution)} characters; {LONGEST_SOLUTION} are the most that is run here"
    problem = why_no_text(solution)
    return f"the solution is {problem}; remove that character" if problem else ""


class _Told:
    """Events on their way to their reader. One that waits makes way for a newer one of the same state."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._changed = asyncio.Event()
        self._is_over = False

    def add(self, event: Event) -> None:
        if self._events and self._events[-1]["state"] == event["state"]:
            self._events.pop()
        self._events.append(event)
        self._changed.set()

    def end(self) -> None:
        self._is_over = True
        self._changed.set()

    async def next(self) -> Event | None:
        """The next one, when it is there; None behind the last one."""
        while not self._events:
            if self._is_over:
                return None
            self._changed.clear()
            await self._changed.wait()
        return self._events.popleft()
