"""Which completions a ledger holds, and where: 13 bytes a completion, in memory.

A table in the file would cost more than everything else together: keys are hashes, so that each new one touches another
page of an index on the disk.
"""

from __future__ import annotations

import sqlite3

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
        self._keys, self._pages, self._lines = _read_keys(connection)
        order = np.argsort(self._keys, kind="stable")
        self._keys, self._pages, self._lines = self._keys[order], self._pages[order], self._lines[order]

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


def _read_keys(connection: sqlite3.Connection) -> tuple[NDArray[np.uint64], NDArray[np.uint32], NDArray[np.uint8]]:
    (size,) = connection.execute("SELECT ifnull(sum(length(keys)), 0) FROM pages").fetchone()
    count = size // KEY_BYTES
    halves, pages, lines = np.empty(count, np.uint64), np.empty(count, np.uint32), np.empty(count, np.uint8)
    start = 0
    for page, keys in connection.execute("SELECT page, keys FROM pages"):
        end = start + len(keys) // KEY_BYTES
        # Hexadecimal digits are written big end first.
        halves[start:end] = np.frombuffer(keys, ">u8")[::2]
        pages[start:end] = page
        lines[start:end] = np.arange(end - start)
        start = end
    return halves, pages, lines
