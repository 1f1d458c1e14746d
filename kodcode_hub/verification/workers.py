"""The workers of a sandbox: warm ones are used again, each for the libraries it has preloaded."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator

from kodcode_hub.verification.run_conditions import NORMAL, RunConditions
from kodcode_hub.verification.worker import Worker

_IDLE_FOR_EACH_BUSY = 3
"""One for each kind of preloads."""
Folder = Callable[[], contextlib.AbstractContextManager[str]]
"""Makes the private folder of a trial; gives its path."""

_WORTH_A_START = 5
"""Trials that want the same libraries, for each worker, before one is started that has them: it takes as long as a few
trials that import them themselves."""


class Workers:
    """Lends workers out, one trial at a time. From any thread."""

    def __init__(
        self, python: str, tier: str, folder: Folder, *, at_a_time: int, conditions: RunConditions = NORMAL
    ) -> None:
        """
        Args:
            python: the interpreter of the workers.
            tier: the isolation they enter.
            folder: for what they write while they get ready.
            at_a_time: how many trials run at the same time; that many workers are busy, three times as many idle.
            conditions: of all of them.
        """
        self._python, self._tier, self._folder, self._conditions = python, tier, folder, conditions
        self._most_idle = at_a_time * _IDLE_FOR_EACH_BUSY
        self._imports_first = at_a_time * _WORTH_A_START
        self._asked: Counter[tuple[str, ...]] = Counter()
        self._idle: list[Worker] = []
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def borrow(self, preloads: tuple[str, ...]) -> Iterator[Worker]:
        """A worker that has preloaded exactly ``preloads``, or nothing while few have asked for them.

        One that gets lost, or breaks, is not used again.

        Raises:
            SandboxError: a new one does not start.
        """
        worthwhile = self._worthwhile(preloads)
        worker = self._take(worthwhile) or self._start(worthwhile)
        try:
            yield worker
        except BaseException:
            worker.close()
            raise
        for surplus in [worker] if worker.is_lost else self._give_back(worker):
            surplus.close()

    def close(self) -> None:
        """End those that are idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()

    def _start(self, preloads: tuple[str, ...]) -> Worker:
        with self._folder() as folder:
            return Worker(self._python, self._tier, preloads, folder=folder, conditions=self._conditions)

    def _worthwhile(self, preloads: tuple[str, ...]) -> tuple[str, ...]:
        with self._lock:
            self._asked[preloads] += 1
            return preloads if self._asked[preloads] > self._imports_first else ()

    def _take(self, preloads: tuple[str, ...]) -> Worker | None:
        with self._lock:
            for worker in reversed(self._idle):
                if worker.preloads == preloads:
                    self._idle.remove(worker)
                    return worker
        return None

    def _give_back(self, worker: Worker) -> list[Worker]:
        """Those that have been idle longest, when there are too many."""
        with self._lock:
            self._idle.append(worker)
            surplus = self._idle[: max(0, len(self._idle) - self._most_idle)]
            del self._idle[: len(surplus)]
        return surplus
