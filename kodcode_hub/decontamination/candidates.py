"""Pairs of texts that may be near-duplicates, by locality-sensitive hashing; verified before anything is decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kodcode_hub.decontamination.minhash import NUM_PERM, SEED, signatures
from kodcode_hub.decontamination.shingles import Shingles, shingles_of
from kodcode_hub.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from datasketch import MinHashLSH
    from numpy.typing import NDArray

RECALL_WEIGHTS = (0.1, 0.9)
"""Of false positives and false negatives. With datasketch's even weights a pair at the threshold is a candidate with a
probability of only 0.4; false positives cost one comparison each, for every candidate is verified."""


def candidate_pairs(
    texts: Sequence[str],
    *,
    threshold: float,
    num_perm: int = NUM_PERM,
    seed: int = SEED,
    weights: tuple[float, float] = RECALL_WEIGHTS,
) -> NDArray[np.int64]:
    """The pairs that datasketch's ``MinHashLSH`` with the same settings gives for the shingles of ``texts``.

    Texts without a single word are in no pair. Equal texts are: n of them make n * (n - 1) / 2 pairs.

    Returns:
        Shape (n, 2): the indices of both texts, the smaller first; rows in ascending order, each once.

    Raises:
        UsageError: there is no index for these settings (threshold outside of 0 to 1, weights that do not sum to 1).
    """
    import numpy as np

    shingle_sets = [shingles_of(text) for text in texts]
    pairs = candidates_among(shingle_sets, threshold=threshold, num_perm=num_perm, seed=seed, weights=weights)
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def candidates_among(
    shingle_sets: Sequence[Shingles],
    *,
    threshold: float,
    num_perm: int = NUM_PERM,
    seed: int = SEED,
    weights: tuple[float, float] = RECALL_WEIGHTS,
) -> list[tuple[int, int]]:
    """The same for texts that are given by their shingles."""
    index = lsh_index(threshold=threshold, num_perm=num_perm, weights=weights)
    filled = [position for position, shingles in enumerate(shingle_sets) if shingles]
    pairs: list[tuple[int, int]] = []
    hashes = signatures((shingle_sets[position] for position in filled), num_perm=num_perm, seed=seed)
    for position, signature in zip(filled, hashes, strict=True):
        pairs.extend((earlier, position) for earlier in index.query(signature))
        index.insert(position, signature)
    return sorted(pairs)


def lsh_index(
    *, threshold: float, num_perm: int = NUM_PERM, weights: tuple[float, float] = RECALL_WEIGHTS
) -> MinHashLSH:
    """An empty index whose bands datasketch chose for ``threshold``.

    Raises:
        UsageError: datasketch refuses these settings.
    """
    from datasketch import MinHashLSH

    try:
        return MinHashLSH(threshold=threshold, num_perm=num_perm, weights=weights)
    except ValueError as error:
        settings = f"threshold={threshold}, num_perm={num_perm}, weights={weights}"
        raise UsageError(f"datasketch has no LSH index for {settings}: {error}") from error
