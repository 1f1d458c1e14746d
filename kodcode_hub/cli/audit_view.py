"""What ``kodcode audit`` shows: the figures with the first rows that have findings, and one row in full."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kodcode_hub.cli.verify_view import counts_text, show_explanation, visible_text
from kodcode_hub.pipeline.audit_explain import AuditExplanation
from kodcode_hub.pipeline.audit_file import AuditResult
from kodcode_hub.pipeline.audit_import import STAR_IMPORT

_WIDTH_ELSEWHERE = 160
"""Columns of the table where it goes into a file or pipe."""


def show_audit(result: AuditResult, *, to_stderr: bool) -> None:
    """What was found, on standard output unless that holds the lines."""
    console = Console(stderr=to_stderr, highlight=False, markup=False, soft_wrap=True)
    figures, verdicts = result.figures, result.figures.verdicts
    console.print(
        f"{figures.rows} rows in {result.seconds:.1f} s, checks {', '.join(result.checks)}, "
        f"isolation {result.isolation}{counts_text(', mode ', verdicts.modes)}"
    )
    console.print(counts_text("as published: ", verdicts.verdict_counts()))
    if verdicts.missing_packages:
        console.print(Text(visible_text(counts_text("missing packages: ", verdicts.missing_counts()))))
    if not figures.rows_with_findings:
        console.print("no findings")
        return
    console.print(counts_text(f"findings in {figures.rows_with_findings} rows: ", figures.finding_counts()))
    wide = console if console.is_terminal else Console(stderr=to_stderr, highlight=False, width=_WIDTH_ELSEWHERE)
    wide.print(_table(result))
    more = figures.rows_with_findings - len(figures.shown)
    if more:
        console.print(f"and {more} more; --out FILE has them all, --explain ID shows one in full")


def show_audit_explanation(explanation: AuditExplanation) -> None:
    """One row: findings, what would make it pass, the trial as published, and that with the import."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    record = explanation.record
    lines = [f"{record['question_id']}: {', '.join(record['findings']) or 'no findings'}"]
    for entry in record["evidence"]:
        lines.append(f"{entry['finding']}: {entry['column']}: {entry['message']}")
        for run in entry.get("runs", ()):
            order = "of the file" if run["test_order"] is None else run["test_order"]
            lines.append(
                f"  {run['verdict']:<8} hash seed {run['hash_seed']}, order {order}, time zone {run['time_zone']}"
            )
    for line in (*lines, *explanation.remedies, "--- as published"):
        console.print(Text(visible_text(line)))
    show_explanation(explanation.published)
    if explanation.with_import is not None:
        console.print(f"--- with {STAR_IMPORT!r} before it")
        show_explanation(explanation.with_import)


def _table(result: AuditResult) -> Table:
    table = Table(expand=True)
    for name in ("question_id", "verdict", "findings"):
        table.add_column(name)
    table.add_column("message", ratio=1, no_wrap=True, overflow="ellipsis")
    for record in result.figures.shown:
        message = " ".join(record["message"].split())
        cells = (record["question_id"], record["verdict"], ", ".join(record["findings"]), message)
        table.add_row(*(Text(visible_text(cell)) for cell in cells))
    return table
