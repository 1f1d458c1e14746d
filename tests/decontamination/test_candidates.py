"""Candidate pairs: those of datasketch."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha1
from random import Random

import numpy as np
import pytest

from kodcode_hub.decontamination import candidate_pairs
from kodcode_hub.decontamination.minhash import SCHEME, signatures
from kodcode_hub.decontamination.shingles import shingles_of
from kodcode_hub.errors import UsageError


def some_texts(number: int, *, seed: int) -> list[str]:
    """Texts of which about half are another one with a few words changed."""
    random = Random(seed)
    texts: list[str] = []
    for _ in range(number):
        words = random.choice(texts).split() if texts and random.random() < 0.5 else ["w"] * random.randint(1, 60)
        words = [str(random.randint(0, 99)) if word == "w" or random.random() < 0.03 else word for word in words]
        texts.append(" ".join(words))
    return texts


@pytest.mark.parametrize(
    ("threshold", "num_perm", "seed", "weights"),
    [(0.7, 128, 1, (0.1, 0.9)), (0.5, 128, 1, (0.5, 0.5)), (0.8, 64, 7, (0.1, 0.9))],
)
def test_pairs_are_those_of_datasketch_used_by_the_book(
    threshold: float, num_perm: int, seed: int, weights: tuple[float, float]
) -> None:
    from datasketch import MinHash, MinHashLSH

    texts = some_texts(120, seed=3)
    index = MinHashLSH(threshold=threshold, num_perm=num_perm, weights=weights)
    hashes = {}
    for position, text in enumerate(texts):
        hashes[position] = MinHash(num_perm=num_perm, seed=seed)
        words = text.lower().split()
        for start in range(max(1, len(words) - 4)):
            hashes[position].update(" ".join(words[start : start + 5]).encode())
        index.insert(position, hashes[position])
    expected = sorted({tuple(sorted((i, j))) for i in hashes for j in index.query(hashes[i]) if i != j})
    found = candidate_pairs(texts, threshold=threshold, num_perm=num_perm, seed=seed, weights=weights)
    assert found.tolist() == [list(pair) for pair in expected]
    assert len(expected) > 20


def test_a_signature_is_made_by_the_scheme_that_is_recorded() -> None:
    """Computed here from its definition: another scheme, seed or hash would silently compare unlike things."""
    shingles = shingles_of("write one function that sorts a list")
    generator = np.random.RandomState(1)
    a = [int(value) * 2 + 1 for value in generator.randint(0, 2**31, 128, dtype=np.uint32)]
    b = [int(value) for value in generator.randint(0, 2**32, 128, dtype=np.uint32)]
    mixed = [murmur_finalized(int.from_bytes(sha1(shingle.encode()).digest()[:4], "little")) for shingle in shingles]
    expected = [min((a[k] * value + b[k]) % 2**32 for value in mixed) for k in range(128)]
    signature = signatures([shingles])[0]
    assert signature.hashvalues.tolist() == expected
    assert (signature.scheme, signature.seed, signature.hashvalues.dtype) == (SCHEME, 1, np.uint32)


def murmur_finalized(value: int) -> int:
    value = (value ^ value >> 16) * 0x85EBCA6B % 2**32
    value = (value ^ value >> 13) * 0xC2B2AE35 % 2**32
    return value ^ value >> 16


def test_pairs_are_a_sorted_array_of_two_columns() -> None:
    pairs = candidate_pairs(["a b c", "x", "a b c", "A, b: c"], threshold=0.7)
    assert pairs.tolist() == [[0, 2], [0, 3], [2, 3]]
    assert pairs.dtype == np.int64
    for texts in ([], ["one text"], ["a b", "c d"]):
        assert candidate_pairs(texts, threshold=0.7).shape == (0, 2)


def test_texts_without_words_are_in_no_pair() -> None:
    """datasketch calls two empty documents duplicates."""
    assert candidate_pairs(["", "!", "", "a", "a"], threshold=0.7).tolist() == [[3, 4]]


@pytest.mark.parametrize(("threshold", "weights"), [(1.5, (0.1, 0.9)), (0.7, (0.5, 0.9)), (1.0, (0.1, 0.9))])
def test_settings_without_an_index_are_refused(threshold: float, weights: tuple[float, float]) -> None:
    with pytest.raises(UsageError, match=f"datasketch has no LSH index for threshold={threshold}"):
        candidate_pairs(["a"], threshold=threshold, weights=weights)


def test_datasketch_is_loaded_only_when_it_is_used() -> None:
    code = (
        "import sys, kodcode_hub.decontamination.overlap, kodcode_hub.decontamination.duplicates\n"
        "print([name for name in ('datasketch', 'numpy', 'scipy', 'pyarrow') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout == "[]\n"
