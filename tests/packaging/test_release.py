"""A release: layout, files, card and manifest."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.packaging.card import size_category
from kodcode_hub.packaging.facts import BenchmarkFacts, Rejection, ReleaseFacts, RunFacts
from kodcode_hub.packaging.release import ReleaseSummary, write_release
from kodcode_hub.packaging.row_hash import row_hash
from kodcode_hub.packaging.split_writer import FileLimits
from kodcode_hub.schema import COLUMNS, SFT_COLUMNS, arrow_schema
from tests.packaging.example_rows import a_row, a_triplet, an_sft_row, example_rows, example_sft_rows
from tests.packaging.folders import read_tree, run_python

RUN = RunFacts(
    models=(("questions", "some|model\ud800"),),
    attempts=10,
    duplicate_threshold=0.8,
    contamination_rule="Half of a benchmark's 10-word shingles.",
    benchmarks=(BenchmarkFacts("HumanEval", "6d43fb9", 164, 2),),
    rejected=(Rejection("synthesize", "truncated", 3),),
    recipe="prompt = '''```'''",
)
FACTS = ReleaseFacts(runs=(RUN,))


def write_example(out: Path, **options: Any) -> ReleaseSummary:
    return write_release(out, example_rows(), example_sft_rows(), version="1.0.0", facts=FACTS, **options)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_example(tmp_path_factory.mktemp("release") / "out").folder


def header_of(release: Path) -> dict[str, Any]:
    text = (release / "README.md").read_text(encoding="utf-8")
    header: dict[str, Any] = yaml.safe_load(text.split("---\n")[1])
    return header


def manifest_of(release: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((release / "releases" / "v1.0.0.json").read_bytes())
    return manifest


def test_the_layout_has_a_folder_for_each_config_and_only_splits_with_rows(release: Path) -> None:
    files = [
        "code_contests/train",
        "code_contests/use_with_caution",
        "leetcode/train",
        "leetcode/use_with_caution",
        "null/train",
        "sft/incorrect",
        "sft/train",
        "sft/use_with_caution",
    ]
    assert sorted(read_tree(release)) == [
        "README.md",
        *sorted(asset["path"] for asset in manifest_of(release)["assets"]),
        *(f"data/{file}-00000-of-00001.parquet" for file in files),
        "releases/v1.0.0.json",
    ]
    assert [path.name for path in release.parent.iterdir()] == ["out"]


def test_the_same_rows_give_the_same_bytes(release: Path, tmp_path: Path) -> None:
    write_example(tmp_path / "again")
    assert read_tree(tmp_path / "again") == read_tree(release)


def test_the_bytes_do_not_depend_on_hash_seed_or_folder(release: Path, tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from tests.packaging.test_release import write_example\n"
        "write_example(pathlib.Path(sys.argv[1]))\n"
    )
    done = run_python(code, str(tmp_path / "other"), env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"})
    assert done.returncode == 0, done.stderr
    assert read_tree(tmp_path / "other") == read_tree(release)


def test_a_release_names_no_folder_and_no_host(release: Path) -> None:
    content = b"".join(read_tree(release).values())
    assert str(release.parent).encode() not in content
    assert platform.node().encode() not in content or not platform.node()


def test_parquet_files_have_the_schema_and_none_of_the_keys_that_break_loading(release: Path) -> None:
    for path in release.glob("data/*/*.parquet"):
        with pq.ParquetFile(path) as file:
            columns = (*COLUMNS, *SFT_COLUMNS) if path.parent.name == "sft" else COLUMNS
            assert file.schema_arrow.equals(arrow_schema(columns)), path
            assert set(file.metadata.metadata) == {b"ARROW:schema"}
            chunk = file.metadata.row_group(0).column(4)
            assert chunk.compression == "ZSTD"
            assert chunk.has_offset_index
            assert chunk.has_column_index


def test_rows_come_back_as_they_were_and_in_order(release: Path) -> None:
    written = [row for row in example_rows() if row["subset"] == "Leetcode"]
    read = [
        row
        for split in ("train", "use_with_caution")
        for row in pq.read_table(release / "data" / "leetcode" / f"{split}-00000-of-00001.parquet").to_pylist()
    ]
    assert read == written


def test_files_are_split_into_row_groups_and_shards_by_size(tmp_path: Path) -> None:
    rows = [a_row(number=number, question=f"{number} " + chr(20_000 + number) * 5_000) for number in range(60)]
    limits = FileLimits(batch=10_000, row_group=50_000, shard=30_000)
    summary = write_release(tmp_path / "out", iter(rows), (), version="1.0.0", facts=FACTS, limits=limits)
    paths = [tmp_path / "out" / file.path for file in summary.files]
    assert len(paths) > 2
    assert [path.name for path in paths] == [
        f"train-{index:05d}-of-{len(paths):05d}.parquet" for index in range(len(paths))
    ]
    for path in paths:
        metadata = pq.read_metadata(path)
        sizes = [metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups)]
        assert max(sizes) < limits.row_group + 5_000  # levels and page headers come on top
        assert len(sizes) == 1 or path.stat().st_size < limits.shard + 20_000  # the footer comes on top
    read = [row for path in paths for row in pq.read_table(path).to_pylist()]
    assert read == rows


def test_splits_share_what_may_wait_in_memory(tmp_path: Path) -> None:
    rows = [a_row(config, number) for number in range(20) for config in ("apps", "taco", "evol")]
    size = pa.Table.from_pylist(rows, schema=arrow_schema()).nbytes
    limits = FileLimits(pending=size // 10)
    summary = write_release(tmp_path / "out", rows, (), version="1.0.0", facts=FACTS, limits=limits)
    groups = [pq.read_metadata(tmp_path / "out" / file.path).num_row_groups for file in summary.files]
    assert min(groups) > 1
    assert sum(file.rows for file in summary.files) == len(rows)


def test_the_manifest_tells_the_truth_about_files_and_rows(release: Path) -> None:
    manifest = manifest_of(release)
    for entry in manifest["files"]:
        content = (release / entry["path"]).read_bytes()
        assert entry["bytes"] == len(content)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        rows = pq.read_table(release / entry["path"]).to_pylist()
        assert entry["rows"] == len(rows)
        assert manifest["row_hashes"][entry["path"]] == [row_hash(row) for row in rows]
    for asset in manifest["assets"]:
        assert asset["sha256"] == hashlib.sha256((release / asset["path"]).read_bytes()).hexdigest()
    card = (release / "README.md").read_bytes()
    assert manifest["card"] == {"path": "README.md", "bytes": len(card), "sha256": hashlib.sha256(card).hexdigest()}
    assert manifest["rows"]["leetcode"] == {"train": 3, "use_with_caution": 1}
    assert manifest["rows"]["sft"] == {"train": 1, "use_with_caution": 1, "incorrect": 1}
    assert manifest["tools"]["pyarrow"] == pa.__version__
    assert (manifest["version"], manifest["recipe"]) == ("1.0.0", RUN.recipe)
    assert "time" not in json.dumps(list(manifest))


def test_a_row_keeps_its_hash_when_only_the_version_is_another() -> None:
    assert row_hash(a_row(version="1.0.0")) == row_hash(a_row(version="2.0.0"))
    assert row_hash(a_row(question="one")) != row_hash(a_row(question="two"))


def test_the_card_lists_configs_in_kodcodes_order_and_default_without_copies(release: Path) -> None:
    header = header_of(release)
    assert [config["config_name"] for config in header["configs"]] == [
        "default",
        "leetcode",
        "code_contests",
        "null",
        "sft",
    ]
    assert header["configs"][0] == {
        "config_name": "default",
        "default": True,
        "data_files": [
            {
                "split": "train",
                "path": [f"data/{name}/train-*.parquet" for name in ("leetcode", "code_contests", "null")],
            },
            {
                "split": "use_with_caution",
                "path": [f"data/{name}/use_with_caution-*.parquet" for name in ("leetcode", "code_contests")],
            },
        ],
    }
    assert header["size_categories"] == ["n<1K"]
    assert (header["license"], header["language"], header["task_categories"]) == ("other", ["en"], ["text-generation"])


def test_the_card_counts_rows_and_bytes_of_each_config(release: Path) -> None:
    infos = {info["config_name"]: info for info in header_of(release)["dataset_info"]}
    counts = {name: {split["name"]: split["num_examples"] for split in info["splits"]} for name, info in infos.items()}
    assert counts == {
        "default": {"train": 8, "use_with_caution": 2},
        "leetcode": {"train": 3, "use_with_caution": 1},
        "code_contests": {"train": 3, "use_with_caution": 1},
        "null": {"train": 2},
        "sft": {"train": 1, "use_with_caution": 1, "incorrect": 1},
    }
    for info in infos.values():
        assert info["dataset_size"] == sum(split["num_bytes"] for split in info["splits"]) > 0
    sizes = {path.parent.name: 0 for path in release.glob("data/*/*")}
    for path in release.glob("data/*/*"):
        sizes[path.parent.name] += path.stat().st_size
    assert infos["leetcode"]["download_size"] == sizes["leetcode"]
    assert infos["default"]["download_size"] == sum(sizes.values()) - sizes["sft"]


def arrow_type(feature: dict[str, Any]) -> pa.DataType:
    """What a feature of the card's YAML is in Arrow."""
    if "list" in feature:
        item = feature["list"]
        return pa.list_(arrow_type({"dtype": item} if isinstance(item, str) else {"struct": item}))
    if "struct" in feature:
        return pa.struct([pa.field(member["name"], arrow_type(member)) for member in feature["struct"]])
    return pa.type_for_alias(feature["dtype"])


def test_the_features_in_the_card_are_the_arrow_schema(release: Path) -> None:
    for info in header_of(release)["dataset_info"]:
        columns = (*COLUMNS, *SFT_COLUMNS) if info["config_name"] == "sft" else COLUMNS
        features = pa.schema([pa.field(feature["name"], arrow_type(feature)) for feature in info["features"]])
        assert features.equals(arrow_schema(columns)), info["config_name"]


def test_the_card_has_no_yaml_anchors_and_survives_hostile_facts(release: Path) -> None:
    text = (release / "README.md").read_text(encoding="utf-8")
    assert "&id0" not in text
    assert "- config_name: 'null'" in text
    assert "some\\|model\\ud800" in text
    assert "````text\nprompt = '''```'''\n````" in text
    assert "| HumanEval | 6d43fb9 | 164 | 2 |" in text
    assert "| synthesize | `truncated` | 3 |" in text


def test_figures_by_subset_are_those_of_the_rows(tmp_path: Path) -> None:
    rows = [
        a_row(number=0, gpt_pass_sequence=[1, 0, 0, 0], gpt_difficulty="hard", test_coverage=90, tests_passed=2),
        a_row(
            number=1,
            gpt_pass_sequence=[1, 1],
            gpt_difficulty="easy",
            test_coverage=80,
            tests_passed=5,
            style="complete",
        ),
    ]
    summary = write_release(tmp_path / "out", rows, [an_sft_row()], version="1.0.0", facts=FACTS)
    figures = summary.figures.subsets[0]
    assert (figures.name, figures.rows, figures.instruct, figures.complete) == ("leetcode", 2, 1, 1)
    assert (figures.easy, figures.medium, figures.hard) == (1, 0, 1)
    assert (figures.pass_at_1, figures.pass_at_n) == (0.625, 1.0)
    assert (figures.coverage, figures.tests_passed, figures.sft_rows) == (85.0, 3.5, 1)
    assert "| `leetcode` | 2 | 1 | 1 | 1 | 0 | 1 | 62.5% | 100.0% | 85.0 | 3.5 | 1 | 1 |" in (
        tmp_path / "out" / "README.md"
    ).read_text(encoding="utf-8")


def test_without_sft_rows_there_is_no_sft_config(tmp_path: Path) -> None:
    write_release(tmp_path / "out", example_rows(), (), version="1.0.0", facts=FACTS)
    assert "sft" not in [config["config_name"] for config in header_of(tmp_path / "out")["configs"]]
    assert not (tmp_path / "out" / "data" / "sft").exists()


def test_a_release_without_rows_says_so_and_has_no_data(tmp_path: Path) -> None:
    summary = write_release(tmp_path / "out", (), (), version="1.0.0", facts=FACTS)
    assert (summary.rows, summary.files) == ({}, ())
    assert sorted(read_tree(tmp_path / "out")) == ["README.md", "releases/v1.0.0.json"]
    assert "holds no rows" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("rows", "category"),
    [(0, "n<1K"), (999, "n<1K"), (1_000, "1K<n<10K"), (447_000, "100K<n<1M"), (10_000_000, "10M<n<100M")],
)
def test_size_categories_are_the_hubs(rows: int, category: str) -> None:
    assert size_category(rows) == category


def broken_rows() -> Iterator[dict[str, Any]]:
    yield a_row(number=0)
    yield a_row(number=1, solution="print('\ud800')")


def test_a_row_that_does_not_fit_stops_the_release_and_the_old_one_stays(tmp_path: Path) -> None:
    write_example(tmp_path / "out")
    before = read_tree(tmp_path)
    name = a_row(number=1)["question_id"]
    with pytest.raises(InputError, match=rf"row '{name}' .*\(schema\): column 'solution' holds a lone surrogate"):
        write_release(tmp_path / "out", broken_rows(), (), version="1.1.0", facts=FACTS)
    assert read_tree(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("row", [{"question_id": "x"}, {**a_row(), "test_coverage": "80"}, {**a_row(), "extra": 1}])
def test_rows_of_another_shape_are_refused_without_a_traceback_of_ours(tmp_path: Path, row: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"does not fit the published columns \(schema\)"):
        write_release(tmp_path / "out", [row], (), version="1.0.0", facts=FACTS)


def test_an_id_that_occurs_twice_is_refused_and_an_sft_row_shares_its_triplets(tmp_path: Path) -> None:
    name = a_triplet().id
    with pytest.raises(InputError, match=f"'{name}' of config 'leetcode' occurs twice"):
        write_release(tmp_path / "out", [a_row(), a_row(question="other")], (), version="1.0.0", facts=FACTS)
    with pytest.raises(InputError, match="also in config 'leetcode'"):
        write_release(tmp_path / "out", [a_row(), a_row(subset="Apps")], (), version="1.0.0", facts=FACTS)
    with pytest.raises(InputError, match="of config 'sft' occurs twice"):
        write_release(tmp_path / "out", (), [an_sft_row(), an_sft_row()], version="1.0.0", facts=FACTS)
    write_release(tmp_path / "out", [a_row()], [an_sft_row()], version="1.0.0", facts=FACTS)


@pytest.mark.parametrize("subset", ["Default", "Sft", "../up", "a b", "", None])
def test_a_subset_that_cannot_be_a_config_is_refused(tmp_path: Path, subset: str | None) -> None:
    with pytest.raises(InputError, match="cannot be the name of a config"):
        write_release(tmp_path / "out", [a_row(subset=subset)], (), version="1.0.0", facts=FACTS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("version", ["v1.0.0", "1.0", "", "1.0.0/..", "1.0.0\n"])
def test_a_version_that_is_none_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(UsageError, match="not of the form"):
        write_release(tmp_path / "out", example_rows(), (), version=version, facts=FACTS)


@pytest.mark.parametrize("files", [["notes.txt"], ["README.md"], ["data/x.csv", "releases/v1.0.0.json", ".git/HEAD"]])
def test_nothing_but_a_release_is_ever_replaced(tmp_path: Path, files: list[str]) -> None:
    for name in files:
        path = tmp_path / "out" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    before = read_tree(tmp_path)
    with pytest.raises(UsageError, match="not empty and not a release"):
        write_example(tmp_path / "out")
    assert read_tree(tmp_path) == before


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(UsageError, match="is a file"):
        write_example(tmp_path / "out")
    with pytest.raises(UsageError, match="one of its parents is a file"):
        write_example(tmp_path / "out" / "below")


def test_an_earlier_release_is_replaced_whole(release: Path, tmp_path: Path) -> None:
    write_release(tmp_path / "out", [a_row("apps")], (), version="0.9.0", facts=FACTS)
    write_example(tmp_path / "out")
    assert read_tree(tmp_path / "out") == read_tree(release)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_packaging_room_is_light_until_it_is_used() -> None:
    code = (
        "import sys, kodcode_hub.packaging.release\n"
        "print([name for name in ('datasets', 'pyarrow', 'jinja2', 'yaml', 'numpy') if name in sys.modules])\n"
    )
    assert run_python(code).stdout == "[]\n"
