"""What the card is made of, and its YAML header, which ``datasets`` and the Hub read.

Keys and values are those that the Hub documents for dataset cards (``huggingface_hub.DatasetCardData``); it refuses a
push whose header it does not accept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kodcode_hub.packaging.card_text import one_line
from kodcode_hub.packaging.data_file import DataFile
from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.rows import SPLITS
from kodcode_hub.packaging.statistics import Figures
from kodcode_hub.schema import COLUMNS, SFT_COLUMNS, Column, yaml_features
from kodcode_hub.subsets import DEFAULT_CONFIG, SFT_CONFIG

TAGS = ("code", "python", "synthetic", "unit-tests", "reinforcement-learning", "kodcode", "arxiv:2503.02951")

_SIZES = ("1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T")
_LICENCE_FILE = re.compile(r"LICENSE(\.md)?|https?://[^\s<>\"|\\^`{}]+")


@dataclass(frozen=True, slots=True)
class CardContent:
    """Everything the card is made of.

    Args:
        version: of the release.
        files: all Parquet files.
        subsets: config names of the subsets that have rows, in the order in which they are shown.
        figures: computed from the rows.
        facts: what cannot be computed from rows.
    """

    version: str
    files: Sequence[DataFile]
    subsets: Sequence[str]
    figures: Figures
    facts: ReleaseFacts


def card_header(content: CardContent) -> dict[str, Any]:
    """The YAML header as an object: licence, tags, and for each config its files, features and true counts."""
    header: dict[str, Any] = {
        "pretty_name": _plain(content.facts.title),
        **_licence(content.facts),
        "task_categories": ["text-generation"],
        "language": ["en"],
        "multilinguality": ["monolingual"],
        "annotations_creators": ["machine-generated"],
        "language_creators": ["machine-generated"],
        "source_datasets": ["extended" if content.figures.total.seeded else "original"],
        "tags": list(TAGS),
        "size_categories": [size_category(content.figures.total.rows)],
        "configs": _configs(content),
        "dataset_info": [_dataset_info(content, name) for name in config_names(content)],
    }
    return {key: value for key, value in header.items() if value}


def dump_header(header: dict[str, Any]) -> str:
    """YAML without anchors, which not every reader follows; names such as ``null`` and ``on`` come out quoted."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    return str(yaml.dump(header, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=10_000))


def size_category(rows: int) -> str:
    """The Hub's name for a number of rows."""
    lower, bound = "", 1_000
    for name in _SIZES:
        if rows < bound:
            return f"{lower}<n<{name}" if lower else f"n<{name}"
        lower, bound = name, bound * 10
    return f"n>{lower}"


def columns_of(config: str) -> tuple[Column, ...]:
    """The columns of a config's rows."""
    return (*COLUMNS, *SFT_COLUMNS) if config == SFT_CONFIG else COLUMNS


def config_names(content: CardContent) -> list[str]:
    """``default`` first, the subsets in their order, ``sft`` last; none that has no rows."""
    if not content.files:
        return []
    sft = [SFT_CONFIG] if any(file.config == SFT_CONFIG for file in content.files) else []
    default = [DEFAULT_CONFIG] if content.subsets else []
    return [*default, *content.subsets, *sft]


def splits_by_config(content: CardContent) -> dict[str, list[str]]:
    """Config → splits that have rows, in the order of ``SPLITS``."""
    return {
        name: [split for split in SPLITS if any(file.split == split for file in _files_of(content, name))]
        for name in config_names(content)
    }


def _plain(text: str) -> str:
    """On one line, without what UTF-8 cannot write."""
    return one_line(text).encode("utf-8", "replace").decode("utf-8")


def _licence(facts: ReleaseFacts) -> dict[str, str]:
    """The Hub takes the name of another licence as an id (``my-license-1.0``), and as a link a URL or LICENSE."""
    licence = {"license": _plain(facts.licence)}
    if facts.licence == "other" and facts.licence_name:
        licence["license_name"] = re.sub(r"[^a-z0-9.]+", "-", facts.licence_name.lower()).strip("-.")
    if facts.licence == "other" and _LICENCE_FILE.fullmatch(facts.licence_link):
        licence["license_link"] = facts.licence_link
    return licence


def _configs(content: CardContent) -> list[dict[str, Any]]:
    """Without rows a pattern that finds nothing: without any, ``datasets`` would load the manifest as data."""
    if not content.files:
        return [{"config_name": DEFAULT_CONFIG, "data_files": "data/*/*.parquet", "default": True}]
    return [
        {"config_name": name, "data_files": _data_files(content, name)}
        | ({"default": True} if name == DEFAULT_CONFIG else {})
        for name in config_names(content)
    ]


def _data_files(content: CardContent, config: str) -> list[dict[str, Any]]:
    folders = content.subsets if config == DEFAULT_CONFIG else [config]
    present = {(file.config, file.split) for file in content.files}
    return [
        {
            "split": split,
            "path": [f"data/{folder}/{split}-*.parquet" for folder in folders if (folder, split) in present],
        }
        for split in splits_by_config(content)[config]
    ]


def _files_of(content: CardContent, config: str) -> list[DataFile]:
    if config == DEFAULT_CONFIG:
        return [file for file in content.files if file.config != SFT_CONFIG]
    return [file for file in content.files if file.config == config]


def _dataset_info(content: CardContent, config: str) -> dict[str, Any]:
    files = _files_of(content, config)
    return {
        "config_name": config,
        "features": yaml_features(columns_of(config)),
        "splits": [
            {
                "name": split,
                "num_bytes": sum(file.arrow_bytes for file in files if file.split == split),
                "num_examples": sum(file.rows for file in files if file.split == split),
            }
            for split in splits_by_config(content)[config]
        ],
        "download_size": sum(file.bytes for file in files),
        "dataset_size": sum(file.arrow_bytes for file in files),
    }
