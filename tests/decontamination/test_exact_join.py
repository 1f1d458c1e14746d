"""The exact join misses no pair."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from kodcode_hub.decontamination.duplicates import VerifiedPair, find_duplicates, verified_pairs
from kodcode_hub.decontamination.exact_join import prefix_keys
from kodcode_hub.decontamination.shingle_hashes import ShingleHashes, hash_shingles
from kodcode_hub.decontamination.shingles import exact_threshold, jaccard, shingles_of

words = st.lists(st.sampled_from("abc"), max_size=9).map(" ".join)
spans = st.tuples(st.integers(0, 8), st.integers(0, 30)).map(
    lambda span: " ".join(f"w{number}" for number in range(span[0], sum(span)))
)
texts_of_all_kinds = st.lists(words | spans, max_size=14)
thresholds = st.sampled_from([0.05, 0.3, 0.5, 0.7, 0.8, 0.95, 1.0])


def all_pairs(texts: list[str], threshold: float) -> list[VerifiedPair]:
    """By comparing each with each."""
    sets = [shingles_of(text) for text in texts]
    wanted = exact_threshold(threshold)
    return [
        VerifiedPair(first, second, similarity)
        for first in range(len(texts))
        for second in range(first + 1, len(texts))
        if (similarity := jaccard(sets[first], sets[second])) >= wanted
    ]


@settings(deadline=None)
@given(texts_of_all_kinds, thresholds)
def test_the_pairs_are_those_of_comparing_each_with_each(texts: list[str], threshold: float) -> None:
    assert verified_pairs(texts, threshold=threshold, exact=True) == all_pairs(texts, threshold)


@settings(deadline=None)
@given(texts_of_all_kinds, thresholds)
def test_pairs_of_the_index_are_among_the_exact_ones(texts: list[str], threshold: float) -> None:
    exact = verified_pairs(texts, threshold=threshold, exact=True)
    assert set(verified_pairs(texts, threshold=threshold)) <= set(exact)


@settings(deadline=None)
@given(texts_of_all_kinds, thresholds)
def test_no_two_texts_that_stay_are_similar_and_each_other_one_names_the_best_that_stays(
    texts: list[str], threshold: float
) -> None:
    pairs = all_pairs(texts, threshold)
    found = find_duplicates(texts, threshold=threshold, exact=True)
    assert not [pair for pair in pairs if found[pair.first] is None and found[pair.second] is None]
    for place, duplicate in enumerate(found):
        kept = [pair for pair in pairs if pair.second == place and found[pair.first] is None]
        if duplicate is None:
            assert not kept
        else:
            best = max(kept, key=lambda pair: (pair.similarity, -pair.first))
            assert (duplicate.of, duplicate.similarity) == (best.first, best.similarity)


@settings(deadline=None)
@given(texts_of_all_kinds, thresholds, st.integers(1, 5))
def test_keys_do_not_depend_on_how_many_rows_are_read_at_once(texts: list[str], threshold: float, at_once: int) -> None:
    def batches(size: int) -> list[ShingleHashes]:
        return [hash_shingles(texts[start : start + size]) for start in range(0, len(texts), size)]

    wanted = exact_threshold(threshold)
    together = prefix_keys(lambda: batches(99), wanted).buckets()
    apart = prefix_keys(lambda: batches(at_once), wanted).buckets()
    assert together.offsets.tolist() == apart.offsets.tolist()
    assert together.ids.tolist() == apart.ids.tolist()


def test_rare_shingles_are_the_keys_so_that_boilerplate_makes_no_candidates() -> None:
    """Each row shares half of its shingles with all others, and none of its prefix."""
    template = " ".join(f"template{number}" for number in range(40))
    random = Random(5)
    texts = [f"{template} {' '.join(random.choices('abcdefghijklmnopqrstuvwxyz', k=40))}" for _ in range(200)]
    buckets = prefix_keys(lambda: [hash_shingles(texts)], Fraction(4, 5)).buckets()
    assert len(buckets.involved_rows()) == 0


def test_many_rows_with_counters_full_are_still_joined() -> None:
    """A shingle that 70,000 rows have exceeds a counter of 16 bits."""
    texts = ["one and the same"] * 70_000
    found = find_duplicates(texts, exact=True)
    assert found[0] is None
    assert {duplicate.of for duplicate in found[1:] if duplicate} == {0}
    assert None not in found[1:]
