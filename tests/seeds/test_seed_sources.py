"""Which path belongs to which subset, and reading seeds from files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.pipeline.seed_sources import is_hub_id, load_seeds, resolve_seed_arguments
from kodcode_hub.subsets import SubsetSpec

LEETCODE = SubsetSpec("leetcode", "a test", "t", seeds_per_prompt=3, seed_fields=("description",))
ALGORITHM = SubsetSpec("algorithm", "a test", "t", seeds_per_prompt=1, seed_fields=("codes",), seed_suffixes=(".py",))
PREFILL = SubsetSpec("prefill", "a test", "t", route="raw")

ROWS = [{"id": 1, "description": "one"}, {"id": 2, "description": "two"}]


def a_file(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(ROWS[0]) + "\n")
    return str(path)


def test_seeds_are_read_from_every_form_of_file(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps(ROWS))
    (tmp_path / "s.json.gz").write_bytes(gzip.compress(json.dumps(ROWS).encode()))
    (tmp_path / "s.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "s.parquet")
    read = [load_seeds(LEETCODE, str(path)) for path in sorted(tmp_path.iterdir())]
    assert len(read) == 4
    assert all(seeds == read[0] for seeds in read)
    assert [(seed.id, seed.text) for seed in read[0]] == [("1", "one"), ("2", "two")]


def test_a_missing_seed_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"seed file .*gone.jsonl does not exist; give a file"):
        load_seeds(LEETCODE, str(tmp_path / "gone.jsonl"))


def test_errors_in_a_seed_file_name_file_and_row(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text('{"description": "a"}\n{"descripton": "b"}\n')
    with pytest.raises(InputError, match=r"s.jsonl, row 2 has none of the columns 'description'; it has 'descripton'"):
        load_seeds(LEETCODE, str(path))
    path.write_text('{"description": "a"}\n{"description": \n')
    with pytest.raises(InputError, match=r"s.jsonl: malformed JSON at line 2"):
        load_seeds(LEETCODE, str(path))


def test_a_path_alone_serves_the_one_subset_that_needs_seeds(tmp_path: Path) -> None:
    path = a_file(tmp_path / "x.jsonl")
    assert resolve_seed_arguments([path], [PREFILL, LEETCODE]) == {"leetcode": path}
    assert resolve_seed_arguments([str(tmp_path)], [ALGORITHM]) == {"algorithm": str(tmp_path)}


def test_a_path_alone_is_refused_where_several_subsets_or_none_need_seeds(tmp_path: Path) -> None:
    path = a_file(tmp_path / "x.jsonl")
    with pytest.raises(UsageError, match=rf"2 subsets need seeds \(leetcode, algorithm\).*--seeds leetcode={path}"):
        resolve_seed_arguments([path], [LEETCODE, ALGORITHM])
    with pytest.raises(UsageError, match="no subset of this build needs seeds"):
        resolve_seed_arguments([path], [PREFILL])
    assert resolve_seed_arguments([], [PREFILL]) == {}


def test_seeds_are_named_by_subset(tmp_path: Path) -> None:
    one, two = a_file(tmp_path / "one.jsonl"), a_file(tmp_path / "two.jsonl")
    found = resolve_seed_arguments([f"algorithm={two}", f"leetcode={one}"], [LEETCODE, ALGORITHM])
    assert found == {"leetcode": one, "algorithm": two}


def test_a_path_alone_is_for_the_subset_that_is_not_named(tmp_path: Path) -> None:
    one, two = a_file(tmp_path / "one.jsonl"), a_file(tmp_path / "two.jsonl")
    found = resolve_seed_arguments([one, f"algorithm={two}"], [LEETCODE, ALGORITHM])
    assert found == {"leetcode": one, "algorithm": two}
    assert resolve_seed_arguments([one, f"leetcode={two}"], [LEETCODE]) == {"leetcode": two}


def test_a_folder_serves_every_subset_it_holds_a_file_of(tmp_path: Path) -> None:
    leetcode, algorithm = a_file(tmp_path / "leetcode.jsonl"), a_file(tmp_path / "algorithm.json.gz")
    a_file(tmp_path / "leetcode.txt")
    assert resolve_seed_arguments([str(tmp_path)], [LEETCODE, PREFILL, ALGORITHM]) == {
        "leetcode": leetcode,
        "algorithm": algorithm,
    }
    other = a_file(tmp_path / "other" / "x.jsonl")
    assert resolve_seed_arguments([f"leetcode={other}", str(tmp_path)], [LEETCODE, ALGORITHM])["leetcode"] == other


def test_two_files_of_one_subset_in_a_folder_are_ambiguous(tmp_path: Path) -> None:
    a_file(tmp_path / "leetcode.jsonl")
    a_file(tmp_path / "leetcode.json")
    with pytest.raises(UsageError, match=r"holds 2 files of seeds for leetcode: .*leetcode.json, .*leetcode.jsonl"):
        resolve_seed_arguments([str(tmp_path)], [LEETCODE])


def test_a_subset_that_is_left_without_seeds_is_named_with_the_way_to_give_them(tmp_path: Path) -> None:
    a_file(tmp_path / "leetcode.jsonl")
    with pytest.raises(UsageError, match=r"no seeds for algorithm: give --seeds algorithm=PATH"):
        resolve_seed_arguments([str(tmp_path)], [LEETCODE, ALGORITHM])
    with pytest.raises(UsageError, match=r"no seeds for leetcode, algorithm"):
        resolve_seed_arguments([], [LEETCODE, ALGORITHM])


def test_unknown_needless_and_repeated_subsets_are_refused(tmp_path: Path) -> None:
    path = a_file(tmp_path / "x.jsonl")
    for arguments, words in (
        ([f"taco={path}"], "this build has no subset 'taco'; it has leetcode, prefill"),
        (["leetcode="], "no path behind the equals sign; write leetcode=PATH"),
        ([f"prefill={path}"], "subset 'prefill' needs no seeds"),
        ([f"leetcode={path}", f"leetcode={tmp_path}"], "seeds for leetcode are given twice"),
    ):
        with pytest.raises(UsageError, match=words):
            resolve_seed_arguments(arguments, [LEETCODE, PREFILL])


@pytest.mark.parametrize("argument", ["gone.jsonl", "leetcode=gone.jsonl", "leetcode=/gone/folder", "a/gone.py"])
def test_a_path_that_does_not_exist_is_refused(argument: str) -> None:
    with pytest.raises(InputError, match=r"seed file .*does not exist"):
        resolve_seed_arguments([argument], [LEETCODE])


def test_an_equals_sign_inside_a_path_is_part_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("t=0.7/x.jsonl", "run-1=b.jsonl", "split=train.jsonl"):
        a_file(tmp_path / name)
        assert resolve_seed_arguments([name], [LEETCODE]) == {"leetcode": name}
        assert resolve_seed_arguments([f"leetcode={name}"], [LEETCODE]) == {"leetcode": name}


def test_the_home_folder_is_found_behind_the_equals_sign_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    path = a_file(tmp_path / "x.jsonl")
    assert resolve_seed_arguments(["leetcode=~/x.jsonl"], [LEETCODE]) == {"leetcode": path}


def test_a_hub_dataset_is_what_has_its_form_and_is_no_local_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    a_file(tmp_path / "owner" / "x.jsonl")
    (tmp_path / "other").touch()
    assert all(map(is_hub_id, ("someone/seeds", "someone/seeds-1.1", "some.one/seeds@v1.0", "someone/seeds@refs/pr/1")))
    assert not any(
        map(is_hub_id, ("owner/seeds", "other/seeds", "someone/seeds.jsonl", "/someone/seeds", "a/b/c", "seeds"))
    )
    assert resolve_seed_arguments(["someone/seeds@v1"], [LEETCODE]) == {"leetcode": "someone/seeds@v1"}
