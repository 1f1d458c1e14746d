"""What ``kodcode decontaminate`` shows: figures, and one row beside the benchmark's item that it matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from kodcode_hub.pipeline.contamination_report import VERDICTS
from kodcode_hub.pipeline.decontaminate_file import DecontaminateResult
from kodcode_hub.pipeline.decontaminate_show import MatchedItem, ShownRow

if TYPE_CHECKING:
    from kodcode_hub.decontamination.contamination import Match

_MATCHED_STYLE = "bold reverse"


def show_counts(result: DecontaminateResult, *, to_stderr: bool) -> None:
    """The figures, on standard output unless that holds rows."""
    counts = result.counts
    found = ", ".join(f"{counts.verdicts[verdict]} {verdict}" for verdict in VERDICTS)
    lines = [f"{counts.rows} rows in {result.seconds:.1f} s: {found} (setting {result.setting})"]
    for benchmark in result.benchmarks:
        named = ", ".join(f"{counts.by_benchmark[benchmark.name][verdict]} {verdict}" for verdict in VERDICTS[:2])
        lines.append(f"{benchmark.name} ({len(benchmark.fingerprints)} items at {benchmark.revision}): {named}")
    console = Console(stderr=to_stderr, highlight=False, markup=False, soft_wrap=True)
    for line in lines:
        console.print(Text(visible(line)))


def show_side_by_side(shown: ShownRow) -> None:
    """The row and the item that it matches best, in two columns; what was measured; other matches in a line each."""
    console = Console(width=None if Console().is_terminal else 140, highlight=False, markup=False)
    console.print(Text(visible(f"{shown.item.id}: {shown.finding.verdict}")))
    if not shown.finding.matches:
        console.print(Text(visible(shown.item.text)))
        console.print("no item of a benchmark is near")
        return
    best, *others = shown.finding.matches
    console.print(Text(visible(f"{best.method}, score {best.score:.2f}: the row {best.reason}")))
    console.print(_columns(shown, best, shown.matched[0]))
    console.print(_signals(best))
    for match in others:
        said = f"also {match.benchmark}/{match.id}: {match.verdict}, {match.method}, score {match.score:.2f}"
        console.print(Text(visible(said)))


def visible(text: str) -> str:
    """The same text, control characters and lone surrogates written as escapes: it cannot steer the terminal."""
    return "".join(
        character if character.isprintable() or character in "\n\t" else character.encode("unicode_escape").decode()
        for character in text
    )


def _columns(shown: ShownRow, match: Match, item: MatchedItem) -> Table:
    table = Table(expand=True, show_lines=False)
    table.add_column(Text(visible(f"row {shown.item.id}")), ratio=1, overflow="fold")
    table.add_column(Text(visible(f"{match.benchmark}/{match.id}")), ratio=1, overflow="fold")
    if item.item_text is None:
        place = (
            f"The text is not here: only fingerprints of {match.benchmark} at {match.revision or 'an unknown revision'}"
        )
        right = Text(f"{visible(place)} are known.", style="italic")
    else:
        right = _marked(item.item_text, item.item_excerpt)
    table.add_row(Group(_marked(shown.item.text, match.excerpt)), right)
    return table


def _marked(text: str, excerpt: str) -> Text:
    """The text with a span of it highlighted, if the span stands there as it is."""
    start = text.find(excerpt) if excerpt else -1
    if start < 0:
        return Text(visible(text))
    end = start + len(excerpt)
    marked = (visible(text[start:end]), _MATCHED_STYLE)
    return Text.assemble(visible(text[:start]), marked, visible(text[end:]))


def _signals(match: Match) -> Table:
    """Those that are not zero, in two pairs of columns."""
    found = [(name, f"{value:.2f}") for name, value in match.signals.items() if value]
    table = Table(title="signals", title_justify="left")
    for _ in range(2):
        table.add_column("signal")
        table.add_column("value", justify="right")
    half = (len(found) + 1) // 2
    for left, right in zip(found[:half], [*found[half:], ("", "")], strict=False):
        table.add_row(*left, *right)
    return table
