"""Progress on standard error: live tables on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from kodcode_hub.cli.amounts import cost_text, count_text, rate_text, time_text
from kodcode_hub.pipeline.progress import ProgressListener, Snapshot

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def progress_view(console: Console, *, quiet: bool) -> Iterator[ProgressListener | None]:
    """A listener for as long as the block runs; None where nothing is to be shown."""
    if quiet:
        yield None
    elif console.is_terminal:
        with Live(console=console, refresh_per_second=4) as live:
            yield _LiveTables(live)
    else:
        yield _Lines(console)


class _LiveTables:
    def __init__(self, live: Live) -> None:
        self._live = live

    def update(self, snapshot: Snapshot) -> None:
        self._live.update(live_view(snapshot))


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = monotonic() + _SECONDS_BETWEEN_LINES

    def update(self, snapshot: Snapshot) -> None:
        if monotonic() < self._next:
            return
        self._next = monotonic() + _SECONDS_BETWEEN_LINES
        self._console.print(progress_line(snapshot), highlight=False, markup=False, soft_wrap=True)


def progress_line(snapshot: Snapshot) -> str:
    """Where a build stands, in one line."""
    stages = ", ".join(f"{stage} {kept}/{entered}" for stage, entered, kept, _ in _by_stage(snapshot))
    return f"{_times(snapshot)}: {stages}; {_requests(snapshot)}"


def live_view(snapshot: Snapshot) -> Group:
    """What matters most stands on top, where a low window still shows it."""
    head = [Text(_times(snapshot)), Text(_requests(snapshot))]
    return Group(*head, Text(), stage_table(snapshot), Text(), model_table(snapshot))


def stage_table(snapshot: Snapshot) -> Table:
    """One line a stage: in, kept, under way, and what was rejected for which reason."""
    table = Table(box=None, pad_edge=False)
    for name in ("stage", "in", "kept", "under way", "rejected"):
        table.add_column(name, justify="left" if name in ("stage", "rejected") else "right")
    for stage, entered, kept, rejected in _by_stage(snapshot):
        reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(rejected.items()))
        under_way = entered - kept - sum(rejected.values())
        table.add_row(stage, str(entered), str(kept), str(under_way or ""), reasons)
    return table


def model_table(snapshot: Snapshot) -> Table:
    """One line a step and model: requests, tokens, and what these cost where a price is known."""
    table = Table(box=None, pad_edge=False)
    table.add_column("step")
    # The one column that gives way where the window is narrow.
    table.add_column("model", overflow="ellipsis")
    priced = snapshot.unpriced or any(spent.cost is not None for spent in snapshot.spent)
    for name in ("requests", "tokens in", "out", "out/s", *(["cost"] if priced else [])):
        table.add_column(name, justify="right", no_wrap=True)
    for spent in snapshot.spent:
        figures, pace = spent.figures, snapshot.rates.by_model.get((spent.step, spent.model), 0.0)
        cells = [count_text(figures.sent), count_text(figures.prompt_tokens), count_text(figures.completion_tokens)]
        cells.append(rate_text(pace) if pace else "")
        if priced:
            cells.append(cost_text(spent.cost, None) if spent.cost is not None else "no price")
        table.add_row(spent.step, Text(spent.model), *cells)
    return table


def _times(snapshot: Snapshot) -> str:
    left = f", about {time_text(snapshot.seconds_left)} left" if snapshot.seconds_left is not None else ""
    cost = f", {cost_text(snapshot.cost, snapshot.currency)} so far" if snapshot.cost is not None else ""
    return f"{time_text(snapshot.seconds)}{left}{cost}"


def _requests(snapshot: Snapshot) -> str:
    rates, requests = snapshot.rates, snapshot.requests
    parts = [
        f"{rate_text(rates.requests_per_second)} requests/s",
        f"{rate_text(rates.tokens_per_second)} tokens/s",
        f"{snapshot.under_way} under way",
        f"{requests.delivered:,} replies",
    ]
    if snapshot.this_start.delivered != requests.delivered:
        parts[-1] += f" ({snapshot.this_start.delivered:,} in this start)"
    parts += [f"{count:,} {name}" for count, name in ((requests.retried, "retried"), (requests.dead, "dead")) if count]
    return ", ".join(parts)


def _by_stage(snapshot: Snapshot) -> list[tuple[str, int, int, Counter[str]]]:
    entered: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    rejected: dict[str, Counter[str]] = {}
    for (stage, _), (number, count) in snapshot.counts.items():
        entered[stage] += number
        kept[stage] += count.kept
        rejected.setdefault(stage, Counter()).update(count.rejected)
    return [(stage, entered[stage], kept[stage], rejected[stage]) for stage in rejected]
