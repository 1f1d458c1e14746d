"""Packaging: runs merged, the previous release kept in its place and its bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.packaging.card import columns_of
from kodcode_hub.packaging.facts import Changes, ConfigChanges, ReleaseFacts, RunFacts
from kodcode_hub.packaging.package import PackageResult, package_release
from kodcode_hub.packaging.package_inputs import InputFile
from kodcode_hub.packaging.package_plan import Candidates
from kodcode_hub.packaging.release import write_release
from kodcode_hub.packaging.release_folder import ReleaseFolder, open_release
from kodcode_hub.packaging.row_hash import row_hash
from kodcode_hub.packaging.rows import choose_split
from kodcode_hub.packaging.split_writer import FileLimits
from kodcode_hub.schema import arrow_schema
from tests.packaging.example_rows import SOLUTION, a_row, an_sft_row
from tests.packaging.folders import read_tree

Row = dict[str, Any]
SMALL = FileLimits(batch=3_000, row_group=6_000, shard=20_000, pending=100_000)


def keep_all(inputs: Sequence[InputFile], rows: Candidates) -> None:
    """No row repeats another one."""


def a_release(
    out: Path, rows: Iterable[Row], sft: Iterable[Row] = (), *, version: str = "0.1.0", limits: FileLimits = SMALL
) -> ReleaseFolder:
    ordered = sorted(rows, key=lambda row: str(row["question_id"]))
    facts = ReleaseFacts(runs=(RunFacts(recipe=out.name),))
    return open_release(write_release(out, ordered, sft, version=version, facts=facts, limits=limits).folder)


def package(out: Path, *sources: ReleaseFolder, version: str = "1.0.0", **options: Any) -> PackageResult:
    asked = {"previous": None, "facts": ReleaseFacts(), "reject_duplicates": keep_all, "limits": SMALL} | options
    return package_release(sources, out, version=version, **asked)


def rows_of(release: Path, config: str = "leetcode", split: str = "train") -> list[Row]:
    paths = sorted((release / "data" / config).glob(f"{split}-*.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def numbered(row: Row, name: str) -> Row:
    """The row under another id."""
    return row | {"question_id": f"Leetcode_{name}"}


def leetcode(*names: str, **changes: Any) -> list[Row]:
    return [numbered(a_row("leetcode", 0, question=f"Question {name}", **changes), name) for name in names]


def test_a_packaged_run_has_its_rows_under_the_new_version_and_says_so_in_card_and_manifest(tmp_path: Path) -> None:
    rows = [a_row("leetcode", number) for number in range(30)] + [a_row("apps", 0, test_coverage=10)]
    run = a_release(tmp_path / "run", rows, [an_sft_row("leetcode", 1)])
    result = package(tmp_path / "out", run, version="1.2.3")
    packaged = open_release(tmp_path / "out")
    assert packaged.manifest.version == "1.2.3"
    assert packaged.manifest.rows == {"leetcode": {"train": 30}, "apps": {"use_with_caution": 1}, "sft": {"train": 1}}
    expected = sorted((row for row in rows if row["subset"] == "Leetcode"), key=lambda row: str(row["question_id"]))
    assert rows_of(tmp_path / "out") == [row | {"version": "1.2.3"} for row in expected]
    assert packaged.manifest.runs == (RunFacts(recipe="run"),)
    assert result.as_json()["in"] == result.as_json()["kept"] == 32
    assert "Release 1.2.3" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    first = a_release(tmp_path / "first", [a_row("leetcode", number) for number in range(40)])
    second = a_release(tmp_path / "second", [a_row("leetcode", number) for number in range(30, 60)])
    package(tmp_path / "one", first, second)
    package(tmp_path / "other", first, second)
    assert read_tree(tmp_path / "one") == read_tree(tmp_path / "other")


def test_rows_of_several_runs_are_in_one_order(tmp_path: Path) -> None:
    first = a_release(tmp_path / "first", leetcode("b", "d", "f"))
    second = a_release(tmp_path / "second", leetcode("a", "c", "e"))
    package(tmp_path / "out", first, second)
    assert [row["question_id"][-1] for row in rows_of(tmp_path / "out")] == list("abcdef")
    hashes = [item for file in open_release(tmp_path / "out").manifest.files for item in file.row_hashes]
    assert hashes == [row_hash(row) for row in rows_of(tmp_path / "out")]


def test_what_did_not_change_keeps_its_bytes_and_new_rows_come_last(tmp_path: Path) -> None:
    old = a_release(tmp_path / "old", [*leetcode(*"bdfh"), *[a_row("apps", n) for n in range(3)]], version="1.0.0")
    new = a_release(tmp_path / "new", leetcode("c", "a", "d"))
    result = package(tmp_path / "out", new, previous=old, version="1.1.0")
    before, after = read_tree(tmp_path / "old"), read_tree(tmp_path / "out")
    assert after["data/apps/train-00000-of-00001.parquet"] == before["data/apps/train-00000-of-00001.parquet"]
    assert [row["question_id"][-1] for row in rows_of(tmp_path / "out")] == list("bdfhac")
    assert [row["version"] for row in rows_of(tmp_path / "out")] == ["1.0.0"] * 4 + ["1.1.0"] * 2
    assert result.changes is not None
    assert result.changes.configs == (ConfigChanges("leetcode", 2, 0, 0),)
    assert result.as_json()["kept"] == 3  # d is in the previous release as it is
    assert open_release(tmp_path / "out").manifest.previous == "1.0.0"


def test_a_large_file_stays_and_a_small_one_at_the_end_is_written_again(tmp_path: Path) -> None:
    names = [f"{number:04d}" for number in range(100)]
    old = a_release(tmp_path / "old", leetcode(*names), version="1.0.0", limits=FileLimits())
    (original,) = (file for name, file in read_tree(tmp_path / "old").items() if name.endswith(".parquet"))
    files = []
    for step in range(1, 5):
        new = a_release(tmp_path / f"new{step}", leetcode(*(f"x{step}{index}" for index in range(8))))
        package(tmp_path / "out", new, previous=old, version=f"1.{step}.0", limits=FileLimits())
        old = open_release(tmp_path / "out")
        assert original in read_tree(tmp_path / "out").values()
        files.append([file.rows for file in old.manifest.files])
    assert files == [[100, 8], [100, 16], [100, 16, 8], [100, 32]]
    assert [row["question_id"] for row in rows_of(tmp_path / "out")][:100] == [f"Leetcode_{name}" for name in names]


def test_a_changed_row_stays_in_its_place_and_only_its_file_is_another(tmp_path: Path) -> None:
    names = [f"{number:03d}" for number in range(60)]
    old = a_release(tmp_path / "old", leetcode(*names), version="1.0.0")
    assert len(old.manifest.files) > 1
    new = a_release(tmp_path / "new", leetcode("002", solution=SOLUTION + "# better\n"))
    package(tmp_path / "out", new, previous=old, version="1.0.1")
    rows = rows_of(tmp_path / "out")
    assert [row["question_id"] for row in rows] == [f"Leetcode_{name}" for name in names]
    assert [row["version"] for row in rows if row["solution"].endswith("# better\n")] == ["1.0.1"]
    before, after = read_tree(tmp_path / "old"), read_tree(tmp_path / "out")
    data = [name for name in before if name.startswith("data/")]
    assert [name for name in data if before[name] != after[name]] == data[:1]
    first = f"{data[0]}"
    groups = [pq.ParquetFile(tmp_path / folder / first).num_row_groups for folder in ("old", "out")]
    assert groups[0] == groups[1] > 1


def test_a_changed_row_that_belongs_to_another_split_moves_there(tmp_path: Path) -> None:
    old = a_release(tmp_path / "old", leetcode(*"abc"), version="1.0.0")
    new = a_release(tmp_path / "new", leetcode("b", test_coverage=10))
    result = package(tmp_path / "out", new, previous=old, version="1.1.0")
    assert [row["question_id"][-1] for row in rows_of(tmp_path / "out")] == ["a", "c"]
    assert [row["question_id"][-1] for row in rows_of(tmp_path / "out", split="use_with_caution")] == ["b"]
    assert result.changes is not None
    assert result.changes.configs == (ConfigChanges("leetcode", 0, 0, 1),)


def test_of_equal_ids_the_first_source_counts_and_every_row_leaves_once(tmp_path: Path) -> None:
    first = a_release(tmp_path / "first", leetcode("a", "b"))
    second = a_release(tmp_path / "second", [*leetcode("a"), *leetcode("b", teacher="other"), *leetcode("c")])
    result = package(tmp_path / "out", first, second)
    assert [row["teacher"] for row in rows_of(tmp_path / "out")] == ["answerer"] * 3
    assert result.as_json()["in"] == 5
    assert (result.as_json()["kept"], result.as_json()["rejected"]) == (4, {"repeated_id": 1})


def test_a_twin_with_another_solution_is_left_out_and_the_instruction_stays(tmp_path: Path) -> None:
    rows = [
        numbered(a_row(), "a_I"),
        numbered(a_row(style="complete"), "a_C"),
        numbered(a_row(), "b_I"),
        numbered(a_row(style="complete", solution="x = 1\n"), "b_C"),
    ]
    result = package(tmp_path / "out", a_release(tmp_path / "run", rows))
    assert [row["question_id"] for row in rows_of(tmp_path / "out")] == [f"Leetcode_{n}" for n in ("a_C", "a_I", "b_I")]
    assert result.rejected == {"Leetcode_b_C": "sibling_differs"}
    assert open_release(tmp_path / "out").manifest.rejected == {"Leetcode_b_C": "sibling_differs"}


def test_removed_rows_go_with_their_conversations(tmp_path: Path) -> None:
    old = a_release(
        tmp_path / "old", [a_row("leetcode", n) for n in range(3)], [an_sft_row("leetcode", 1)], version="1.0.0"
    )
    name = str(a_row("leetcode", 1)["question_id"])
    new = a_release(tmp_path / "new", [a_row("leetcode", 7)])
    result = package(tmp_path / "out", new, previous=old, version="1.1.0", remove=[name])
    assert name not in [row["question_id"] for row in rows_of(tmp_path / "out")]
    assert open_release(tmp_path / "out").manifest.rows == {"leetcode": {"train": 3}}
    assert result.changes is not None
    assert result.changes.configs == (ConfigChanges("leetcode", 1, 1, 0), ConfigChanges("sft", 0, 1, 0))
    with pytest.raises(UsageError, match="in no source"):
        package(tmp_path / "out", new, previous=old, version="1.1.0", remove=["unknown"])


@pytest.mark.parametrize("responds_again", [False, True])
def test_a_response_to_a_triplet_that_was_replaced_is_left_out_unless_there_is_a_new_one(
    tmp_path: Path, responds_again: bool
) -> None:
    sft = [an_sft_row("leetcode", number) for number in (0, 1)]
    old = a_release(tmp_path / "old", [a_row("leetcode", n) for n in range(2)], sft, version="1.0.0")
    changed = {"solution": SOLUTION + "# another\n"}
    again = [an_sft_row("leetcode", 1) | changed] if responds_again else []
    run = a_release(tmp_path / "run", [a_row("leetcode", 1, **changed)], again)
    result = package(tmp_path / "new", run, version="1.1.0", previous=old)
    identity = a_row("leetcode", 1)["question_id"]
    assert result.rejected == ({} if responds_again else {identity: "triplet_changed"})
    assert open_release(tmp_path / "new").manifest.rows["sft"] == {"train": 2 if responds_again else 1}


def test_the_previous_release_may_be_replaced_in_its_own_folder(tmp_path: Path) -> None:
    old = a_release(tmp_path / "old", leetcode("a"), version="1.0.0")
    new = a_release(tmp_path / "new", leetcode("b"))
    package(tmp_path / "old", new, previous=old, version="1.1.0")
    assert open_release(tmp_path / "old").manifest.version == "1.1.0"
    assert len(rows_of(tmp_path / "old")) == 2


@pytest.mark.parametrize("version", ["1.0.0", "0.9.9"])
def test_a_version_that_is_not_above_the_previous_one_is_refused(tmp_path: Path, version: str) -> None:
    old = a_release(tmp_path / "old", leetcode("a"), version="1.0.0")
    with pytest.raises(UsageError, match=r"not above 1\.0\.0"):
        package(tmp_path / "out", old, previous=old, version=version)


def test_a_column_that_goes_away_needs_a_major_version(tmp_path: Path) -> None:
    old = a_release(tmp_path / "old", leetcode("a"), version="1.0.0")
    manifest = tmp_path / "old" / "releases" / "v1.0.0.json"
    stored = json.loads(manifest.read_bytes())
    stored["columns"].append("test_code")
    manifest.write_text(json.dumps(stored), encoding="ascii")
    old = open_release(tmp_path / "old")
    with pytest.raises(UsageError, match=r"'test_code'.* needs a major version, 2\.0\.0 or later"):
        package(tmp_path / "out", old, previous=old, version="1.1.0")
    package(tmp_path / "out", old, previous=old, version="2.0.0")


def test_a_source_that_was_changed_after_it_was_written_is_refused(tmp_path: Path) -> None:
    run = a_release(tmp_path / "run", leetcode("a"))
    path = tmp_path / "run" / run.manifest.files[0].path
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="not the file that its manifest describes"):
        package(tmp_path / "out", run)
    assert not (tmp_path / "out").exists()
    path.write_bytes(content[:-1])
    with pytest.raises(InputError, match="bytes, and the release's manifest says"):
        open_release(tmp_path / "run")


def with_table(release: ReleaseFolder, change: Callable[[pa.Table], pa.Table], columns: Sequence[str]) -> ReleaseFolder:
    """The release as an earlier version of this package would have written it, with other columns."""
    path = release.path / release.manifest.path
    stored = json.loads(path.read_bytes())
    for file in stored["files"]:
        data = release.file(file["path"])
        table = change(pq.read_table(data))
        pq.write_table(table, data)
        content = data.read_bytes()
        file |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        stored["row_hashes"][file["path"]] = [row_hash(row) for row in table.to_pylist()]
    path.write_text(json.dumps(stored | {"columns": list(columns)}), encoding="ascii")
    return open_release(release.path)


def without_agreement(release: ReleaseFolder) -> ReleaseFolder:
    columns = [name for name in release.manifest.columns if name != "agreement"]
    return with_table(release, lambda table: table.drop_columns(["agreement"]), columns)


def test_a_column_that_an_earlier_schema_did_not_have_is_null(tmp_path: Path) -> None:
    old = without_agreement(a_release(tmp_path / "old", leetcode("a", "b"), version="1.0.0"))
    package(tmp_path / "out", old)
    assert [row["agreement"] for row in rows_of(tmp_path / "out")] == [None, None]


def test_files_of_an_earlier_schema_are_written_again_and_their_rows_are_not_changed_ones(tmp_path: Path) -> None:
    rows = [*leetcode("a", "b"), a_row("apps", 0)]
    old = without_agreement(a_release(tmp_path / "old", rows, [an_sft_row("apps", 0)], version="1.0.0"))
    result = package(tmp_path / "out", a_release(tmp_path / "run", rows[:1]), previous=old, version="1.1.0")
    assert result.changes == Changes("1.0.0", columns_added=("agreement",))
    packaged = open_release(tmp_path / "out")
    for file in packaged.manifest.files:
        table = pq.read_table(packaged.file(file.path))
        assert table.schema.equals(arrow_schema(columns_of(file.config)))
        assert [row_hash(row) for row in table.to_pylist()] == list(file.row_hashes)
        assert set(table["version"].to_pylist()) == {"1.0.0"}


def test_a_column_that_went_away_with_a_major_version_is_in_no_file_and_on_the_card(tmp_path: Path) -> None:
    old = a_release(tmp_path / "old", leetcode("a", "b", "c"), version="1.0.0")
    names = [*old.manifest.columns, "hint"]
    old = with_table(old, lambda table: table.append_column("hint", pa.array(["x"] * table.num_rows)), names)
    run = a_release(tmp_path / "run", leetcode("a"))
    for out, remove in ((tmp_path / "kept", []), (tmp_path / "less", ["Leetcode_b"])):
        package(out, run, previous=old, version="2.0.0", remove=remove)
        packaged = open_release(out)
        assert all("hint" not in row for row in rows_of(out))
        assert packaged.manifest.files[0].row_hashes == tuple(map(row_hash, rows_of(out)))
        assert "Columns that are gone: `hint`" in (out / "README.md").read_text(encoding="utf-8")
    with pytest.raises(InputError, match="column 'hint', which is not published"):
        package(tmp_path / "out", old)


def test_a_release_is_not_packaged_into_one_of_its_inputs(tmp_path: Path) -> None:
    old = a_release(tmp_path / "old", leetcode("a"), version="1.0.0")
    run = a_release(tmp_path / "run", leetcode("b"))
    for inside in (tmp_path / "old" / "next", tmp_path / "run" / "data" / "next"):
        with pytest.raises(UsageError, match="lies in the release"):
            package(inside, run, previous=old, version="1.1.0")
        assert not inside.exists()


one_row = st.tuples(
    st.sampled_from(["leetcode", "apps"]),
    st.integers(0, 12),
    st.sampled_from([100, 50]),
    st.sampled_from(["", "# a\n", "# b\n"]),
)
some_rows = st.lists(one_row, max_size=14, unique_by=lambda row: row[:2])


def made(rows: Iterable[tuple[str, int, int, str]]) -> list[Row]:
    return [
        a_row(config, number, test_coverage=coverage, solution=SOLUTION + end) for config, number, coverage, end in rows
    ]


@settings(
    max_examples=20,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(previous=some_rows, sources=st.lists(some_rows, min_size=1, max_size=3))
def test_any_merge_gives_what_a_plain_merge_gives(
    previous: list[tuple[str, int, int, str]],
    sources: list[list[tuple[str, int, int, str]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    old = a_release(folder / "old", made(previous), version="1.0.0")
    new = [a_release(folder / f"new{index}", made(rows)) for index, rows in enumerate(sources)]
    result = package(folder / "out", *new, previous=old, version="1.1.0")

    before = {str(row["question_id"]): row | {"version": "1.0.0"} for row in made(previous)}
    chosen: dict[str, Row] = {}
    for source in sources:
        for row in made(source):
            chosen.setdefault(str(row["question_id"]), row | {"version": "1.1.0"})
    changed = {
        name: row for name, row in chosen.items() if name not in before or row_hash(row) != row_hash(before[name])
    }
    expected = before | changed
    for config in ("leetcode", "apps"):
        for split in ("train", "use_with_caution"):
            here = {
                name: row
                for name, row in expected.items()
                if row["subset"].lower() == config and choose_split(row) == split
            }
            in_place = [name for name in sorted(before) if name in here and choose_split(before[name]) == split]
            added = sorted(name for name in here if name not in in_place)
            read = rows_of(folder / "out", config, split)
            assert read == [here[name] for name in (*in_place, *added)]
    assert sum(result.leavings.values()) == sum(map(len, sources))
    packaged = open_release(folder / "out")
    hashes = [item for file in packaged.manifest.files for item in file.row_hashes]
    assert hashes == [
        row_hash(row)
        for file in packaged.manifest.files
        for row in pq.read_table(folder / "out" / file.path).to_pylist()
    ]
