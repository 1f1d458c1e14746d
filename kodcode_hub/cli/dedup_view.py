"""What ``kodcode dedup`` shows: progress on standard error, and what was found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.live import Live
from rich.text import Text

from kodcode_hub.pipeline.dedup_file import DedupResult
from kodcode_hub.pipeline.dedup_report import cluster_sizes, similarity_histogram
from kodcode_hub.pipeline.dedup_settings import DedupListener, DedupSettings

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def dedup_view(console: Console, *, quiet: bool) -> Iterator[DedupListener]:
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


def show_findings(result: DedupResult, settings: DedupSettings, *, to_stderr: bool) -> None:
    """The figures, on standard output unless that holds rows."""
    findings, sizes = result.findings, cluster_sizes(result.findings)
    lines = [
        f"{findings.rows} rows in {result.seconds:.1f} s: {int(findings.kept().sum())} kept, "
        f"{findings.duplicates} duplicates (similarity {settings.threshold:g} or more, {settings.method})",
    ]
    if findings.semantic is not None:
        lines.append(f"by meaning: {len(findings.semantic)} duplicates more (cosine {settings.cosine:g} or more)")
    if len(sizes):
        histogram = ", ".join(f"{start} {count}" for start, count in similarity_histogram(findings).items())
        lines += [f"clusters: {len(sizes)}, the largest of {sizes.max()} rows", f"by similarity from: {histogram}"]
    if findings.earlier:
        lines.append(f"earlier rows: {findings.first} (files: {len(findings.earlier)})")
    if findings.without_words:
        lines.append(f"rows without words: {findings.without_words}; these have no duplicates")
    if result.pairs is not None:
        lines.append(f"pairs: {result.pairs}")
    console = Console(stderr=to_stderr, highlight=False, markup=False, soft_wrap=True)
    for line in lines:
        console.print(line)
