"""Tables of pandas: their columns cross as arrays, with the names of their types."""

from __future__ import annotations

import builtins
import sys
from typing import TYPE_CHECKING, Any

from . import names
from .wire import Malformed

if TYPE_CHECKING:
    from .values import Reader, Writer

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_CROSSING = frozenset("iufbMmO")
"""Kinds of columns that numpy holds as well; what pandas alone knows crosses as objects with the name of its type."""


def describe_frame(writer: Writer, value: Any) -> list[Any] | None:
    """The node of a DataFrame, Series or Index with plain labels; None for everything else."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return None
    kind = type(value)
    if kind is pandas.DataFrame and not isinstance(value.columns, pandas.MultiIndex):
        columns = [_column(writer, value.iloc[:, number]) for number in range(value.shape[1])]
        return ["pdf", columns, _column(writer, value.columns), _column(writer, value.index)]
    if kind is pandas.Series and not isinstance(value.index, pandas.MultiIndex):
        return ["pds", _column(writer, value), _column(writer, value.index)]
    if kind in (pandas.Index, pandas.RangeIndex, pandas.DatetimeIndex):
        return ["pdi", _column(writer, value)]
    return None


def _column(writer: Writer, column: Any) -> list[Any]:
    if type(column).__name__ == "RangeIndex":
        return [writer.item(range(column.start, column.stop, column.step)), "range", writer.item(column.name)]
    plain = column.dtype.kind in _CROSSING and type(column.dtype).__module__.startswith("numpy")
    values = column.to_numpy() if plain else column.to_numpy(dtype=object)
    return [writer.item(values), str(column.dtype), writer.item(column.name)]


def rebuild_frame(reader: Reader, node: list[Any]) -> Any:
    """The DataFrame of a node."""
    _, columns, labels, index = node
    pandas, rows = names.pandas(), _index(reader, index)
    made = pandas.DataFrame({n: _series(reader, column, rows) for n, column in enumerate(columns)}, index=rows)
    made.columns = _index(reader, labels)
    return made


def rebuild_series(reader: Reader, node: list[Any]) -> Any:
    return _series(reader, node[1], _index(reader, node[2]))


def rebuild_index(reader: Reader, node: list[Any]) -> Any:
    return _index(reader, node[1])


def _series(reader: Reader, column: list[Any], index: Any) -> Any:
    values, dtype, name = _parts(reader, column)
    return names.pandas().Series(values, index=index, dtype=dtype, name=name)


def _index(reader: Reader, column: list[Any]) -> Any:
    values, dtype, name = _parts(reader, column)
    pandas = names.pandas()
    return pandas.RangeIndex(values, name=name) if dtype == "range" else pandas.Index(values, dtype=dtype, name=name)


def _parts(reader: Reader, column: list[Any]) -> tuple[Any, str, Any]:
    values, dtype, name = column
    if type(dtype) is not str:
        raise Malformed("no type of a column")
    return reader.item(values), dtype, reader.item(name)
