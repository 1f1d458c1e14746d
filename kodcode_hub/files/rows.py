"""Rows in: JSON Lines, a JSON array or Parquet; and the checks that every reader of rows makes.

Which form a file has is told by its name: ``.jsonl`` or ``.json``, both also ``.gz`` or ``.zst``, and ``.parquet``.
Standard input (``-``) and pipes hold JSON Lines. Everything a user can get wrong is an :class:`InputError` that names
file and row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any, Literal

from kodcode_hub.errors import InputError
from kodcode_hub.files.row_formats import json_array, json_lines, parquet_rows

ROW_SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".json", ".json.gz", ".json.zst", ".parquet")
"""What the name of a file of rows may end in."""

Row = dict[str, Any]


def read_rows(path: Path | str) -> Iterator[tuple[int, Row]]:
    """The rows of a file, each with its number from 1.

    In JSON Lines the number is that of the line, so that it is found in an editor; blank lines give no row. JSON Lines
    and Parquet are streamed (one line, one part of a row group at a time), a JSON array is read whole. A UTF-8 byte
    order mark is accepted. ``NaN``, ``Infinity`` and an object that names a key twice are refused: not everybody reads
    them alike, and what is written back would differ from what was read.

    Args:
        path: a file named as in :data:`ROW_SUFFIXES`, or ``-`` for standard input.

    Raises:
        InputError: at once if the file is missing, a folder or of an unknown kind; while reading for malformed rows
            (the message names the row); at the end if there was no row at all.
    """
    name = display_name(path)
    rows = _open_rows(path, name)
    return _refuse_empty(_require_objects(rows, name), name)


def display_name(path: Path | str) -> str:
    """How messages name this input."""
    return "standard input" if str(path) == "-" else str(path)


def is_same_file(path: Path | str, other: Path | str) -> bool:
    """Whether writing ``path`` would overwrite ``other``; standard streams, devices and pipes never do."""
    if "-" in (str(path), str(other)):
        return False
    first, second = Path(path), Path(other)
    if first.exists() and not first.is_file():
        return False
    return first.resolve() == second.resolve() or (first.is_file() and second.is_file() and first.samefile(second))


def path_kind(path: Path | str) -> Literal["missing", "folder", "file", "pipe"]:
    """What lies at ``path``; devices count as pipes.

    Raises:
        InputError: it cannot be looked at (no permission, a name that is too long).
    """
    try:
        mode = Path(path).stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    return "folder" if S_ISDIR(mode) else "file" if S_ISREG(mode) else "pipe"


def checked_id(row: Mapping[str, Any], *, number: int, source: str, seen: MutableMapping[str, int]) -> str:
    """The row's ``id``, else its ``question_id``, as text; whole numbers become text, null counts as absent.

    Args:
        number: of the row, from 1.
        source: name of the input, for messages.
        seen: ids met so far with their rows; this row's is added.

    Raises:
        InputError: no id, an empty one, one that is neither text nor a whole number, or one that an earlier row has.
    """
    identity = optional_id(row, ("id", "question_id"), number=number, source=source)
    if identity is None:
        raise InputError(f"{source}, row {number} has no id: give every row a unique 'id' or 'question_id'")
    return claim_id(identity, number=number, source=source, seen=seen)


def optional_id(row: Mapping[str, Any], names: Sequence[str], *, number: int, source: str) -> str | None:
    """The id under the first of ``names`` that is not null, as text; None where there is none.

    Raises:
        InputError: the id is empty, or neither text nor a whole number.
    """
    name = next((name for name in names if row.get(name) is not None), None)
    if name is None:
        return None
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InputError(f"{source}, row {number}: {name!r} is {type_name(value)}; an id is text or a whole number")
    if not str(value).strip():
        raise InputError(f"{source}, row {number}: {name!r} is empty; give every row a unique id")
    return str(value)


def claim_id(identity: str, *, number: int, source: str, seen: MutableMapping[str, int]) -> str:
    """Record that row ``number`` has this id.

    Raises:
        InputError: an earlier row has it; the message names both.
    """
    earlier = seen.setdefault(identity, number)
    if earlier != number:
        raise InputError(f"{source}: rows {earlier} and {number} have the same id {identity!r}; ids must be unique")
    return identity


def checked_text(row: Mapping[str, Any], column: str, *, number: int, source: str) -> str:
    """The text in a column.

    Raises:
        InputError: the row has no such column, or something else than text in it.
    """
    if column not in row:
        raise InputError(f"{source}, row {number} has no column {column!r}; it has {column_list(row)}")
    value = row[column]
    if not isinstance(value, str):
        raise InputError(f"{source}, row {number}: column {column!r} is {type_name(value)}, not text")
    return value


def first_text(row: Mapping[str, Any], names: Sequence[str], *, number: int, source: str) -> tuple[str, str]:
    """Name and content of the first of the columns ``names`` that holds text other than blanks.

    Raises:
        InputError: the row has none of these columns, or nothing but null, blanks or something else than text in them.
    """
    name = next((name for name in names if isinstance(row.get(name), str) and row[name].strip()), None)
    if name is not None:
        return name, row[name]
    present = [name for name in names if name in row]
    if not present:
        raise InputError(
            f"{source}, row {number} has none of the columns {', '.join(map(repr, names))}; it has {column_list(row)}"
        )
    found = "empty" if isinstance(row[present[0]], str) else type_name(row[present[0]])
    raise InputError(f"{source}, row {number}: column {present[0]!r} is {found}, not text")


def column_list(row: Mapping[str, Any]) -> str:
    """The names of a row's columns for a message, at most a dozen."""
    names = [repr(name) for name in row]
    return (", ".join(names[:12]) + (", ..." if len(names) > 12 else "")) or "no columns at all"


def type_name(value: object) -> str:
    """What JSON calls the type of ``value``."""
    names = {type(None): "null", bool: "a boolean", int: "a number", float: "a number", str: "text", list: "a list"}
    return names.get(type(value), "an object" if isinstance(value, Mapping) else f"a {type(value).__name__}")


def _row_suffix(path: Path) -> str | None:
    name = path.name.lower()
    return next((suffix for suffix in ROW_SUFFIXES if name.endswith(suffix)), None)


def _open_rows(path: Path | str, name: str) -> Iterator[tuple[int, object]]:
    if str(path) == "-":
        return json_lines(None, name)
    file = Path(path)
    kind = path_kind(file)
    if kind == "missing":
        raise InputError(f"{name} does not exist")
    if kind == "folder":
        raise InputError(f"{name} is a folder; give a file of rows ({', '.join(ROW_SUFFIXES)})")
    suffix = _row_suffix(file) or (".jsonl" if kind == "pipe" else None)
    if suffix is None:
        raise InputError(f"{name} is of an unknown kind; rows are read from {', '.join(ROW_SUFFIXES)}")
    if suffix == ".parquet":
        return parquet_rows(file, name)
    return json_lines(file, name) if suffix.startswith(".jsonl") else json_array(file, name)


def _require_objects(rows: Iterator[tuple[int, object]], name: str) -> Iterator[tuple[int, Row]]:
    for number, row in rows:
        if not isinstance(row, dict):
            hint = "; a JSON array belongs into a .json file" if isinstance(row, list) else ""
            raise InputError(f"{name}, row {number} is {type_name(row)}, not an object{hint}")
        yield number, row


def _refuse_empty(rows: Iterator[tuple[int, Row]], name: str) -> Iterator[tuple[int, Row]]:
    empty = True
    for numbered in rows:
        empty = False
        yield numbered
    if empty:
        raise InputError(f"{name} is empty: it holds no rows")
