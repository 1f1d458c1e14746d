"""Ending a trial from another thread than the one that waits for it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Protocol


class Cuttable(Protocol):
    """What runs the trial."""

    def cut_trial(self) -> None: ...


class Cut:
    """Ends a trial from another thread: before it began, while it runs, or without effect when it is over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: Cuttable | None = None
        self.wanted = False

    def request(self) -> None:
        """End the trial now. Any number of times."""
        with self._lock:
            self.wanted = True
            if self._worker is not None:
                self._worker.cut_trial()

    @contextlib.contextmanager
    def bound_to(self, worker: Cuttable) -> Iterator[None]:
        """While the trial runs in ``worker``."""
        with self._lock:
            self._worker = worker
            if self.wanted:
                worker.cut_trial()
        try:
            yield
        finally:
            with self._lock:
                self._worker = None
