"""Writing rows: every form, whole files only, and what a full disk says."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from kodcode_hub.errors import UsageError
from kodcode_hub.files.row_writer import OUTPUT_SUFFIXES, open_row_writer
from kodcode_hub.files.rows import read_rows


def schema() -> pa.Schema:
    return pa.schema([("id", pa.string()), ("list", pa.list_(pa.string()))])


@pytest.mark.parametrize("suffix", OUTPUT_SUFFIXES)
def test_what_is_written_is_read_again(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"rows{suffix}"
    rows = [{"id": f"é{number}", "list": ["ü", "\u2028"]} for number in range(2500)]
    with open_row_writer(path, schema=schema) as writer:
        for row in rows:
            writer.write(row)
        assert not path.exists()
    assert [row for _, row in read_rows(path)] == rows
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", OUTPUT_SUFFIXES)
def test_the_same_rows_are_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    for name in ("one", "two"):
        with open_row_writer(tmp_path / f"{name}{suffix}", schema=schema) as writer:
            writer.write({"id": "a", "list": []})
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


def test_a_lone_surrogate_is_kept_in_json_and_escaped_in_parquet(tmp_path: Path) -> None:
    for suffix, expected in ((".jsonl", "\ud800"), (".parquet", "\\ud800")):
        path = tmp_path / f"rows{suffix}"
        with open_row_writer(path, schema=schema) as writer:
            writer.write({"id": "\ud800", "list": ["\ud800"]})
        assert list(read_rows(path)) == [(1, {"id": expected, "list": [expected]})]


def test_a_block_that_fails_leaves_nothing(tmp_path: Path) -> None:
    for suffix in OUTPUT_SUFFIXES:
        with (
            pytest.raises(ZeroDivisionError),
            open_row_writer(tmp_path / f"rows{suffix}", schema=schema) as writer,
        ):
            writer.write({"id": str(1 // 0)})
    assert list(tmp_path.iterdir()) == []


def test_a_line_for_standard_output_is_there_before_the_next_one_is_written() -> None:
    code = (
        "import sys\nfrom kodcode_hub.files.row_writer import open_row_writer\n"
        "with open_row_writer('-', schema=lambda: None) as writer:\n"
        "    for line in sys.stdin:\n        writer.write({'id': line.strip()})\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        for word in ("a", "b"):
            run.stdin.write(f"{word}\n")
            run.stdin.flush()
            assert json.loads(run.stdout.readline()) == {"id": word}


@pytest.mark.parametrize("suffix", OUTPUT_SUFFIXES)
def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    code = (
        "import random, resource, sys\nfrom pathlib import Path\n"
        "from kodcode_hub.errors import UsageError\n"
        "from kodcode_hub.files.row_writer import open_row_writer\n"
        "from tests.files.test_row_writer import schema\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try:\n"
        "    with open_row_writer(Path(sys.argv[1]), schema=schema) as writer:\n"
        "        for _ in range(2000):\n"
        "            writer.write({'id': random.randbytes(100).hex(), 'list': []})\n"
        "except UsageError as error:\n    print(error)\n"
    )
    path = tmp_path / f"rows{suffix}"
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, timeout=60,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert run.stdout == f"cannot write {path}: File too large; raise the limit on the size of files (ulimit -f)\n"
    assert run.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_no_time_and_no_name_lie_in_a_compressed_file(tmp_path: Path) -> None:
    with open_row_writer(tmp_path / "rows.jsonl.gz", schema=schema) as writer:
        writer.write({"id": "a"})
    content = (tmp_path / "rows.jsonl.gz").read_bytes()
    assert gzip.decompress(content) == b'{"id": "a"}\n'
    assert content[3:8] == b"\0\0\0\0\0", "flags and time"
    assert b"rows" not in content


def test_a_name_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"end its name in \.jsonl"), open_row_writer("rows.csv", schema=schema):
        pass
