"""Rows written with columns behind."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kodcode_hub.errors import InputError
from kodcode_hub.pipeline.marked_rows import AddedColumns, write_parquet_copy

COLUMNS = AddedColumns(frozenset({"mark", "old"}), lambda: [pa.field("mark", pa.string())])


@pytest.mark.parametrize("marks", [2, 4])
def test_a_file_that_has_other_rows_than_were_read_is_refused_and_nothing_appears(tmp_path: Path, marks: int) -> None:
    source, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(pa.table({"id": ["a", "b", "c"]}), source)
    with pytest.raises(InputError, match="changed while it was read"):
        write_parquet_copy(source, out, iter([{"mark": "x"}] * marks), COLUMNS, name="in.parquet")
    assert not out.exists()


def test_types_are_kept_and_columns_of_an_earlier_run_replaced(tmp_path: Path) -> None:
    source, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    table = pa.table({"mark": [1, 2], "n": pa.array([1, 2], pa.int8()), "old": [True, False]})
    pq.write_table(table, source)
    write_parquet_copy(source, out, iter([{"mark": "x"}, {"mark": "\ud800"}]), COLUMNS, name="in.parquet")
    written = pq.read_table(out)
    assert written.schema == pa.schema([("n", pa.int8()), ("mark", pa.string())])
    assert written.column("mark").to_pylist() == ["x", "\\ud800"]
