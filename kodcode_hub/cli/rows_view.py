"""Progress of the commands that go through a file of rows, on standard error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.live import Live
from rich.text import Text

from kodcode_hub.pipeline.row_listener import RowListener

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def rows_view(console: Console, *, quiet: bool) -> Iterator[RowListener]:
    """A listener for as long as the block runs; a quiet one shows notes alone."""
    if console.is_terminal and not quiet:
        with Live(console=console, refresh_per_second=4, transient=True) as live:
            yield _LiveLine(live)
    else:
        yield _Lines(console, quiet=quiet)


class _LiveLine:
    def __init__(self, live: Live) -> None:
        self._live = live

    def update(self, step: str, done: int, total: int | None) -> None:
        self._live.update(Text(_progress_line(step, done, total)))

    def note(self, sentence: str) -> None:
        self._live.console.print(sentence, highlight=False, markup=False)


class _Lines:
    def __init__(self, console: Console, *, quiet: bool) -> None:
        self._console = console
        self._quiet = quiet
        self._next = monotonic() + _SECONDS_BETWEEN_LINES

    def update(self, step: str, done: int, total: int | None) -> None:
        if not self._quiet and monotonic() >= self._next:
            self._next = monotonic() + _SECONDS_BETWEEN_LINES
            self.note(_progress_line(step, done, total))

    def note(self, sentence: str) -> None:
        self._console.print(sentence, highlight=False, markup=False, soft_wrap=True)


def _progress_line(step: str, done: int, total: int | None) -> str:
    return f"{step}: {done} rows" if total is None else f"{step}: {done} of {total} rows"
