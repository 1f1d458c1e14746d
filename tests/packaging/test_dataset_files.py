"""Which file belongs to which config and split: as ``datasets`` has it where the README says so, else by names."""

from __future__ import annotations

from pathlib import Path

import pytest

from kodcode_hub.errors import InputError
from kodcode_hub.packaging.dataset_files import dataset_files


def a_folder(root: Path, *names: str, readme: str = "") -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"a": 1}\n', encoding="utf-8")
    if readme:
        (root / "README.md").write_text(f"---\n{readme}---\n\n# A card\n", encoding="utf-8")
    return root


def found(folder: Path) -> dict[str, dict[str, list[str]]]:
    """As :func:`dataset_files`, with paths below the folder."""
    return {
        config: {split: [path.relative_to(folder).as_posix() for path in files] for split, files in splits.items()}
        for config, splits in dataset_files(folder).items()
    }


def test_a_release_is_told_by_the_names_of_its_files(tmp_path: Path) -> None:
    names = ("data/apps/train-00001-of-00002.parquet", "data/apps/train-00000-of-00002.parquet")
    folder = a_folder(tmp_path, *names, "data/sft/use_with_caution-00000-of-00001.parquet", "releases/v1.0.0.json")
    assert found(folder) == {
        "apps": {"train": [names[1], names[0]]},
        "sft": {"use_with_caution": ["data/sft/use_with_caution-00000-of-00001.parquet"]},
    }


def test_one_config_in_the_folder_data_is_the_default(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, "data/train-00000-of-00001.parquet", "data/use_with_caution-00000-of-00001.parquet")
    assert found(folder) == {
        "default": {
            "train": ["data/train-00000-of-00001.parquet"],
            "use_with_caution": ["data/use_with_caution-00000-of-00001.parquet"],
        }
    }


def test_else_every_file_of_rows_counts(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, "b.jsonl", "a/c.parquet", "a.jsonl.gz", "notes.txt", ".hidden/d.jsonl", "config.json")
    assert found(folder) == {"default": {"train": ["a.jsonl.gz", "a/c.parquet", "b.jsonl"]}}


README = """
license: cc-by-nc-4.0
configs:
- config_name: default
  default: true
  data_files:
  - split: train
    path:
    - data/b/train-*
    - data/a/train-*
  - split: rest
    path: data/*/rest-*
- config_name: one
  data_files: data/a/*.jsonl
- config_name: many
  data_files: ["data/b/*", "data/**/train-*", "data/b/*"]
- config_name: elsewhere
  data_dir: data/b
  data_files: "**"
- config_name: not_downloaded
  data_files: other/*.parquet
"""


def test_the_manifest_of_a_release_without_rows_is_no_file_of_rows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no rows"):
        dataset_files(a_folder(tmp_path, "releases/v1.0.0.json"))


def test_the_readme_decides_where_it_names_files(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path, "data/a/train-0.jsonl", "data/b/train-0.jsonl", "data/a/rest-0.jsonl", "x.jsonl", readme=README
    )
    assert found(folder) == {
        "default": {"train": ["data/b/train-0.jsonl", "data/a/train-0.jsonl"], "rest": ["data/a/rest-0.jsonl"]},
        "one": {"train": ["data/a/rest-0.jsonl", "data/a/train-0.jsonl"]},
        "many": {"train": ["data/b/train-0.jsonl", "data/a/train-0.jsonl"]},
        "elsewhere": {"train": ["data/b/train-0.jsonl"]},
    }


@pytest.mark.parametrize("config", ["default", "one", "many", "elsewhere"])
def test_it_is_what_datasets_makes_of_the_same_patterns(config: str, tmp_path: Path) -> None:
    import yaml
    from datasets.data_files import DataFilesPatternsDict, sanitize_patterns

    folder = a_folder(
        tmp_path, "data/a/train-0.jsonl", "data/b/train-0.jsonl", "data/a/rest-0.jsonl", "x.jsonl", readme=README
    )
    entry = next(each for each in yaml.safe_load(README)["configs"] if each["config_name"] == config)
    patterns = DataFilesPatternsDict.from_patterns(sanitize_patterns(entry["data_files"]))
    theirs = patterns.resolve(base_path=str(folder / entry.get("data_dir", "")))
    assert {split: sorted(set(files)) for split, files in theirs.items()} == {
        split: sorted(map(str, files)) for split, files in dataset_files(folder)[config].items()
    }


def test_a_star_does_not_cross_a_folder_and_two_stars_do(tmp_path: Path) -> None:
    readme = (
        "configs:\n- config_name: flat\n  data_files: data/*\n- config_name: deep\n  data_files: data/**\n"
        "- config_name: between\n  data_files: data/**/c.jsonl\n"
    )
    folder = a_folder(tmp_path, "data/a.jsonl", "data/b/c.jsonl", "data/c.jsonl", readme=readme)
    assert found(folder) == {
        "flat": {"train": ["data/a.jsonl", "data/c.jsonl"]},
        "deep": {"train": ["data/a.jsonl", "data/b/c.jsonl", "data/c.jsonl"]},
        "between": {"train": ["data/b/c.jsonl", "data/c.jsonl"]},
    }


def test_a_readme_without_configs_leaves_it_to_the_names(tmp_path: Path) -> None:
    for readme in ("license: mit\n", "", "- a list\n"):
        folder = a_folder(tmp_path / str(len(readme)), "data/train-00000-of-00001.parquet", readme=readme)
        assert list(found(folder)) == ["default"]


DEFECTS = {
    "configs: nonsense\n": "'configs' is not a list",
    "configs:\n- data_files: x\n": "needs a 'config_name'",
    "configs:\n- config_name: a\n  data_files: a.jsonl\n- config_name: a\n  data_files: a.jsonl\n": "'a' twice",
    "configs:\n- config_name: a\n  data_files: {train: x}\n": "'data_files' is a pattern",
    "configs:\n- config_name: a\n  data_files:\n  - {split: t, path: x}\n  - {split: t, path: y}\n": "each split once",
    "configs: [\n": "cannot be read",
}


@pytest.mark.parametrize("readme", DEFECTS)
def test_a_readme_that_cannot_be_understood_is_named(readme: str, tmp_path: Path) -> None:
    folder = a_folder(tmp_path, "a.jsonl", readme=readme)
    with pytest.raises(InputError, match=rf"README\.md.*{DEFECTS[readme]}"):
        dataset_files(folder)


def test_a_folder_without_rows_and_no_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no rows"):
        dataset_files(a_folder(tmp_path, "notes.txt"))
    with pytest.raises(InputError, match="is not a folder"):
        dataset_files(tmp_path / "notes.txt")
