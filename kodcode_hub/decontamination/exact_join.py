"""All pairs of similar rows without hashing into bands: prefix filtering, which misses none.

Of two rows that are similar enough, the rarest shingles of one must occur among the rarest of the other: a row of n
shingles shares at least ``ceil(t * n)`` with each row that is similar to it, so that they cannot all be among its last
``ceil(t * n) - 1``, whatever order all rows agree upon. Ordered by how many rows have them, the first
``n - ceil(t * n) + 1`` are rare, and few rows share them (Bayardo, Ma, Srikant: Scaling up all pairs similarity
search, 2007).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from kodcode_hub.decontamination.buckets import KeyList

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kodcode_hub.decontamination.shingle_hashes import ShingleHashes

_FEWEST_COUNTERS, _MOST_COUNTERS = 1 << 16, 1 << 26
_HIGHEST_COUNT = 2**16 - 1


def prefix_keys(batches: Callable[[], Iterable[ShingleHashes]], threshold: Fraction) -> KeyList:
    """The prefixes of all rows; shingles that no second row has are left out.

    Args:
        batches: all rows in order, as often as it is called.
        threshold: above 0, up to 1.
    """
    counts = _count_rows(batches)
    keys = KeyList()
    for shingles in batches():
        keys.add(*_prefixes(shingles, counts, threshold))
    return keys


def _count_rows(batches: Callable[[], Iterable[ShingleHashes]]) -> NDArray[np.uint16]:
    """How many rows have a shingle, at least, by the low bits of its hash; at most 128 MB.

    Shingles that share a counter are counted too high, all rows alike: any order that all agree upon will do.
    """
    import numpy as np

    total = sum(len(shingles.hashes) for shingles in batches())
    size = min(max(_FEWEST_COUNTERS, 1 << total.bit_length()), _MOST_COUNTERS)
    counts = np.zeros(size, dtype=np.uint16)
    for shingles in batches():
        places, times = np.unique(shingles.hashes & np.uint64(size - 1), return_counts=True)
        counts[places] = np.minimum(counts[places] + times, _HIGHEST_COUNT)
    return counts


def _prefixes(
    shingles: ShingleHashes, counts: NDArray[np.uint16], threshold: Fraction
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The keys of each row, one after the other, and how many each row has."""
    import numpy as np

    lengths = np.diff(shingles.offsets)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    rarity = counts[shingles.hashes & np.uint64(len(counts) - 1)]
    # The sort is stable and the hashes ascend within a row: of equal counts the smaller hash comes first, in all rows.
    order = np.lexsort((rarity, rows))
    rank = np.arange(len(rows)) - shingles.offsets[rows]
    chosen = order[(rank < _prefix_lengths(lengths, threshold)[rows]) & (rarity[order] > 1)]
    return shingles.hashes[chosen], np.bincount(rows[chosen], minlength=len(lengths)).astype(np.int64)


def _prefix_lengths(lengths: NDArray[np.int64], threshold: Fraction) -> NDArray[np.int64]:
    """In whole numbers of any size: a threshold of many digits times a long text exceeds 64 bits."""
    import numpy as np

    different, inverse = np.unique(lengths, return_inverse=True)
    part, whole = threshold.numerator, threshold.denominator
    prefixes = np.array([n + (-part * n // whole) + 1 for n in different.tolist()], dtype=np.int64)
    return prefixes[inverse.reshape(-1)]
