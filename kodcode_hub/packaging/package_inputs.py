"""The releases that a new one is packaged from: their files, and the ids and hashes of their rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kodcode_hub.errors import InputError
from kodcode_hub.packaging.column_fit import fit_columns, fits_columns
from kodcode_hub.packaging.data_file import DataFile
from kodcode_hub.packaging.release_folder import ReleaseFolder, check_hashes
from kodcode_hub.packaging.row_batcher import is_config
from kodcode_hub.packaging.row_hash import row_hash
from kodcode_hub.subsets import SFT_CONFIG

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

_BATCH_ROWS = 4096


class Place(NamedTuple):
    """Where a row lies."""

    file: int
    """In the list of all input files."""
    row: int
    """From 0."""


@dataclass(frozen=True)
class InputFile:
    """One Parquet file of a release that is packaged."""

    path: Path
    file: DataFile
    release: int
    """0 for the previous release, then the sources in their order."""
    ids: tuple[str, ...]
    is_current: bool
    """Whether it has the columns that are published now; else ``file.row_hashes`` are those of its rows with them."""

    @property
    def is_previous(self) -> bool:
        """Whether it is of the previous release."""
        return self.release == 0

    @cached_property
    def group_starts(self) -> tuple[int, ...]:
        """The first row of each row group, and behind the last one the number of rows."""
        import pyarrow.parquet as pq

        metadata = pq.read_metadata(self.path)
        starts = [0]
        for index in range(metadata.num_row_groups):
            starts.append(starts[-1] + metadata.row_group(index).num_rows)
        return tuple(starts)

    def group_of(self, row: int) -> int:
        """The row group that a row is in."""
        return bisect_right(self.group_starts, row) - 1

    def batches(self, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """All columns, or some, of all rows, in order.

        Raises:
            InputError: the file cannot be read.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(self.path) as file:
                yield from file.iter_batches(_BATCH_ROWS, columns=columns)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{self.path} cannot be packaged: {' '.join(str(error).split())[:300]}") from error


def read_inputs(previous: ReleaseFolder | None, sources: Iterable[ReleaseFolder]) -> tuple[InputFile, ...]:
    """All files of all releases, those of ``previous`` first, after their hashes were compared with the manifests.

    Raises:
        InputError: a file is not what its manifest says, or holds a row that no release has.
    """
    numbered = [(0, previous)] if previous is not None else []
    inputs = []
    for number, release in [*numbered, *enumerate(sources, start=1)]:
        check_hashes(release)
        inputs += [_read_file(release, file, number) for file in release.manifest.files]
        _require_unique(release, [item for item in inputs if item.release == number])
    return tuple(inputs)


def _read_file(release: ReleaseFolder, file: DataFile, number: int) -> InputFile:
    """The ids of a file's rows; all rows are of its config."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = release.file(file.path)
    try:
        with pq.ParquetFile(path) as file_read:
            columns = file_read.read(columns=["question_id", "subset"])
            is_current = fits_columns(file_read.schema_arrow, file.config)
        ids = tuple(columns["question_id"].to_pylist())
        subsets = set(columns["subset"].to_pylist())
    except (pa.ArrowException, KeyError, OSError) as error:
        raise InputError(f"{path} cannot be packaged: {' '.join(str(error).split())[:300]}") from error
    if len(ids) != file.rows:
        raise InputError(f"{path} has {len(ids)} rows, and its manifest says {file.rows}: package it again")
    for row, name in enumerate(ids, start=1):
        if not name:
            raise InputError(f"{path}, row {row}: column 'question_id' is empty (schema)")
    configs = {(subset or "").lower() for subset in subsets}
    wrong = sorted(
        name for name in configs if (not is_config(name) if file.config == SFT_CONFIG else name != file.config)
    )
    if wrong:
        raise InputError(f"{path} holds rows of the subset {wrong[0]!r} in the config {file.config!r} (schema)")
    item = InputFile(path, file, number, ids, is_current)
    return item if is_current else replace(item, file=replace(file, row_hashes=_hashes_under_columns(item)))


def _hashes_under_columns(item: InputFile) -> tuple[str, ...]:
    """The hashes that rows of another schema get: a column that is new or gone belongs to the content."""
    import pyarrow as pa

    hashes: list[str] = []
    for batch in item.batches():
        table = pa.Table.from_batches([batch])
        rows = fit_columns(table, item.file.config, str(item.path), drops_others=item.is_previous)
        hashes += map(row_hash, rows.to_pylist())
    return tuple(hashes)


def _require_unique(release: ReleaseFolder, files: list[InputFile]) -> None:
    for is_sft in (False, True):
        seen: set[str] = set()
        for item in files:
            if (item.file.config == SFT_CONFIG) is is_sft:
                for row, name in enumerate(item.ids, start=1):
                    if name in seen:
                        raise InputError(f"{item.path}, row {row}: question_id {name!r} occurs twice in {release.path}")
                    seen.add(name)
