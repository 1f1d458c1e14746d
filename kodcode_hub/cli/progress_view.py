"""Progress on standard error: a live table on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.live import Live
from rich.table import Table

from kodcode_hub.pipeline.progress import ProgressListener, Snapshot

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def progress_view(console: Console, *, quiet: bool) -> Iterator[ProgressListener | None]:
    """A listener for as long as the block runs; None where nothing is to be shown."""
    if quiet:
        yield None
    elif console.is_terminal:
        with Live(console=console, refresh_per_second=4) as live:
            yield _LiveTable(live)
    else:
        yield _Lines(console)


class _LiveTable:
    def __init__(self, live: Live) -> None:
        self._live = live

    def update(self, snapshot: Snapshot) -> None:
        self._live.update(stage_table(snapshot))


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = monotonic() + _SECONDS_BETWEEN_LINES

    def update(self, snapshot: Snapshot) -> None:
        if monotonic() < self._next:
            return
        self._next = monotonic() + _SECONDS_BETWEEN_LINES
        parts = [f"{stage} {kept}/{entered}" for stage, entered, kept, _ in _by_stage(snapshot)]
        left = f", about {snapshot.seconds_left:.0f} s left" if snapshot.seconds_left is not None else ""
        self._console.print(f"{snapshot.seconds:.0f} s: {', '.join(parts)}{left}", highlight=False, soft_wrap=True)


def stage_table(snapshot: Snapshot) -> Table:
    """One line a stage: in, kept, under way, and what was rejected for which reason."""
    left = f", about {snapshot.seconds_left:.0f} s left" if snapshot.seconds_left else ""
    table = Table(title=f"{snapshot.seconds:.0f} s{left}", title_justify="left", box=None, pad_edge=False)
    for name, justify in (
        ("stage", "left"),
        ("in", "right"),
        ("kept", "right"),
        ("under way", "right"),
        ("rejected", "left"),
    ):
        table.add_column(name, justify="right" if justify == "right" else "left")
    for stage, entered, kept, rejected in _by_stage(snapshot):
        reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(rejected.items()))
        under_way = entered - kept - sum(rejected.values())
        table.add_row(stage, str(entered), str(kept), str(under_way or ""), reasons)
    return table


def _by_stage(snapshot: Snapshot) -> list[tuple[str, int, int, Counter[str]]]:
    entered: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    rejected: dict[str, Counter[str]] = {}
    for (stage, _), (number, count) in snapshot.counts.items():
        entered[stage] += number
        kept[stage] += count.kept
        rejected.setdefault(stage, Counter()).update(count.rejected)
    return [(stage, entered[stage], kept[stage], rejected[stage]) for stage in rejected]
