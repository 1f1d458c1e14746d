"""The release's ``README.md``: the YAML header that ``datasets`` and the Hub read, and the text that people read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.parquet import DataFile
from kodcode_hub.packaging.rows import SPLITS
from kodcode_hub.packaging.statistics import SubsetFigures
from kodcode_hub.resources import resource_folder
from kodcode_hub.schema import COLUMNS, SFT_COLUMNS, Column, column_table, yaml_features
from kodcode_hub.subsets import DEFAULT_CONFIG, SFT_CONFIG

TEMPLATE = "README.md.jinja"

_SIZE_BOUNDS = ((1_000, "1K"), (10_000, "10K"), (100_000, "100K"), (1_000_000, "1M"), (10_000_000, "10M"))
_NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class CardContent:
    """Everything the card is made of.

    Args:
        version: of the release.
        files: all Parquet files.
        subsets: config names of the subsets that have rows, in the order in which they are shown.
        figures: by subset, in that order.
        total: of all rows.
        facts: what cannot be computed from rows.
    """

    version: str
    files: Sequence[DataFile]
    subsets: Sequence[str]
    figures: Sequence[SubsetFigures]
    total: SubsetFigures
    facts: ReleaseFacts


def render_card(content: CardContent) -> bytes:
    """The card in UTF-8.

    Raises:
        UsageError: the folder with the template is missing.
    """
    import jinja2

    folder = resource_folder("dataset_card")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # this is Markdown; the filter `cell` escapes what tables hold
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(cell=_cell, names=_names, percent=_percent, decimal=_decimal, fenced=_fenced)
    text = environment.get_template(TEMPLATE).render(
        header=_dump_yaml(card_header(content)),
        configs=_config_names(content),
        splits=_splits_by_config(content),
        columns=column_table(COLUMNS),
        sft_columns=column_table(SFT_COLUMNS),
        version=content.version,
        figures=list(content.figures),
        total=content.total,
        facts=content.facts,
        place=content.facts.repo or "path/to/this/folder",
    )
    return text.encode("utf-8", "backslashreplace")  # names of models come from servers and may hold anything


def card_header(content: CardContent) -> dict[str, Any]:
    """The YAML header as an object: licence, tags, and for each config its files, features and true counts."""
    facts = content.facts
    header: dict[str, Any] = {
        "pretty_name": facts.title,
        "license": facts.licence,
        "license_name": facts.licence_name,
        "license_link": facts.licence_link,
        "task_categories": ["text-generation"],
        "language": ["en"],
        "tags": ["code", "synthetic", "unit-tests", "reinforcement-learning", "kodcode"],
        "size_categories": [size_category(content.total.rows)],
        "configs": _configs(content),
        "dataset_info": [_dataset_info(content, name) for name in _config_names(content)],
    }
    return {key: value for key, value in header.items() if value}


def size_category(rows: int) -> str:
    """The Hub's name for a number of rows."""
    lower = ""
    for bound, name in _SIZE_BOUNDS:
        if rows < bound:
            return f"{lower}<n<{name}" if lower else f"n<{name}"
        lower = name
    return f"n>{lower}"


def columns_of(config: str) -> tuple[Column, ...]:
    """The columns of a config's rows."""
    return (*COLUMNS, *SFT_COLUMNS) if config == SFT_CONFIG else COLUMNS


def _configs(content: CardContent) -> list[dict[str, Any]]:
    """Without rows a pattern that finds nothing: without any, ``datasets`` would load the manifest as data."""
    if not content.files:
        return [{"config_name": DEFAULT_CONFIG, "data_files": "data/*/*.parquet", "default": True}]
    return [
        {"config_name": name, "data_files": _data_files(content, name)}
        | ({"default": True} if name == DEFAULT_CONFIG else {})
        for name in _config_names(content)
    ]


def _data_files(content: CardContent, config: str) -> list[dict[str, Any]]:
    folders = content.subsets if config == DEFAULT_CONFIG else [config]
    present = {(file.config, file.split) for file in content.files}
    return [
        {
            "split": split,
            "path": [f"data/{folder}/{split}-*.parquet" for folder in folders if (folder, split) in present],
        }
        for split in _splits_by_config(content)[config]
    ]


def _config_names(content: CardContent) -> list[str]:
    """``default`` first, the subsets in their order, ``sft`` last; none that has no rows."""
    if not content.files:
        return []
    sft = [SFT_CONFIG] if any(file.config == SFT_CONFIG for file in content.files) else []
    default = [DEFAULT_CONFIG] if content.subsets else []
    return [*default, *content.subsets, *sft]


def _splits_by_config(content: CardContent) -> dict[str, list[str]]:
    return {
        name: [split for split in SPLITS if any(file.split == split for file in _files_of(content, name))]
        for name in _config_names(content)
    }


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
            for split in _splits_by_config(content)[config]
        ],
        "download_size": sum(file.bytes for file in files),
        "dataset_size": sum(file.arrow_bytes for file in files),
    }


def _dump_yaml(header: dict[str, Any]) -> str:
    """YAML without anchors, which not every reader follows; names such as ``null`` and ``on`` come out quoted."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    return str(yaml.dump(header, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=10_000))


def _cell(text: object) -> str:
    """Text inside a Markdown table or line: on one line, and no cell ends early."""
    return re.sub(r"\s+", " ", str(text)).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").strip()


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(map(_cell, names[:_NAMES_SHOWN]))
    more = len(names) - _NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown or "not stated"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}%"


def _decimal(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _fenced(text: str) -> str:
    """A code block whose fence is longer than any in ``text``."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}"
