"""Bands of a signature: two texts are candidates if all values of any band agree.

How many bands of how many values is datasketch's choice for a threshold, so that the candidates are its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kodcode_hub.decontamination.minhash import NUM_PERM
from kodcode_hub.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RECALL_WEIGHTS = (0.1, 0.9)
"""Of false positives and false negatives. With datasketch's even weights a pair at the threshold is a candidate with a
probability of only 0.4; false positives cost one comparison each, for every candidate is verified."""

_PRECISION = 1e-9
"""To which datasketch's own integrals are right."""
_BLOCK_ROWS = 2048
"""Texts whose keys are computed at a time, in a core's cache."""


@dataclass(frozen=True, slots=True)
class Bands:
    """The first ``number * rows`` values of a signature, in bands of ``rows``."""

    number: int
    rows: int


@cache
def choose_bands(*, threshold: float, num_perm: int = NUM_PERM, weights: tuple[float, float] = RECALL_WEIGHTS) -> Bands:
    """datasketch's choice: the bands with the least weighted sum of both kinds of error.

    Raises:
        UsageError: datasketch refuses these settings (threshold outside of 0 to 1, weights that do not sum to 1, too
            few permutations for two bands).
    """
    refused = not 0 <= threshold <= 1 or num_perm < 2 or min(weights) < 0 or sum(weights) != 1
    bands = None if refused else _least_error(threshold, num_perm, weights)
    return bands if bands is not None and bands.number > 1 else _ask_datasketch(threshold, num_perm, weights)


def _least_error(threshold: float, num_perm: int, weights: tuple[float, float]) -> Bands | None:
    """The bands with the least error, or None where rounding would decide between several.

    The probability of a candidate is ``1 - (1 - s**rows)**number`` at a similarity of s. datasketch integrates it with
    scipy's ``quad``; it is a polynomial of a degree up to ``num_perm``, so that a Gauss-Legendre sum is exact, and
    neither scipy nor datasketch (50 MB) has to be loaded.
    """
    import numpy as np

    places, shares = np.polynomial.legendre.leggauss(num_perm // 2 + 1)
    below = (places + 1) / 2 * threshold
    above = threshold + (places + 1) / 2 * (1 - threshold)
    every = [(number, rows) for number in range(1, num_perm + 1) for rows in range(1, num_perm // number + 1)]
    errors = [
        weights[0] * threshold / 2 * float(shares @ (1 - (1 - below**rows) ** number))
        + weights[1] * (1 - threshold) / 2 * float(shares @ ((1 - above**rows) ** number))
        for number, rows in every
    ]
    least, next_to = sorted(errors)[:2]
    return Bands(*every[errors.index(least)]) if next_to - least > _PRECISION else None


def _ask_datasketch(threshold: float, num_perm: int, weights: tuple[float, float]) -> Bands:
    from datasketch import MinHashLSH

    try:
        index = MinHashLSH(threshold=threshold, num_perm=num_perm, weights=weights)
    except ValueError as error:
        settings = f"threshold={threshold}, num_perm={num_perm}, weights={weights}"
        raise UsageError(f"datasketch has no LSH index for {settings}: {error}") from error
    return Bands(index.b, index.r)


def band_keys(signatures: NDArray[np.uint32], bands: Bands) -> NDArray[np.uint64]:
    """One 64-bit key for each band of each text.

    Equal bands at the same place have equal keys; others have them by chance only, bands at different places too.

    Args:
        signatures: shape (n, num_perm), at least ``bands.number * bands.rows`` values each.

    Returns:
        Shape (n, bands.number).
    """
    import numpy as np

    used = bands.number * bands.rows
    keys = np.empty((len(signatures), bands.number), np.uint64)
    keys[:] = np.arange(bands.number, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for begin in range(0, len(keys), _BLOCK_ROWS):
        block = keys[begin : begin + _BLOCK_ROWS]
        for row in range(bands.rows):
            block ^= signatures[begin : begin + _BLOCK_ROWS, row : used : bands.rows]
            _mix(block)
    return keys


def _mix(keys: NDArray[np.uint64]) -> None:
    """MurmurHash3's 64-bit finalizer, in place: a bijection, so that nothing that was different becomes equal."""
    import numpy as np

    keys ^= keys >> np.uint64(33)
    keys *= np.uint64(0xFF51AFD7ED558CCD)
    keys ^= keys >> np.uint64(33)
    keys *= np.uint64(0xC4CEB9FE1A85EC53)
    keys ^= keys >> np.uint64(33)
