"""Rows written as they were read, with columns behind that say what was found of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.files.atomic import write_atomically
from kodcode_hub.files.row_writer import is_stream, open_row_writer
from kodcode_hub.files.rows import Row

if TYPE_CHECKING:
    import pyarrow as pa

_PARQUET_BATCH = 1024


@dataclass(frozen=True, slots=True)
class AddedColumns:
    """The columns that a command adds."""

    replaced: frozenset[str]
    """Columns of the input that are left out, because they are of an earlier run."""
    fields: Callable[[], list[pa.Field]]
    """Those that are added, with their types."""

    def behind(self, schema: pa.Schema) -> pa.Schema:
        """A schema with them at the end. The file's own metadata describes other columns and is left out."""
        import pyarrow as pa

        return pa.schema([*(field for field in schema if field.name not in self.replaced), *self.fields()])

    def without(self, row: Row) -> dict[str, Any]:
        """A row without what is replaced."""
        return {name: value for name, value in row.items() if name not in self.replaced}


def is_parquet(path: Path | str) -> bool:
    """By its name."""
    return str(path) != "-" and str(path).lower().endswith(".parquet")


def copies_parquet(source: Path | str, out: Path | str) -> bool:
    """Whether the input's columns can be copied with their types (:func:`write_parquet_copy`)."""
    return is_parquet(source) and is_parquet(out) and not is_stream(out)


def changed(name: str) -> InputError:
    """The rows of the input are not those that were read before."""
    return InputError(f"{name} changed while it was read; start again")


def write_marked(
    rows: Iterable[tuple[int, Row]], out: Path | str, *, name: str, types: ColumnTypes | None, from_parquet: bool
) -> None:
    """Write rows that have their added columns.

    Args:
        rows: with their numbers.
        out: where they go.
        name: of the input, for messages.
        types: of the columns, where rows become Parquet that were none.
        from_parquet: whether values may be such that JSON has no word for.

    Raises:
        InputError: the rows hold what the output cannot.
        UsageError: the output cannot be written.
    """
    fitting = nullcontext() if types is None else _fitting_into_parquet(name)
    with fitting, open_row_writer(out, schema=lambda: types.schema() if types is not None else _no_types()) as writer:
        for number, row in rows:
            if from_parquet:
                _require_json(row, number=number, source=name)
            writer.write(row)


def write_parquet_copy(
    source: Path, out: Path, added: Iterator[Mapping[str, Any]], columns: AddedColumns, *, name: str
) -> None:
    """Copy a Parquet file, with columns behind.

    Args:
        source: the file.
        out: takes its name when it is whole.
        added: the added columns of each row.
        columns: what these are.
        name: of the input, for messages.

    Raises:
        InputError: the file cannot be copied, or has not as many rows as ``added``.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with write_atomically(out) as stream, pq.ParquetFile(source) as file:
            schema = columns.behind(file.schema_arrow)
            with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
                for batch in file.iter_batches(batch_size=_PARQUET_BATCH):
                    found = list(islice(added, len(batch)))
                    if len(found) < len(batch):
                        raise changed(name)
                    writer.write_table(_with_added(batch, schema, found))
            if next(added, None) is not None:
                raise changed(name)
    except pa.ArrowException as error:
        raise InputError(f"{name} cannot be copied to {out}: {' '.join(str(error).split())[:200]}") from error


class ColumnTypes:
    """The Arrow types of columns, found out row by row."""

    def __init__(self, name: str, columns: AddedColumns) -> None:
        self._name = name
        self._columns = columns
        self._schema: pa.Schema | None = None

    def add(self, rows: list[Row]) -> None:
        """Look at some more rows.

        Raises:
            UsageError: a column has values of types that have none in common.
        """
        import pyarrow as pa

        with _fitting_into_parquet(self._name):
            found = pa.schema(pa.array([_without_text(row) for row in rows]).type)
            both = [found] if self._schema is None else [self._schema, found]
            self._schema = pa.unify_schemas(both, promote_options="permissive")

    def schema(self) -> pa.Schema:
        """Of the rows with the added columns."""
        import pyarrow as pa

        return self._columns.behind(self._schema if self._schema is not None else pa.schema([]))


@contextmanager
def _fitting_into_parquet(name: str) -> Iterator[None]:
    """Say it of the rows ``name`` where Arrow refuses them."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OverflowError, TypeError) as error:
        raise UsageError(
            f"the rows of {name} do not fit into Parquet: {' '.join(str(error).split())[:200]}; "
            "give --out a name that ends in .jsonl"
        ) from error


def _require_json(row: Mapping[str, Any], *, number: int, source: str) -> None:
    for name, value in row.items():
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise InputError(
                f"{source}, row {number}: column {name!r} holds what JSON has no word for ({error}); "
                "give --out a name that ends in .parquet"
            ) from error


def _no_types() -> pa.Schema:
    raise AssertionError("rows that become Parquet have their types collected")


def _without_text(value: object) -> Any:
    """The same value with all texts empty: only the type counts, and a text need not be UTF-8."""
    if isinstance(value, str):
        return ""
    if isinstance(value, Mapping):
        return {key: _without_text(item) for key, item in value.items()}
    return [_without_text(item) for item in value] if isinstance(value, list) else value


def _with_added(batch: pa.RecordBatch, schema: pa.Schema, added: list[Mapping[str, Any]]) -> pa.Table:
    import pyarrow as pa

    names = list(added[0])
    found = [pa.array([_utf8(row[name]) for row in added], schema.field(name).type) for name in names]
    kept = [batch.column(name) for name in schema.names[: -len(names)]]
    return pa.Table.from_arrays([*kept, *found], schema=schema)


def _utf8(value: Any) -> Any:
    """The same value, lone surrogates (of ids) written as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, Mapping):
        return {key: _utf8(item) for key, item in value.items()}
    return [_utf8(item) for item in value] if isinstance(value, list) else value
