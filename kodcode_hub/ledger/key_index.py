"""Which completions a ledger holds, and where: 14 bytes a completion, in memory.

A table in the file would cost more than everything else together: keys are hashes, so that each new one touches another
page of an index on the disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kodcode_hub.ledger.pages import KEY_BYTES, Place


class KeyIndex:
    """Places by the first half of each key: whoever reads a page there compares the whole key.

    Args:
        connection: to a ledger; its pages are read once.
        most_recent: new keys that are held as they come before they are sorted in.
    """

    def __init__(self, connection: sqlite3.Connection, *, most_recent: int = 65_536) -> None:
        self._most_recent = most_recent
        self._recent: dict[str, Place] = {}
        self._keys: NDArray[np.uint64] = np.empty(0, np.uint64)
        self._pages: NDArray[np.uint32] = np.empty(0, np.uint32)
        self._lines: NDArray[np.uint8] = np.empty(0, np.uint8)
        parts = list(_read_keys(connection))
        if parts:
            keys, pages, lines = (np.concatenate(columns) for columns in zip(*parts, strict=True))
            self._sort_in(keys, pages, lines)

    def __len__(self) -> int:
        return len(self._recent) + len(self._keys)

    def places(self, key: str) -> list[Place]:
        """Where the completion under this key may stand: one place, unless other keys begin alike."""
        if key in self._recent:
            return [self._recent[key]]
        half = _half(key)
        found = []
        at = int(np.searchsorted(self._keys, np.uint64(half))) if len(self._keys) else 0
        while at < len(self._keys) and int(self._keys[at]) == half:
            found.append(Place(int(self._pages[at]), int(self._lines[at])))
            at += 1
        return found

    def add(self, key: str, place: Place) -> None:
        """The completion under this key has been committed."""
        self._recent[key] = place
        if len(self._recent) >= self._most_recent:
            places = self._recent.values()
            self._sort_in(
                np.fromiter(map(_half, self._recent), np.uint64, len(places)),
                np.fromiter((place.page for place in places), np.uint32, len(places)),
                np.fromiter((place.line for place in places), np.uint8, len(places)),
            )
            self._recent.clear()

    def _sort_in(self, keys: NDArray[np.uint64], pages: NDArray[np.uint32], lines: NDArray[np.uint8]) -> None:
        order = np.argsort(keys, kind="stable")
        at = np.searchsorted(self._keys, keys[order])
        self._keys = np.insert(self._keys, at, keys[order])
        self._pages = np.insert(self._pages, at, pages[order])
        self._lines = np.insert(self._lines, at, lines[order])


def _half(key: str) -> int:
    return int(key[:KEY_BYTES], 16)


def _read_keys(
    connection: sqlite3.Connection,
) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.uint32], NDArray[np.uint8]]]:
    for page, keys in connection.execute("SELECT page, keys FROM pages"):
        # Hexadecimal digits are written big end first.
        halves = np.frombuffer(keys, ">u8")[::2].astype(np.uint64)
        yield halves, np.full(len(halves), page, np.uint32), np.arange(len(halves), dtype=np.uint8)
