"""Rows that share a key, out of the keys of all rows: those that have to be compared.

A key is a band of a row's signature, or one of its rarest shingles. Most keys are of one row only, and most rows have
no other key: these are kept without being looked at again. What is left is held as arrays, some 12 bytes a key.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PARTS = 16
"""The keys are sorted in as many parts, so that sorting needs little memory."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """For each row the numbers of the buckets that it is in; a bucket is a key that several rows have."""

    number: int
    """How many buckets there are."""
    ids: NDArray[np.int32]
    """Shape (total,): row i is in ``ids[offsets[i]:offsets[i + 1]]``."""
    offsets: NDArray[np.int64]
    """Shape (rows + 1,)."""

    def involved_rows(self) -> NDArray[np.int64]:
        """The rows that are in any bucket, ascending."""
        import numpy as np

        return np.flatnonzero(np.diff(self.offsets))


class KeyList:
    """The 64-bit keys of rows, added in order."""

    def __init__(self) -> None:
        self._keys = array("Q")
        self._counts = array("i")

    def add(self, keys: NDArray[np.uint64], counts: NDArray[np.int64]) -> None:
        """Add rows: how many keys each has, and all their keys one after the other; a row's keys are distinct."""
        self._keys.frombytes(keys.tobytes())
        self._counts.extend(counts.tolist())

    def buckets(self, *, earlier: int = 0) -> Buckets:
        """The keys that several rows have, one of them not among the ``earlier`` first ones."""
        import numpy as np

        keys = np.frombuffer(self._keys, dtype=np.uint64) if self._keys else np.empty(0, dtype=np.uint64)
        counts = np.array(self._counts, dtype=np.int64)
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
        ids = np.full(len(keys), -1, dtype=np.int32)
        number = 0
        for part in range(_PARTS):
            slots = np.flatnonzero((keys >> np.uint64(60)) == part)
            number += _number_shared(keys, slots, ids, first=number, earlier=int(offsets[earlier]))
        shared = ids >= 0
        before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(shared)])
        return Buckets(number, ids[shared], before[offsets])


def _number_shared(
    keys: NDArray[np.uint64], slots: NDArray[np.int64], ids: NDArray[np.int32], *, first: int, earlier: int
) -> int:
    """Write the bucket of each of ``slots`` whose key occurs again; returns how many buckets these are."""
    import numpy as np

    if not len(slots):
        return 0
    order = slots[np.argsort(keys[slots], kind="stable")]
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    sizes = np.diff(np.concatenate([starts, [len(ordered)]]))
    lasts = order[starts + sizes - 1]  # of equal keys the sort keeps the order of rows
    shared = (sizes > 1) & (lasts >= earlier)
    numbers = np.where(shared, first - 1 + np.cumsum(shared), -1).astype(np.int32)
    ids[order] = np.repeat(numbers, sizes)
    return int(shared.sum())
