"""Run by ``test_loading.py`` in an interpreter and with a cache of its own: loads a release in every way."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import datasets

from kodcode_hub.errors import InputError
from kodcode_hub.packaging.card import columns_of
from kodcode_hub.packaging.dataset_builder import KodCode
from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.release import write_release
from kodcode_hub.schema import arrow_schema
from tests.packaging.example_rows import a_row

CONFIGS = ("default", "leetcode", "code_contests", "null", "sft")


def main(release: str, home: Path) -> None:
    """Write what was seen to ``result.json`` in ``home``."""
    datasets.disable_progress_bars()
    result = {
        **load_all(release),
        "script": load_by_script(release),
        "changing": load_changing(home / "changing"),
        "missing_config": error_of(release, "apps"),
        "no_release": error_of(str(home), "default"),
        "no_folder": error_of(None, "default"),
        "empty": load_empty(str(home / "empty")),
        "builder_file": builder_file_classes(),
        "listed_configs": list(KodCode.builder_configs),
        "card_example": run_card_example(Path(release)),
    }
    (home / "result.json").write_text(json.dumps(result), encoding="utf-8")


def rows_of(splits: Mapping[str, Iterable[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {split: list(rows) for split, rows in splits.items()}


def build(release: str, config: str | None) -> Any:
    builder = KodCode(config_name=config, data_dir=release)
    builder.download_and_prepare()
    return builder.as_dataset()


def load_all(release: str) -> dict[str, Any]:
    plain = {config: datasets.load_dataset(release, config) for config in CONFIGS}
    built = {config: build(release, config) for config in CONFIGS}
    return {
        "plain": {config: rows_of(splits) for config, splits in plain.items()},
        "builder": {config: rows_of(splits) for config, splits in built.items()},
        "streaming": {config: rows_of(datasets.load_dataset(release, config, streaming=True)) for config in CONFIGS},
        "builder_streaming": {
            config: rows_of(KodCode(config_name=config, data_dir=release).as_streaming_dataset()) for config in CONFIGS
        },
        "unnamed": rows_of(datasets.load_dataset(release)),
        "builder_unnamed": rows_of(build(release, None)),
        "features_differ": [
            config
            for config in CONFIGS
            if plain[config]["train"].features != built[config]["train"].features
            or not plain[config]["train"].features.arrow_schema.equals(arrow_schema(columns_of(config)))
        ],
    }


def load_by_script(release: str) -> dict[str, Any] | None:
    if int(datasets.__version__.split(".")[0]) >= 4:
        return None
    options = {"data_dir": release, "trust_remote_code": True}
    return {config: rows_of(datasets.load_dataset("builders/kodcode.py", config, **options)) for config in CONFIGS}


def load_changing(release: Path) -> list[str]:
    first = build(str(release), "leetcode")["train"][0]["question"]
    write_release(release, [a_row(question="second")], (), version="1.0.0", facts=ReleaseFacts())
    return [first, build(str(release), "leetcode")["train"][0]["question"]]


def error_of(release: str | None, config: str) -> str:
    try:
        KodCode(config_name=config, data_dir=release).download_and_prepare()
    except InputError as error:
        return str(error)
    return "no error"


def load_empty(release: str) -> str:
    try:
        return str(datasets.load_dataset(release))
    except datasets.exceptions.DataFilesNotFoundError as error:
        return f"DataFilesNotFoundError: {error}"


def builder_file_classes() -> list[str]:
    spec = importlib.util.spec_from_file_location("kodcode", Path("builders") / "kodcode.py")
    if spec is None or spec.loader is None:
        return []
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [name for name in module.__all__ if issubclass(getattr(module, name), (KodCode, datasets.BuilderConfig))]


def run_card_example(release: Path) -> dict[str, int]:
    """The Python block of the card, on this folder; the number of rows in each variable that it binds."""
    block = (release / "README.md").read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {}
    exec(block.replace("path/to/this/folder", str(release)), names)
    return {name: len(value) for name, value in names.items() if name.endswith("_rows")}


main(sys.argv[1], Path(sys.argv[2]))
