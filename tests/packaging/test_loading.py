"""``datasets`` reads a release, plain, streaming and through the builder class."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.release import write_release
from tests.packaging.example_rows import a_row, example_rows, example_sft_rows
from tests.packaging.folders import PROJECT, run_python

CONFIGS = ("default", "leetcode", "code_contests", "null", "sft")


SCRIPT = PROJECT / "tests" / "packaging" / "loading_script.py"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("loading") / "out"
    return write_release(out, example_rows(), example_sft_rows(), version="1.0.0", facts=ReleaseFacts()).folder


@pytest.fixture(scope="module")
def loaded(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What ``loading_script.py`` saw."""
    home = tmp_path_factory.mktemp("home")
    write_release(home / "empty", (), (), version="1.0.0", facts=ReleaseFacts())
    write_release(home / "changing", [a_row(question="first")], (), version="1.0.0", facts=ReleaseFacts())
    done = run_python(
        SCRIPT.read_text(encoding="utf-8"),
        str(release),
        str(home),
        env={
            **os.environ,
            "HF_HOME": str(home / "hf"),
            "HF_DATASETS_CACHE": str(home / "hf" / "datasets"),
            "HF_HUB_OFFLINE": "1",
        },
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads((home / "result.json").read_bytes())
    return result


def expected(config: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of a config by split, as they were written."""
    from kodcode_hub.packaging.rows import choose_split

    rows = list(example_sft_rows() if config == "sft" else example_rows())
    by_split: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if config in ("default", "sft") or row["subset"].lower() == config:
            by_split.setdefault(choose_split(row), []).append(row)
    return by_split


@pytest.mark.parametrize("config", CONFIGS)
def test_every_config_loads_plain_streaming_and_through_the_builder(loaded: Mapping[str, Any], config: str) -> None:
    """Lists of structs come back as lists of dicts, and a config named null is no config without a name."""
    rows = expected(config)
    assert loaded["plain"][config] == rows
    assert loaded["streaming"][config] == rows
    assert loaded["builder"][config] == rows
    assert loaded["builder_streaming"][config] == rows


def test_without_a_name_the_config_is_default(loaded: Mapping[str, Any]) -> None:
    assert loaded["unnamed"] == expected("default")
    assert loaded["builder_unnamed"] == expected("default")


def test_the_features_are_the_same_on_all_ways_and_those_of_the_schema(loaded: Mapping[str, Any]) -> None:
    assert loaded["features_differ"] == []


def test_the_builder_file_gives_the_class(loaded: Mapping[str, Any]) -> None:
    assert loaded["builder_file"] == ["KodCode", "KodCodeConfig"]


def test_the_builder_file_is_a_loading_script_where_there_are_such(loaded: Mapping[str, Any]) -> None:
    if loaded["script"] is None:
        pytest.skip("the installed datasets (4 or newer) has no loading scripts")
    assert loaded["script"] == {config: expected(config) for config in CONFIGS}


def test_the_builder_knows_kodcodes_configs(loaded: Mapping[str, Any]) -> None:
    assert loaded["listed_configs"][:2] == ["default", "prefill"]
    assert len(loaded["listed_configs"]) == 14


def test_another_release_in_the_same_folder_is_not_read_from_the_cache(loaded: Mapping[str, Any]) -> None:
    assert loaded["changing"] == ["first", "second"]


def test_a_config_that_a_release_does_not_have_is_named_with_those_it_has(loaded: Mapping[str, Any]) -> None:
    assert re.search(r"no config 'apps'; it has default, leetcode, code_contests, null, sft$", loaded["missing_config"])


def test_a_folder_that_is_no_release_is_named(loaded: Mapping[str, Any]) -> None:
    assert "is not a release folder" in loaded["no_release"]
    assert "is not a release folder" in loaded["no_folder"]


def test_a_release_without_rows_loads_nothing_rather_than_its_manifest(loaded: Mapping[str, Any]) -> None:
    assert loaded["empty"].startswith("DataFilesNotFoundError")


def test_the_cards_own_example_runs(loaded: Mapping[str, Any]) -> None:
    assert loaded["card_example"] == {f"{config}_rows": len(expected(config)["train"]) for config in CONFIGS}
