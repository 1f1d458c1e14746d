"""Keys by locality-sensitive hashing: the bands of a row's MinHash signature."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kodcode_hub.decontamination.bands import Bands
    from kodcode_hub.decontamination.buckets import KeyList

_HIGHEST_LSH_THRESHOLD = Fraction(95, 100)
"""datasketch has no index for thresholds near 1; a lower one finds these pairs too, and verification drops the rest."""


def bands_for(threshold: Fraction) -> Bands:
    """The bands that datasketch chooses with weights that favour recall.

    Raises:
        UsageError: datasketch has no index for such a threshold.
    """
    from kodcode_hub.decontamination.bands import choose_bands

    return choose_bands(threshold=float(min(threshold, _HIGHEST_LSH_THRESHOLD)))


def add_band_keys(keys: KeyList, signatures: NDArray[np.uint32], lengths: NDArray[np.int64], bands: Bands) -> None:
    """Add the keys of some rows.

    Args:
        keys: of the rows before these.
        signatures: shape (n, permutations).
        lengths: shape (n,); shingles of each row. Rows without any have no key, though their signatures are equal.
        bands: by which the signatures are cut.
    """
    import numpy as np

    from kodcode_hub.decontamination.bands import band_keys

    filled = lengths > 0
    # Equal values in different bands are different keys: each band's keys are moved by a number of its own.
    moved = np.arange(1, bands.number + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    keys.add((band_keys(signatures[filled], bands) ^ moved).reshape(-1), np.where(filled, bands.number, 0))
