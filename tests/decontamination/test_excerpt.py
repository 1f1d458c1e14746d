"""The span of a text that is shown beside a finding."""

from __future__ import annotations

from kodcode_hub.decontamination.excerpt import matched_excerpt
from kodcode_hub.decontamination.fingerprint import fingerprint_text


def grams(text: str) -> frozenset[int]:
    return frozenset(fingerprint_text(text).passages[-1].grams)


def test_an_excerpt_is_the_longest_matched_stretch_as_it_stands() -> None:
    known = grams("sum the squares of all even numbers in the list")
    text = "Of all even numbers in a set. Now: SUM the `squares`\nof all even numbers, then print."
    assert matched_excerpt(text, known) == "SUM the `squares`\nof all even numbers"


def test_where_nothing_stands_word_for_word_the_beginning_is_shown() -> None:
    assert matched_excerpt(" something else ", grams("sum the squares of all even numbers")) == "something else"
    assert matched_excerpt("", frozenset()) == ""
    assert len(matched_excerpt("word " * 1000, frozenset())) == 300


def test_an_excerpt_is_short_and_survives_letters_that_grow_in_lower_case() -> None:
    words = " ".join(f"word{number}" for number in range(200))
    assert len(matched_excerpt(words, grams(words))) == 300
    assert matched_excerpt("İİİİ sum up all the numbers", grams("sum up all the numbers")) == "sum up all the numbers"
