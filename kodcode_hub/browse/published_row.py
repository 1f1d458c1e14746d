"""A row as it is shown, whichever way it was published: ours, or KodCode's V1.0 and V1.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]

_OTHER_NAMES = {"test": "test_code", "question_id": "id"}
_CHOICE = ("pass", "passed", "success")
"""What the trials of a row that passed are marked with; KodCode has no verdicts of ours."""


def published_row(found: Mapping[str, Any]) -> Row:
    """The row with the names of today, and with ``trials`` as a list; nothing else is changed.

    Args:
        found: a row of any release; V1.0 calls ``test`` ``test_code``, and KodCode has a struct with a key a trial.
    """
    row = dict(found)
    for name, other in _OTHER_NAMES.items():
        if row.get(name) is None and row.get(other) is not None:
            row[name] = row.pop(other)
    if isinstance(row.get("trials"), Mapping):
        row["trials"] = [
            {"trial": name, **trial} for name, trial in row["trials"].items() if isinstance(trial, Mapping)
        ]
    return row


def text_of(row: Mapping[str, Any], column: str) -> str:
    """A column's text; empty where there is none."""
    value = row.get(column)
    return value if isinstance(value, str) else ""


def number_of(row: Mapping[str, Any], column: str) -> float | None:
    """A column's number."""
    value = row.get(column)
    return float(value) if isinstance(value, int | float) and value == value else None


def attempts_of(row: Mapping[str, Any]) -> tuple[int, int]:
    """How many attempts there were, and how many passed."""
    sequence = row.get("gpt_pass_sequence") or []
    passed = sum(1 for item in sequence if item)
    return len(sequence), passed


def chosen_trial(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The trial whose solution and tests are the row's."""
    trials = row.get("trials") or []
    named = [trial for trial in trials if trial.get("trial") == row.get("chosen_trial")]
    equal = [trial for trial in trials if trial.get("solution_code") == row.get("solution")]
    passing = [trial for trial in trials if str(trial.get("test_result")).lower() in _CHOICE]
    return next(iter([*named, *equal, *passing]), None)
