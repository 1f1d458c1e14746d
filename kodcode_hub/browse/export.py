"""A selection as a file: rows in the order of the release, JSON Lines or Parquet, in bounded memory."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from kodcode_hub.browse.catalogue import Catalogue
from kodcode_hub.browse.index_query import index_query, number_query
from kodcode_hub.browse.published_row import Row
from kodcode_hub.browse.selection import Range, Selection
from kodcode_hub.schema import COLUMNS, arrow_schema

if TYPE_CHECKING:
    pass

Format = Literal["jsonl", "parquet"]
_ROWS_AT_ONCE = 500
_PUBLISHED = tuple(column.name for column in COLUMNS)


def export_rows(catalogue: Catalogue, selection: Selection, form: Format) -> Iterator[bytes]:
    """The file in pieces.

    Args:
        catalogue: where the rows are.
        selection: which rows; its order and page do not count.
        form: ``jsonl`` has the rows as they were published, ``parquet`` the published columns of today.

    Raises:
        UsageError: a value that no row has; raised before the first piece.
        InputError: the data files changed meanwhile.
    """
    resolved = catalogue.resolve(selection)
    batches = _batches(catalogue, resolved)
    return (_json_lines(rows) for rows in batches) if form == "jsonl" else _parquet(batches)


def _batches(catalogue: Catalogue, selection: Selection) -> Iterator[list[Row]]:
    """Rows in order; each search goes on behind the last row."""
    import tantivy

    query = index_query(catalogue.index, selection)
    start = 0
    while True:
        behind = number_query(catalogue.index.schema, "order", Range(start, None))
        both = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, behind)])
        found = catalogue.index.searcher.search(
            both, _ROWS_AT_ONCE, count=False, order_by_field="order", order=tantivy.Order.Asc
        ).hits
        if not found:
            return
        places = catalogue.index.searcher.fast_field_values("place", [address for _, address in found])
        yield [_without_split(catalogue.rows.read(int(place or 0))) for place in places]
        start = int(found[-1][0]) + 1


def _json_lines(rows: Sequence[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows).encode(
        "utf-8", "surrogatepass"
    )


def _parquet(batches: Iterator[list[Row]]) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = arrow_schema()
    sink = io.BytesIO()
    with pq.ParquetWriter(_Stream(sink), schema, compression="zstd") as writer:
        for rows in batches:
            writer.write_table(pa.Table.from_pylist([_published(row) for row in rows], schema=schema))
            yield _taken(sink)
    yield _taken(sink)


class _Stream(io.RawIOBase):
    """Lets pyarrow write a file whose beginning has left already."""

    def __init__(self, sink: io.BytesIO) -> None:
        self._sink, self._written = sink, 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written += len(memoryview(data))
        return self._sink.write(data)

    def tell(self) -> int:
        return self._written


def _taken(sink: io.BytesIO) -> bytes:
    content = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return content


def _published(row: Row) -> dict[str, Any]:
    return {name: row.get(name) for name in _PUBLISHED}


def _without_split(row: Row) -> Row:
    """It tells where the row lay, and is no column."""
    return {name: value for name, value in row.items() if name != "split"}
