"""``kodcode dedup`` as its user meets it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.running import TIMEOUT_S, command, environment, kodcode

ROWS = [
    {"id": "a", "question": "Sort a list of numbers in place, please.", "code": "def f(x):\n    return x"},
    {"id": "b", "question": "sort a LIST of numbers in-place please", "code": "def f(x): return x  # same"},
    {"id": "c", "question": "?!", "code": "def f(x): return -x"},
]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_help_has_examples() -> None:
    done = kodcode(["dedup", "--help"])
    assert done.returncode == 0
    assert "Examples:" in done.stdout
    assert "kodcode dedup" in done.stdout


def test_rows_come_out_marked_and_json_is_one_object_and_nothing_else(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", ROWS), tmp_path / "new" / "out.jsonl"
    done = kodcode(["dedup", str(source), "--out", str(out), "--json"])
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer.pop("seconds") > 0
    assert answer == {
        "rows": 3,
        "kept": 2,
        "duplicates": 1,
        "clusters": 1,
        "without_words": 1,
        "semantic_duplicates": None,
        "against": 0,
        "pairs": None,
        "similarity": {"1.00": 1},
    }
    assert lines_of(out.read_text()) == [
        ROWS[0] | {"duplicate_of": None, "similarity": None},
        ROWS[1] | {"duplicate_of": "a", "similarity": 1.0},
        ROWS[2] | {"duplicate_of": None, "similarity": None},
    ]
    assert [path.name for path in out.parent.iterdir()] == ["out.jsonl"]


def test_without_json_a_person_reads_the_figures(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", ROWS)
    words = ["dedup", str(source), "--out", str(tmp_path / "out.jsonl"), "--pairs", str(tmp_path / "pairs.jsonl.gz")]
    done = kodcode([*words, "--exact", "--report", str(tmp_path / "report.json")])
    assert done.returncode == 0, done.stderr
    assert "2 kept, 1 duplicates (similarity 0.8 or more, exact join (prefix filtering))" in done.stdout
    assert "clusters: 1, the largest of 2 rows" in done.stdout
    assert "rows without words: 1" in done.stdout
    assert "pairs: 1" in done.stdout
    assert json.loads((tmp_path / "report.json").read_text())["duplicates"] == 1


def test_code_is_compared_as_code(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", ROWS), tmp_path / "out.jsonl"
    for options, expected in ((["--code"], [None, "a", None]), ([], [None, None, "a"])):
        done = kodcode(["dedup", str(source), "--out", str(out), "--column", "code", *options])
        assert done.returncode == 0, done.stderr
        assert [row["duplicate_of"] for row in lines_of(out.read_text())] == expected


def test_a_release_may_be_several_files_and_have_signatures(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", ROWS), tmp_path / "out.jsonl"
    old = write(tmp_path / "old.jsonl", [{"id": "x", "question": ROWS[0]["question"]}])
    older = write(tmp_path / "older.jsonl", [{"id": "y", "question": "something else"}])
    kept = ["dedup", str(old), "--out", str(tmp_path / "marked.jsonl"), "--signatures", f"{old}.minhash"]
    assert kodcode(kept).returncode == 0
    words = ["dedup", str(source), "--out", str(out), "--against", str(older), "--against", str(old)]
    done = kodcode(words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "earlier rows: 2 (files: 2)" in done.stdout
    assert [row["duplicate_of"] for row in lines_of(out.read_text())] == ["x", "x", None]
    old.write_text(old.read_text() + "\n")
    assert "old.jsonl.minhash is not used" in kodcode([*words, "--quiet", "--json"]).stderr


def test_standard_input_and_output_are_json_lines(tmp_path: Path) -> None:
    done = subprocess.run(
        command(["dedup", "-", "--out", "-"]),
        env=environment(),
        input="".join(json.dumps(row) + "\n" for row in ROWS),
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0, done.stderr
    assert [row["duplicate_of"] for row in lines_of(done.stdout)] == [None, "a", None]
    assert "3 rows in " in done.stderr


@pytest.mark.parametrize("threshold", ["0", "1.01", "-1", "nan"])
def test_what_is_no_threshold_is_refused(tmp_path: Path, threshold: str) -> None:
    source = write(tmp_path / "in.jsonl", ROWS)
    done = kodcode(["dedup", str(source), "--out", str(tmp_path / "out.jsonl"), "--threshold", threshold])
    assert done.returncode == 2
    assert "is not a similarity" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["missing.jsonl", "--out", "out.jsonl"], "missing.jsonl does not exist"),
        (["in.jsonl", "--out", "out.csv"], "of an unknown kind"),
        (["in.jsonl", "--out", "in.jsonl"], "is the input itself"),
        (["in.jsonl", "--out", "out.jsonl", "--against", "missing.jsonl"], "missing.jsonl does not exist"),
        (["in.jsonl", "--out", "out.jsonl", "--column", "text"], "row 1 has no column 'text'"),
        (["in.jsonl", "--out", "-", "--json"], "both want standard output"),
        (["in.jsonl", "--out", "-", "--pairs", "-"], "both want standard output"),
        (["-", "--out", "out.jsonl", "--signatures", "x.minhash"], "give the rows as a file"),
        (["twice.jsonl", "--out", "out.jsonl"], "rows 1 and 2 have the same id 'a'"),
        (["empty.jsonl", "--out", "out.jsonl"], "is empty"),
        (["in.jsonl"], "Missing option"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_sentence_and_writes_nothing(
    tmp_path: Path, words: list[str], message: str
) -> None:
    write(tmp_path / "in.jsonl", ROWS)
    write(tmp_path / "twice.jsonl", [ROWS[0], ROWS[0]])
    write(tmp_path / "empty.jsonl", [])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    done = subprocess.run(
        command(["dedup", *words]),
        env=environment(),
        cwd=tmp_path,
        input="",
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
