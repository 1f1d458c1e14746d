"""Rows from anywhere in the input files, in a given order, as batches of the published columns.

Sources are sorted in long runs, so that almost always a row group is read once and its rows are taken one after the
other; a few row groups are held at a time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from kodcode_hub.errors import InputError
from kodcode_hub.packaging.card import columns_of
from kodcode_hub.packaging.column_fit import fit_columns
from kodcode_hub.packaging.package_inputs import InputFile, Place
from kodcode_hub.schema import arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_ROWS_AT_ONCE = 512
_GROUPS_HELD = 4


class RowGatherer:
    """Reads rows for one config.

    Args:
        inputs: all input files.
        config: whose columns the rows have.
        version: is written into the rows that are gathered.
    """

    def __init__(self, inputs: Sequence[InputFile], config: str, version: str) -> None:
        self._inputs, self._config, self._version = inputs, config, version
        self._schema: pa.Schema = arrow_schema(columns_of(config))
        self._groups: OrderedDict[tuple[int, int], pa.Table] = OrderedDict()
        self._files: dict[int, pq.ParquetFile] = {}

    def close(self) -> None:
        """Let go of all files."""
        for file in self._files.values():
            file.close()

    def gather(
        self, places: Sequence[Place], *, keep_version: bool = False
    ) -> Iterator[tuple[pa.RecordBatch, list[str]]]:
        """The rows at ``places`` in that order, with their content hashes.

        Args:
            places: of rows.
            keep_version: leave the column ``version`` as it is.

        Raises:
            InputError: a file cannot be read, or has a column that is not published.
        """
        for start in range(0, len(places), _ROWS_AT_ONCE):
            some = places[start : start + _ROWS_AT_ONCE]
            table = self._take(some)
            if not keep_version:
                table = self._with_version(table)
            hashes = [self._inputs[place.file].file.row_hashes[place.row] for place in some]
            yield table.combine_chunks().to_batches()[0], hashes

    def _take(self, places: Sequence[Place]) -> pa.Table:
        import pyarrow as pa

        members: dict[tuple[int, int], list[int]] = {}
        for index, place in enumerate(places):
            key = place.file, self._inputs[place.file].group_of(place.row)
            members.setdefault(key, []).append(index)
        parts = [self._rows_of(key, [places[index].row for index in indices]) for key, indices in members.items()]
        if len(parts) == 1:
            return parts[0]
        order = [index for indices in members.values() for index in indices]
        return pa.concat_tables(parts).take(_inverse(order))

    def _rows_of(self, key: tuple[int, int], rows: list[int]) -> pa.Table:
        number, index = key
        first = self._inputs[number].group_starts[index]
        group = self._group(key)
        if all(after == row + 1 for row, after in pairwise(rows)):
            return group.slice(rows[0] - first, len(rows))
        return group.take([row - first for row in rows])

    def _group(self, key: tuple[int, int]) -> pa.Table:
        if key in self._groups:
            self._groups.move_to_end(key)
            return self._groups[key]
        if len(self._groups) >= _GROUPS_HELD:
            self._groups.popitem(last=False)
        self._groups[key] = table = self._read_group(*key)
        return table

    def _read_group(self, number: int, index: int) -> pa.Table:
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self._inputs[number].path
        try:
            if number not in self._files:
                self._files[number] = pq.ParquetFile(path)
            table = self._files[number].read_row_group(index, use_threads=False)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{path} cannot be read as Parquet: {' '.join(str(error).split())[:300]}") from error
        return fit_columns(table, self._config, str(path), drops_others=self._inputs[number].is_previous)

    def _with_version(self, table: pa.Table) -> pa.Table:
        import pyarrow as pa

        index = self._schema.get_field_index("version")
        return table.set_column(index, self._schema.field(index), pa.repeat(self._version, table.num_rows))


def _inverse(order: Sequence[int]) -> list[int]:
    """Where each index stands in ``order``."""
    places = [0] * len(order)
    for position, index in enumerate(order):
        places[index] = position
    return places
