"""Benchmarks from rows and from files."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from kodcode_hub.decontamination.benchmarks import Benchmark, benchmark_from_rows
from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.pipeline.benchmark_files import load_benchmarks


def benchmark_of(rows: Sequence[Mapping[str, Any]]) -> Benchmark:
    return benchmark_from_rows("b", enumerate(rows, start=1), source="b.jsonl")


def test_items_are_read_under_the_names_that_benchmarks_use() -> None:
    rows: list[dict[str, Any]] = [
        {"id": "B/0", "text": "one", "prompt": "not this"},
        {"task_id": 11, "prompt": "two"},
        {"task_id": "B/2", "description": "three"},
        {"question_id": "x", "question": "four"},
    ]
    assert benchmark_of(rows).items == (("B/0", "one"), ("11", "two"), ("B/2", "three"), ("x", "four"))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"text": "x"}, "b.jsonl, row 2 has no id: a benchmark's items need one of id, task_id"),
        ({"id": "0", "text": "x"}, "rows 1 and 2 have the same id '0'"),
        ({"id": "1", "statement": "x"}, "row 2 has none of the columns 'text', 'prompt'"),
        ({"id": "1", "text": None}, "row 2: column 'text' is null, not text"),
    ],
)
def test_items_without_id_or_text_are_refused_with_their_row(row: dict[str, Any], words: str) -> None:
    """Defect 3."""
    with pytest.raises(InputError, match=words):
        benchmark_of([{"id": 0, "text": "a"}, row])


def test_benchmarks_are_read_from_named_files(tmp_path: Path) -> None:
    (tmp_path / "a=b.jsonl").write_text('{"id": 0, "text": "a"}\n')
    (tmp_path / "two.jsonl.gz").write_bytes(gzip.compress(b'{"id": 0, "text": "b"}\n'))
    assert load_benchmarks([f"one={tmp_path}/a=b.jsonl", f"two+1.0={tmp_path}/two.jsonl.gz"]) == [
        Benchmark("one", (("0", "a"),)),
        Benchmark("two+1.0", (("0", "b"),)),
    ]
    assert load_benchmarks([]) == []


def test_malformed_arguments_and_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    path.write_text('{"id": 0, "text": "a"}\n{\n')
    for arguments, error, words in (
        ([str(path)], UsageError, "write NAME=PATH"),
        ([f"={path}"], UsageError, "write NAME=PATH"),
        (["name="], UsageError, "write NAME=PATH"),
        ([f"a/b={path}"], UsageError, "write NAME=PATH"),
        ([f"b={tmp_path}/gone.jsonl"], InputError, "benchmark file .*gone.jsonl does not exist"),
        ([f"b={tmp_path}"], InputError, "is a folder"),
        ([f"b={path}"], InputError, "b.jsonl: malformed JSON at line 2"),
    ):
        with pytest.raises(error, match=words):
            load_benchmarks(arguments)
    path.write_text('{"id": 0, "text": "a"}\n')
    with pytest.raises(UsageError, match="'b' is given twice"):
        load_benchmarks([f"b={path}", f"b={path}"])
