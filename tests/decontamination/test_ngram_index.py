"""The n-gram scan equals one by sets of strings."""

from __future__ import annotations

from importlib.util import find_spec
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kodcode_hub.decontamination.ngram_hashes import hash_words, ngram_hashes
from kodcode_hub.decontamination.ngram_index import NgramIndex
from kodcode_hub.decontamination.shingles import words_of
from kodcode_hub.errors import UsageError

PATHS = [
    pytest.param(False, id="numpy"),
    pytest.param(True, id="numba", marks=pytest.mark.skipif(find_spec("numba") is None, reason="numba is absent")),
]
WORDS = st.sampled_from(["a", "B", "a", "sort_the_longest_list", "é", "\N{KELVIN SIGN}", "\ud800", "7."])
TEXTS = st.lists(st.one_of(st.lists(WORDS, max_size=25).map(" ".join), st.text("aB .é", max_size=40)), max_size=8)


def ngrams_of(text: str, n: int) -> list[str]:
    words = words_of(text)
    return [" ".join(words[start : start + n]) for start in range(len(words) - n + 1)]


def hashed(text: str, n: int) -> NDArray[np.uint64]:
    return ngram_hashes(hash_words([text], fast=False).of(0), n)


def an_index(items: list[str], n: int) -> NgramIndex:
    return NgramIndex([hashed(item, n) for item in items], n=n)


@pytest.mark.parametrize("fast", PATHS)
@given(items=TEXTS, texts=TEXTS, n=st.integers(1, 13))
@settings(deadline=None)
def test_flags_are_those_of_sets_of_strings(fast: bool, items: list[str], texts: list[str], n: int) -> None:
    known = {ngram for item in items for ngram in ngrams_of(item, n)}
    expected = [not known.isdisjoint(ngrams_of(text, n)) for text in texts]
    flags = an_index(items, n).flags(texts, fast=fast)
    assert flags.tolist() == expected
    assert flags.dtype == np.bool_


@given(items=TEXTS, text=TEXTS.map(" ".join), n=st.integers(1, 13))
@settings(deadline=None)
def test_shared_counts_and_positions_are_those_of_sets_of_strings(items: list[str], text: str, n: int) -> None:
    index = an_index(items, n)
    own = ngrams_of(text, n)
    counts = [(item, len(set(ngrams_of(item_text, n)) & set(own))) for item, item_text in enumerate(items)]
    assert index.shared(hashed(text, n)) == [(item, count) for item, count in counts if count]
    for item, item_text in enumerate(items):
        expected = [start for start, ngram in enumerate(own) if ngram in set(ngrams_of(item_text, n))]
        assert index.positions(hashed(text, n), item).tolist() == expected


@pytest.mark.parametrize("fast", PATHS)
def test_flags_of_many_batches_are_those_of_sets_of_strings(fast: bool) -> None:
    """Enough n-grams that some unknown ones pass the tables and are looked up."""
    random = Random(5)
    items = [" ".join(str(random.randint(0, 99)) for _ in range(300)) for _ in range(40)]
    texts = [" ".join(str(random.randint(0, 99)) for _ in range(random.randint(0, 120))) for _ in range(2500)]
    known = {ngram for item in items for ngram in ngrams_of(item, 3)}
    expected = [not known.isdisjoint(ngrams_of(text, 3)) for text in texts]
    assert an_index(items, 3).flags(texts, fast=fast).tolist() == expected
    assert 200 < sum(expected) < 2300


@pytest.mark.parametrize("fast", PATHS)
def test_an_ngram_does_not_reach_from_one_text_into_the_next(fast: bool) -> None:
    index = an_index(["one two three four"], 4)
    assert index.flags(["one two", "three four", "", "one", "two three four"], fast=fast).tolist() == [False] * 5
    assert index.flags(["one two", "zero One, TWO-three: four."], fast=fast).tolist() == [False, True]


@pytest.mark.parametrize("fast", PATHS)
def test_without_items_nothing_is_flagged(fast: bool) -> None:
    for items in ([], ["too short"]):
        index = an_index(items, 8)
        assert index.flags(["a b c d e f g h i j", ""], fast=fast).tolist() == [False, False]
        assert index.shared(hashed("a b c d e f g h i j", 8)) == []
    assert an_index(["a b"], 2).flags([], fast=fast).shape == (0,)


def test_an_item_counts_each_of_its_ngrams_once() -> None:
    index = an_index(["a b a b a b", "b a", "c d"], 2)
    text = hashed("b a b a b", 2)
    assert index.shared(text) == [(0, 2), (1, 1)]
    assert index.positions(text, 1).tolist() == [0, 2]
    assert index.positions(text, 2).tolist() == []


def test_an_index_of_ngrams_without_words_is_refused() -> None:
    with pytest.raises(UsageError, match="an n-gram of 0 words cannot be"):
        NgramIndex([], n=0)
