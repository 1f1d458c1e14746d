"""What a comparison of two datasets needs to know of each, wherever its files lie."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kodcode_hub.packaging.release_folder import ReleaseFolder


@dataclass(frozen=True, slots=True)
class DatasetFiles:
    """The files of one dataset, and what is known of them without reading them.

    Args:
        name: for messages: ``runs/first/release`` or ``KodCode/X@v1.0.0``.
        files: config → split → names of Parquet or JSON Lines files below the dataset's root, in order. The config
            ``default`` of our releases is not among them: its files are those of the other configs.
        sha256: name → SHA-256 in hexadecimal digits, where it is known.
        row_hashes: name → content hash of each row in order, where a manifest gives them.
        local: gives a local copy of a file, named with the same ending. It is called for files that must be read
            alone, up to twice for each.
        schema_version: of the columns, as the manifest states it; None without a manifest.
    """

    name: str
    files: Mapping[str, Mapping[str, Sequence[str]]]
    sha256: Mapping[str, str]
    row_hashes: Mapping[str, Sequence[str]]
    local: Callable[[str], Path]
    schema_version: int | None = None


def files_of_release(release: ReleaseFolder) -> DatasetFiles:
    """The files of a release on the disk. Its manifest is believed; ``check_hashes`` tells whether it may be."""
    manifest = release.manifest
    files: dict[str, dict[str, list[str]]] = {}
    for file in manifest.files:
        files.setdefault(file.config, {}).setdefault(file.split, []).append(file.path)
    return DatasetFiles(
        name=str(release.path),
        files=files,
        sha256={file.path: file.sha256 for file in manifest.files},
        row_hashes={file.path: file.row_hashes for file in manifest.files},
        local=release.file,
        schema_version=manifest.schema.get("version"),
    )
