"""The manifest of a release: files and their hashes, rows and their hashes, the tools. No time."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kodcode_hub import __version__
from kodcode_hub.errors import InputError
from kodcode_hub.files.atomic import naming_failures
from kodcode_hub.packaging.parquet import DataFile
from kodcode_hub.record import content_hash
from kodcode_hub.schema import COLUMNS, SCHEMA_VERSION, SFT_COLUMNS, yaml_features

MANIFEST_FORMAT = 1
_HASH_BYTES = 8


def row_hash(row: Mapping[str, Any]) -> str:
    """16 hexadecimal digits over everything in ``row`` but ``version``, which only tells when the rest last changed."""
    return content_hash({name: value for name, value in row.items() if name != "version"})[: 2 * _HASH_BYTES]


class RowHashes:
    """Content hashes of all rows of a release: some 150 bytes of memory a row."""

    def __init__(self) -> None:
        self._by_config: dict[str, dict[str, bytes]] = {}
        self._in_order: dict[tuple[str, str], bytearray] = {}

    def add(self, config: str, split: str, row: Mapping[str, Any], *, alone_in: Iterable[str]) -> None:
        """Take one row; its id may be in none of the configs ``alone_in`` yet.

        Raises:
            InputError: the id is there already.
        """
        name = row["question_id"]
        for other in alone_in:
            if name in self._by_config.get(other, ()):
                raise InputError(
                    f"question_id {name!r} of config {config!r} occurs twice (also in config {other!r}): ids are unique"
                )
        digest = bytes.fromhex(row_hash(row))
        self._by_config.setdefault(config, {})[name] = digest
        self._in_order.setdefault((config, split), bytearray()).extend(digest)

    def by_config(self) -> dict[str, dict[str, str]]:
        """Config → question_id → hash."""
        return {
            config: {name: digest.hex() for name, digest in hashes.items()}
            for config, hashes in self._by_config.items()
        }

    def of_files(self, files: Iterable[DataFile]) -> dict[str, str]:
        """Path → SHA-256 over the hashes of the file's rows in order."""
        start: dict[tuple[str, str], int] = {}
        result = {}
        for file in files:
            key = file.config, file.split
            begin = start.get(key, 0)
            end = start[key] = begin + file.rows * _HASH_BYTES
            result[file.path] = hashlib.sha256(self._in_order[key][begin:end]).hexdigest()
        return result


def describe_release(
    *, version: str, recipe: str, files: Iterable[DataFile], card: bytes, hashes: RowHashes
) -> dict[str, Any]:
    """The manifest as an object for JSON.

    Args:
        version: of the release.
        recipe: what it was made with.
        files: the Parquet files; those of a split in the order of their rows.
        card: the bytes of ``README.md``.
        hashes: of every row in ``files``.
    """
    files = list(files)
    rows: dict[str, dict[str, int]] = {}
    for file in files:
        splits = rows.setdefault(file.config, {})
        splits[file.split] = splits.get(file.split, 0) + file.rows
    of_files = hashes.of_files(files)
    return {
        "format": MANIFEST_FORMAT,
        "version": version,
        "recipe": recipe,
        "schema": _describe_schema(),
        "tools": _describe_tools(),
        "card": {"path": "README.md", "bytes": len(card), "sha256": hashlib.sha256(card).hexdigest()},
        "files": [_describe_file(file, of_files[file.path]) for file in sorted(files, key=lambda file: file.path)],
        "rows": rows,
        "row_hashes": hashes.by_config(),
    }


def write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    """Write it with sorted keys, a line a value, so that two of them can be compared by eye.

    Raises:
        UsageError: it cannot be written.
    """
    encoder = json.JSONEncoder(indent=1, sort_keys=True, ensure_ascii=True, allow_nan=False)
    with naming_failures(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="ascii", newline="\n") as stream:
            for piece in encoder.iterencode(manifest):
                stream.write(piece)
            stream.write("\n")


def _describe_schema() -> dict[str, Any]:
    return {
        "version": SCHEMA_VERSION,
        "rows": content_hash(yaml_features(COLUMNS)),
        "sft": content_hash(yaml_features((*COLUMNS, *SFT_COLUMNS))),
    }


def _describe_tools() -> dict[str, str]:
    import pyarrow as pa

    return {"kodcode_hub": __version__, "pyarrow": pa.__version__, "python": platform.python_version()}


def _describe_file(file: DataFile, rows_sha256: str) -> dict[str, Any]:
    return {
        "path": file.path,
        "config": file.config,
        "split": file.split,
        "rows": file.rows,
        "bytes": file.bytes,
        "sha256": file.sha256,
        "rows_sha256": rows_sha256,
    }
