"""The user's stored benchmarks: fingerprints alone, one file a benchmark, in the user's data folder.

The folder is ``$KODCODE_HOME/benchmarks``, else ``$XDG_DATA_HOME/kodcode_hub/benchmarks``, else
``~/.local/share/kodcode_hub/benchmarks``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kodcode_hub.decontamination.benchmarks import Benchmark, items_from_rows
from kodcode_hub.decontamination.fingerprint_file import (
    FingerprintHeader,
    benchmark_from_fingerprints,
    fingerprint_rows,
    read_header,
)
from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.files.atomic import naming_failures
from kodcode_hub.files.row_writer import open_row_writer
from kodcode_hub.files.rows import path_kind, read_rows
from kodcode_hub.files.signature_file import sha256_of

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIX = ".fingerprints.jsonl.zst"


@dataclass(frozen=True, slots=True)
class StoredBenchmark:
    """One stored file."""

    name: str
    path: Path
    header: FingerprintHeader | None
    """None where it cannot be read."""
    problem: str = ""
    """Why not."""

    @property
    def has_text(self) -> bool:
        """Whether the items' texts can still be read where they were."""
        return self.header is not None and _text_file(self.header) is not None


def benchmarks_folder() -> Path:
    """Where benchmarks are stored; it need not exist."""
    if home := os.environ.get("KODCODE_HOME"):
        return Path(home).expanduser() / "benchmarks"
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "kodcode_hub" / "benchmarks"


def stored_names() -> list[str]:
    """The names of all stored benchmarks, sorted.

    Raises:
        InputError: the folder cannot be looked at.
    """
    folder = benchmarks_folder()
    if path_kind(folder) != "folder":
        return []
    try:
        found = [entry.name.removesuffix(SUFFIX) for entry in folder.iterdir() if entry.name.endswith(SUFFIX)]
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror or error}") from error
    return sorted(name for name in found if not name.startswith("."))


def list_stored() -> list[StoredBenchmark]:
    """All stored benchmarks by name, those that cannot be read too."""
    return [_look_at(name) for name in stored_names()]


def stored_benchmark(name: str) -> Benchmark:
    """The fingerprints that are stored under a name.

    Raises:
        InputError: there are none, or the file is damaged or of another version.
    """
    path = _path(name)
    rows = read_rows(path)
    header = read_header(next(rows)[1], source=str(path))
    return benchmark_from_fingerprints(name, header, rows, source=str(path))


def store_benchmark(benchmark: Benchmark, *, source: str, text_at: str | None) -> StoredBenchmark | None:
    """Store the fingerprints of a benchmark, atomically; returns what was stored under its name before.

    Args:
        benchmark: its texts are not stored.
        source: what it was read from, for people.
        text_at: the file that holds its texts, by which they can be shown as long as it does not change.

    Raises:
        UsageError: the folder cannot be written.
    """
    before = _look_at(benchmark.name) if benchmark.name in stored_names() else None
    with open_row_writer(_path(benchmark.name), schema=_no_schema) as writer:
        for row in fingerprint_rows(benchmark, source=source, text_at=text_at):
            writer.write(row)
    return before


def remove_benchmark(name: str) -> StoredBenchmark:
    """Remove what is stored under a name, and return what it was.

    Raises:
        UsageError: nothing is, or it cannot be removed.
    """
    names = stored_names()
    if name not in names:
        raise UsageError(f"no benchmark {name!r} is stored; stored are: {', '.join(names) or 'none'}")
    before = _look_at(name)
    with naming_failures(before.path):
        before.path.unlink()
    return before


def file_revision(path: Path) -> str:
    """What the items of a local file are recorded to be from.

    Raises:
        InputError: it cannot be read.
    """
    return f"sha256:{sha256_of(path)[:16]}"


def find_item_text(benchmark: Benchmark, identity: str) -> str | None:
    """The text of an item: the benchmark's own, else from the file it was stored from, if that is still the same."""
    if benchmark.texts:
        return benchmark.texts.get(identity)
    stored = _look_at(benchmark.name) if benchmark.name in stored_names() else None
    if stored is None or stored.header is None or stored.header.revision != benchmark.revision:
        return None
    return _texts(stored.header).get(identity)


def _texts(header: FingerprintHeader) -> Mapping[str, str]:
    file = _text_file(header)
    if file is None:
        return {}
    return {item.id: item.texts[0] for item in items_from_rows(read_rows(file), source=str(file))}


def _text_file(header: FingerprintHeader) -> Path | None:
    """The file that the fingerprints are of, if it is still there and unchanged."""
    if header.text_at is None:
        return None
    file = Path(header.text_at)
    try:
        return file if path_kind(file) == "file" and header.revision == file_revision(file) else None
    except InputError:
        return None  # it cannot be read any more, which is as good as gone


def _look_at(name: str) -> StoredBenchmark:
    path = _path(name)
    try:
        return StoredBenchmark(name, path, read_header(next(read_rows(path))[1], source=str(path)))
    except InputError as error:
        return StoredBenchmark(name, path, None, str(error))


def _path(name: str) -> Path:
    return benchmarks_folder() / f"{name}{SUFFIX}"


def _no_schema() -> pa.Schema:
    raise AssertionError("fingerprints are JSON Lines")
