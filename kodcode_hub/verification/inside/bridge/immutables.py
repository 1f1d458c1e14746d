"""Writing and reading of immutable values."""

from __future__ import annotations

import binascii
import builtins
import re
import types
import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import PosixPath, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from . import names
from .containers import dtype_of, shape_of
from .frames import rebuild_frame, rebuild_index, rebuild_series
from .wire import Malformed

if TYPE_CHECKING:
    from .values import Reader, Writer

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_PATHS: dict[str, type] = {kind.__name__: kind for kind in (PosixPath, PurePosixPath, PureWindowsPath)}


def _of(kind: type, value: Any) -> Any:
    """``value``, which must be of this exact type."""
    if type(value) is not kind:
        raise Malformed(f"no {kind.__name__}")
    return value


def _parts(letters: str, *attributes: str) -> Callable[[Writer, Any], list[Any]]:
    """A writer of the values of these attributes."""
    return lambda writer, value: [letters, writer.items([getattr(value, name) for name in attributes])]


def _made_by(make: Callable[..., Any]) -> Callable[[Reader, list[Any]], Any]:
    """A reader that calls ``make`` with the values."""
    return lambda reader, node: make(*reader.items(node[1]))


_DATE = ("year", "month", "day")
_TIME = ("hour", "minute", "second", "microsecond", "tzinfo", "fold")


def _make_datetime(*values: Any) -> datetime:
    *when, fold = values
    return datetime(*when, fold=fold)


def _make_time(*values: Any) -> time:
    *when, fold = values
    return time(*when, fold=fold)


def _write_timezone(writer: Writer, value: timezone) -> list[Any]:
    return ["tz", writer.items(list(value.__getinitargs__()))]  # type: ignore[attr-defined]


def _write_zone(writer: Writer, value: ZoneInfo) -> list[Any]:
    return ["zi", value.key] if value.key else writer.peer.describe(writer, value)


def _read_pattern(reader: Reader, node: list[Any]) -> Any:
    pattern = reader.item(node[1])
    if type(pattern) not in (str, bytes):
        raise Malformed("no pattern")
    return re.compile(pattern, _of(int, node[2]))


def _read_view(reader: Reader, node: list[Any]) -> Any:
    values = reader.items(node[2])
    if node[1] == "keys":
        return dict.fromkeys(values).keys()
    return dict(values).items() if node[1] == "items" else dict(enumerate(values)).values()


def _read_scalar(_reader: Reader, node: list[Any]) -> Any:
    return _zero_dimensional(node)[()]


def _zero_dimensional(node: list[Any]) -> Any:
    return names.numpy().frombuffer(binascii.a2b_base64(_of(str, node[2])), dtype_of(node[1])).reshape(()).copy()


def _read_objects(reader: Reader, node: list[Any]) -> Any:
    made = names.numpy().empty(shape_of(node[1]), object)
    values = reader.items(node[2])
    if len(values) != made.size:
        raise Malformed("an array of another size")
    for index, value in enumerate(values):
        made.flat[index] = value
    return made


def _read_named(reader: Reader, node: list[Any]) -> Any:
    return reader.peer.found(_of(str, node[1]))


def _write_bytes(_writer: Writer, value: bytes) -> list[Any]:
    return ["b", binascii.b2a_base64(value, newline=False).decode("ascii")]


def _read_bytes(_reader: Reader, node: list[Any]) -> bytes:
    return binascii.a2b_base64(_of(str, node[1]))


IMMUTABLE: dict[type, Callable[[Writer, Any], list[Any]]] = {
    tuple: lambda writer, value: ["t", writer.items(list(value))],
    frozenset: lambda writer, value: ["fs", writer.items(list(value))],
    bytes: _write_bytes,
    complex: _parts("c", "real", "imag"),
    range: _parts("r", "start", "stop", "step"),
    slice: _parts("sl", "start", "stop", "step"),
    type(Ellipsis): lambda writer, value: ["e"],
    type(NotImplemented): lambda writer, value: ["ni"],
    Decimal: lambda writer, value: ["D", str(value)],
    Fraction: _parts("Fr", "numerator", "denominator"),
    date: _parts("da", *_DATE),
    time: _parts("ti", *_TIME),
    datetime: _parts("dt", *_DATE, *_TIME),
    timedelta: _parts("td", "days", "seconds", "microseconds"),
    timezone: _write_timezone,
    ZoneInfo: _write_zone,
    uuid.UUID: lambda writer, value: ["U", value.hex],
    **{kind: lambda writer, value: ["P", type(value).__name__, str(value)] for kind in _PATHS.values()},
    re.Pattern: lambda writer, value: ["re", writer.item(value.pattern), value.flags & ~re.DEBUG.value],
    type({}.keys()): lambda writer, value: ["v", "keys", writer.items(list(value))],
    type({}.values()): lambda writer, value: ["v", "values", writer.items(list(value))],
    type({}.items()): lambda writer, value: ["v", "items", writer.items(list(value))],
    types.MappingProxyType: lambda writer, value: ["mp", writer.item(dict(value))],
}
BUILD: dict[str, Callable[[Reader, list[Any]], Any]] = {
    "t": lambda reader, node: tuple(reader.items(node[1])),
    "fs": lambda reader, node: frozenset(reader.items(node[1])),
    "b": _read_bytes,
    "c": lambda reader, node: complex(*(_of(float, part) for part in reader.items(node[1]))),
    "r": _made_by(range),
    "sl": _made_by(slice),
    "e": lambda reader, node: Ellipsis,
    "ni": lambda reader, node: NotImplemented,
    "D": lambda reader, node: Decimal(_of(str, node[1])),
    "Fr": _made_by(Fraction),
    "da": _made_by(date),
    "ti": _made_by(_make_time),
    "dt": _made_by(_make_datetime),
    "td": _made_by(timedelta),
    "tz": _made_by(timezone),
    "zi": lambda reader, node: ZoneInfo(_of(str, node[1])),
    "U": lambda reader, node: uuid.UUID(_of(str, node[1])),
    "P": lambda reader, node: _PATHS[node[1]](_of(str, node[2])),
    "re": _read_pattern,
    "v": _read_view,
    "mp": lambda reader, node: types.MappingProxyType(_of(dict, reader.item(node[1]))),
    "np0": lambda reader, node: _zero_dimensional(node),
    "nps": _read_scalar,
    "npd": lambda reader, node: names.numpy().dtype(object) if node[1] == "|O" else dtype_of(node[1]),
    "npo": _read_objects,
    "pdf": rebuild_frame,
    "pds": rebuild_series,
    "pdi": rebuild_index,
    "N": _read_named,
    "@": lambda reader, node: reader.peer.twin(node[1]),
}
