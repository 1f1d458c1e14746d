"""Candidate pairs: those of datasketch."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kodcode_hub.decontamination import candidate_pairs
from kodcode_hub.decontamination.candidates import group_equal, pairs_in_runs
from kodcode_hub.decontamination.shingles import shingles_of
from kodcode_hub.errors import UsageError

needs_numba = pytest.mark.skipif(find_spec("numba") is None, reason="numba (the extra [fast]) is not installed")
both_paths = pytest.mark.parametrize("fast", [False, pytest.param(True, marks=needs_numba)])

near_duplicates = st.one_of(
    st.tuples(st.integers(0, 6), st.integers(0, 60), st.integers(0, 60)).map(
        lambda span: " ".join(f"word{number if number != span[2] else 'changed'}" for number in range(span[0], span[1]))
    ),
    st.text(st.characters(), max_size=6),
)


def some_texts(number: int, *, seed: int) -> list[str]:
    """Texts of which about half are another one with a few words changed."""
    random = Random(seed)
    texts: list[str] = []
    for _ in range(number):
        words = random.choice(texts).split() if texts and random.random() < 0.5 else ["w"] * random.randint(1, 60)
        words = [str(random.randint(0, 99)) if word == "w" or random.random() < 0.03 else word for word in words]
        texts.append(" ".join(words))
    return texts


@both_paths
@pytest.mark.parametrize(
    ("threshold", "num_perm", "seed", "weights"),
    [(0.7, 128, 1, (0.1, 0.9)), (0.5, 128, 1, (0.5, 0.5)), (0.8, 64, 7, (0.1, 0.9))],
)
def test_pairs_are_those_of_datasketch_used_by_the_book(
    threshold: float, num_perm: int, seed: int, weights: tuple[float, float], fast: bool
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
    found = candidate_pairs(texts, threshold=threshold, num_perm=num_perm, seed=seed, weights=weights, fast=fast)
    assert found.tolist() == [list(pair) for pair in expected]
    assert len(expected) > 20


@both_paths
@settings(deadline=None, max_examples=60)
@given(
    some=st.lists(near_duplicates, max_size=14),
    options=st.sampled_from(
        [
            *[(threshold, 128, 1, (0.1, 0.9)) for threshold in (0.2, 0.4, 0.7, 0.8, 0.95)],
            *[(0.5, 100, 5, (0.5, 0.5)), (0.5, 32, 2, (0.9, 0.1)), (0.8, 64, 1, (0.5, 0.5))],
        ]
    ),
)
def test_pairs_are_those_of_datasketch_whatever_the_texts_and_settings(
    some: list[str], options: tuple[float, int, int, tuple[float, float]], fast: bool
) -> None:
    from datasketch import MinHash, MinHashLSH

    threshold, num_perm, seed, weights = options
    index = MinHashLSH(threshold=threshold, num_perm=num_perm, weights=weights)
    expected = []
    for position, text in enumerate(some):
        if shingles := shingles_of(text):
            signature = MinHash(num_perm=num_perm, seed=seed)
            signature.update_batch([shingle.encode() for shingle in shingles])
            expected += [[earlier, position] for earlier in index.query(signature)]
            index.insert(position, signature)
    found = candidate_pairs(some, threshold=threshold, num_perm=num_perm, seed=seed, weights=weights, fast=fast)
    assert found.tolist() == sorted(expected)


@both_paths
def test_equal_texts_make_all_their_pairs(fast: bool) -> None:
    texts = ["the same words again and again"] * 40 + ["others"] + ["The SAME words, again and again!"] * 20
    same = [position for position in range(61) if position != 40]
    expected = [[i, j] for i in same for j in same if i < j]
    assert candidate_pairs(texts, threshold=0.7, fast=fast).tolist() == expected


def test_a_collision_of_keys_adds_no_pair() -> None:
    """All keys equal: the values decide, and equal ones are found although others lie between them."""
    values = np.array([[1, 1], [1, 2], [1, 1], [2, 1], [1, 2], [1, 1]], np.uint32)
    order, same = group_equal(values, np.zeros(6, np.uint64))
    assert sorted(order.tolist()) == list(range(6))
    first, second = pairs_in_runs(order, same)
    found = sorted(sorted(pair) for pair in zip(first.tolist(), second.tolist(), strict=True))
    assert found == [[0, 2], [0, 5], [1, 4], [2, 5]]


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
        "import sys, kodcode_hub.decontamination.contamination, kodcode_hub.decontamination.duplicates\n"
        "print([name for name in ('datasketch', 'numpy', 'scipy', 'pyarrow') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout == "[]\n"
