"""A finished release on the disk: found, and checked against its manifest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from kodcode_hub.errors import InputError
from kodcode_hub.packaging.manifest import Manifest
from kodcode_hub.packaging.manifest_file import newest_manifest, read_manifest


@dataclass(frozen=True, slots=True)
class ReleaseFolder:
    """A release with its manifest."""

    path: Path
    manifest: Manifest
    manifest_sha256: str
    """Names the release: the manifest holds the hashes of everything else."""

    def file(self, name: str) -> Path:
        """Where a file of the release lies."""
        return self.path / name


def open_release(path: Path) -> ReleaseFolder:
    """The release in a folder, by the manifest of the highest version; its files are there with the right sizes.

    Raises:
        InputError: there is no such folder, no manifest in it, or a file is missing or of another size.
    """
    if not path.is_dir():
        raise InputError(f"{path} is not a folder: name a release folder (it holds releases/v*.json)")
    name = newest_manifest(entry.relative_to(path).as_posix() for entry in path.glob("releases/v*.json"))
    if name is None:
        raise InputError(f"{path} is not a release: it holds no releases/v*.json; kodcode package makes releases")
    content = (path / name).read_bytes()
    release = ReleaseFolder(path, read_manifest(content, f"{path}/{name}"), hashlib.sha256(content).hexdigest())
    for item in release.manifest.described_files:
        _check_size(release.file(item.path), item.bytes)
    return release


def check_hashes(release: ReleaseFolder) -> None:
    """Compare every file with its SHA-256 in the manifest.

    Raises:
        InputError: one differs.
    """
    for item in release.manifest.described_files:
        check_hash(release.file(item.path), item.sha256)


def check_hash(path: Path, sha256: str) -> None:
    """Compare a file with the SHA-256 that a manifest gives.

    Raises:
        InputError: it differs.
    """
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256:
        raise InputError(
            f"{path} is not the file that its manifest describes (SHA-256 {found[:12]}..., not {sha256[:12]}...): "
            "it was changed or damaged; restore it, or package the release again"
        )


def _check_size(path: Path, size: int) -> None:
    if not path.is_file():
        raise InputError(f"{path} is missing, and the release's manifest names it: restore it, or package it again")
    if path.stat().st_size != size:
        raise InputError(
            f"{path} has {path.stat().st_size} bytes, and the release's manifest says {size}: it was changed or "
            "damaged; restore it, or package the release again"
        )
