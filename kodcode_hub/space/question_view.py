"""One question as the page shows it: safe HTML, facts, trials, neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kodcode_hub.browse.catalogue import Catalogue
from kodcode_hub.browse.published_row import Row, attempts_of, chosen_trial, number_of, text_of
from kodcode_hub.browse.selection import Selection
from kodcode_hub.space.code_html import highlighted_lines
from kodcode_hub.space.markup import question_html
from kodcode_hub.space.stub import stub_of

_PROVENANCE = {
    "teacher": "Teacher",
    "recipe": "Recipe",
    "prompt_hash": "Prompt",
    "seeds": "Seeds",
    "seed_licence": "Licence of the seeds",
    "seed_origin": "Origin of the seeds",
    "imports": "Imports written into the tests",
    "python": "Python",
    "packages": "Packages",
    "platform": "Platform",
}


def question_view(row: Row, *, catalogue: Catalogue, selection: Selection, position: int | None) -> dict[str, Any]:
    """The answer of ``/app/rows/ID``.

    Args:
        row: whole.
        catalogue: for siblings and neighbours.
        selection: in which it was opened.
        position: in that selection, from 0; None or wrong where it is not known.

    Raises:
        UsageError: the selection names a value that no row has.
    """
    identity, solution, test = (text_of(row, name) for name in ("question_id", "solution", "test"))
    siblings = [{"question_id": hit.question_id, "style": hit.style} for hit in catalogue.siblings(identity)]
    return {
        "question_id": identity,
        "subset": text_of(row, "subset"),
        "style": text_of(row, "style"),
        "split": text_of(row, "split"),
        "question": text_of(row, "question"),
        "question_html": question_html(text_of(row, "question")),
        "solution": solution,
        "solution_lines": highlighted_lines(solution),
        "test": test,
        "test_lines": highlighted_lines(test),
        "stub": stub_of(row),
        "functions": _functions(row),
        "facts": _facts(row),
        "provenance": _provenance(row),
        "trials": _trials(row),
        "siblings": siblings,
        "position": _position(catalogue, selection, identity, position),
    }


def _functions(row: Row) -> list[dict[str, str]]:
    found = [item for item in row.get("test_info") or [] if isinstance(item, Mapping)]
    return [
        {"name": text_of(item, "function_name"), "declaration": text_of(item, "function_declaration")} for item in found
    ]


def _facts(row: Row) -> list[list[str]]:
    attempts, passed = attempts_of(row)
    coverage, strength, agreement = (number_of(row, name) for name in ("test_coverage", "test_strength", "agreement"))
    tests = number_of(row, "tests_passed")
    facts = [
        ("Subset", text_of(row, "subset")),
        ("Style", text_of(row, "style")),
        ("Difficulty", text_of(row, "gpt_difficulty")),
        ("Passed", f"{passed} of {attempts} attempts" if attempts else ""),
        ("Coverage", "" if coverage is None else f"{coverage:g}%"),
        ("Tests", "" if tests is None else f"{tests:g}"),
        ("Strength of the tests", "" if strength is None else f"{strength:.0%} of planted faults noticed"),
        ("Agreement", "" if agreement is None else f"{agreement:.0%}"),
        ("Assurance", text_of(row, "assurance")),
        ("Flags", ", ".join(map(str, row.get("flags") or []))),
        ("Split", text_of(row, "split")),
        ("Last changed in", text_of(row, "version")),
    ]
    return [[label, value] for label, value in facts if value]


def _provenance(row: Row) -> list[list[str]]:
    said: dict[str, Any] = {"teacher": row.get("teacher")}
    for column in ("provenance", "environment"):
        said |= row[column] if isinstance(row.get(column), Mapping) else {}
    original = text_of(row.get("metadata") or {}, "original_instruction") if row.get("metadata") else ""
    listed = [[label, str(said[name])] for name, label in _PROVENANCE.items() if said.get(name)]
    return [*listed, *([["Question before it was restyled", original]] if original else [])]


def _trials(row: Row) -> list[dict[str, Any]]:
    chosen = chosen_trial(row)
    return [
        {
            "trial": text_of(trial, "trial"),
            "verdict": text_of(trial, "test_result"),
            "coverage": trial.get("test_coverage"),
            "reason": text_of(trial, "reason"),
            "chosen": trial is chosen,
            "has_code": bool(text_of(trial, "solution_code")),
        }
        for trial in row.get("trials") or []
    ]


def _position(catalogue: Catalogue, selection: Selection, identity: str, position: int | None) -> dict[str, Any] | None:
    """Of three rows around; None where the row does not stand there."""
    if position is None:
        return None
    first = max(0, position - 1)
    ids = catalogue.ids_at(selection, first, 3)
    here = position - first
    if here >= len(ids) or ids[here] != identity:
        return None
    before = {"id": ids[0], "n": first} if here else None
    after = {"id": ids[here + 1], "n": position + 1} if here + 1 < len(ids) else None
    return {"n": position, "total": catalogue.count(catalogue.resolve(selection)), "previous": before, "next": after}
