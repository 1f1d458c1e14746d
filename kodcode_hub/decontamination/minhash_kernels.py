"""MinHash signatures compiled by numba: the fast twin of what ``minhash`` does with numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kodcode_hub.decontamination.shingle_kernels import kernel


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
