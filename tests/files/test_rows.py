"""Reading rows: every form a file can have, and every way in which it can be wrong."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tracemalloc
from collections import deque
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kodcode_hub.errors import InputError
from kodcode_hub.files.rows import (
    checked_id,
    checked_text,
    first_text,
    path_kind,
    read_rows,
)

ROWS: list[dict[str, Any]] = [{"id": "a", "n": 1, "list": ["ü", None]}, {"id": "b", "n": 2, "list": []}]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
NUMBERED = list(enumerate(ROWS, start=1))


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    if name.endswith(".gz"):
        content = gzip.compress(content)
    if name.endswith(".zst"):
        with pa.output_stream(str(path), compression="zstd") as stream:
            stream.write(content)
    else:
        path.write_bytes(content)
    return path


def refusal(path: Path | str) -> str:
    with pytest.raises(InputError) as caught:
        deque(read_rows(path), maxlen=0)
    return str(caught.value)


@pytest.mark.parametrize("name", ["r.jsonl", "r.jsonl.gz", "r.jsonl.zst", "R.JSONL"])
def test_json_lines_are_read_plain_and_compressed(tmp_path: Path, name: str) -> None:
    assert list(read_rows(written(tmp_path, name, LINES))) == NUMBERED


@pytest.mark.parametrize("name", ["r.json", "r.json.gz", "r.json.zst"])
def test_a_json_array_is_read_plain_and_compressed(tmp_path: Path, name: str) -> None:
    assert list(read_rows(written(tmp_path, name, json.dumps(ROWS, indent=2).encode()))) == NUMBERED


def test_parquet_is_read_over_all_row_groups(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    rows = [{"id": str(number)} for number in range(1000)]
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=300)
    assert list(read_rows(path)) == list(enumerate(rows, start=1))


def test_standard_input_and_pipes_hold_json_lines(tmp_path: Path) -> None:
    code = "import sys; from kodcode_hub.files.rows import read_rows; print(list(read_rows(sys.argv[1])))"
    for path in ("-", "/dev/stdin"):
        run = subprocess.run(
            [sys.executable, "-c", code, path], input=LINES, capture_output=True, timeout=60, check=True
        )
        assert run.stdout.decode().strip() == str(NUMBERED)
    os.mkfifo(tmp_path / "pipe")
    assert path_kind(tmp_path / "pipe") == "pipe"


def test_what_is_wrong_on_standard_input_is_said_of_standard_input() -> None:
    code = (
        "from kodcode_hub.files.rows import read_rows\ntry: list(read_rows('-'))\nexcept Exception as e: print(repr(e))"
    )
    run = subprocess.run([sys.executable, "-c", code], input=b"{", capture_output=True, timeout=60, check=True)
    assert b"InputError('standard input: malformed JSON at line 1" in run.stdout


def test_blank_lines_give_no_row_but_count_as_lines(tmp_path: Path) -> None:
    path = written(tmp_path, "r.jsonl", b'\n{"a": 1}\r\n  \t \r\n{"a": 2}')
    assert list(read_rows(path)) == [(2, {"a": 1}), (4, {"a": 2})]


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    for name, content in (("r.jsonl", LINES), ("r.json", json.dumps(ROWS).encode())):
        assert list(read_rows(written(tmp_path, name, b"\xef\xbb\xbf" + content))) == NUMBERED


def test_a_line_ends_at_a_newline_alone(tmp_path: Path) -> None:
    text = "one\u2028two\x85three\x0bfour\x00"
    path = written(tmp_path, "r.jsonl", json.dumps({"t": text}, ensure_ascii=False).encode())
    assert list(read_rows(path)) == [(1, {"t": text})]


def test_an_escaped_lone_surrogate_is_kept(tmp_path: Path) -> None:
    assert list(read_rows(written(tmp_path, "r.jsonl", rb'{"t": "\ud800"}'))) == [(1, {"t": "\ud800"})]


def test_missing_files_folders_and_unknown_kinds_are_refused_at_once(tmp_path: Path) -> None:
    for path, words in (
        (tmp_path / "gone.jsonl", "gone.jsonl does not exist"),
        (written(tmp_path, "f.jsonl", LINES) / "below.jsonl", "does not exist"),
        (tmp_path, "is a folder"),
        (written(tmp_path, "rows.csv", b"a,b"), "unknown kind; rows are read from .jsonl"),
    ):
        with pytest.raises(InputError, match=words):
            read_rows(path)


def test_a_path_that_cannot_even_be_looked_at_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be read: File name too long"):
        read_rows("x" * 5000 + ".jsonl")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("r.jsonl", b'{"a": 1}\n\n{"a": }\n', "malformed JSON at line 3, column 7: Expecting value"),
        ("r.jsonl", b'{"a": 1}\n{"a": 2', "malformed JSON at line 2"),
        ("r.jsonl", b'[\n{"a": 1}\n]', "Expecting value (a JSON array belongs into a .json file)"),
        ("r.jsonl", b'[{"a": 1}]', "row 1 is a list, not an object; a JSON array belongs into a .json file"),
        ("r.jsonl", b'{"a": 1}\n7\n', "row 2 is a number, not an object"),
        ("r.jsonl", b'{"a": 1}\nnull\n', "row 2 is null, not an object"),
        ("r.jsonl", b'{"a": 1}\n{"a": "\xff"}\n', "line 2 is not UTF-8: byte 0xff"),
        ("r.jsonl", b'{"a": NaN}', "malformed JSON at line 1: NaN is not JSON; write null"),
        ("r.jsonl", b'{"a": 1, "a": 2}', "malformed JSON at line 1: the key 'a' occurs twice"),
        ("r.jsonl", b'{"a": ' + b"9" * 5000 + b"}", "malformed JSON at line 1"),
        ("r.jsonl", b'{"a": 1}\n' + b"[" * 200_000, "malformed JSON at line 2: nested too deeply"),
        (
            "r.json",
            b'{"a": 1}\n{"a": 2}\n',
            "malformed JSON at line 2, column 1: Extra data (one object a line belongs",
        ),
        ("r.json", b'{"a": 1}', "does not hold a JSON array of rows"),
        ("r.json", b'[\n{"a": 1},\n{"a": 2,}\n]', "malformed JSON at line 3"),
        ("r.json", b'[{"a": 1}, [2]]', "row 2 is a list, not an object"),
        ("r.json", b'[\n{"a": "\xff"}]', "line 2 is not UTF-8: byte 0xff"),
        ("r.jsonl", b"", "is empty: it holds no rows"),
        ("r.jsonl", b" \n\n", "is empty: it holds no rows"),
        ("r.json", b"[]", "is empty: it holds no rows"),
        ("r.json", b"\n", "is empty: it holds no rows"),
        ("r.jsonl.gz", b"", "is empty: it holds no rows"),
        ("r.parquet", b"", "cannot be read as Parquet"),
        ("r.parquet", LINES, "cannot be read as Parquet"),
    ],
)
def test_malformed_input_is_refused_with_its_place(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    message = refusal(written(tmp_path, name, content))
    assert words in message
    assert name in message


@pytest.mark.parametrize("name", ["r.jsonl.gz", "r.jsonl.zst", "r.json.gz"])
@pytest.mark.parametrize("damage", ["cut", "other"])
def test_truncated_and_damaged_compression_is_refused(tmp_path: Path, name: str, damage: str) -> None:
    path = written(tmp_path, name, LINES * 500)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] if damage == "cut" else LINES)
    assert f"{name} cannot be read: " in refusal(path)


def test_an_empty_parquet_file_and_repeated_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    pq.write_table(pa.table({"a": pa.array([], pa.string())}), path)
    assert "is empty" in refusal(path)
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), path)
    assert "two columns of the same name: a, a" in refusal(path)


def test_parquet_text_that_is_not_utf8_is_refused_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    offsets = pa.py_buffer(b"".join(number.to_bytes(4, "little") for number in (0, 1, 2, 3)))
    pq.write_table(
        pa.table({"a": pa.Array.from_buffers(pa.string(), 3, [None, offsets, pa.py_buffer(b"ab\xff")])}), path
    )
    assert "row 3 holds text that is not UTF-8" in refusal(path)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    row = json.dumps({"text": "x" * 1000}).encode() + b"\n"
    path = written(tmp_path, "r.jsonl.gz", row * 20_000)
    tracemalloc.start()
    deque(read_rows(path), maxlen=0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000, "20 MB of rows were read"


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()), min_size=1))
def test_what_was_written_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]) -> None:
    folder = tmp_path_factory.mktemp("rows")
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    assert [row for _, row in read_rows(written(folder, "r.jsonl", lines))] == rows
    assert [row for _, row in read_rows(written(folder, "r.json", json.dumps(rows).encode()))] == rows


def test_an_id_is_text_or_a_whole_number_under_one_of_two_names() -> None:
    seen: dict[str, int] = {}
    for number, row, expected in (
        (1, {"id": "a", "question_id": "ignored"}, "a"),
        (2, {"question_id": 7}, "7"),
        (3, {"id": None, "question_id": "b"}, "b"),
        (4, {"id": 0}, "0"),
    ):
        assert checked_id(row, number=number, source="f", seen=seen) == expected
    assert seen == {"a": 1, "7": 2, "b": 3, "0": 4}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, "f, row 9 has no id"),
        ({"id": None}, "f, row 9 has no id"),
        ({"id": ""}, "f, row 9: 'id' is empty"),
        ({"id": " \n", "question_id": "q"}, "f, row 9: 'id' is empty"),
        ({"id": 1.0}, "'id' is a number; an id is text or a whole number"),
        ({"id": True}, "'id' is a boolean"),
        ({"question_id": ["a"]}, "'question_id' is a list"),
        ({"id": 4}, "rows 4 and 9 have the same id '4'"),
    ],
)
def test_missing_empty_and_repeated_ids_are_refused_with_the_row(row: dict[str, Any], words: str) -> None:
    """Defect 3."""
    with pytest.raises(InputError, match=words):
        checked_id(row, number=9, source="f", seen={"4": 4})


def test_a_missing_column_is_named_beside_those_there_are() -> None:
    with pytest.raises(InputError, match="f, row 2 has no column 'test'; it has 'id', 'solution'"):
        checked_text({"id": 1, "solution": ""}, "test", number=2, source="f")
    with pytest.raises(InputError, match="f, row 2: column 'test' is null, not text"):
        checked_text({"test": None}, "test", number=2, source="f")
    assert checked_text({"test": ""}, "test", number=2, source="f") == ""


def test_the_first_column_that_holds_text_is_taken() -> None:
    row = {"a": None, "b": " ", "c": "text", "d": "other"}
    assert first_text(row, ("x", "a", "b", "c", "d"), number=1, source="f") == ("c", "text")
    with pytest.raises(InputError, match="row 1 has none of the columns 'x', 'y'; it has 'a', 'b', 'c', 'd'"):
        first_text(row, ("x", "y"), number=1, source="f")
    with pytest.raises(InputError, match="row 1: column 'a' is null, not text"):
        first_text(row, ("x", "a", "b"), number=1, source="f")
