"""The rows that ``kodcode dedup`` writes: as they were read, with what was found behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kodcode_hub.files.rows import Row
from kodcode_hub.pipeline.dedup_findings import Findings
from kodcode_hub.pipeline.dedup_settings import DedupSettings
from kodcode_hub.pipeline.marked_rows import (
    AddedColumns,
    ColumnTypes,
    changed,
    copies_parquet,
    is_parquet,
    write_marked,
    write_parquet_copy,
)
from kodcode_hub.pipeline.row_source import RowSource, id_of

if TYPE_CHECKING:
    import pyarrow as pa

_LEXICAL = {"duplicate_of": "string", "similarity": "double"}
_SEMANTIC = {"semantic_duplicate_of": "string", "cosine": "double"}


def added_columns(settings: DedupSettings) -> AddedColumns:
    """The columns that are added; two more where an embedding model was asked."""
    types = _LEXICAL | (_SEMANTIC if settings.semantic is not None else {})
    return AddedColumns(frozenset(_LEXICAL | _SEMANTIC), lambda: _fields(types))


def write_rows(
    source: RowSource,
    path: Path | str,
    out: Path | str,
    findings: Findings,
    columns: AddedColumns,
    types: ColumnTypes | None,
) -> None:
    """Read all rows once more and write them with what was found.

    Args:
        source: the rows, for the second time.
        path: where they came from; Parquet that becomes Parquet keeps the types of its columns.
        out: where they go.
        findings: for each row, in order.
        columns: that are added.
        types: of the columns, where rows become Parquet that were none.

    Raises:
        InputError: the rows are not those that were read before, or hold what the output cannot.
        UsageError: the output cannot be written.
    """
    if copies_parquet(path, out):
        added = (findings.columns(position) for position in range(findings.rows))
        write_parquet_copy(Path(path), Path(out), added, columns, name=str(path))
    else:
        rows = _finished_rows(source, findings, columns)
        write_marked(rows, out, name=source.name, types=types, from_parquet=is_parquet(path))


def _finished_rows(source: RowSource, findings: Findings, columns: AddedColumns) -> Iterator[tuple[int, Row]]:
    position = 0
    for number, row in source.rows():
        if position == findings.rows or findings.id(position) != id_of(row, number=number, source=source.name):
            raise changed(source.name)
        yield number, columns.without(row) | findings.columns(position)
        position += 1
    if position != findings.rows:
        raise changed(source.name)


def _fields(types: dict[str, str]) -> list[pa.Field]:
    import pyarrow as pa

    return [pa.field(name, pa.type_for_alias(alias)) for name, alias in types.items()]
