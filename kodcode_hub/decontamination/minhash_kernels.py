"""MinHash signatures and equal keys, compiled by numba: fast twins of what numpy does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kodcode_hub.decontamination.compiled import kernel


@kernel
def lower_to_minima(
    signatures: NDArray[np.uint32],
    hashes: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    a: NDArray[np.uint32],
    b: NDArray[np.uint32],
) -> None:
    """Lower row i of ``signatures`` to the smallest ``a * h + b`` modulo 2**32 of text i's mixed hashes."""
    for text in range(len(offsets) - 1):
        row = signatures[text]
        for position in range(offsets[text], offsets[text + 1]):
            value = hashes[position]
            for k in range(len(a)):
                row[k] = min(row[k], np.uint32(a[k] * value + b[k]))


@kernel
def mark_repeated(keys: NDArray[np.uint64], table: NDArray[np.int32], repeated: NDArray[np.bool_]) -> None:
    """Mark the keys that occur more than once; ``table`` has a power of two of places, more than there are keys."""
    mask = len(table) - 1
    table[:] = -1
    for row in range(len(keys)):
        key = keys[row]
        place = np.int64(key & np.uint64(mask))
        while table[place] >= 0 and keys[table[place]] != key:
            place = (place + 1) & mask
        if table[place] < 0:
            table[place] = row
        else:
            repeated[row] = True
            repeated[table[place]] = True
