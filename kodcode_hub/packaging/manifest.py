"""The manifest of a release: files and their hashes, rows and their hashes, the tools. No time."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kodcode_hub import __version__
from kodcode_hub.packaging.data_file import DataFile
from kodcode_hub.packaging.facts import ReleaseFacts, RunFacts
from kodcode_hub.record import content_hash
from kodcode_hub.schema import COLUMNS, SCHEMA_VERSION, SFT_COLUMNS, yaml_features

MANIFEST_FORMAT = 2

_VERSION = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})", flags=re.ASCII)


@dataclass(frozen=True, slots=True)
class TextFile:
    """The card, or a picture of it."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a release says of itself.

    Args:
        version: ``1.1.0``.
        previous: the version of the release that it was packaged on, if any.
        about: title, repository and licence, as the card states them.
        columns: names of the columns of the subsets' rows, in order.
        schema: version and hashes of the columns' names and types.
        tools: versions of what wrote it.
        card: ``README.md``.
        assets: the card's pictures.
        files: the Parquet files, by path.
        runs: how the rows came about.
        rejected: id → reason, for ids that packaging left out.
    """

    version: str
    previous: str | None
    about: Mapping[str, str]
    columns: tuple[str, ...]
    schema: Mapping[str, Any]
    tools: Mapping[str, str]
    card: TextFile
    assets: tuple[TextFile, ...]
    files: tuple[DataFile, ...]
    runs: tuple[RunFacts, ...]
    rejected: Mapping[str, str]

    @property
    def path(self) -> str:
        """Where it lies in a release."""
        return manifest_path(self.version)

    @property
    def described_files(self) -> tuple[TextFile | DataFile, ...]:
        """Every file of the release but the manifest itself."""
        return (self.card, *self.assets, *self.files)

    @property
    def rows(self) -> dict[str, dict[str, int]]:
        """Config → split → rows, ``default`` not among them."""
        rows: dict[str, dict[str, int]] = {}
        for file in self.files:
            splits = rows.setdefault(file.config, {})
            splits[file.split] = splits.get(file.split, 0) + file.rows
        return rows

    def as_json(self) -> dict[str, Any]:
        """The object that the file holds."""
        return {
            "format": MANIFEST_FORMAT,
            "version": self.version,
            "previous": self.previous,
            "recipe": "\n".join(run.recipe for run in self.runs if run.recipe),
            "about": dict(self.about),
            "columns": list(self.columns),
            "schema": dict(self.schema),
            "tools": dict(self.tools),
            "card": _describe_text(self.card),
            "assets": [_describe_text(asset) for asset in self.assets],
            "files": [_describe_file(file) for file in self.files],
            "rows": self.rows,
            "runs": [run.as_json() for run in self.runs],
            "rejected": dict(self.rejected),
            "row_hashes": {file.path: list(file.row_hashes) for file in self.files},
        }


def describe_release(
    version: str, *, files: Iterable[DataFile], card: TextFile, assets: Iterable[TextFile], facts: ReleaseFacts
) -> Manifest:
    """The manifest of a release that this version of the package writes."""
    return Manifest(
        version=version,
        previous=facts.changes.previous if facts.changes else None,
        about=facts.about(),
        columns=tuple(column.name for column in COLUMNS),
        schema=_describe_schema(),
        tools=_describe_tools(),
        card=card,
        assets=tuple(sorted(assets, key=lambda asset: asset.path)),
        files=tuple(sorted(files, key=lambda file: file.path)),
        runs=facts.runs,
        rejected=dict(facts.rejected),
    )


def manifest_path(version: str) -> str:
    """Where the manifest of a version lies in a release."""
    return f"releases/v{version}.json"


def version_numbers(version: str) -> tuple[int, int, int] | None:
    """Major, minor and patch of ``1.1.0``; None where it is no version."""
    found = _VERSION.fullmatch(version)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _describe_schema() -> dict[str, Any]:
    return {
        "version": SCHEMA_VERSION,
        "rows": content_hash(yaml_features(COLUMNS)),
        "sft": content_hash(yaml_features((*COLUMNS, *SFT_COLUMNS))),
    }


def _describe_tools() -> dict[str, str]:
    import pyarrow as pa

    return {"kodcode_hub": __version__, "pyarrow": pa.__version__, "python": platform.python_version()}


def _describe_text(text: TextFile) -> dict[str, Any]:
    return {"path": text.path, "bytes": text.bytes, "sha256": text.sha256}


def _describe_file(file: DataFile) -> dict[str, Any]:
    return {
        "path": file.path,
        "config": file.config,
        "split": file.split,
        "rows": file.rows,
        "bytes": file.bytes,
        "arrow_bytes": file.arrow_bytes,
        "sha256": file.sha256,
    }
