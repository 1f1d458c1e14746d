"""``kodcode status``: what a run has done, read from its folder, also while it is under way."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from kodcode_hub.ledger.figures import StageCount, dead_letters, request_figures, stage_counts
from kodcode_hub.ledger.store import open_for_reading, read_meta
from kodcode_hub.pipeline.run_folder import LEDGER_NAME, is_running
from kodcode_hub.pipeline.tally import STAGES

_WAY_TO_A_ROW = ("synthesize", "annotate", "deduplicate", "decontaminate", "answer", "select")


def run_status(run: Path) -> dict[str, Any]:
    """The JSON answer of ``kodcode status`` (INTERFACE.md, section 2).

    Raises:
        RunFolderError: ``run`` is not a run folder, or one of another format.
    """
    running = is_running(run)
    with closing(open_for_reading(run / LEDGER_NAME)) as connection:
        counts = _counts(connection)
        entered = _entered(connection) if running else {}
        requests = request_figures(connection)
        return {
            "run": str(run),
            "state": "running" if running else read_meta(connection, "state") or "stopped",
            "stages": _stages(counts, entered),
            "subsets": _subsets(counts, entered),
            "requests": {
                "sent": requests.sent,
                "delivered": requests.delivered,
                "retried": requests.retried,
                "dead": requests.dead,
            },
            "tokens": {"prompt": requests.prompt_tokens, "completion": requests.completion_tokens},
            "cost": None,
            "seconds_left": read_meta(connection, "seconds_left") if running else None,
            "dead_letters": dead_letters(connection),
        }


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
