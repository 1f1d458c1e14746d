"""Two datasets compared: what is found, how it is counted, and what is read for it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kodcode_hub.cli.diff_view import show_diff
from kodcode_hub.errors import InputError
from kodcode_hub.packaging.diff import diff_datasets
from kodcode_hub.packaging.diff_report import DatasetDiff
from kodcode_hub.packaging.diff_source import DatasetFiles, files_of_release
from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.release import write_release
from kodcode_hub.packaging.release_folder import open_release
from kodcode_hub.packaging.row_hash import row_hash
from tests.packaging.example_rows import a_row, an_sft_row, example_rows, example_sft_rows

Row = dict[str, Any]
Layout = Mapping[str, Mapping[str, Sequence[Row]]]


class Folder:
    """Files of rows in a folder, which notes what is asked of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.asked: list[str] = []

    def local(self, name: str) -> Path:
        self.asked.append(name)
        return self.path / name

    def dataset(self, layout: Layout, *, ending: str = "parquet", hashes: bool = False) -> DatasetFiles:
        """Write a file a split."""
        files: dict[str, dict[str, list[str]]] = {}
        row_hashes = {}
        for config, splits in layout.items():
            for split, rows in splits.items():
                name = f"data/{config}/{split}.{ending}"
                self._write(name, rows)
                files.setdefault(config, {})[split] = [name]
                if hashes:
                    row_hashes[name] = [row_hash(row) for row in rows]
        return DatasetFiles(self.path.name, files, {}, row_hashes, self.local)

    def _write(self, name: str, rows: Sequence[Row]) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".parquet"):
            pq.write_table(pa.Table.from_pylist(list(rows)), path, row_group_size=2)
        else:
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def old(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "old")


@pytest.fixture
def new(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "new")


def rows_of(*ids: str, **columns: Any) -> list[Row]:
    """A row for each id, with a text of its own."""
    return [{"question_id": id_, "question": f"What is {id_}?", "solution": f"return {id_!r}"} | columns for id_ in ids]


def compare(old: Folder, new: Folder, before: Layout, after: Layout, **options: Any) -> DatasetDiff:
    return diff_datasets(old.dataset(before, **options), new.dataset(after, **options))


def compare_splits(
    old: Folder, new: Folder, before: Sequence[Row], after: Sequence[Row], **options: Any
) -> DatasetDiff:
    return compare(old, new, {"a": {"train": before}}, {"a": {"train": after}}, **options)


def counts(diff: DatasetDiff) -> tuple[int, int, int]:
    return diff.rows.added, diff.rows.removed, diff.rows.changed


def a_release(path: Path, rows: Sequence[Row], sft_rows: Sequence[Row], version: str) -> DatasetFiles:
    write_release(path, rows, sft_rows, version=version, facts=ReleaseFacts())
    return files_of_release(open_release(path))


@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
@pytest.mark.parametrize("hashes", [False, True])
def test_rows_added_removed_and_changed_are_told_with_their_columns(
    old: Folder, new: Folder, ending: str, hashes: bool
) -> None:
    before, after = rows_of("r", "q", "p", "o"), rows_of("o", "z", "y", "q", "p")
    after[3]["solution"] = "return None"
    diff = compare_splits(old, new, before, after, ending=ending, hashes=hashes).as_json()
    assert diff["rows"] == {"added": 2, "removed": 1, "changed": 1}
    assert diff["ids"] == {"added": ["y", "z"], "removed": ["r"], "changed": {"q": ["solution"]}}
    assert diff["configs"]["a"]["rows"] == diff["rows"]
    assert diff["changed_columns"] == {"solution": 1}
    assert diff["identical"] is False


def test_the_order_of_rows_and_the_column_version_change_nothing(old: Folder, new: Folder) -> None:
    before, after = rows_of("p", "q", "r", version="1.0.0"), rows_of("r", "q", "p", version="1.1.0")
    diff = compare_splits(old, new, before, after)
    assert diff.is_identical
    assert counts(diff) == (0, 0, 0)


def test_a_renamed_column_changes_no_row_but_those_whose_value_differs_too(old: Folder, new: Folder) -> None:
    ids = [f"i{number:03}" for number in range(200)]
    before = [row | {"test_code": f"test {row['question_id']}"} for row in rows_of(*ids)]
    after = [row | {"test": f"test {row['question_id']}"} for row in rows_of(*ids)]
    after[7]["test"] = "another test"
    diff = compare_splits(old, new, before, after)
    assert diff.columns.as_json() == {"added": [], "removed": [], "renamed": {"test_code": "test"}, "retyped": {}}
    assert diff.configs["a"].columns == diff.columns
    assert diff.changed == {"i007": ("test",)}


def test_a_column_with_other_values_is_not_taken_for_a_renamed_one(old: Folder, new: Folder) -> None:
    ids = [f"i{number}" for number in range(50)]
    before = [row | {"first": f"text {index}"} for index, row in enumerate(rows_of(*ids))]
    after = [row | {"second": f"text {index if index else -1}"} for index, row in enumerate(rows_of(*ids))]
    diff = compare_splits(old, new, before, after)
    assert (diff.columns.added, diff.columns.removed, diff.columns.renamed) == (("second",), ("first",), {})
    assert counts(diff) == (0, 0, 0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"first": None}, {"second": None}),
        ({"first": 1}, {"second": 1.0}),
        ({"first": "one"}, {"second": "one", "third": "one"}),
    ],
    ids=["nothing in it", "another type", "two that fit"],
)
def test_no_rename_is_guessed(old: Folder, new: Folder, before: Row, after: Row) -> None:
    diff = compare_splits(old, new, rows_of("p", "q", **before), rows_of("p", "q", **after))
    assert diff.columns.renamed == {}
    assert diff.columns.removed == ("first",)
    assert diff.columns.added == tuple(after)
    assert not diff.is_identical


def test_rows_that_are_mostly_null_prove_no_rename(old: Folder, new: Folder) -> None:
    ids = [f"i{number}" for number in range(300)]
    before, after = rows_of(*ids, first=None), rows_of(*ids, second=None)
    before[0]["first"], after[1]["second"] = "one", "one"
    assert compare_splits(old, new, before, after).columns.renamed == {}


def test_a_new_column_is_told_once_and_not_for_each_row(old: Folder, new: Folder) -> None:
    diff = compare_splits(
        old, new, rows_of("p", "q"), rows_of("p", "q", teacher="someone", agreement=None), hashes=True
    )
    assert diff.columns.added == ("teacher", "agreement")
    assert counts(diff) == (0, 0, 0)


def test_columns_of_another_type_are_named_and_compared_where_values_can_be_equal(old: Folder, new: Folder) -> None:
    before = rows_of("p", "q", trials={"trial_0": {"code": "x"}}, share=1)
    after = rows_of("p", "q", trials=[{"trial": "trial_0", "code": "x"}], share=1.0)
    after[1]["share"] = 1.5
    diff = compare_splits(old, new, before, after)
    assert diff.columns.retyped == {
        "trials": ("struct<trial_0: struct<code: string>>", "list<struct<code: string, trial: string>>"),
        "share": ("int64", "double"),
    }
    assert diff.changed == {"q": ("share",)}


def test_json_lines_beside_parquet_differ_in_values_alone(old: Folder, new: Folder) -> None:
    rows = rows_of("p", "q", share=0.5, passes=[1, 0], info={"name": "f", "note": None}, empty=None)
    after = [*rows[:1], rows[1] | {"passes": [0, 1]}]
    diff = diff_datasets(
        old.dataset({"a": {"train": rows}}, ending="jsonl"), new.dataset({"a": {"train": after}}, ending="parquet")
    )
    assert not diff.columns
    assert diff.changed == {"q": ("passes",)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([1, 2], [1.0, 2.0]),
        ({"a": 1, "b": None}, {"a": 1}),
        ([{"b": 2, "a": 1}], [{"a": 1, "b": 2}]),
        (2**70, 2**70),
        ("\ud800", "\ud800"),
    ],
)
def test_equal_json_values_are_equal(old: Folder, new: Folder, before: object, after: object) -> None:
    diff = compare_splits(old, new, rows_of("p", value=before), rows_of("p", value=after), ending="jsonl")
    assert diff.is_identical


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a", "a "),
        ("", None),
        (0, None),
        ([], None),
        ({}, None),
        ([1, 2], [2, 1]),
        ([[1], 2], [1, [2]]),
        (2**53, 2**53 + 1),
        (True, False),
        ({"a": "1"}, {"a": 1}),
        ("\ud800", "\ud801"),
    ],
)
def test_other_json_values_are_not(old: Folder, new: Folder, before: object, after: object) -> None:
    diff = compare_splits(old, new, rows_of("p", value=before), rows_of("p", value=after), ending="jsonl")
    assert diff.changed == {"p": ("value",)}


def test_not_a_number_is_null_as_in_json(old: Folder, new: Folder) -> None:
    before, after = rows_of("p", "q", share=0.5), rows_of("p", "q", share=0.5)
    before[0]["share"], after[0]["share"] = math.nan, None
    assert compare_splits(old, new, before, after).is_identical


def test_a_row_in_another_split_is_changed_and_counted_by_split(old: Folder, new: Folder) -> None:
    rows = rows_of("p", "q", "r")
    changed = rows[2] | {"solution": "pass"}
    before = {"a": {"train": rows}}
    after = {"a": {"train": rows[:1], "use_with_caution": [rows[1], changed]}}
    for hashes in (False, True):
        diff = compare(old, new, before, after, hashes=hashes)
        assert diff.changed == {"q": ("split",), "r": ("split", "solution")}
        assert counts(diff) == (0, 0, 2)
        assert diff.as_json()["splits"] == {
            "a": {
                "added": ["use_with_caution"],
                "removed": [],
                "moved": [{"from": "train", "to": "use_with_caution", "rows": 2}],
            }
        }


def test_a_row_in_another_config_is_one_changed_row_and_its_configs_say_gone_and_new(old: Folder, new: Folder) -> None:
    rows = rows_of("p", "q", "r")
    before = {"a": {"train": rows[:2]}, "b": {"train": rows[2:]}}
    after = {"a": {"train": rows[:1]}, "b": {"train": [rows[2], rows[1] | {"question": "Why?"}]}}
    diff = compare(old, new, before, after)
    assert counts(diff) == (0, 0, 1)
    assert diff.changed == {"q": ("config", "question")}
    assert diff.as_json()["moved"] == [{"from": "a", "to": "b", "rows": 1}]
    assert diff.configs["a"].rows.as_json() == {"added": 0, "removed": 1, "changed": 0}
    assert diff.configs["b"].rows.as_json() == {"added": 1, "removed": 0, "changed": 0}


def test_where_it_is_open_which_row_moved_none_did(old: Folder, new: Folder) -> None:
    before = {"a": {"train": rows_of("p", "x")}, "b": {"train": rows_of("p", "y")}}
    after = {"a": {"train": rows_of("x")}, "b": {"train": rows_of("y")}, "c": {"train": rows_of("p")}}
    diff = compare(old, new, before, after)
    assert not diff.moved
    assert (counts(diff), diff.added, diff.removed) == ((1, 2, 0), ("p",), ("p",))


def test_a_config_of_another_name_still_tells_its_renamed_columns(old: Folder, new: Folder) -> None:
    before = [row | {"test_code": row["question_id"] * 3} for row in rows_of("p", "q")]
    after = [row | {"test": row["question_id"] * 3} for row in rows_of("p", "q")]
    diff = compare(old, new, {"default": {"train": before}}, {"leetcode": {"train": after}})
    assert (diff.configs_added, diff.configs_removed) == (("leetcode",), ("default",))
    assert diff.columns.renamed == {"test_code": "test"}
    assert diff.changed == {"p": ("config",), "q": ("config",)}


def test_rows_of_a_question_in_two_configs_are_two_rows_under_one_id(old: Folder, new: Folder) -> None:
    rows = rows_of("p", "q")
    sft = rows_of("p", "q", r1_solution="x")
    before = {"a": {"train": rows}, "sft": {"train": sft[:1]}}
    after = {
        "a": {"train": [rows[0] | {"solution": "new"}, *rows[1:], *rows_of("z")]},
        "sft": {"train": [sft[0] | {"solution": "new", "r1_solution": "y"}, sft[1], *rows_of("z", r1_solution="x")]},
    }
    diff = compare(old, new, before, after)
    assert counts(diff) == (3, 0, 2)
    assert (diff.added, diff.changed) == (("q", "z"), {"p": ("solution", "r1_solution")})
    assert diff.changed_columns == {"solution": 2, "r1_solution": 1}
    assert not diff.moved


def test_configs_that_are_new_or_gone_are_named_and_their_columns_are_not_compared(old: Folder, new: Folder) -> None:
    before = {"a": {"train": rows_of("p")}, "b": {"train": rows_of("q", extra=1)}}
    after = {"sft": {"train": rows_of("z", r1_solution="x")}, "a": {"train": rows_of("p")}}
    diff = compare(old, new, before, after)
    assert (diff.configs_added, diff.configs_removed, list(diff.configs)) == (("sft",), ("b",), ["sft", "a", "b"])
    assert not diff.columns
    assert counts(diff) == (1, 1, 0)


def test_ids_in_the_column_id_serve_where_there_is_no_question_id(old: Folder, new: Folder) -> None:
    before = [{"id": 1, "text": "x"}, {"id": 2, "text": "y"}]
    after = [{"question_id": "2", "text": "z"}, {"question_id": "1", "text": "x"}]
    diff = compare_splits(old, new, before, after)
    assert diff.changed == {"2": ("text",)}


def test_files_with_the_same_sha256_are_not_asked_for(old: Folder, new: Folder) -> None:
    before, after = rows_of("p"), rows_of("p", "q")
    first = old.dataset({"a": {"train": before}, "b": {"train": rows_of("x")}})
    second = new.dataset({"a": {"train": after}, "b": {"train": rows_of("x")}})
    # Under other names, as a split that was divided anew has them.
    sums = {"data/b/train.parquet": "0" * 64, "data/a/train.parquet": "1" * 64}
    diff = diff_datasets(replace(first, sha256=sums), replace(second, sha256=sums | {"data/a/train.parquet": "2" * 64}))
    assert diff.added == ("q",)
    assert {*old.asked, *new.asked} == {"data/a/train.parquet"}


def test_the_same_file_twice_on_one_side_is_skipped_once(old: Folder, new: Folder) -> None:
    first = old.dataset({"a": {"train": rows_of("p")}})
    second = new.dataset({"a": {"train": rows_of("p")}})
    sums = {"data/a/train.parquet": "0" * 64}
    twice = replace(second, files={"a": {"train": ["data/a/train.parquet"] * 2}}, sha256=sums)
    diff = diff_datasets(replace(first, sha256=sums), twice)
    assert counts(diff) == (1, 0, 0)


def test_a_file_that_only_went_to_another_split_needs_no_values(old: Folder, new: Folder) -> None:
    sums = {"data/a/train.parquet": "0" * 64, "data/a/test.parquet": "0" * 64}
    first = replace(old.dataset({"a": {"train": rows_of("p", "q")}}), sha256=sums)
    second = replace(new.dataset({"a": {"test": rows_of("p", "q")}}), sha256=sums)
    assert diff_datasets(first, second).changed == {"p": ("split",), "q": ("split",)}
    assert old.asked == ["data/a/train.parquet"]


def test_with_row_hashes_whole_rows_are_read_of_files_with_changed_ones_alone(old: Folder, new: Folder) -> None:
    before = {"a": {"train": rows_of("p", "q")}, "b": {"train": rows_of("x", "y")}}
    after = {"a": {"train": rows_of("p", "q", "r")}, "b": {"train": [*rows_of("x"), *rows_of("y", solution="pass")]}}
    diff = compare(old, new, before, after, hashes=True)
    assert diff.changed == {"y": ("solution",)}
    # Asked for once for the ids, and once more for the rows.
    assert (old.asked.count("data/a/train.parquet"), old.asked.count("data/b/train.parquet")) == (1, 2)


def test_row_hashes_are_believed(old: Folder, new: Folder) -> None:
    first = old.dataset({"a": {"train": rows_of("p")}}, hashes=True)
    second = replace(new.dataset({"a": {"train": rows_of("p", solution="pass")}}), row_hashes=first.row_hashes)
    assert diff_datasets(first, second).is_identical


@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_an_id_that_occurs_twice_in_a_config_is_refused_with_file_and_row(
    old: Folder, new: Folder, ending: str
) -> None:
    wrong = old.dataset({"a": {"test": rows_of("o", "p"), "train": rows_of("q", "p")}}, ending=ending)
    with pytest.raises(InputError, match=r"old/data/a/train.*, row 2 has the id 'p' of old/data/a/test.*, row 2;"):
        diff_datasets(wrong, new.dataset({"a": {"train": rows_of("p")}}))


def test_an_id_that_occurs_twice_in_a_file_is_refused_too(old: Folder, new: Folder) -> None:
    with pytest.raises(InputError, match=r"row 3 has the id 'p' of old/data/a/train\.parquet, row 1;"):
        compare_splits(old, new, rows_of("p", "q", "p"), rows_of("p"))


@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_a_row_without_id_is_refused_with_file_and_row(old: Folder, new: Folder, ending: str) -> None:
    broken = [*rows_of("p"), {"question_id": None, "question": "?"}]
    with pytest.raises(InputError, match=r"new/data/a/train\..*, row 2 has no id"):
        compare_splits(old, new, rows_of("p"), broken, ending=ending)


def test_a_file_without_an_id_column_is_refused(old: Folder, new: Folder) -> None:
    with pytest.raises(InputError, match=r"none of the columns 'question_id' and 'id'.*it has 'text'"):
        compare_splits(old, new, [{"text": "x"}], rows_of("p"))


def test_a_file_that_is_no_parquet_is_refused_by_name(old: Folder, new: Folder) -> None:
    first, second = (folder.dataset({"a": {"train": rows_of("p")}}) for folder in (old, new))
    (new.path / "data/a/train.parquet").write_bytes(b"PAR1 and then something else")
    with pytest.raises(InputError, match=r"new/data/a/train\.parquet cannot be read as Parquet"):
        diff_datasets(first, second)


def test_as_many_row_hashes_as_rows_are_wanted(old: Folder, new: Folder) -> None:
    first = old.dataset({"a": {"train": rows_of("p", "q")}})
    wrong = replace(first, row_hashes={"data/a/train.parquet": ["0" * 16]})
    with pytest.raises(InputError, match="has 2 rows, and its manifest gives 1 hashes"):
        diff_datasets(wrong, new.dataset({"a": {"train": rows_of("p")}}))


def test_an_empty_parquet_file_has_columns_and_no_rows(old: Folder, new: Folder) -> None:
    first = old.dataset({"a": {"train": rows_of("p"), "test": []}})
    assert counts(diff_datasets(first, new.dataset({"a": {"train": rows_of("p", "q")}}))) == (1, 0, 0)


def test_two_releases_are_compared_by_their_manifests(tmp_path: Path) -> None:
    rows, sft_rows = list(example_rows()), list(example_sft_rows())
    changed = [row | {"version": "1.1.0"} for row in rows]
    changed[0] = changed[0] | {"solution": "def double(number):\n    return number + number\n"}
    new_row = a_row("leetcode", 9)
    before = a_release(tmp_path / "old", rows, sft_rows, "1.0.0")
    after = a_release(tmp_path / "new", [*changed[:-1], new_row], [*sft_rows, an_sft_row("leetcode", 9)], "1.1.0")
    diff = diff_datasets(before, after)
    assert "default" not in diff.configs
    assert counts(diff) == (2, 1, 1)
    assert diff.changed == {rows[0]["question_id"]: ("solution",)}
    assert (diff.added, diff.removed) == ((new_row["question_id"],), (rows[-1]["question_id"],))
    assert diff.schema_versions == (1, 1)
    assert diff.configs["sft"].rows.added == 1
    blind = [replace(files, sha256={}, row_hashes={}) for files in (before, after)]
    assert diff_datasets(*blind) == diff


def test_a_release_equals_itself_without_a_file_being_read(tmp_path: Path) -> None:
    files = a_release(tmp_path / "out", list(example_rows()), list(example_sft_rows()), "1.0.0")

    def refuse(name: str) -> Path:
        raise AssertionError(f"{name} was asked for")

    diff = diff_datasets(replace(files, local=refuse), replace(files, local=refuse))
    assert diff.is_identical
    assert diff.as_json()["configs"].keys() == {"leetcode", "code_contests", "null", "sft"}


def test_a_release_beside_rows_of_version_1_0(old: Folder, tmp_path: Path) -> None:
    rows = [a_row("leetcode", number, test=f"def test_{number}(): pass") for number in range(3)]
    earlier = [
        {
            "question_id": row["question_id"],
            "question": row["question"],
            "solution": row["solution"],
            "test_code": row["test"],
            "trials": {"trial_0": {"solution_code": "x", "test_code": "y"}},
        }
        for row in rows
    ]
    first = old.dataset({"leetcode": {"train": earlier}}, ending="jsonl")
    diff = diff_datasets(first, a_release(tmp_path / "new", rows, [], "1.1.0"))
    assert diff.columns.renamed == {"test_code": "test"}
    assert "version" in diff.columns.added
    assert diff.columns.removed == ()
    assert diff.columns.retyped == {"trials": ("object", diff.columns.retyped["trials"][1])}
    assert counts(diff) == (0, 0, 0)


def test_people_read_counts_a_table_columns_splits_and_the_first_ids(
    old: Folder, new: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row | {"test_code": row["question_id"]} for row in rows_of("p", "q", "r")]
    renamed = [row | {"test": row["question_id"]} for row in rows_of("p", "q", *(f"n{i:02}" for i in range(12)))]
    renamed[1] |= {"solution": "pass"}
    before = {"a": {"train": rows}}
    after = {"a": {"train": renamed[1:], "caution": renamed[:1]}, "new\x1b[1m": {"train": rows_of("z")}}
    show_diff(compare(old, new, before, after))
    shown = capsys.readouterr().out
    assert "13 rows added, 1 removed, 2 changed (solution 1, split 1)" in shown
    assert "columns renamed: test_code -> test\n" in shown
    assert "a: new split caution\na: rows moved from split train to caution: 1\n" in shown
    assert "changed:\n  p: split\n  q: solution\n" in shown
    assert "  n09\n  and 3 more; --json has them all\nremoved:\n  r\n" in shown
    assert "new config" in shown
    assert "\x1b" not in shown


def test_people_read_that_nothing_differs(old: Folder, new: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    show_diff(compare_splits(old, new, rows_of("p"), rows_of("p")))
    assert capsys.readouterr().out == "old: old\nnew: new\nno differences\n"
