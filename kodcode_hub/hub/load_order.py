"""What a load of a published commit must give: configs, splits, rows and columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kodcode_hub.hub.repository import Repository
from kodcode_hub.packaging.data_file import DataFile
from kodcode_hub.packaging.release_folder import ReleaseFolder
from kodcode_hub.subsets import DEFAULT_CONFIG, SFT_CONFIG


@dataclass(frozen=True, slots=True)
class ConfigOrder:
    """One config as it must load: rows of each split, and a local Parquet file with its columns and types."""

    name: str
    rows: dict[str, int]
    example: str


@dataclass(frozen=True, slots=True)
class LoadOrder:
    """What to load, from where."""

    endpoint: str
    repo: str
    commit: str
    streaming: bool
    """Only the first rows of every split."""
    configs: tuple[ConfigOrder, ...]

    def as_json(self) -> dict[str, Any]:
        """For the process that loads."""
        return asdict(self)

    @staticmethod
    def from_json(stored: dict[str, Any]) -> LoadOrder:
        """The order that :meth:`as_json` gave."""
        return LoadOrder(**stored | {"configs": tuple(ConfigOrder(**config) for config in stored["configs"])})


LoadCheck = Callable[[LoadOrder, Path], list[str]]
"""Loads what an order says with its caches in a folder, and gives the problems found."""


def load_order(release: ReleaseFolder, repository: Repository, commit: str, *, streaming: bool) -> LoadOrder:
    """All configs of a release: its own, and ``default`` with the rows of all subsets."""
    by_config: dict[str, list[DataFile]] = {}
    for file in release.manifest.files:
        by_config.setdefault(file.config, []).append(file)
    subsets = [file for file in release.manifest.files if file.config != SFT_CONFIG]
    if subsets:
        by_config[DEFAULT_CONFIG] = subsets
    configs = tuple(_config_order(release, name, files) for name, files in by_config.items())
    return LoadOrder(repository.endpoint, repository.name, commit, streaming, configs)


def _config_order(release: ReleaseFolder, name: str, files: list[DataFile]) -> ConfigOrder:
    rows: dict[str, int] = {}
    for file in files:
        rows[file.split] = rows.get(file.split, 0) + file.rows
    return ConfigOrder(name, rows, str(release.file(files[0].path)))
