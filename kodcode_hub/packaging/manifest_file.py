"""Manifests on the disk: written whole with sorted keys, read with every field checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from kodcode_hub.errors import InputError
from kodcode_hub.files.atomic import naming_failures
from kodcode_hub.packaging.data_file import DataFile
from kodcode_hub.packaging.facts import ReleaseFacts, RunFacts
from kodcode_hub.packaging.manifest import MANIFEST_FORMAT, Manifest, TextFile, version_numbers
from kodcode_hub.packaging.rows import SPLITS

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ROW_HASH = re.compile(r"[0-9a-f]{16}")


def write_manifest(folder: Path, manifest: Manifest) -> bytes:
    """Write it into a release folder, a line a value, so that two of them can be compared by eye; gives its bytes.

    Raises:
        UsageError: it cannot be written.
    """
    text = json.dumps(manifest.as_json(), indent=1, sort_keys=True, ensure_ascii=True, allow_nan=False)
    content = f"{text}\n".encode("ascii")
    path = folder / manifest.path
    with naming_failures(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return content


def newest_manifest(names: Iterable[str]) -> str | None:
    """Of the files of a release or a repository the manifest with the highest version; None if there is none."""
    versions = {}
    for name in names:
        if found := re.fullmatch(r"releases/v(.+)\.json", name):
            numbers = version_numbers(found[1])
            if numbers is not None:
                versions[numbers] = name
    return versions[max(versions)] if versions else None


def read_manifest(content: bytes, name: str) -> Manifest:
    """The manifest that ``content`` holds.

    Args:
        content: of the file.
        name: the file's, for messages; its last part must be ``v<version>.json``.

    Raises:
        InputError: it is broken, of another format, or does not hang together.
    """
    try:
        stored = json.loads(content)
        found = stored["format"] if isinstance(stored, dict) else None
    except (ValueError, KeyError, RecursionError) as error:
        raise InputError(f"{name} is not a manifest ({error}): package the release again") from error
    if found != MANIFEST_FORMAT:
        raise InputError(
            f"{name} is a manifest of format {found!r}, and this version reads {MANIFEST_FORMAT}: package it again"
        )
    try:
        manifest = _manifest(stored)
        _check(manifest, name)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{name} is damaged ({type(error).__name__}: {error}): package the release again") from error
    return manifest


def _manifest(stored: Mapping[str, Any]) -> Manifest:
    hashes = stored["row_hashes"]
    return Manifest(
        version=stored["version"],
        previous=stored["previous"],
        about=dict(stored["about"]),
        columns=tuple(stored["columns"]),
        schema=dict(stored["schema"]),
        tools=dict(stored["tools"]),
        card=TextFile(**stored["card"]),
        assets=tuple(TextFile(**asset) for asset in stored["assets"]),
        files=tuple(DataFile(**file, row_hashes=tuple(hashes[file["path"]])) for file in stored["files"]),
        runs=tuple(map(RunFacts.from_json, stored["runs"])),
        rejected=dict(stored["rejected"]),
    )


def _check(manifest: Manifest, name: str) -> None:
    """What is inside is compared with itself; nobody else has looked at it.

    Raises:
        ValueError: something does not fit.
    """
    if version_numbers(manifest.version) is None or PurePosixPath(name).name != f"v{manifest.version}.json":
        raise ValueError(f"it says that it is of version {manifest.version!r}")
    texts = [manifest.card, *manifest.assets]
    paths = [text.path for text in texts] + [file.path for file in manifest.files]
    if len(set(paths)) < len(paths):
        raise ValueError("a file is listed twice")
    _check_facts(manifest)
    for text in texts:
        _check_file(text.path, text.bytes, text.sha256)
    for file in manifest.files:
        _check_file(file.path, file.bytes, file.sha256)
        if file.path.split("/")[:-1] != ["data", file.config] or not file.path.split("/")[-1].startswith(file.split):
            raise ValueError(f"{file.path!r} is not the place of {file.split!r} of {file.config!r}")
        if file.split not in SPLITS or type(file.arrow_bytes) is not int:
            raise ValueError(f"{file.path} is of the split {file.split!r} and has {file.arrow_bytes!r} bytes as Arrow")
        if len(file.row_hashes) != file.rows or not all(map(_ROW_HASH.fullmatch, file.row_hashes)):
            raise ValueError(f"{file.path} has {file.rows!r} rows and {len(file.row_hashes)} hashes of rows")


def _check_facts(manifest: Manifest) -> None:
    """The card tells and counts what stands here."""
    benchmarks = [item for run in manifest.runs for item in run.benchmarks]
    rejections = [item for run in manifest.runs for item in run.rejected]
    texts = [
        *(*manifest.columns, *manifest.about.values(), *manifest.rejected.values()),
        *(text for run in manifest.runs for text in (run.recipe, run.contamination_rule)),
        *(text for item in benchmarks for text in (item.name, item.revision)),
        *(text for item in rejections for text in (item.stage, item.reason)),
    ]
    counts = [
        *(run.attempts for run in manifest.runs if run.attempts is not None),
        *(count for item in benchmarks for count in (item.items, item.contaminated)),
        *(item.count for item in rejections),
    ]
    thresholds = [run.duplicate_threshold for run in manifest.runs if run.duplicate_threshold is not None]
    if unknown := manifest.about.keys() - ReleaseFacts().about().keys():
        raise ValueError(f"'about' has {min(unknown)!r}")
    for value in texts:
        if not isinstance(value, str):
            raise ValueError(f"{value!r} stands where a text belongs")
    for number in [*counts, *thresholds]:
        if not isinstance(number, int | float):
            raise ValueError(f"{number!r} stands where a number belongs")


def _check_file(path: str, size: int, sha256: str) -> None:
    parts = path.split("/")
    if not all(re.fullmatch(r"[\w-][\w.-]*", part, flags=re.ASCII) for part in parts):
        raise ValueError(f"{path!r} is not the name of a file of a release")
    if type(size) is not int or size < 0 or not _SHA256.fullmatch(sha256):
        raise ValueError(f"{path} has {size!r} bytes and the SHA-256 {sha256!r}")
