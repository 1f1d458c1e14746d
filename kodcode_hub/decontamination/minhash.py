"""MinHash signatures, as datasketch 2 makes them.

Since datasketch 2.0 a signature is made by the scheme ``affine32``: the first 32 bits of SHA-1 of each shingle, mixed
by MurmurHash3's finalizer, then ``a * h + b`` modulo 2**32 with odd ``a``; before, it was another one (now
``legacy``). Signatures of different schemes, seeds or lengths cannot be compared, so all three are fixed here and
belong beside stored signatures.

datasketch hashes shingle by shingle and keeps an object a text; here whole batches are computed at once, and the
values are the same bit for bit.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from kodcode_hub.decontamination.shingle_hashes import ShingleHashes, choose_fast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCHEME = "affine32"
NUM_PERM = 128
SEED = 1

_FAST_FROM_HASHES = 10_000_000
"""Fewer are done by numpy before numba is loaded."""
_BLOCK_VALUES = 1 << 16
"""Values that numpy computes at a time: 256 KB, which stay in a core's cache."""


def signature_matrix(
    shingles: ShingleHashes, *, num_perm: int = NUM_PERM, seed: int = SEED, fast: bool | None = None
) -> NDArray[np.uint32]:
    """One signature for each text; the same on every machine and in every order.

    Args:
        shingles: of n texts.
        num_perm: values of a signature, at least 1.
        seed: of the random permutations, as datasketch's.
        fast: as in ``hash_shingles``.

    Returns:
        Shape (n, num_perm). A text without shingles has 2**32 - 1 everywhere, as an empty MinHash of datasketch.

    Raises:
        UsageError: ``fast`` is True and numba is not installed.
    """
    import numpy as np

    a, b = _permutations(num_perm, seed)
    mixed = _finalized(shingles.hashes.astype(np.uint32))
    signatures = np.full((len(shingles), num_perm), 2**32 - 1, np.uint32)
    if choose_fast(fast, size=len(mixed), pays_from=_FAST_FROM_HASHES):
        from kodcode_hub.decontamination.minhash_kernels import lower_to_minima

        lower_to_minima(signatures, mixed, shingles.offsets, a, b)
    else:
        _lower_to_minima(signatures, mixed, shingles.offsets, a, b)
    return signatures


def _lower_to_minima(
    signatures: NDArray[np.uint32],
    hashes: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    a: NDArray[np.uint32],
    b: NDArray[np.uint32],
) -> None:
    """In blocks of hashes, whatever the texts' lengths; a text may begin in one block and end in another."""
    import numpy as np

    (filled,) = np.nonzero(np.diff(offsets))
    starts = offsets[filled]
    height = max(1, _BLOCK_VALUES // len(a))
    buffer = np.empty((height, len(a)), np.uint32)
    for begin in range(0, len(hashes), height):
        block = hashes[begin : begin + height, None]
        values = np.multiply(block, a, out=buffer[: len(block)])
        values += b
        first = int(np.searchsorted(starts, begin, side="right")) - 1
        last = int(np.searchsorted(starts, begin + height))
        minima = np.minimum.reduceat(values, np.maximum(starts[first:last] - begin, 0), axis=0)
        rows = filled[first:last]
        signatures[rows] = np.minimum(signatures[rows], minima)


@cache
def _permutations(num_perm: int, seed: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """``a`` and ``b``, drawn as datasketch draws them."""
    import numpy as np

    generator = np.random.RandomState(seed)
    a = generator.randint(0, 2**31, num_perm, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return a, generator.randint(0, 2**32, num_perm, dtype=np.uint32)


def _finalized(hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """MurmurHash3's finalizer, in place."""
    import numpy as np

    hashes ^= hashes >> np.uint32(16)
    hashes *= np.uint32(0x85EBCA6B)
    hashes ^= hashes >> np.uint32(13)
    hashes *= np.uint32(0xC2B2AE35)
    hashes ^= hashes >> np.uint32(16)
    return hashes
