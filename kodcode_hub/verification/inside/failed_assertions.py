"""What a failed assertion says: its source, the values it compared, and where they differ."""

from __future__ import annotations

import builtins
import linecache
import re
from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

NAME_OR_CONSTANT = re.compile(r"[^\W\d]\w*|-?\d[\w.]*|\"[^\"\\\n]*\"|'[^'\\\n]*'")
"""A side of a comparison that says its own value, and that nothing is gained by keeping."""
_LONGEST_SOURCE = 300
_TESTS: dict[str, list[str]] = {}
"""Lines of test files by the name of their module: elsewhere the solution would find them sooner."""


class Assertion(NamedTuple):
    """One assertion of the source, for the message."""

    operator: str
    """Of a single comparison; else empty, and ``left`` is the whole condition."""
    left: str
    right: str
    has_message: bool


def make_explainer(
    assertions: list[Assertion], show: Callable[[object], str], compare: Callable[[str, object, object], str]
) -> Callable[..., str]:
    """The function that a failing assertion calls with its number, its kept values, and the test's own message.

    Args:
        show: a short text of any object.
        compare: what differs between two objects, on further lines; empty if there is nothing to say.
    """

    def explain(number: int, left: object, right: object = None, message: object = None) -> str:
        told = assertions[number]
        try:
            text = _explained(told, left, right, show, compare)
        except BaseException as error:  # noqa: BLE001 - the values' own methods may do anything
            text = f"assert {told.left} {told.operator} {told.right} (cannot be shown: {type(error).__name__})"
        return f"{message}\n{text}" if told.has_message else text

    return explain


def keep_lines(module: str, lines: list[str]) -> None:
    """Remember the source of a test file for ``quote_failed``."""
    _TESTS[module] = lines


def quote_failed(error: AssertionError, module: str) -> str:
    """The source of the assertion in the module of that name that raised ``error``; empty if none there did."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None or traceback.tb_frame.f_globals.get("__name__") != module:
        return ""
    first, last = _lines_of(traceback)
    lines = _TESTS.get(module) or linecache.getlines(traceback.tb_frame.f_code.co_filename)
    lines = lines[first - 1 : last]
    text = "".join(lines).strip()
    return text[text.find("assert") :][:_LONGEST_SOURCE] if "assert" in text else ""


def _lines_of(traceback: TracebackType) -> tuple[int, int]:
    for number, (first, last, _, _) in enumerate(traceback.tb_frame.f_code.co_positions()):
        if number * 2 == traceback.tb_lasti and first is not None and last is not None:
            return first, last
    return traceback.tb_lineno or 1, traceback.tb_lineno or 1


def _explained(
    told: Assertion,
    left: object,
    right: object,
    show: Callable[[object], str],
    compare: Callable[[str, object, object], str],
) -> str:
    sides = [(told.left, show(left))]
    text = f"assert {sides[0][1]}"
    if told.operator:
        sides.append((told.right, show(right)))
        text += f" {told.operator} {sides[1][1]}{compare(told.operator, left, right)}"
    notes = [
        f" +  where {shown} = {' '.join(side.split())[:_LONGEST_SOURCE]}"
        for side, shown in sides
        if side[0] not in "[{'\"" and not NAME_OR_CONSTANT.fullmatch(side)
    ]
    return "\n".join([text, *notes])
