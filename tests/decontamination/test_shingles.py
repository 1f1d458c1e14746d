"""Shingles, Jaccard similarity and thresholds."""

from __future__ import annotations

from fractions import Fraction

import pytest

from kodcode_hub.decontamination.shingles import exact_threshold, jaccard, shingles_of
from kodcode_hub.errors import UsageError


def test_shingles_are_five_words_joined_by_one_blank() -> None:
    assert shingles_of("Sort  the LIST,\n`my_list` in-place: now!") == {
        "sort the list my_list in",
        "the list my_list in place",
        "list my_list in place now",
    }


def test_a_shorter_text_is_one_shingle_of_all_its_words() -> None:
    assert shingles_of("Sort a list.") == {"sort a list"}
    assert shingles_of("one two three four five") == {"one two three four five"}


@pytest.mark.parametrize("text", ["", " \n", "!?", "日本語", "\x00\ud800"])
def test_a_text_without_words_has_no_shingles_and_is_like_nothing(text: str) -> None:
    assert shingles_of(text) == frozenset()
    assert jaccard(shingles_of(text), shingles_of(text)) == 0


def test_only_ascii_letters_make_words() -> None:
    assert shingles_of("naïve Straße") == {"na ve stra e"}


def test_jaccard_is_exact() -> None:
    assert jaccard(frozenset("abcd"), frozenset("bcde")) == Fraction(3, 5)
    assert jaccard(frozenset("ab"), frozenset("ab")) == 1
    assert jaccard(frozenset("a"), frozenset()) == 0


@pytest.mark.parametrize(
    ("written", "exact"), [(0.8, (4, 5)), (0.7, (7, 10)), (1, (1, 1)), (0.1, (1, 10)), (1e-3, (1, 1000))]
)
def test_a_threshold_is_the_number_that_was_written(written: float, exact: tuple[int, int]) -> None:
    assert exact_threshold(written) == Fraction(*exact)


@pytest.mark.parametrize("number", [0, -0.1, 1.01, float("nan"), float("inf")])
def test_what_is_no_similarity_is_refused_as_threshold(number: float) -> None:
    with pytest.raises(UsageError, match="is not a similarity: give a number above 0 and up to 1"):
        exact_threshold(number)
