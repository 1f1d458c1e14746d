"""Where each row of a dataset stands: its config, split and file, and its hash if that is known. No contents."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from kodcode_hub.errors import InputError
from kodcode_hub.packaging.diff_columns import Columns, merge_columns
from kodcode_hub.packaging.diff_files import scan_file
from kodcode_hub.packaging.diff_source import DatasetFiles


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A file's name and what it is part of."""

    config: str
    split: str
    name: str


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file whose rows are to be compared."""

    place: FilePlace
    start: int
    """Position of its first row in the table."""
    rows: int
    hashes: Sequence[str] | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a dataset that are to be compared, each with a position: they are counted through all files from 0.

    Args:
        dataset: that they are of.
        files: by position.
        ids: config → id → position; configs without rows to compare are not there.
        columns: config → its columns.
    """

    dataset: DatasetFiles
    files: list[TableFile] = field(default_factory=list)
    ids: dict[str, dict[str, int]] = field(default_factory=dict)
    columns: dict[str, Columns] = field(default_factory=dict)

    def file_at(self, position: int) -> TableFile:
        """The file that the row at a position is in."""
        return self.files[bisect_right(self.files, position, key=lambda file: file.start) - 1]

    def source(self, place: FilePlace) -> str:
        """How messages name a file."""
        return f"{self.dataset.name}/{place.name}"


def file_places(dataset: DatasetFiles) -> Iterator[FilePlace]:
    """All files of a dataset, in order."""
    for config, splits in dataset.files.items():
        for split, names in splits.items():
            yield from (FilePlace(config, split, name) for name in names)


def read_table(dataset: DatasetFiles, places: Collection[FilePlace]) -> Table:
    """Read the ids and the columns of some files.

    Raises:
        InputError: a file cannot be read, a row has no id, an id occurs twice in a config, or the row hashes of a file
            are not as many as its rows.
    """
    table = Table(dataset)
    columns: dict[str, list[Columns]] = {}
    start = 0
    for place in places:
        scan = scan_file(dataset.local(place.name), table.source(place))
        hashes = dataset.row_hashes.get(place.name)
        file = TableFile(place, start, len(scan.ids), hashes, dataset.sha256.get(place.name))
        _check_hashes(table, file)
        _claim_ids(table, file, scan.ids)
        table.files.append(file)
        columns.setdefault(place.config, []).append(scan.columns)
        start += file.rows
    table.columns.update({config: merge_columns(parts) for config, parts in columns.items()})
    return table


def known_equal(old: Table, old_position: int, new: Table, new_position: int) -> bool:
    """Whether hashes tell that two rows of one id are equal: those of the rows, or those of the files they are in."""
    before, after = old.file_at(old_position), new.file_at(new_position)
    if before.sha256 is not None and before.sha256 == after.sha256:
        return True
    if before.hashes is None or after.hashes is None:
        return False
    return before.hashes[old_position - before.start] == after.hashes[new_position - after.start]


def _check_hashes(table: Table, file: TableFile) -> None:
    if file.hashes is not None and len(file.hashes) != file.rows:
        raise InputError(
            f"{table.source(file.place)} has {file.rows} rows, and its manifest gives {len(file.hashes)} hashes of "
            "rows: it was changed or damaged; restore it, or package the release again"
        )


def _claim_ids(table: Table, file: TableFile, ids: Sequence[str]) -> None:
    config = table.ids.setdefault(file.place.config, {})
    for position, identity in enumerate(ids, file.start):
        earlier = config.setdefault(identity, position)
        if earlier != position:
            first = file if earlier >= file.start else table.file_at(earlier)
            raise InputError(
                f"{table.source(file.place)}, row {position - file.start + 1} has the id {identity!r} of "
                f"{table.source(first.place)}, row {earlier - first.start + 1}; ids must be unique in a config "
                f"(here {file.place.config!r})"
            )
