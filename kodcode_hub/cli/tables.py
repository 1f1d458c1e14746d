"""What the commands print for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from kodcode_hub.pipeline.summary import SubsetSummary


def summary_table(summaries: Sequence[SubsetSummary], seconds: Mapping[str, float]) -> Table:
    """A build, subset by subset."""
    table = Table(
        title="By subset",
        caption="difficulty: questions that were easy/medium/hard/never passed; seconds: subsets run side by side",
        title_justify="left",
        caption_justify="left",
    )
    table.add_column("subset")
    for name in (
        "prompts",
        "questions",
        "duplicates",
        "contaminated",
        "attempts",
        "pass@1",
        "pass@n",
        "difficulty",
        "rows",
        "SFT rows",
        "seconds",
    ):
        table.add_column(name, justify="right")
    for item in summaries:
        table.add_row(
            item.subset,
            *map(str, (item.prompts, item.questions, item.duplicates, item.contaminated, item.attempts)),
            _share(item.pass_at_1),
            _share(item.pass_at_n),
            f"{item.easy}/{item.medium}/{item.hard}/{item.failed}",
            str(item.rows),
            str(item.sft_rows),
            f"{seconds.get(item.subset, 0.0):.1f}",
        )
    return table


def status_table(status: Mapping[str, Any]) -> Table:
    """The stages of a run."""
    requests, tokens = status["requests"], status["tokens"]
    title = (
        f"{status['run']}: {status['state']}; {requests['delivered']} replies of {requests['sent']} requests, "
        f"{requests['dead']} dead letters; {tokens['prompt']} + {tokens['completion']} tokens"
    )
    table = Table(title=title, title_justify="left")
    for name in ("stage", "in", "kept", "rejected"):
        table.add_column(name, justify="left" if name in ("stage", "rejected") else "right")
    for stage, count in status["stages"].items():
        reasons = ", ".join(f"{reason} {number}" for reason, number in count["rejected"].items())
        table.add_row(stage, str(count["in"]), str(count["kept"]), reasons)
    return table


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
