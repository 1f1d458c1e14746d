"""The rows that ``kodcode dedup`` writes: as they were read, with ``duplicate_of`` and ``similarity`` behind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.files.atomic import write_atomically
from kodcode_hub.files.row_writer import is_stream, open_row_writer
from kodcode_hub.files.rows import Row
from kodcode_hub.pipeline.dedup_findings import ADDED_TYPES
from kodcode_hub.pipeline.dedup_rows import RowSource, id_of

if TYPE_CHECKING:
    import pyarrow as pa

    from kodcode_hub.pipeline.dedup_findings import Findings

_PARQUET_BATCH = 1024


def is_parquet(path: Path | str) -> bool:
    """By its name."""
    return str(path) != "-" and str(path).lower().endswith(".parquet")


def write_rows(
    source: RowSource, path: Path | str, out: Path | str, findings: Findings, types: ColumnTypes | None
) -> None:
    """Read all rows once more and write them with what was found.

    Args:
        source: the rows, for the second time.
        path: where they came from; Parquet that becomes Parquet keeps the types of its columns.
        out: where they go.
        findings: for each row, in order.
        types: of the columns, where rows become Parquet that were none.

    Raises:
        InputError: the rows are not those that were read before, or hold what the output cannot.
        UsageError: the output cannot be written.
    """
    if is_parquet(path) and is_parquet(out) and not is_stream(out):
        _write_parquet(Path(path), Path(out), findings)
        return
    checks = is_parquet(path)
    with (
        _fitting_into_parquet(source.name) if types is not None else nullcontext(),
        open_row_writer(
            out, schema=lambda: types.schema(findings.added) if types is not None else _no_types()
        ) as writer,
    ):
        for number, row in _finished_rows(source, findings):
            if checks:
                _require_json(row, number=number, source=source.name)
            writer.write(row)


def _finished_rows(source: RowSource, findings: Findings) -> Iterator[tuple[int, Row]]:
    position = 0
    for number, row in source.rows():
        if position == findings.rows or findings.id(position) != id_of(row, number=number, source=source.name):
            raise changed(source.name)
        kept = {name: value for name, value in row.items() if name not in ADDED_TYPES}
        yield number, kept | findings.columns(position)
        position += 1
    if position != findings.rows:
        raise changed(source.name)


def changed(name: str) -> InputError:
    """The rows of the input are not those that were read before."""
    return InputError(f"{name} changed while it was read; start again")


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


class ColumnTypes:
    """The Arrow types of columns, found out row by row."""

    def __init__(self, name: str) -> None:
        self._name = name
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

    def schema(self, added: Sequence[str]) -> pa.Schema:
        """Of the rows with the added columns."""
        import pyarrow as pa

        return _with_added(self._schema if self._schema is not None else pa.schema([]), added)


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


def _without_text(value: object) -> Any:
    """The same value with all texts empty: only the type counts, and a text need not be UTF-8."""
    if isinstance(value, str):
        return ""
    if isinstance(value, Mapping):
        return {key: _without_text(item) for key, item in value.items()}
    return [_without_text(item) for item in value] if isinstance(value, list) else value


def _with_added(schema: pa.Schema, added: Sequence[str]) -> pa.Schema:
    """With the added columns at the end. The file's own metadata describes other columns and is left out."""
    import pyarrow as pa

    fields = [field for field in schema if field.name not in ADDED_TYPES]
    types = {"string": pa.string(), "double": pa.float64()}
    return pa.schema([*fields, *(pa.field(name, types[ADDED_TYPES[name]]) for name in added)])


def _write_parquet(path: Path, out: Path, findings: Findings) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with write_atomically(out) as stream, pq.ParquetFile(path) as file:
            schema = _with_added(file.schema_arrow, findings.added)
            position = 0
            with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
                for batch in file.iter_batches(batch_size=_PARQUET_BATCH):
                    if position + len(batch) > findings.rows:
                        raise changed(str(path))
                    writer.write_table(_with_findings(batch, schema, findings, position))
                    position += len(batch)
            if position != findings.rows:
                raise changed(str(path))
    except pa.ArrowException as error:
        raise InputError(f"{path} cannot be copied to {out}: {' '.join(str(error).split())[:200]}") from error


def _with_findings(batch: pa.RecordBatch, schema: pa.Schema, findings: Findings, first: int) -> pa.Table:
    import pyarrow as pa

    found = [findings.columns(position) for position in range(first, first + len(batch))]
    added = [pa.array([_as_utf8(row[name]) for row in found], schema.field(name).type) for name in findings.added]
    kept = [batch.column(name) for name in schema.names[: -len(added)]]
    return pa.Table.from_arrays([*kept, *added], schema=schema)


def _as_utf8(value: str | float | None) -> str | float | None:
    return value.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(value, str) else value
