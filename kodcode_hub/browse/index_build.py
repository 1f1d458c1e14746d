"""The search index of a release: where it lies, whether it fits, and how it is made."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kodcode_hub.browse.index_document import COLUMNS, FORMAT, index_document, index_schema
from kodcode_hub.browse.published_row import Row, published_row
from kodcode_hub.browse.rows_on_disk import RowsOnDisk
from kodcode_hub.browse.search_words import name_analyzer, text_analyzer
from kodcode_hub.errors import InputError
from kodcode_hub.files.atomic import naming_failures, write_folder_atomically

if TYPE_CHECKING:
    import tantivy

BESIDE = ".search"
"""Of the index's folder in a release."""
_MARK = "made.json"
_HEAP_BYTES = 256_000_000
Progress = Callable[[int], None]
"""Is told how many rows are in."""


def find_index(rows: RowsOnDisk, folder: Path) -> Path | None:
    """The finished index of these rows, beside them or in the user's cache; None where there is none that fits.

    Args:
        rows: what was indexed.
        folder: the release's, in which it may lie.
    """
    return next((place for place in (folder / BESIDE, cached_index(rows)) if _fits(place, rows)), None)


def cached_index(rows: RowsOnDisk) -> Path:
    """Where the index of these rows lies in the user's cache, made or not."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "kodcode_hub" / "search" / f"{rows.identity[:32]}-{FORMAT}"


def build_index(rows: RowsOnDisk, place: Path, *, progress: Progress | None = None, heap: int = _HEAP_BYTES) -> int:
    """Make the index in ``place``, which is replaced as a whole or not at all, and give the number of rows.

    Args:
        rows: what is indexed.
        place: a folder of its own.
        progress: is told how many rows are in, now and then.
        heap: bytes that tantivy may fill before it writes.

    Raises:
        InputError: a file cannot be read, a row has no id or has that of another, or there are no rows.
        UsageError: it cannot be written.
    """
    with write_folder_atomically(place) as folder:
        with naming_failures(folder), open_index(folder, new=True).writer(heap_size=heap, num_threads=1) as writer:
            number = _add_rows(writer, rows, progress)
            writer.commit()
        mark = {"format": FORMAT, "identity": rows.identity, "rows": number}
        (folder / _MARK).write_text(json.dumps(mark), encoding="utf-8")
    return number


def open_index(place: Path, *, new: bool = False) -> tantivy.Index:
    """The index in a folder, with the analyzers that it was made with.

    Raises:
        InputError: it is damaged.
    """
    import tantivy

    try:
        index = tantivy.Index(index_schema(), path=str(place), reuse=not new)
        index.register_tokenizer("text", text_analyzer())
        index.register_tokenizer("names", name_analyzer())
        index.config_reader(reload_policy="manual")
    except (ValueError, OSError) as error:
        raise InputError(
            f"the search index in {place} is damaged ({error}): remove that folder, and start again"
        ) from error
    return index


def _add_rows(writer: tantivy.IndexWriter, rows: RowsOnDisk, progress: Progress | None) -> int:
    seen: set[bytes] = set()
    for order, (row, split, place) in enumerate(_all_rows(rows)):
        identity = str(row.get("question_id") or "")
        _require_new(identity, seen, rows, order)
        writer.add_document(index_document(row, split=split, order=order, place=place))
        if progress and order % 1000 == 0:
            progress(order)
    if not seen:
        raise InputError(f"{rows.name} holds no rows")
    return len(seen)


def _all_rows(rows: RowsOnDisk) -> Iterator[tuple[Row, str, int]]:
    for number, file in enumerate(rows.files):
        start = 0
        for batch in rows.batches(number, COLUMNS):
            found: list[dict[str, Any]] = batch.to_pylist()
            for row, place in zip(found, rows.places(number, start, len(found)), strict=True):
                yield published_row(row), file.split, place
            start += len(found)


def _require_new(identity: str, seen: set[bytes], rows: RowsOnDisk, order: int) -> None:
    """Ids are held while the index is made, in 8 bytes each."""
    if not identity:
        raise InputError(f"{rows.name}, row {order + 1} of all: column 'question_id' is empty (schema)")
    key = identity.encode()
    if key in seen:
        raise InputError(f"{rows.name}, row {order + 1} of all: question_id {identity!r} occurs twice")
    seen.add(key)


def _fits(place: Path, rows: RowsOnDisk) -> bool:
    try:
        mark = json.loads((place / _MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(mark, dict) and mark.get("identity") == rows.identity and mark.get("format") == FORMAT
