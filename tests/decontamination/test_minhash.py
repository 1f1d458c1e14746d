"""Signatures: those of datasketch, bit for bit."""

from __future__ import annotations

from hashlib import sha1
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kodcode_hub.decontamination.minhash import NUM_PERM, SCHEME, SEED, signature_matrix
from kodcode_hub.decontamination.shingle_hashes import ShingleHashes, hash_shingles
from kodcode_hub.decontamination.shingles import shingles_of

needs_numba = pytest.mark.skipif(find_spec("numba") is None, reason="numba (the extra [fast]) is not installed")
both_paths = pytest.mark.parametrize("fast", [False, pytest.param(True, marks=needs_numba)])

texts = st.one_of(
    st.text(st.characters(), max_size=30),
    st.lists(st.sampled_from(["a", "bb", "ccc", "x1", "longer_word", "\u212a", "\u00e9"]), max_size=60).map(" ".join),
    st.integers(0, 40).map(lambda size: " ".join("w" * (size * step) for step in range(9))),
)


@both_paths
@settings(deadline=None)
@given(
    some=st.lists(texts, max_size=10),
    num_perm=st.sampled_from([1, 2, 7, 64, 128, 200]),
    seed=st.sampled_from([0, 1, 42, 2**32 - 1]),
)
def test_signatures_are_those_of_datasketch(some: list[str], num_perm: int, seed: int, fast: bool) -> None:
    from datasketch import MinHash

    encoded = [[shingle.encode() for shingle in shingles_of(text)] for text in some]
    expected = [item.hashvalues for item in MinHash.bulk(encoded, num_perm=num_perm, seed=seed, scheme=SCHEME)]
    found = signature_matrix(hash_shingles(some, fast=fast), num_perm=num_perm, seed=seed, fast=fast)
    assert (found.shape, found.dtype.name) == ((len(some), num_perm), "uint32")
    assert found.tolist() == [values.tolist() for values in expected]


@both_paths
def test_a_signature_is_made_by_the_scheme_that_is_recorded(fast: bool) -> None:
    """Computed here from its definition: another scheme, seed or hash would silently compare unlike things."""
    text = "write one function that sorts a list"
    generator = np.random.RandomState(1)
    a = [int(value) * 2 + 1 for value in generator.randint(0, 2**31, 128, dtype=np.uint32)]
    b = [int(value) for value in generator.randint(0, 2**32, 128, dtype=np.uint32)]
    firsts = (sha1(shingle.encode()).digest()[:4] for shingle in shingles_of(text))
    mixed = [murmur_finalized(int.from_bytes(first, "little")) for first in firsts]
    expected = [min((a[k] * value + b[k]) % 2**32 for value in mixed) for k in range(128)]
    assert signature_matrix(hash_shingles([text], fast=fast), fast=fast)[0].tolist() == expected
    assert (SCHEME, NUM_PERM, SEED) == ("affine32", 128, 1)


def murmur_finalized(value: int) -> int:
    value = (value ^ value >> 16) * 0x85EBCA6B % 2**32
    value = (value ^ value >> 13) * 0xC2B2AE35 % 2**32
    return value ^ value >> 16


@both_paths
def test_a_signature_does_not_depend_on_how_its_hashes_lie_in_blocks(fast: bool) -> None:
    """Texts far longer than a block, texts that straddle two, and empty ones between them."""
    random = np.random.default_rng(7)
    sizes = [0, 3000, 1, 0, 0, 511, 512, 513, 5, 0, 1024, 2, 0]
    sets = [np.unique(random.integers(0, 2**64, size, dtype=np.uint64)) for size in sizes]
    together = ShingleHashes(np.concatenate(sets), np.cumsum([0, *map(len, sets)]))
    found = signature_matrix(together, fast=fast)
    for row, hashes in zip(found, sets, strict=True):
        alone = ShingleHashes(hashes, np.array([0, len(hashes)]))
        parts = [ShingleHashes(hashes[at : at + 1], np.array([0, 1])) for at in range(len(hashes))]
        minima = [signature_matrix(part, fast=fast)[0] for part in parts[:600]]
        assert np.array_equal(row, signature_matrix(alone, fast=fast)[0])
        if 0 < len(hashes) <= 600:
            assert np.array_equal(row, np.min(minima, axis=0))


@both_paths
def test_a_text_without_words_has_the_signature_of_an_empty_minhash(fast: bool) -> None:
    from datasketch import MinHash

    found = signature_matrix(hash_shingles(["", "a", "?"], fast=fast), fast=fast)
    assert found[0].tolist() == found[2].tolist() == MinHash(128).hashvalues.tolist()
    assert found[1].tolist() != found[0].tolist()
    assert signature_matrix(hash_shingles([], fast=fast), fast=fast).shape == (0, 128)


@both_paths
def test_computing_signatures_leaves_the_hashes_alone(fast: bool) -> None:
    hashes = hash_shingles(["one two three four five six seven"], fast=fast)
    before = hashes.hashes.copy()
    signature_matrix(hashes, fast=fast)
    assert np.array_equal(hashes.hashes, before)
