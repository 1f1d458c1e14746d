"""Exact comparison of a row with earlier rows that share a bucket with it.

The Jaccard similarity of two rows is a fraction of whole numbers, shared over united shingles, and is compared as one:
no rounding decides what is a duplicate. A shingle is taken for another one only if the 64-bit hashes of both are equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kodcode_hub.decontamination.buckets import Buckets
    from kodcode_hub.decontamination.shingle_store import ShinglesByRow

_COMPARED_AT_ONCE = 256
"""Rows, so that a text that thousands share a bucket with costs no more memory than others."""


@dataclass(frozen=True, slots=True)
class Match:
    """An earlier row that is similar enough."""

    row: int
    shared: int
    """Shingles of both."""
    union: int
    """Shingles of either."""

    @property
    def similarity(self) -> Fraction:
        """Exact Jaccard similarity."""
        return Fraction(self.shared, self.union)


def most_similar(matches: Sequence[Match]) -> Match | None:
    """Of several the most similar, then the earliest; None of none."""
    return max(matches, key=lambda match: (match.similarity, -match.row), default=None)


class EarlierRows:
    """The rows that later ones are compared with: those that were added, by the buckets that they are in."""

    def __init__(self, shingles: ShinglesByRow, buckets: Buckets, threshold: Fraction) -> None:
        import numpy as np

        self._shingles = shingles
        self._threshold = threshold
        self._offsets = buckets.offsets
        # Chains in arrays instead of a list for each bucket: 12 bytes a key instead of 100.
        # Read one by one, a memoryview is three times as fast as an array of numpy.
        self._buckets = buckets.ids.data
        self._newest = np.full(buckets.number, -1, dtype=np.int32).data
        self._next = np.empty(len(buckets.ids), dtype=np.int32).data
        self._rows = np.empty(len(buckets.ids), dtype=np.int32).data

    def add(self, row: int) -> None:
        """Let later rows find this one."""
        for slot in self._slots(row):
            bucket = self._buckets[slot]
            self._rows[slot], self._next[slot] = row, self._newest[bucket]
            self._newest[bucket] = slot

    def matches(self, row: int, own: NDArray[np.uint64]) -> list[Match]:
        """The added rows that are similar enough to ``row``, whose hashes are ``own``; ascending."""
        found: list[Match] = []
        candidates = self._candidates(row)
        for start in range(0, len(candidates), _COMPARED_AT_ONCE):
            found += compare(own, self._shingles, candidates[start : start + _COMPARED_AT_ONCE], self._threshold)
        return found

    def _candidates(self, row: int) -> list[int]:
        found: set[int] = set()
        for bucket in map(self._buckets.__getitem__, self._slots(row)):
            slot = self._newest[bucket]
            while slot >= 0:
                found.add(self._rows[slot])
                slot = self._next[slot]
        return sorted(found)

    def _slots(self, row: int) -> range:
        return range(self._offsets[row], self._offsets[row + 1])


def compare(
    own: NDArray[np.uint64], shingles: ShinglesByRow, candidates: Sequence[int], threshold: Fraction
) -> list[Match]:
    """Those of ``candidates`` whose exact similarity with the row of the hashes ``own`` reaches the threshold."""
    others = [(row, shingles.of(row)) for row in candidates]
    likely = [
        (row, other, needed)
        for row, other in others
        if (needed := shared_needed(len(own), len(other), threshold)) <= min(len(own), len(other))
    ]
    counts = _shared_counts(own, [other for _, other, _ in likely])
    return [
        Match(row, shared, len(own) + len(other) - shared)
        for (row, other, needed), shared in zip(likely, counts, strict=True)
        if shared >= needed > 0
    ]


def shared_needed(first: int, second: int, threshold: Fraction) -> int:
    """How many shingles two rows of so many must share: the least s with s / (first + second - s) >= threshold."""
    part, whole = threshold.numerator, threshold.denominator
    return -(-part * (first + second) // (part + whole))


def _shared_counts(own: NDArray[np.uint64], others: Sequence[NDArray[np.uint64]]) -> list[int]:
    """How many hashes each of ``others``, none of them empty, has in common with ``own``."""
    import numpy as np

    if not others:
        return []
    everything = np.concatenate(others)
    places = np.searchsorted(own, everything)
    places[places == len(own)] = 0
    starts = np.cumsum([0, *(len(other) for other in others[:-1])])
    hits: list[int] = np.add.reduceat(own[places] == everything, starts, dtype=np.int64).tolist()
    return hits
