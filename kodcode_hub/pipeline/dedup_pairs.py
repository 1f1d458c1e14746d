"""The file of ``kodcode dedup --pairs``."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from kodcode_hub.files.row_writer import RowWriter, open_row_writer
from kodcode_hub.pipeline.dedup_against import EarlierFile
from kodcode_hub.pipeline.dedup_hashes import RowHashes

if TYPE_CHECKING:
    import pyarrow as pa

    from kodcode_hub.decontamination.similar import Match


class PairWriter:
    """Writes pairs of rows by their ids."""

    def __init__(self, writer: RowWriter, hashes: RowHashes, earlier: list[EarlierFile]) -> None:
        self.written = 0
        self._writer = writer
        self._ids = hashes.ids
        self._earlier = earlier

    def write(self, row: int, match: Match) -> None:
        """Write a row and an earlier one that is similar to it."""
        pair: dict[str, object] = {
            "first": self._ids[match.row],
            "second": self._ids[row],
            "similarity": match.shared / match.union,
        }
        if self._earlier:
            file = next((file for file in self._earlier if file.first <= match.row < file.first + file.rows), None)
            pair["against"] = None if file is None else str(file.path)
        self._writer.write(pair)
        self.written += 1


def open_pairs(path: Path | str | None, *, with_file: bool) -> AbstractContextManager[RowWriter | None]:
    """Where pairs go; None where nobody asked for them."""
    return nullcontext(None) if path is None else open_row_writer(path, schema=lambda: _pair_schema(with_file))


def _pair_schema(with_file: bool) -> pa.Schema:
    import pyarrow as pa

    columns = [("first", pa.string()), ("second", pa.string()), ("similarity", pa.float64())]
    return pa.schema([*columns, *([("against", pa.string())] if with_file else [])])
