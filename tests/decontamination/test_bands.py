"""Bands and their keys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kodcode_hub.decontamination.bands import Bands, band_keys, choose_bands
from kodcode_hub.errors import UsageError


@pytest.mark.parametrize("threshold", [0.0, 0.05, 0.2, 1 / 3, 0.5, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99, 1.0])
@pytest.mark.parametrize("weights", [(0.1, 0.9), (0.5, 0.5), (0.9, 0.1), (0.0, 1.0), (1.0, 0.0)])
@pytest.mark.parametrize("num_perm", [2, 16, 100, 128])
def test_bands_are_those_that_datasketch_chooses(threshold: float, weights: tuple[float, float], num_perm: int) -> None:
    from datasketch import MinHashLSH

    try:
        index = MinHashLSH(threshold=threshold, num_perm=num_perm, weights=weights)
    except ValueError:  # with few permutations it finds no two bands for a high threshold
        with pytest.raises(UsageError, match="datasketch has no LSH index"):
            choose_bands(threshold=threshold, num_perm=num_perm, weights=weights)
    else:
        assert choose_bands(threshold=threshold, num_perm=num_perm, weights=weights) == Bands(index.b, index.r)


@pytest.mark.parametrize(
    ("threshold", "num_perm", "weights"),
    [(1.5, 128, (0.1, 0.9)), (-0.1, 128, (0.1, 0.9)), (0.7, 1, (0.1, 0.9)), (0.7, 128, (0.5, 0.9))],
)
def test_settings_without_an_index_are_refused(threshold: float, num_perm: int, weights: tuple[float, float]) -> None:
    message = f"datasketch has no LSH index for threshold={threshold}, num_perm={num_perm}, weights="
    with pytest.raises(UsageError, match=message):
        choose_bands(threshold=threshold, num_perm=num_perm, weights=weights)


@settings(deadline=None)
@given(st.data(), st.integers(1, 6), st.integers(1, 5), st.integers(0, 3))
def test_keys_are_equal_where_the_bands_are(data: st.DataObject, number: int, rows: int, unused: int) -> None:
    width = number * rows + unused
    row = st.lists(st.integers(0, 2), min_size=width, max_size=width)
    signatures = np.array(data.draw(st.lists(row, min_size=1, max_size=12)), np.uint32)
    keys = band_keys(signatures, Bands(number, rows))
    assert (keys.shape, keys.dtype.name) == ((len(signatures), number), "uint64")
    for band in range(number):
        values = [tuple(line[band * rows : (band + 1) * rows]) for line in signatures.tolist()]
        for i, key in enumerate(keys[:, band]):
            assert [other == key for other in keys[:, band]] == [value == values[i] for value in values]


def test_keys_are_spread_over_all_bits_and_differ_between_bands() -> None:
    """One bit of a value turned changes about half of a key's bits, high and low ones alike."""
    signatures = np.zeros((33, 12), np.uint32)
    signatures[1:, 5] = np.uint32(1) << np.arange(32, dtype=np.uint32)
    keys = band_keys(signatures, Bands(2, 6))
    assert len(set(keys[0].tolist())) == 2
    assert len(set(keys[:, 1].tolist())) == 1
    changed = (keys[1:, 0] ^ keys[0, 0]).tolist()
    assert all(16 <= bits.bit_count() <= 48 for bits in changed)
    assert all(any(bits >> bit & 1 for bits in changed) for bit in range(64))


def test_keys_do_not_depend_on_how_many_texts_are_asked_for_at_a_time() -> None:
    signatures = np.random.default_rng(3).integers(0, 2**32, (5000, 128), dtype=np.uint32)
    bands = choose_bands(threshold=0.7)
    whole = band_keys(signatures, bands)
    assert np.array_equal(
        whole, np.concatenate([band_keys(signatures[:1234], bands), band_keys(signatures[1234:], bands)])
    )
    assert band_keys(signatures[:0], bands).shape == (0, bands.number)
