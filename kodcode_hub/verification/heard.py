"""Listening to one trial: its report, its output, and the deadline it is held to."""

from __future__ import annotations

import contextlib
import os
import selectors
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kodcode_hub.verification.report import Ending, Limit

_MOST_OUTPUT = 64 << 20
_MOST_REPORT = 64 << 20
_PIECE = 1 << 16
_FOR_ANY_USER = 0o666
_MOST_PIECES_LEFT = 1024


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything that came out of a trial."""

    report: bytes
    output: bytes
    ending: Ending


class Listener:
    """The read ends of a trial's pipes, and the control socket of its worker."""

    def __init__(self, *, start_limit_s: float, timeout_s: float, output_kept: int) -> None:
        """
        Args:
            start_limit_s: how long the first line of the report may take.
            timeout_s: how long the trial may take from then on.
            output_kept: bytes of the output that are kept; the rest is read and dropped.
        """
        self.report, self.output = bytearray(), bytearray()
        self.limit: Limit = ""
        self.ready_at: float | None = None
        self.deadline = time.monotonic() + start_limit_s
        self._timeout_s = timeout_s
        self._output_kept = output_kept
        self._output_seen = 0
        self._write_ends: list[int] = []
        self._selector = selectors.DefaultSelector()
        try:
            for take in (self._take_report, self._take_output):
                self._write_ends.append(self._pipe(take))
        except OSError:
            self.close()
            raise

    @property
    def write_ends(self) -> tuple[int, int]:
        """For the trial: its report and its output."""
        report, output = self._write_ends
        return report, output

    def close_write_ends(self) -> None:
        """Once the trial has them: then their end can be seen."""
        while self._write_ends:
            os.close(self._write_ends.pop())

    def listen(self, control: int, until: float) -> bool:
        """Take in what comes before the moment ``until``; True as soon as ``control`` has something to say."""
        if control not in self._selector.get_map():
            self._selector.register(control, selectors.EVENT_READ, None)
        spoke = False
        for key, _ in self._selector.select(max(0.0, until - time.monotonic())):
            if key.data is None:
                spoke = True
            else:
                self._read(key)
        return spoke

    def drain(self) -> None:
        """Take what still lies in the pipes. Their end does not always come: a process that escaped may hold them."""
        for key in list(self._selector.get_map().values()):
            with contextlib.suppress(BlockingIOError):
                for _ in range(_MOST_PIECES_LEFT if key.data else 0):
                    if not self._read(key):
                        break

    def close(self) -> None:
        """Give everything back but the control socket."""
        self.close_write_ends()
        for key in list(self._selector.get_map().values()):
            if key.data is not None:
                self._forget(key)
        self._selector.close()

    def _pipe(self, take: Callable[[bytes], None]) -> int:
        """A new pipe that we read; returns its other end."""
        read_end, write_end = os.pipe()
        os.set_blocking(read_end, False)
        with contextlib.suppress(OSError):
            os.fchmod(write_end, _FOR_ANY_USER)  # a trial may run as another, and open /dev/stdout
        self._selector.register(read_end, selectors.EVENT_READ, take)
        return write_end

    def _read(self, key: selectors.SelectorKey) -> bytes:
        """What is there now; empty at the end of the pipe, which is then forgotten."""
        piece = os.read(key.fd, _PIECE)
        if piece:
            key.data(piece)
        else:
            self._forget(key)
        return piece

    def _forget(self, key: selectors.SelectorKey) -> None:
        self._selector.unregister(key.fd)
        os.close(key.fd)

    def _take_report(self, piece: bytes) -> None:
        self.report += piece
        if self.ready_at is None and b"\n" in piece:
            self.ready_at = time.monotonic()
            self.deadline = self.ready_at + self._timeout_s
        if len(self.report) > _MOST_REPORT:
            self.limit = self.limit or "report"

    def _take_output(self, piece: bytes) -> None:
        self._output_seen += len(piece)
        self.output += piece[: max(0, self._output_kept - len(self.output))]
        if self._output_seen > _MOST_OUTPUT:
            self.limit = self.limit or "output"


def oom_kills() -> int:
    """How many processes the kernel has killed for want of memory since it started; 0 where it does not count."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/vmstat").read_text(encoding="ascii").splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0
