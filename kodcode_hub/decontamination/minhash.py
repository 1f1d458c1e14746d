"""MinHash signatures, as datasketch 2 makes them.

Since datasketch 2.0 a signature is made by the scheme ``affine32``: the first 32 bits of SHA-1 of each shingle, mixed
by MurmurHash3's finalizer, then ``a * h + b`` modulo 2**32 with odd ``a``; before, it was another one (now
``legacy``). Signatures of different schemes, seeds or lengths cannot be compared, so all three are fixed here and
belong beside stored signatures.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from kodcode_hub.decontamination.shingles import Shingles

if TYPE_CHECKING:
    from datasketch import MinHash

SCHEME = "affine32"
NUM_PERM = 128
SEED = 1


def signatures(shingle_sets: Iterable[Shingles], *, num_perm: int = NUM_PERM, seed: int = SEED) -> list[MinHash]:
    """One signature of ``num_perm`` 32-bit values for each set; the same on every machine and in every order."""
    from datasketch import MinHash

    encoded = ([shingle.encode("utf-8") for shingle in shingles] for shingles in shingle_sets)
    return cast("list[MinHash]", MinHash.bulk(encoded, num_perm=num_perm, seed=seed, scheme=SCHEME))
