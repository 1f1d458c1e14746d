"""Does a row fit the published columns? Asked before Arrow is, which would turn what it does not know into nulls."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kodcode_hub.errors import InputError
from kodcode_hub.schema import Column, Kind, ListOf, Scalar, Struct


def check_row(row: Mapping[str, Any], columns: Sequence[Column]) -> str | None:
    """What is wrong with ``row``, column and found value named, or None. The stage's reason for it is ``schema``.

    Every column must be there; any value but a list's item may be None. ``question_id`` must not be empty.
    """
    names = {column.name for column in columns}
    if row.keys() != names:
        missing = sorted(names - row.keys())
        unknown = sorted(map(str, row.keys() - names))
        return "; ".join(
            [f"column {name!r} is missing" for name in missing] + [f"column {name!r} is unknown" for name in unknown]
        )
    if not row.get("question_id"):
        return "column 'question_id' is empty"
    for column in columns:
        if problem := _problem(row[column.name], column.kind):
            return f"column {column.name!r}{problem}"
    return None


def require_fit(row: Mapping[str, Any], columns: Sequence[Column]) -> None:
    """As :func:`check_row`.

    Raises:
        InputError: it does not fit; names the row and the column.
    """
    if problem := check_row(row, columns):
        raise InputError(f"row {row.get('question_id')!r} does not fit the published columns (schema): {problem}")


def _problem(value: object, kind: Kind) -> str | None:
    """What is wrong, after the place inside the column (``[2].test_code holds ...``), or None."""
    if value is None:
        return None
    if isinstance(kind, ListOf):
        return _list_problem(value, kind)
    if isinstance(kind, Struct):
        return _struct_problem(value, kind)
    return _SCALARS[kind](value)


def _list_problem(value: object, kind: ListOf) -> str | None:
    if not isinstance(value, (list, tuple)):
        return f" holds {type(value).__name__}, not a list"
    for index, item in enumerate(value):
        problem = " is null" if item is None else _problem(item, kind.item)
        if problem:
            return f"[{index}]{problem}"
    return None


def _struct_problem(value: object, kind: Struct) -> str | None:
    if not isinstance(value, dict):
        return f" holds {type(value).__name__}, not a dict"
    names = [name for name, _ in kind.members]
    if len(value) != len(names) or any(name not in value for name in names):
        return f" has the members {sorted(map(str, value))}, not {sorted(names)}"
    for name, member in kind.members:
        if problem := _problem(value[name], member):
            return f".{name}{problem}"
    return None


def _text_problem(value: object) -> str | None:
    if not isinstance(value, str):
        return f" holds {type(value).__name__}, not text"
    if value.isascii():
        return None
    try:
        value.encode()
    except UnicodeEncodeError as error:
        return f" holds a lone surrogate at character {error.start}, which UTF-8 cannot write"
    return None


def _integer_problem(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return f" holds {type(value).__name__}, not an integer"
    return None if -(2**63) <= value < 2**63 else " holds an integer beyond 64 bits"


def _float_problem(value: object) -> str | None:
    """Integers are refused too: 1 and 1.0 would be the same bytes with two content hashes."""
    if not isinstance(value, float):
        return f" holds {type(value).__name__}, not a float"
    return None if math.isfinite(value) else f" holds {value}, not a finite number"


def _bool_problem(value: object) -> str | None:
    return None if isinstance(value, bool) else f" holds {type(value).__name__}, not a bool"


_SCALARS: dict[Scalar, Callable[[object], str | None]] = {
    "string": _text_problem,
    "int64": _integer_problem,
    "float64": _float_problem,
    "bool": _bool_problem,
}
