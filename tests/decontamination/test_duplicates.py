"""Which questions stay, and which are duplicates of them."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kodcode_hub.decontamination.duplicates import (
    Duplicate,
    VerifiedPair,
    deduplicate,
    find_duplicates,
    verified_pairs,
)
from kodcode_hub.decontamination.shingles import jaccard, shingles_of
from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.record import Prompt, Question


def numbered(start: int, stop: int) -> str:
    """A text of the words start..stop-1; two of them share the shingles of the words they share."""
    return " ".join(f"w{number}" for number in range(start, stop))


def a_question(identity: str, text: str) -> Question:
    return Question(identity, "demo", text, Prompt("p", "demo", "ask"))


A = "Write a function that merges two sorted lists into one sorted list and returns it."
A2 = "Write a function that merges two sorted lists into one sorted list, and returns it!"
B = "Count the vowels of a sentence without regard to upper and lower case letters, please."


def test_of_two_equal_questions_exactly_one_stays() -> None:
    """Defect 1: KodCode drops both; of 17 clusters none survives."""
    kept, rejected = deduplicate([a_question("a", A), a_question("a2", A2), a_question("b", B)])
    assert [question.id for question in kept] == ["a", "b"]
    assert [(item.id, item.reason, item.evidence) for item in rejected] == [
        ("a2", "duplicate_of:a", {"similarity": 1.0})
    ]


@pytest.mark.parametrize("copies", [3, 150, 5000])
def test_of_many_equal_questions_one_stays(copies: int) -> None:
    """Defect 2: more than 100 equal rows crash KodCode's nearest-neighbour search."""
    kept, rejected = deduplicate([a_question(str(number), A) for number in range(copies)])
    assert [question.id for question in kept] == ["0"]
    assert {item.reason for item in rejected} == {"duplicate_of:0"}
    assert len(rejected) == copies - 1


def test_questions_without_id_or_with_the_same_are_refused() -> None:
    """Defect 3: rows without id compare as None == None, and then nothing is ever dropped."""
    with pytest.raises(InputError, match="question 2 has no id"):
        deduplicate([a_question("a", A), a_question("", A)])
    with pytest.raises(InputError, match="questions 1 and 3 have the same id 'a'"):
        deduplicate([a_question("a", A), a_question("b", B), a_question("a", B)])


def test_the_first_stays_and_the_evidence_is_the_exact_similarity() -> None:
    near = [numbered(0, 64), numbered(5, 65), B]
    similarity = jaccard(shingles_of(near[0]), shingles_of(near[1]))
    assert similarity == Fraction(55, 61)
    assert find_duplicates(near) == [None, Duplicate(0, similarity), None]
    assert find_duplicates(near[::-1]) == [None, None, Duplicate(1, similarity)]


def test_a_similarity_equal_to_the_threshold_is_enough() -> None:
    """As floats 1 - 0.2 and 4/5 need not be equal; here all numbers are exact."""
    texts = [numbered(0, 94), numbered(10, 104)]
    for threshold, found in ((0.8, True), (0.8000001, False)):
        assert jaccard(*map(shingles_of, texts)) == Fraction(4, 5)
        assert (find_duplicates(texts, threshold=threshold)[1] is not None) is found


def test_a_chain_of_near_duplicates_does_not_swallow_distant_questions() -> None:
    chain = [numbered(shift, shift + 104) for shift in (0, 10, 20)]
    sets = [shingles_of(text) for text in chain]
    assert jaccard(sets[0], sets[1]) == jaccard(sets[1], sets[2]) == Fraction(90, 110)
    assert jaccard(sets[0], sets[2]) < Fraction(8, 10)
    assert find_duplicates(chain) == [None, Duplicate(0, Fraction(90, 110)), None]


def test_of_several_kept_questions_the_most_similar_is_named() -> None:
    texts = [numbered(0, 104), numbered(25, 129), numbered(17, 121)]
    found = find_duplicates(texts, threshold=0.7)
    assert found[:2] == [None, None]
    assert found[2] == Duplicate(1, Fraction(92, 108))


def test_copies_of_a_duplicate_point_to_the_question_that_stays() -> None:
    near = numbered(5, 65)
    found = find_duplicates([numbered(0, 64), near, near, near])
    assert found == [None, *[Duplicate(0, Fraction(55, 61))] * 3]


def test_pairs_are_all_pairs_of_equal_texts_too_in_ascending_order() -> None:
    pairs = verified_pairs([A, B, A2, A], threshold=0.8)
    assert pairs == [VerifiedPair(0, 2, Fraction(1)), VerifiedPair(0, 3, Fraction(1)), VerifiedPair(2, 3, Fraction(1))]
    assert verified_pairs(["", "?!", ""], threshold=0.1) == verified_pairs([], threshold=0.8) == []


def test_a_copy_of_a_dropped_text_names_a_text_that_stays_and_came_between_if_that_is_more_similar() -> None:
    first, dropped, between = numbered(0, 104), numbered(8, 112), numbered(15, 119)
    found = find_duplicates([first, dropped, between, dropped])
    assert found == [None, Duplicate(0, Fraction(92, 108)), None, Duplicate(2, Fraction(93, 107))]


def test_questions_without_words_all_stay() -> None:
    assert find_duplicates(["", "", "?!", "日本", "日本"]) == [None] * 5


def test_short_questions_are_duplicates_only_of_the_same_words() -> None:
    assert find_duplicates(["Sort it.", "sort it", "Sort them."]) == [None, Duplicate(0, Fraction(1)), None]


def test_threshold_one_leaves_equal_texts_only() -> None:
    assert find_duplicates([A, A2, numbered(0, 400), numbered(1, 400)], threshold=1) == [
        None,
        Duplicate(0, Fraction(1)),
        None,
        None,
    ]


@pytest.mark.parametrize("threshold", [0, -1, 1.1, float("nan")])
def test_what_is_no_similarity_is_refused(threshold: float) -> None:
    with pytest.raises(UsageError, match="is not a similarity"):
        find_duplicates([A], threshold=threshold)


def test_huge_and_strange_texts_are_compared_like_others() -> None:
    huge = numbered(0, 100_000)
    assert find_duplicates(["\x00\ud800 " + huge, huge])[1] == Duplicate(0, Fraction(1))


spans = st.tuples(st.integers(0, 12), st.integers(1, 40)).map(lambda span: numbered(span[0], span[0] + span[1]))
thresholds = st.sampled_from([0.3, 0.5, 0.7, 0.8, 0.95, 1.0])


@settings(deadline=None)
@given(st.lists(spans, max_size=12), thresholds, st.randoms(use_true_random=False))
def test_verified_pairs_do_not_depend_on_order(texts: list[str], threshold: float, random: Random) -> None:
    def pairs(order: list[int]) -> set[tuple[frozenset[int], Fraction]]:
        found = verified_pairs([texts[position] for position in order], threshold=threshold)
        return {(frozenset((order[pair.first], order[pair.second])), pair.similarity) for pair in found}

    order = list(range(len(texts)))
    expected = pairs(order)
    random.shuffle(order)
    assert pairs(order) == expected


@settings(deadline=None)
@given(st.lists(spans, max_size=12), thresholds)
def test_every_duplicate_is_similar_enough_to_an_earlier_text_that_stays(texts: list[str], threshold: float) -> None:
    found = find_duplicates(texts, threshold=threshold)
    assert len(found) == len(texts)
    for position, duplicate in enumerate(found):
        if duplicate is not None:
            assert duplicate.of < position
            assert found[duplicate.of] is None
            assert duplicate.similarity == jaccard(*(shingles_of(texts[index]) for index in (duplicate.of, position)))
            assert duplicate.similarity >= Fraction(str(threshold))
        for earlier in range(position):
            if shingles_of(texts[earlier]) == shingles_of(texts[position]):
                assert duplicate is not None


@settings(deadline=None)
@given(st.lists(spans, max_size=10))
def test_every_question_leaves_deduplication_once(texts: list[str]) -> None:
    questions = [a_question(str(number), text) for number, text in enumerate(texts)]
    kept, rejected = deduplicate(questions)
    assert sorted([question.id for question in kept] + [item.id for item in rejected], key=int) == [
        question.id for question in questions
    ]
