"""One trial beside the chosen one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kodcode_hub.browse.catalogue import UnknownRowError
from kodcode_hub.browse.published_row import Row, chosen_trial, text_of
from kodcode_hub.space.side_by_side import compare


def trial_view(row: Row, name: str) -> dict[str, Any]:
    """The answer of ``/app/rows/ID/trials/NAME``; left is the trial, right the chosen one.

    Raises:
        UnknownRowError: the row has no such trial.
    """
    trials = row.get("trials") or []
    trial = next((trial for trial in trials if trial.get("trial") == name), None)
    if trial is None:
        names = ", ".join(text_of(each, "trial") for each in trials)
        raise UnknownRowError(f"{row.get('question_id')} has no trial {name[:60]!r}; it has {names or 'none'}")
    chosen: Mapping[str, Any] = chosen_trial(row) or {
        "solution_code": row.get("solution"),
        "test_code": row.get("test"),
    }
    return {
        "trial": name,
        "verdict": text_of(trial, "test_result"),
        "coverage": trial.get("test_coverage"),
        "reason": text_of(trial, "reason"),
        "solution": text_of(trial, "solution_code"),
        "test": text_of(trial, "test_code"),
        "solution_diff": _difference(trial, chosen, "solution_code"),
        "test_diff": _difference(trial, chosen, "test_code"),
    }


def _difference(trial: Mapping[str, Any], chosen: Mapping[str, Any], column: str) -> list[dict[str, Any]]:
    return [row.as_json() for row in compare(text_of(trial, column), text_of(chosen, column))]
