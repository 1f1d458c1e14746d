"""Exact comparison, buckets, and where shingles are kept: the parts of deduplication."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.decontamination.buckets import KeyList
from kodcode_hub.decontamination.shingle_hashes import ShingleHashes, hash_shingles
from kodcode_hub.decontamination.shingle_store import ShingleStore
from kodcode_hub.decontamination.similar import Match, compare, most_similar, shared_needed

rows_of_numbers = st.lists(st.sets(st.integers(0, 2**64 - 1) | st.integers(0, 20), max_size=12), max_size=8)


def hashes_of(rows: list[set[int]]) -> ShingleHashes:
    ordered = [number for row in rows for number in sorted(row)]
    return ShingleHashes(np.array(ordered, dtype=np.uint64), np.cumsum([0, *map(len, rows)], dtype=np.int64))


def keys_of(rows: list[set[int]]) -> KeyList:
    keys = KeyList()
    for row in rows:  # one by one: nothing depends on how many are added at once
        keys.add(np.array(sorted(row), dtype=np.uint64), np.array([len(row)]))
    return keys


@given(st.integers(1, 60), st.integers(1, 60), st.fractions(Fraction(1, 1000), 1))
def test_the_needed_number_of_shared_shingles_is_the_least_that_reaches_the_threshold(
    first: int, second: int, threshold: Fraction
) -> None:
    needed = shared_needed(first, second, threshold)
    reaching = [shared for shared in range(min(first, second) + 1) if shared >= threshold * (first + second - shared)]
    assert reaching == list(range(needed, min(first, second) + 1))


def test_a_threshold_of_many_digits_and_huge_texts_do_not_overflow() -> None:
    threshold = Fraction("0.79999999999999999")
    assert shared_needed(10**15, 10**15, threshold) == -(
        -threshold.numerator * 2 * 10**15 // sum(threshold.as_integer_ratio())
    )


@given(rows_of_numbers, st.sampled_from([Fraction(1, 10), Fraction(1, 2), Fraction(4, 5), Fraction(1)]))
def test_compared_rows_are_those_of_python_sets(rows: list[set[int]], threshold: Fraction) -> None:
    shingles = hashes_of(rows)
    for own, mine in enumerate(rows):
        others = [place for place, row in enumerate(rows) if place != own and row]
        found = compare(shingles.of(own), shingles, others, threshold)
        counts = [(place, len(mine & rows[place]), len(mine | rows[place])) for place in others]
        assert found == [Match(*count) for count in counts if count[1] and Fraction(count[1], count[2]) >= threshold]


def test_the_most_similar_is_named_then_the_earliest() -> None:
    matches = [Match(4, 8, 10), Match(2, 9, 10), Match(7, 18, 20), Match(3, 4, 5)]
    assert most_similar(matches) == Match(2, 9, 10)
    assert most_similar([]) is None


@given(
    st.lists(st.sets(st.integers(0, 2**64 - 1) | st.sampled_from([k << 60 for k in range(16)])), max_size=9), st.data()
)
def test_buckets_are_the_keys_that_several_rows_have(rows: list[set[int]], data: st.DataObject) -> None:
    earlier = data.draw(st.integers(0, len(rows)))
    buckets = keys_of(rows).buckets(earlier=earlier)
    members: dict[int, list[int]] = {}
    for row in range(len(rows)):
        for bucket in buckets.ids[buckets.offsets[row] : buckets.offsets[row + 1]].tolist():
            members.setdefault(bucket, []).append(row)
    holders = [[row for row, keys in enumerate(rows) if key in keys] for key in set().union(*rows)]
    expected = sorted(group for group in holders if len(group) > 1 and group[-1] >= earlier)
    assert sorted(members.values()) == expected
    assert sorted(members) == list(range(buckets.number))
    assert buckets.involved_rows().tolist() == sorted({row for group in expected for row in group})


@given(rows_of_numbers, st.integers(1, 4))
def test_a_store_gives_back_what_was_put_into_it(rows: list[set[int]], at_once: int) -> None:
    with ShingleStore() as store:
        for start in range(0, len(rows), at_once):
            store.append(hashes_of(rows[start : start + at_once]))
        assert len(store) == len(rows)
        assert [set(store.of(row).tolist()) for row in range(len(rows))] == rows
        again = [set(batch.of(row).tolist()) for batch in store.batches() for row in range(len(batch))]
        assert again == rows


def test_absent_rows_are_filled_in_later_in_any_order() -> None:
    with ShingleStore() as store:
        store.append_absent(3)
        store.append(hashes_of([{1, 2}]))
        assert store.of(1).tolist() == []
        store.put([2, 0], hashes_of([{7}, {5, 6}]))
        assert [store.of(row).tolist() for row in range(4)] == [[5, 6], [], [7], [1, 2]]


def test_a_store_has_no_name_on_disk(tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile
    from pathlib import Path

    folder = Path(str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with ShingleStore() as store:
        store.append(hash_shingles(["a text of more than five words"]))
        assert list(folder.iterdir()) == []
