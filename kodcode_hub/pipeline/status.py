"""``kodcode status``: what a run has done, read from its folder, also while it is under way."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from kodcode_hub.ledger.dead_letters import dead_requests
from kodcode_hub.ledger.figures import (
    ByModel,
    RequestFigures,
    StageCount,
    dead_letters,
    model_figures,
    stage_counts,
)
from kodcode_hub.ledger.store import open_for_reading, read_meta
from kodcode_hub.pipeline.prices import Prices, stored_prices
from kodcode_hub.pipeline.progress import LIVE
from kodcode_hub.pipeline.run_folder import LEDGER_NAME, is_running
from kodcode_hub.pipeline.spending import spent_by_model
from kodcode_hub.pipeline.tally import STAGES

_WAY_TO_A_ROW = ("synthesize", "annotate", "deduplicate", "decontaminate", "answer", "select")


def run_status(run: Path, *, prices: Prices | None = None, list_dead_letters: bool = False) -> dict[str, Any]:
    """The JSON answer of ``kodcode status`` (INTERFACE.md, section 2).

    Args:
        prices: what tokens cost; None for those that a build was given.
        list_dead_letters: adds every dead letter by itself as ``dead_letter_list``.

    Raises:
        RunFolderError: ``run`` is not a run folder, or one of another format.
    """
    running = is_running(run)
    with closing(open_for_reading(run / LEDGER_NAME)) as connection:
        counts = _counts(connection)
        entered = _entered(connection) if running else {}
        live = (read_meta(connection, LIVE) if running else None) or {}
        prices = prices or stored_prices(read_meta(connection, "prices"))
        figures = model_figures(connection)
        answer = {
            "run": str(run),
            "state": "running" if running else read_meta(connection, "state") or "stopped",
            "stages": _stages(counts, entered),
            "subsets": _subsets(counts, entered),
            **_spending(figures, prices),
            "seconds_left": live.get("seconds_left"),
            "requests_per_second": live.get("requests_per_second"),
            "tokens_per_second": live.get("tokens_per_second"),
            "dead_letters": dead_letters(connection),
        }
        if list_dead_letters:
            answer["dead_letter_list"] = [asdict(letter) for letter in dead_requests(connection)]
        return answer


def _spending(figures: ByModel, prices: Prices) -> dict[str, Any]:
    total = sum(figures.values(), RequestFigures())
    return {
        "requests": {
            "sent": total.sent,
            "delivered": total.delivered,
            "retried": total.retried,
            "dead": total.dead,
        },
        "tokens": {"prompt": total.prompt_tokens, "completion": total.completion_tokens},
        "cost": _number(prices.total(figures)),
        "currency": prices.currency,
        "unpriced": prices.unpriced(figures),
        "models": [
            {
                "step": spent.step,
                "model": spent.model,
                "requests": spent.figures.sent,
                "delivered": spent.figures.delivered,
                "dead": spent.figures.dead,
                "prompt_tokens": spent.figures.prompt_tokens,
                "completion_tokens": spent.figures.completion_tokens,
                "cost": _number(spent.cost),
            }
            for spent in spent_by_model(figures, prices)
        ],
    }


def _number(cost: Decimal | None) -> float | None:
    """Summed exactly before; a float shows the 15 digits of it that matter."""
    return float(cost) if cost is not None else None


_Counts = dict[tuple[str, str], StageCount]
_Entered = dict[tuple[str, str], int]


def _counts(connection: sqlite3.Connection) -> _Counts:
    counts: _Counts = {}
    for subset, stage, reason, count in stage_counts(connection):
        counts.setdefault((subset, stage), StageCount()).add(reason, count)
    return counts


def _entered(connection: sqlite3.Connection) -> _Entered:
    return {(subset, stage): entered for subset, stage, entered in read_meta(connection, "entered") or []}


def _stages(counts: _Counts, entered: _Entered, only: str | None = None) -> dict[str, Any]:
    """Stage by stage, over all subsets or of one; a run at rest has let go of everything that entered."""
    keys = [key for key in {**counts, **entered} if only in (None, key[0])]
    stages: dict[str, Any] = {}
    for stage in STAGES:
        total, inside = StageCount(), 0
        for key in (key for key in keys if key[1] == stage):
            count = counts.get(key, StageCount())
            total.merge(count)
            inside += max(0, entered.get(key, 0) - count.left)
        if any(key[1] == stage for key in keys):
            stages[stage] = _as_json(total, inside)
    return stages


def _subsets(counts: _Counts, entered: _Entered) -> dict[str, Any]:
    """A subset as a whole: prompts in, triplets kept, everything else by reason."""
    subsets: dict[str, Any] = {}
    for subset in sorted({key[0] for key in {**counts, **entered}}):
        whole = StageCount(kept=counts.get((subset, "select"), StageCount()).kept)
        for stage in _WAY_TO_A_ROW:
            for reason, count in counts.get((subset, stage), StageCount()).rejected.items():
                whole.add(reason, count)
        inside = max(0, entered.get((subset, "synthesize"), 0) - whole.left)
        subsets[subset] = {**_as_json(whole, inside), "stages": _stages(counts, entered, subset)}
    return subsets


def _as_json(count: StageCount, inside: int) -> dict[str, Any]:
    return {"in": count.left + inside, "kept": count.kept, "rejected": dict(sorted(count.rejected.items()))}
