"""The index: where it lies, when it fits, and what it refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kodcode_hub.browse.index_build import BESIDE, build_index, cached_index, find_index
from kodcode_hub.browse.index_document import libraries_of, triplet_of
from kodcode_hub.browse.opening import open_catalogue
from kodcode_hub.browse.rows_on_disk import find_rows
from kodcode_hub.errors import InputError
from tests.browse.shelf import numbers, selected, shelf_row, shelf_rows, write_shelf


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_index_is_made_once_and_found_again(tmp_path: Path) -> None:
    release = write_shelf(tmp_path / "release")
    told: list[int] = []
    open_catalogue(release, progress=told.append).rows.close()
    assert told == [0]
    catalogue = open_catalogue(release, progress=told.append)
    assert told == [0]
    assert numbers(catalogue, selected(q="median")) == ["2I"]


def test_an_index_beside_the_release_is_taken_first(tmp_path: Path, cache: Path) -> None:
    release = write_shelf(tmp_path / "release")
    rows = find_rows(release)
    build_index(rows, release / BESIDE)
    assert find_index(rows, release) == release / BESIDE
    open_catalogue(release).rows.close()
    assert not cache.exists()


def test_another_release_gets_an_index_of_its_own(tmp_path: Path) -> None:
    release = write_shelf(tmp_path / "release")
    build_index(find_rows(release), release / BESIDE)
    write_shelf(tmp_path / "other", shelf_rows()[:3])
    (tmp_path / "other" / BESIDE).symlink_to(release / BESIDE)
    assert find_index(find_rows(tmp_path / "other"), tmp_path / "other") is None
    assert len(open_catalogue(tmp_path / "other")) == 3


def test_a_damaged_index_in_the_cache_is_made_again(tmp_path: Path) -> None:
    release = write_shelf(tmp_path / "release")
    open_catalogue(release).rows.close()
    (cached_index(find_rows(release)) / "meta.json").write_text("{")
    assert len(open_catalogue(release)) == 6


def test_a_build_that_is_killed_leaves_nothing_that_is_taken_for_an_index(tmp_path: Path) -> None:
    rows = [shelf_row("Algorithm", number, f"Question {number}.", passes=[1], coverage=100) for number in range(4000)]
    release = write_shelf(tmp_path / "release", rows)
    place = cached_index(find_rows(release))
    words = ["-c", f"from kodcode_hub.browse.opening import *; open_catalogue(Path({str(release)!r}), progress=print)"]
    builder = subprocess.Popen([sys.executable, "-u", *words], stdout=subprocess.PIPE, env=os.environ)
    assert builder.stdout is not None
    while b"2000" not in builder.stdout.readline():
        pass
    builder.send_signal(signal.SIGKILL)
    builder.wait()
    builder.stdout.close()
    assert find_index(find_rows(release), release) is None
    assert len(open_catalogue(release)) == 4000
    deadline = time.monotonic() + 5
    while [path.name for path in place.parent.iterdir()] != [place.name] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [path.name for path in place.parent.iterdir()] == [place.name]


def test_rows_of_kodcode_are_read_with_their_older_names(tmp_path: Path) -> None:
    row = {
        "id": "Leetcode_7", "subset": "Leetcode", "style": "instruct", "question": "Add numbers.",
        "solution": "def add(a, b):\n    return a + b\n", "test_code": "from solution import add\n",
        "trials": {"trial_0": {"solution_code": "a", "test_code": "b", "test_result": "fail"}, "trial_1": None},
        "gpt_pass_percentage": 0.5, "gpt_difficulty": "medium",
    }  # fmt: skip
    (tmp_path / "data").mkdir()
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "data" / "train-00000-of-00001.parquet")
    catalogue = open_catalogue(tmp_path)
    found = catalogue.get("Leetcode_7")
    assert found["test"] == row["test_code"]
    assert found["trials"] == [
        {"trial": "trial_0", "solution_code": "a", "test_code": "b", "test_result": "fail"},
    ]
    assert catalogue.search(selected(**{"pass": "0.5..0.5"})).total == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [({"question_id": ""}, "row 2 of all: column 'question_id' is empty"), ({"question_id": "x"}, "'x' occurs twice")],
)
def test_rows_without_an_id_of_their_own_are_refused(tmp_path: Path, change: dict[str, str], message: str) -> None:
    rows = [{"question_id": "x", "subset": "A", "question": "q"}, {"subset": "A", "question": "q", **change}]
    (tmp_path / "data").mkdir()
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "data" / "train-0-of-1.parquet")
    with pytest.raises(InputError, match=message):
        open_catalogue(tmp_path)


def test_what_is_no_dataset_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a folder"):
        open_catalogue(tmp_path / "nothing")
    with pytest.raises(InputError, match="holds no rows"):
        open_catalogue(tmp_path)
    (tmp_path / "rows.jsonl").write_text(json.dumps({"question_id": "a"}) + "\n")
    with pytest.raises(InputError, match="only Parquet can be browsed"):
        open_catalogue(tmp_path)


def test_libraries_are_the_first_names_of_what_is_imported_anywhere() -> None:
    code = "import os, sys as system\nfrom PIL.Image import open\n\ndef f():\n    import numpy.linalg\n# import no\n"
    test = "from solution import f\nimport pytest\nfrom . import here\ntext = 'import x'\n"
    assert libraries_of(code, test) == ["os", "sys", "pil", "numpy"]


@pytest.mark.parametrize(
    ("identity", "triplet"), [("Apps_12_I", "Apps_12"), ("Apps_12_C", "Apps_12"), ("Apps_12", "Apps_12"), ("x", "x")]
)
def test_siblings_share_all_but_the_style(identity: str, triplet: str) -> None:
    assert triplet_of(identity) == triplet
