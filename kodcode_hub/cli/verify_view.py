"""What ``kodcode verify`` shows: progress on standard error, figures, and one trial in full."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.live import Live
from rich.text import Text

from kodcode_hub.pipeline.verify_explain import Explanation
from kodcode_hub.pipeline.verify_file import VerifyResult
from kodcode_hub.pipeline.verify_progress import VerifyListener, VerifySnapshot

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def verify_view(console: Console, *, quiet: bool) -> Iterator[VerifyListener | None]:
    """A listener for as long as the block runs; None where nothing is to be shown."""
    if quiet:
        yield None
    elif console.is_terminal:
        with Live(console=console, refresh_per_second=4) as live:
            yield _LiveLine(live)
    else:
        yield _Lines(console)


class _LiveLine:
    def __init__(self, live: Live) -> None:
        self._live = live

    def update(self, snapshot: VerifySnapshot) -> None:
        self._live.update(Text(progress_line(snapshot)))

    def note(self, sentence: str) -> None:
        self._live.console.print(sentence, highlight=False, markup=False)


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = monotonic() + _SECONDS_BETWEEN_LINES

    def update(self, snapshot: VerifySnapshot) -> None:
        if monotonic() >= self._next:
            self._next = monotonic() + _SECONDS_BETWEEN_LINES
            self.note(progress_line(snapshot))

    def note(self, sentence: str) -> None:
        self._console.print(sentence, highlight=False, markup=False, soft_wrap=True)


def progress_line(snapshot: VerifySnapshot) -> str:
    """Rows done, pace, time left, and the verdicts so far."""
    done = f"{snapshot.done} of {snapshot.total} rows" if snapshot.total is not None else f"{snapshot.done} rows"
    left = f", about {snapshot.seconds_left:.0f} s left" if snapshot.seconds_left is not None else ""
    pace = f", {snapshot.rows_per_second:.1f} a second" if snapshot.rows_per_second else ""
    return f"{snapshot.seconds:.0f} s: {done}{pace}{left}{counts_text(': ', snapshot.verdicts)}"


def show_figures(result: VerifyResult, *, to_stderr: bool) -> None:
    """What came out, on standard output unless that holds the records."""
    figures = result.figures
    lines = [
        f"{figures.rows} rows in {result.seconds:.1f} s ({figures.cpu_seconds:.1f} s of CPU in trials), "
        f"isolation {result.isolation}{counts_text(', mode ', figures.modes)}",
        counts_text("", figures.verdict_counts()),
    ]
    if figures.missing_packages:
        lines.append(counts_text("missing packages: ", figures.missing_counts()))
    _print(lines, to_stderr=to_stderr)


def show_explanation(explanation: Explanation) -> None:
    """One trial: verdict, conditions, tests, coverage, output, report."""
    record, limits = explanation.record, explanation.limits
    message = f": {record['message']}" if record["message"] else ""
    missing = f"\nmissing      {record['missing_package']}" if "missing_package" in record else ""
    _print(
        [
            f"{record['id']}: {record['verdict']}{message}",
            f"mode         {record['mode']}{f' ({explanation.reason})' if explanation.reason else ''}",
            f"isolation    {record['isolation']}, assurance {record['assurance']}",
            f"Python       {explanation.environment.python} on {explanation.environment.platform}, "
            f"with {explanation.environment.packages}{missing}",
            f"limits       {limits.timeout_s:g} s, {limits.memory_mb} MB, files of {limits.file_mb} MB, "
            f"{limits.processes} processes, {limits.output_kb} kB of output kept",
            f"used         {record['seconds']:.3f} s, {record['cpu_seconds']:.3f} s of CPU, "
            f"{record['peak_memory_mb']:.1f} MB",
            *_coverage_lines(explanation),
            *_test_lines(explanation),
            f"--- output ({len(explanation.output.encode('utf-8', 'replace'))} bytes)",
            explanation.output.rstrip("\n"),
            f"--- report ({len(explanation.report)} messages)",
            *(json.dumps(entry) for entry in explanation.report),
        ],
        to_stderr=False,
    )


def _coverage_lines(explanation: Explanation) -> Iterator[str]:
    coverage = explanation.record["coverage"]
    yield f"coverage     {'unknown' if coverage is None else f'{coverage}% of the statements of solution.py'}"
    source = explanation.row.solution.split("\n")
    for number in explanation.missing_lines:
        text = source[number - 1] if 0 < number <= len(source) else ""
        yield f"  not run  {number:>5}  {text}"


def _test_lines(explanation: Explanation) -> Iterator[str]:
    yield f"--- tests ({len(explanation.record['tests'])})"
    for test in explanation.record["tests"]:
        yield f"{test['outcome']:<8} {test['name']}  {test['seconds']:.4f} s"
        yield from (f"         {line}" for line in test["message"].splitlines())


def counts_text(label: str, counts: dict[str, int]) -> str:
    """``label`` and the counts; nothing where there are none."""
    return label + ", ".join(f"{name} {count}" for name, count in counts.items()) if counts else ""


def _print(lines: Iterable[str], *, to_stderr: bool) -> None:
    """Without markup, and with nothing by which a trial's text could steer the terminal."""
    console = Console(stderr=to_stderr, highlight=False, markup=False, soft_wrap=True)
    for line in lines:
        console.print(Text(visible_text(line)))


def visible_text(text: str) -> str:
    """The same text, control characters and lone surrogates written as escapes."""
    return "".join(
        character if character.isprintable() or character in "\n\t" else character.encode("unicode_escape").decode()
        for character in text
    )
