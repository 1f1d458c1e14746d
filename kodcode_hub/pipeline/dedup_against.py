"""The files of rows that ``kodcode dedup --against`` names: rows that are kept already, and come before all others.

Beside such a file may lie its signatures (``ROWS.minhash``). If they are of these very bytes, the rows' texts are not
hashed; those of rows that share a key with a new one are read again, so that every finding is verified all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from kodcode_hub.files.rows import checked_text, path_kind, read_rows
from kodcode_hub.files.signature_file import SIGNATURE_SUFFIX, SignatureFile, open_signature_file, sha256_of
from kodcode_hub.pipeline.dedup_hashes import RowHashes
from kodcode_hub.pipeline.dedup_settings import DedupSettings
from kodcode_hub.pipeline.row_listener import RowListener
from kodcode_hub.pipeline.row_source import open_source, row_batches

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FILLED_IN_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class EarlierFile:
    """The rows of one file, which all stay."""

    path: Path | str
    first: int
    """Where they begin among all rows."""
    rows: int
    is_hashed: bool
    """False where stored signatures stand for the texts."""


def read_earlier(
    path: Path | str, hashes: RowHashes, settings: DedupSettings, listener: RowListener | None
) -> EarlierFile:
    """Add the rows of one file, by their stored signatures where these can be used.

    Raises:
        InputError: the file cannot be read, a row cannot be used, or its signatures are of another kind.
    """
    stored = _usable_signatures(path, settings, listener)
    first = len(hashes)
    if stored is None:
        with open_source(path) as source:
            for batch in row_batches(source, column=settings.column, only_kept=True):
                hashes.add(batch)
                if listener is not None:
                    listener.update(f"reading {source.name}", len(hashes) - first, None)
            hashes.ids.require_unique(first, source=source.name)
    else:
        for batch_of_signatures in stored.batches():
            hashes.add_stored(batch_of_signatures)
    return EarlierFile(path, first, len(hashes) - first, stored is None)


def fill_in_texts(file: EarlierFile, involved: NDArray[np.int64], hashes: RowHashes, settings: DedupSettings) -> None:
    """Read the texts of those rows of a file that have to be compared, if only their signatures are known.

    Args:
        file: as it was read.
        involved: all rows that have to be compared, ascending.
        hashes: gets the shingles.
        settings: names the column.
    """
    if file.is_hashed:
        return
    wanted = set((involved[(involved >= file.first) & (involved < file.first + file.rows)] - file.first).tolist())
    numbered = enumerate(read_rows(file.path))
    texts = (
        (file.first + position, checked_text(row, settings.column, number=number, source=str(file.path)))
        for position, (number, row) in numbered
        if position in wanted
    )
    left = len(wanted)
    while left:
        some = list(islice(texts, min(left, _FILLED_IN_AT_ONCE)))
        hashes.fill_in([row for row, _ in some], [text for _, text in some])
        left -= len(some)


def _usable_signatures(path: Path | str, settings: DedupSettings, listener: RowListener | None) -> SignatureFile | None:
    beside = Path(f"{path}{SIGNATURE_SUFFIX}")
    if str(path) == "-" or path_kind(path) != "file" or path_kind(beside) != "file":
        return None
    stored = open_signature_file(beside, wanted=settings.scheme)
    if settings.exact:
        reason = "an exact comparison needs the texts"
    elif stored.source.column != settings.column:
        reason = f"they are of the column {stored.source.column!r}"
    elif stored.source.rows_sha256 != sha256_of(Path(path)):
        reason = "the file is not the one that they were made of"
    else:
        return stored
    if listener is not None:
        listener.note(f"{path} is hashed anew; {beside.name} is not used: {reason}")
    return None
