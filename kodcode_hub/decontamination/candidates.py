"""Pairs of texts that may be near-duplicates, by locality-sensitive hashing; verified before anything is decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kodcode_hub.decontamination.bands import RECALL_WEIGHTS, Bands, band_keys, choose_bands
from kodcode_hub.decontamination.minhash import NUM_PERM, SEED, signature_matrix
from kodcode_hub.decontamination.shingle_hashes import choose_fast, hash_batches

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FAST_FROM_ROWS = 1_000_000
"""Fewer are sorted before numba is loaded for it."""
_BANDS_AT_ONCE = 5
"""Whose keys are held; those of all bands are a third of the signatures."""


def candidate_pairs(
    texts: Sequence[str],
    *,
    threshold: float,
    num_perm: int = NUM_PERM,
    seed: int = SEED,
    weights: tuple[float, float] = RECALL_WEIGHTS,
    fast: bool | None = None,
) -> NDArray[np.int64]:
    """The pairs that datasketch's ``MinHashLSH`` with the same settings gives for the shingles of ``texts``.

    Texts without a single word are in no pair. Equal texts are: n of them make n * (n - 1) / 2 pairs.

    Args:
        fast: as in ``hash_shingles``; the pairs do not depend on it.

    Returns:
        Shape (n, 2): the indices of both texts, the smaller first; rows in ascending order, each once.

    Raises:
        UsageError: there is no index for these settings (threshold outside of 0 to 1, weights that do not sum to 1),
            or ``fast`` is True and numba is not installed.
    """
    import numpy as np

    bands = choose_bands(threshold=threshold, num_perm=num_perm, weights=weights)
    filled, rows = _filled_signatures(texts, num_perm=num_perm, seed=seed, fast=fast)
    first, second = _pairs_in_bands(rows, bands, fast=fast)
    return np.stack([filled[first], filled[second]], axis=1)


def _filled_signatures(
    texts: Sequence[str], *, num_perm: int, seed: int, fast: bool | None
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """The positions of the texts that have words, ascending, and their signatures."""
    import numpy as np

    rows = np.empty((len(texts), num_perm), np.uint32)
    sizes = np.empty(len(texts), np.int64)
    done = 0
    for batch in hash_batches(texts, fast=fast, distinct=False):
        behind = done + len(batch)
        rows[done:behind] = signature_matrix(batch, num_perm=num_perm, seed=seed, fast=fast)
        sizes[done:behind] = np.diff(batch.offsets)
        done = behind
    (filled,) = np.nonzero(sizes)
    return filled, rows if len(filled) == len(rows) else rows[filled]


def _pairs_in_bands(
    rows: NDArray[np.uint32], bands: Bands, *, fast: bool | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Both indices of all pairs of rows that agree in a band, in ascending order, each pair once."""
    import numpy as np

    fast = choose_fast(fast, size=len(rows), pays_from=_FAST_FROM_ROWS)
    found = np.empty(0, np.int64)
    for band in range(bands.number):
        place = band % _BANDS_AT_ONCE
        if place == 0:
            keys = band_keys(rows[:, band * bands.rows :], Bands(min(_BANDS_AT_ONCE, bands.number - band), bands.rows))
        band_key = np.ascontiguousarray(keys[:, place])
        some = _repeated(band_key) if fast else np.arange(len(rows))
        values = rows[some, band * bands.rows : (band + 1) * bands.rows]
        order, same = group_equal(values, band_key[some])
        first, second = pairs_in_runs(some[order], same)
        if len(first):
            # A pair as one number, so that the pairs of all bands are one sorted set.
            codes = np.minimum(first, second) * len(rows) + np.maximum(first, second)
            found = np.union1d(found, codes)
    return np.divmod(found, max(1, len(rows)))


def _repeated(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The positions of the keys that occur more than once, ascending: few, as a rule, so that little is sorted."""
    import numpy as np

    from kodcode_hub.decontamination.minhash_kernels import mark_repeated

    repeated = np.zeros(len(keys), np.bool_)
    mark_repeated(keys, np.empty(1 << (2 * len(keys)).bit_length(), np.int32), repeated)
    return np.flatnonzero(repeated)


def group_equal(values: NDArray[np.uint32], keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """An order in which equal rows of ``values`` are neighbours, and whether each but the first equals its neighbour.

    ``keys`` are equal where the rows are. If two different rows share a key after all, the rows themselves are sorted.
    """
    import numpy as np

    # The row's number in the low bits of its key: numbers are sorted sooner than an order of them.
    bits = np.uint64(len(keys).bit_length())
    packed = keys >> bits << bits | np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    order = (packed & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
    packed >>= bits
    same = packed[1:] == packed[:-1]
    (hits,) = np.nonzero(same)
    if not np.array_equal(values[order[hits]], values[order[hits + 1]]):
        order = np.lexsort(values.T)
        ordered_values = values[order]
        same = (ordered_values[1:] == ordered_values[:-1]).all(axis=1)
    return order, same


def pairs_in_runs(order: NDArray[np.int64], same: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All pairs within each run of equal neighbours."""
    import numpy as np

    (hits,) = np.nonzero(same)
    if not len(hits):
        return hits, hits
    # The ends of runs: a place whose right neighbour is not equal. Each place pairs with all up to its run's end.
    (ends,) = np.nonzero(np.append(~same, True))
    partners = ends[np.searchsorted(ends, hits)] - hits
    first = np.repeat(hits, partners)
    before = np.repeat(np.cumsum(partners) - partners, partners)
    return order[first], order[first + 1 + np.arange(len(first)) - before]
