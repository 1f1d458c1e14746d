"""Files of rows as a comparison reads them: first ids and types, then the rows and columns that must be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kodcode_hub.errors import InputError
from kodcode_hub.files.rows import Row, column_list, optional_id, read_rows
from kodcode_hub.packaging.diff_columns import Columns, ColumnType

if TYPE_CHECKING:
    import pyarrow.parquet as pq

ID_COLUMNS = ("question_id", "id")
"""The first of them that is not null names a row."""

_IDS_AT_ONCE = 1 << 16
_ROWS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class FileScan:
    """What a file was found to hold.

    Args:
        ids: of its rows, in order.
        columns: its columns with their types.
    """

    ids: list[str]
    columns: Columns


def scan_file(path: Path, source: str) -> FileScan:
    """Ids and columns of a file; of Parquet only the columns ``question_id`` and ``id`` are read.

    Args:
        path: the local file; its ending tells what it is.
        source: how messages name it.

    Raises:
        InputError: it cannot be read, or a row has no id.
    """
    return _scan_parquet(path, source) if _is_parquet(path) else _scan_rows(path, source)


def chosen_rows(path: Path, source: str, *, chosen: Sequence[int], columns: Sequence[str]) -> Iterator[Row]:
    """Some rows of a file, one for each of ``chosen``.

    Args:
        path: the local file.
        source: how messages name it.
        chosen: numbers of rows from 0, rising.
        columns: those that are read; only they must be in the rows, others may be.

    Raises:
        InputError: it cannot be read.
    """
    if _is_parquet(path):
        return _chosen_of_parquet(path, source, chosen, columns)
    wanted = set(chosen)
    return (row for index, (_, row) in enumerate(read_rows(path)) if index in wanted)


def _is_parquet(path: Path) -> bool:
    return path.name.lower().endswith(".parquet")


def _scan_rows(path: Path, source: str) -> FileScan:
    ids: list[str] = []
    columns: dict[str, ColumnType] = {}
    for number, row in read_rows(path):
        ids.append(_id_of(row, number, source))
        for name, value in row.items():
            kind = ColumnType.of_value(value)
            columns[name] = columns[name].merged(kind) if name in columns else kind
    return FileScan(ids, columns)


def _scan_parquet(path: Path, source: str) -> FileScan:
    ids: list[str] = []
    with _parquet_file(path, source) as file:
        schema = file.schema_arrow
        names = [name for name in ID_COLUMNS if name in schema.names]
        if not names and file.metadata.num_rows:
            raise InputError(
                f"{source} has none of the columns 'question_id' and 'id', by which rows are matched; "
                f"it has {column_list(dict.fromkeys(schema.names))}"
            )
        for batch in file.iter_batches(batch_size=_IDS_AT_ONCE, columns=names) if names else ():
            ids.extend(_id_of(row, number, source) for number, row in enumerate(batch.to_pylist(), len(ids) + 1))
        return FileScan(ids, {field.name: ColumnType.of_arrow(field.type) for field in schema})


def _id_of(row: Row, number: int, source: str) -> str:
    identity = optional_id(row, ID_COLUMNS, number=number, source=source)
    if identity is None:
        raise InputError(f"{source}, row {number} has no id: give every row a unique 'question_id' or 'id'")
    return identity


def _chosen_of_parquet(path: Path, source: str, chosen: Sequence[int], columns: Sequence[str]) -> Iterator[Row]:
    """Reads the row groups that hold chosen rows, and turns only these into Python values."""
    from bisect import bisect_left

    with _parquet_file(path, source) as file:
        start = 0
        for group in range(file.num_row_groups):
            end = start + file.metadata.row_group(group).num_rows
            if bisect_left(chosen, start) < bisect_left(chosen, end):
                for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE, row_groups=[group], columns=list(columns)):
                    some = chosen[bisect_left(chosen, start) : bisect_left(chosen, start + batch.num_rows)]
                    if some:
                        yield from batch.take([row - start for row in some]).to_pylist()
                    start += batch.num_rows
            start = end


@contextmanager
def _parquet_file(path: Path, source: str) -> Iterator[pq.ParquetFile]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            if len(set(names)) < len(names):
                raise InputError(f"{source} has two columns of the same name: {', '.join(names)}")
            yield file
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(f"{source} cannot be read as Parquet: {' '.join(str(error).split())[:300]}") from error
