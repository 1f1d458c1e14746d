"""Words as concepts."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.decontamination.concepts import Concepts, Vocabulary, concept_hash, known_concepts, pieces, stem


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("divide divides divided dividing", "divid"),
        ("copy copies copied copying", "copy"),
        ("swap swaps swapped swapping", "swap"),
        ("box boxes boxed", "box"),
        ("class classes", "clas"),
        ("matrix", "matrix"),
        ("is", "is"),
    ],
)
def test_inflection_does_not_count(words: str, expected: str) -> None:
    assert {stem(word) for word in words.split()} == {expected}


@pytest.mark.parametrize(
    "words", ["positive position", "note not", "plane plan", "combine combination", "integer integral", "sing sung"]
)
def test_words_of_another_meaning_stay_apart(words: str) -> None:
    first, second = map(stem, words.split())
    assert first != second


def test_names_are_read_as_the_words_they_are_made_of() -> None:
    assert pieces("maxSum_of 2D HTTPServer x") == ["max", "sum", "of", "2", "d", "http", "server", "x"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Return the count of capital letters.", "Find how many upper case there are"),
        ("Delete the smallest item of the given array.", "Write a function to remove the minimum element from a list."),
        ("sort a 2D list in increasing order", "Arrange the matrix ascending"),
        ("the largest whole number below twelve", "greatest integer less than 12"),
    ],
)
def test_the_same_in_other_words_is_the_same_concepts(one: str, other: str) -> None:
    read = known_concepts().of
    assert set(read(one)) == set(read(other))


def test_what_every_task_says_is_nothing() -> None:
    assert (
        known_concepts().of("Please write a Python function that takes the given input and returns the result.") == []
    )


def test_opposites_are_known_both_ways() -> None:
    opposites = known_concepts().opposites
    for one, other in (("maximum", "minimum"), ("sum", "product"), ("first", "last"), ("even", "odd")):
        assert concept_hash(other) in opposites[concept_hash(one)]
        assert concept_hash(one) in opposites[concept_hash(other)]


def test_a_rare_concept_weighs_more_than_a_common_one_and_a_light_one_least() -> None:
    rare, common, light = (
        known_concepts().weight(concept_hash(concept)) for concept in ("lighthouse", "count", "list")
    )
    assert 1.0 == rare > common > light > 0


def test_the_table_names_no_phrase_twice_and_no_unknown_concept() -> None:
    text = files("kodcode_hub.decontamination").joinpath("concepts.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    owners: dict[tuple[str, ...], str] = {}
    for concept, phrases in table["same"].items():
        for phrase in phrases:
            key = tuple(map(stem, pieces(phrase)))
            assert key, phrase
            assert owners.setdefault(key, concept) == concept, phrase
    void = {stem(word) for word in table["void"].split()}
    assert not [phrase for phrase in owners if len(phrase) == 1 and phrase[0] in void]
    named = {name for pair in table["opposites"]["pairs"] for name in pair} | set(table["light"].split())
    assert named <= set(table["same"])


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert all(concept and concept != "void" for concept in known_concepts().of(text))


def test_a_light_concept_weighs_a_third_of_another_that_is_as_frequent() -> None:
    vocabulary: Vocabulary = {"void": "the", "light": "crate", "same": {"crate": ["crate"]}, "opposites": {"pairs": []}}
    concepts = Concepts(vocabulary, {"crate": 10, "rope": 10}, tasks=1000)
    light, plain = (concepts.weight(concept_hash(concept)) for concept in ("crate", "rope"))
    assert light == pytest.approx(0.35 * plain)
