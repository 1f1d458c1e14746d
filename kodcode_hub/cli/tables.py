"""What the commands print for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from kodcode_hub.cli.amounts import cost_text, rate_text, time_text
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
    table = Table(title=Text(_status_title(status)), title_justify="left")
    for name in ("stage", "in", "kept", "rejected"):
        table.add_column(name, justify="left" if name in ("stage", "rejected") else "right")
    for stage, count in status["stages"].items():
        reasons = ", ".join(f"{reason} {number}" for reason, number in count["rejected"].items())
        table.add_row(stage, str(count["in"]), str(count["kept"]), reasons)
    return table


def _status_title(status: Mapping[str, Any]) -> str:
    requests, tokens = status["requests"], status["tokens"]
    parts = [
        f"{status['run']}: {status['state']}",
        f"{requests['delivered']} replies of {requests['sent']} requests, {requests['dead']} dead letters",
        f"{tokens['prompt']} + {tokens['completion']} tokens",
    ]
    if status["cost"] is not None:
        parts.append(f"cost {cost_text(status['cost'], status['currency'])}")
    if status["tokens_per_second"] is not None:
        parts.append(
            f"{rate_text(status['requests_per_second'])} requests/s, {rate_text(status['tokens_per_second'])} tokens/s"
        )
    if status["seconds_left"] is not None:
        parts.append(f"about {time_text(status['seconds_left'])} left")
    return "; ".join(parts)


def model_table(status: Mapping[str, Any]) -> Table:
    """What was asked of which model, and what that cost where a price is known."""
    priced = status["unpriced"] or any(item["cost"] is not None for item in status["models"])
    table = Table(title="By step and model", title_justify="left")
    table.add_column("step")
    table.add_column("model", overflow="fold")
    for name in ("requests", "replies", "dead", "prompt tokens", "completion tokens", *(["cost"] if priced else [])):
        table.add_column(name, justify="right")
    for item in status["models"]:
        names = ("requests", "delivered", "dead", "prompt_tokens", "completion_tokens")
        cells = [f"{item[name]:,}" for name in names]
        if priced:
            cells.append("no price" if item["cost"] is None else cost_text(item["cost"], status["currency"]))
        table.add_row(item["step"], Text(item["model"]), *cells)
    return table


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
