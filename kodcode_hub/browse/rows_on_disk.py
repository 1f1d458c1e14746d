"""Where the rows of a release lie on the disk, and one of them at a time."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kodcode_hub.browse.published_row import Row, published_row
from kodcode_hub.errors import InputError
from kodcode_hub.packaging.dataset_files import dataset_files
from kodcode_hub.packaging.manifest import Manifest
from kodcode_hub.packaging.release_folder import open_release
from kodcode_hub.subsets import SFT_CONFIG

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_FILES_HELD = 8
_GROUPS_HELD = 2
_ROW_BITS = 32
_BATCH_ROWS = 1024


@dataclass(frozen=True, slots=True)
class RowFile:
    """One Parquet file."""

    config: str
    split: str
    path: Path


class RowsOnDisk:
    """The rows of a release, or of any dataset of KodCode's columns in Parquet files.

    Threads may use it together. What it holds in memory is a few row groups and footers, whatever the number of rows;
    one thread reads them all, since each thread that does keeps memory of its own.

    Args:
        name: for people.
        files: in the order of the rows.
        identity: changes when a row does.
        manifest: of a release.
    """

    def __init__(self, name: str, files: tuple[RowFile, ...], identity: str, manifest: Manifest | None) -> None:
        self.name, self.files, self.identity, self.manifest = name, files, identity, manifest
        self._open: OrderedDict[int, pq.ParquetFile] = OrderedDict()
        self._groups: OrderedDict[tuple[int, int], pa.Table] = OrderedDict()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="rows")

    @property
    def version(self) -> str:
        """Of the release; empty where it is none."""
        return self.manifest.version if self.manifest else ""

    def read(self, place: int) -> Row:
        """The row at a place, as :meth:`places` counts them.

        Raises:
            InputError: the file is not what it was when the index was made.
        """
        return self._reader.submit(self._read, place >> _ROW_BITS, place & ((1 << _ROW_BITS) - 1)).result()

    def batches(self, number: int, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """All rows of a file in order; of ``columns`` those that it has.

        Raises:
            InputError: it cannot be read.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.files[number].path
        try:
            with pq.ParquetFile(path) as file:
                known = set(file.schema_arrow.names)
                wanted = None if columns is None else [name for name in columns if name in known]
                yield from file.iter_batches(_BATCH_ROWS, columns=wanted)
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"{path} cannot be read as Parquet: {' '.join(str(error).split())[:300]}") from error

    def places(self, number: int, start: int, count: int) -> range:
        """The places of rows of a file, from the row ``start``."""
        first = (number << _ROW_BITS) + start
        return range(first, first + count)

    def close(self) -> None:
        """Let go of all files."""
        self._reader.shutdown()
        while self._open:
            self._open.popitem()[1].close()

    def _read(self, number: int, row: int) -> Row:
        import pyarrow as pa

        try:
            table, first = self._group_with(number, row)
            (found,) = table.slice(row - first, 1).to_pylist()
        except (IndexError, ValueError, OSError, pa.ArrowException) as error:
            raise InputError(f"{self.name}: the data files changed while they were read; start again") from error
        return published_row(found) | {"split": self.files[number].split}

    def _group_with(self, number: int, row: int) -> tuple[pa.Table, int]:
        """The row group that holds a row, and the number of its first row."""
        file = self._file(number)
        first = 0
        for index in range(file.num_row_groups):
            size = file.metadata.row_group(index).num_rows
            if row < first + size:
                return self._read_group(file, number, index), first
            first += size
        raise IndexError(row)

    def _read_group(self, file: pq.ParquetFile, number: int, index: int) -> pa.Table:
        key = number, index
        if key not in self._groups:
            while len(self._groups) >= _GROUPS_HELD:
                self._groups.popitem(last=False)
            self._groups[key] = file.read_row_group(index, use_threads=False)
        self._groups.move_to_end(key)
        return self._groups[key]

    def _file(self, number: int) -> pq.ParquetFile:
        import pyarrow.parquet as pq

        if number not in self._open:
            while len(self._open) >= _FILES_HELD:
                self._open.popitem(last=False)[1].close()
            self._open[number] = pq.ParquetFile(self.files[number].path, pre_buffer=False)
        self._open.move_to_end(number)
        return self._open[number]


def find_rows(folder: Path, name: str = "") -> RowsOnDisk:
    """The rows in a folder: a release, or laid out as a dataset's repository.

    Args:
        folder: where it lies.
        name: for people; the folder's name where it is empty.

    Raises:
        InputError: there is no such folder, it holds no rows in Parquet files, or is not what its manifest says.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder: name a release folder, or OWNER/NAME of the Hub")
    name = name or folder.resolve().name
    if any(folder.glob("releases/v*.json")):
        release = open_release(folder)
        listed = [RowFile(file.config, file.split, release.file(file.path)) for file in release.manifest.files]
        files = tuple(file for file in listed if file.config != SFT_CONFIG)
        return RowsOnDisk(name, files, release.manifest_sha256, release.manifest)
    files = tuple(_files_in(folder))
    return RowsOnDisk(name, files, _identity(files), None)


def _files_in(folder: Path) -> Iterator[RowFile]:
    """Every file once: a config may list the files of others."""
    found = dataset_files(folder)
    configs = [config for config in found if config != SFT_CONFIG] or list(found)
    seen: set[Path] = set()
    for config in configs:
        for split, paths in found[config].items():
            for path in paths:
                if path.suffix != ".parquet":
                    raise InputError(f"{path} is not Parquet, and only Parquet can be browsed; see kodcode package")
                if path.resolve() not in seen:
                    seen.add(path.resolve())
                    yield RowFile(config, split, path)


def _identity(files: tuple[RowFile, ...]) -> str:
    """Where no manifest tells it, the names, sizes and times of the files do."""
    digest = hashlib.sha256()
    for file in files:
        status = file.path.stat()
        digest.update(f"{file.path.resolve()}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
