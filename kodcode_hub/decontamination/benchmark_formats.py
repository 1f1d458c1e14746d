"""The forms in which benchmarks are published, told apart by the fields of a row.

A further form is a further entry of :data:`FORMATS`. Ids stay as their benchmark writes them: MBPP's ``task_id`` 12 is
the item ``12``, EvalPlus's ``Mbpp/12`` stays ``Mbpp/12``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kodcode_hub.decontamination.benchmarks import BenchmarkItem
from kodcode_hub.errors import InputError
from kodcode_hub.files.rows import first_text, optional_id, type_name

ID_FIELDS = ("id", "task_id", "question_id", "problem_id", "name")
TEXT_FIELDS = ("text", "prompt", "question", "description", "instruct_prompt", "question_content")
"""Of rows of no known form: the first that holds text is what is asked."""

MOST_SOLUTIONS = 3
"""Of the many accepted submissions that APPS and CodeContests list, the first so many."""
MOST_EXAMPLES = 10
"""Pairs of input and output that are read of an item."""

_CALLED_IN_ASSERT = re.compile(
    r"\bassert\b[\s(]*(?:not\s+)?(?:(?:set|sorted|list|tuple|abs|str|round|math\.\w+)\()*(\w+)\("
)
_METHOD = re.compile(r"\bdef (\w+)\(\s*self\b")
_PYTHON_SUBMISSIONS = (3, "PYTHON3", 1, "PYTHON")
"""CodeContests' numbers and names of the language, the better first."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One row and where it stands, for messages."""

    fields: Mapping[str, Any]
    number: int
    source: str

    def text(self, name: str) -> str:
        """An optional text; null is no text.

        Raises:
            InputError: something else than text.
        """
        value = self.fields.get(name)
        if value is not None and not isinstance(value, str):
            raise self.wrong(name, value, "text")
        return value or ""

    def first(self, *names: str) -> str:
        """The first of several optional texts that is not empty."""
        return next((text for name in names if (text := self.text(name))), "")

    def texts(self, name: str) -> list[str]:
        """An optional list of texts, which may be one text."""
        value = self.fields.get(name)
        if isinstance(value, str):
            return [value]
        if value is not None and not (isinstance(value, list) and all(isinstance(text, str) for text in value)):
            raise self.wrong(name, value, "a list of texts")
        return value or []

    def decoded(self, name: str) -> Any:
        """What an optional JSON text says, or the value itself where it is no text; None for nothing."""
        value = self.fields.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value.strip() else None
        except (ValueError, RecursionError) as error:
            reason = " ".join(str(error).split())[:100]
            raise InputError(f"{self.source}, row {self.number}: column {name!r} is not JSON text: {reason}") from error

    def wrong(self, name: str, value: object, wanted: str) -> InputError:
        return InputError(f"{self.source}, row {self.number}: column {name!r} is {type_name(value)}, not {wanted}")


@dataclass(frozen=True, slots=True)
class _Parts:
    """What an item has beside its id and its question."""

    other_texts: tuple[str, ...] = ()
    entry_point: str = ""
    solution: str = ""
    tests: str = ""


@dataclass(frozen=True, slots=True)
class BenchmarkFormat:
    """How the rows of a benchmark are read."""

    title: str
    marks: frozenset[str]
    """Fields that all its rows have, and no row of a form behind it in the table has."""
    id_fields: tuple[str, ...]
    text_fields: tuple[str, ...]
    parts: Callable[[_Row], _Parts]


def read_item(row: Mapping[str, Any], *, number: int, source: str) -> BenchmarkItem:
    """The item in one row.

    Raises:
        InputError: it has no id or no text, or a field is not what its form says; the message names the row.
    """
    form = format_of(row)
    identity = optional_id(row, form.id_fields, number=number, source=source)
    if identity is None:
        raise InputError(
            f"{source}, row {number} has no id: a benchmark's items need one of {', '.join(form.id_fields)}"
        )
    _, text = first_text(row, form.text_fields, number=number, source=source)
    parts = form.parts(_Row(row, number, source))
    others = tuple(other for other in parts.other_texts if other.strip() and other != text)
    return BenchmarkItem(identity, (text, *others), parts.entry_point, parts.solution, parts.tests)


def format_of(row: Mapping[str, Any]) -> BenchmarkFormat:
    """The first form all of whose marks the row has."""
    return next(form for form in FORMATS if form.marks <= row.keys())


def _bigcodebench(row: _Row) -> _Parts:
    complete = row.text("complete_prompt")
    return _Parts((complete,), row.text("entry_point"), row.text("canonical_solution"), row.text("test"))


def _livecodebench(row: _Row) -> _Parts:
    metadata = row.decoded("metadata")
    named = metadata.get("func_name") if isinstance(metadata, dict) else None
    method = _METHOD.search(row.text("starter_code"))
    name = named if isinstance(named, str) else method.group(1) if method else ""
    cases = _list_of_objects(row, "public_test_cases")
    return _Parts(entry_point=name, tests=_examples((case.get("input"), case.get("output")) for case in cases))


def _code_contests(row: _Row) -> _Parts:
    solutions, tests = _columns(row, "solutions"), _columns(row, "public_tests")
    by_language = list(zip(solutions.get("language") or [], solutions.get("solution") or [], strict=False))
    python = [text for wanted in _PYTHON_SUBMISSIONS for language, text in by_language if language == wanted]
    pairs = zip(tests.get("input") or [], tests.get("output") or [], strict=False)
    return _Parts(solution="\n\n".join(map(str, python[:MOST_SOLUTIONS])), tests=_examples(pairs))


def _apps(row: _Row) -> _Parts:
    solutions = row.decoded("solutions") or []
    if not isinstance(solutions, list) or not all(isinstance(text, str) for text in solutions):
        raise row.wrong("solutions", solutions, "a list of texts")
    examples = _columns(row, "input_output")
    name = examples.get("fn_name")
    pairs = zip(examples.get("inputs") or [], examples.get("outputs") or [], strict=False)
    return _Parts(
        entry_point=name if isinstance(name, str) else "",
        solution="\n\n".join(solutions[:MOST_SOLUTIONS]),
        tests=_examples(pairs),
    )


def _mbpp(row: _Row) -> _Parts:
    asserts = row.texts("test_list")
    called = _CALLED_IN_ASSERT.search(asserts[0]) if asserts else None
    tests = "\n".join([*row.texts("test_imports"), row.text("test_setup_code"), *asserts]).strip("\n")
    return _Parts(entry_point=called.group(1) if called else "", solution=row.text("code"), tests=tests)


def _humaneval(row: _Row) -> _Parts:
    # EvalPlus's own files have inputs instead of a test.
    inputs = row.decoded("base_input") or []
    if not isinstance(inputs, list):
        raise row.wrong("base_input", inputs, "a list")
    tests = row.text("test") or "\n".join(map(json.dumps, inputs[:MOST_EXAMPLES]))
    return _Parts(entry_point=row.text("entry_point"), solution=row.text("canonical_solution"), tests=tests)


def _plain(row: _Row) -> _Parts:
    return _Parts(
        (row.text("text_complete"),),
        row.text("entry_point"),
        row.first("solution", "canonical_solution", "code"),
        row.first("tests", "test", "test_code"),
    )


def _columns(row: _Row, name: str) -> Mapping[str, Any]:
    """An optional object of lists."""
    value = row.decoded(name)
    if value is not None and not isinstance(value, Mapping):
        raise row.wrong(name, value, "an object")
    for key, entry in (value or {}).items():
        if entry is not None and not isinstance(entry, str | list):
            raise row.wrong(f"{name}.{key}", entry, "a list")
    return value or {}


def _list_of_objects(row: _Row, name: str) -> list[Mapping[str, Any]]:
    value = row.decoded(name)
    if value is not None and not (isinstance(value, list) and all(isinstance(entry, Mapping) for entry in value)):
        raise row.wrong(name, value, "a list of objects")
    return value or []


def _examples(pairs: Iterator[tuple[object, object]]) -> str:
    """The first pairs of input and output as text."""
    shown = [pair for pair, _ in zip(pairs, range(MOST_EXAMPLES), strict=False)]
    return "\n\n".join(f"Input: {_as_text(given)}\nOutput: {_as_text(wanted)}" for given, wanted in shown)


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list) and value and all(isinstance(entry, str) for entry in value):
        return "\n".join(value)
    return json.dumps(value)


FORMATS = (
    BenchmarkFormat(
        "BigCodeBench",
        frozenset({"task_id", "instruct_prompt", "complete_prompt"}),
        ("task_id",),
        ("instruct_prompt", "complete_prompt"),
        _bigcodebench,
    ),
    BenchmarkFormat(
        "LiveCodeBench",
        frozenset({"question_id", "question_content"}),
        ("question_id",),
        ("question_content",),
        _livecodebench,
    ),
    BenchmarkFormat(
        "CodeContests", frozenset({"name", "description", "public_tests"}), ("name",), ("description",), _code_contests
    ),
    BenchmarkFormat("APPS", frozenset({"question", "input_output"}), ("problem_id", "id"), ("question",), _apps),
    BenchmarkFormat("MBPP", frozenset({"task_id", "test_list"}), ("task_id",), ("text", "prompt"), _mbpp),
    BenchmarkFormat(
        "HumanEval", frozenset({"task_id", "prompt", "entry_point"}), ("task_id",), ("prompt",), _humaneval
    ),
    BenchmarkFormat("plain", frozenset(), ID_FIELDS, TEXT_FIELDS, _plain),
)
"""By which rows are recognised, in this order; every row is of the last form where it is of no other."""
