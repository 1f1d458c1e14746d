"""Duplicates by embedding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.decontamination.semantic import SemanticKeepers, unit_rows
from kodcode_hub.errors import UsageError


def vectors(*rows: tuple[float, ...]) -> np.ndarray:
    return unit_rows(np.array(rows, dtype=np.float32))


def test_the_threshold_is_a_cosine_and_no_distance() -> None:
    one, other = vectors((1, 0), (0.95, np.sqrt(1 - 0.95**2)))
    assert np.sum((one - other) ** 2) == pytest.approx(0.1)  # what KodCode's rule compares
    for threshold, repeated in ((0.951, False), (0.95, True), (0.1, True)):
        found = SemanticKeepers(threshold).take([0, 1], np.stack([one, other]))
        assert (found[1] is not None) == repeated


def test_the_first_of_equal_vectors_stays_and_the_others_name_it() -> None:
    found = SemanticKeepers(1.0).take([7, 8, 9], vectors((3, 4), (3, 4), (6, 8)))
    assert [near and near.row for near in found] == [None, 7, 7]
    assert all(near is None or near.cosine == pytest.approx(1.0) for near in found)


def test_a_chain_does_not_swallow_what_is_far_from_all_that_stay() -> None:
    angles = [0.0, 0.3, 0.6]
    rows = vectors(*((float(np.cos(angle)), float(np.sin(angle))) for angle in angles))
    found = SemanticKeepers(0.95).take([0, 1, 2], rows)
    assert [near and near.row for near in found] == [None, 0, None]


def test_rows_that_are_kept_anyway_are_found_by_later_ones() -> None:
    keepers = SemanticKeepers(0.99)
    keepers.keep([0, 1], vectors((1, 0), (1, 0)))
    assert [near and near.row for near in keepers.take([2, 3], vectors((1, 0.01), (0, 1)))] == [0, None]


def test_a_vector_of_zeros_is_like_nothing() -> None:
    assert SemanticKeepers(0.5).take([0, 1], vectors((0, 0), (0, 0))) == [None, None]


@pytest.mark.parametrize("threshold", [0.0, -0.5, 1.01, float("nan")])
def test_what_is_no_cosine_above_zero_is_refused(threshold: float) -> None:
    with pytest.raises(UsageError, match="give a number above 0 and up to 1"):
        SemanticKeepers(threshold)


@given(st.lists(st.tuples(*[st.integers(-3, 3)] * 3), min_size=1, max_size=40), st.integers(1, 7))
def test_what_stays_depends_on_the_order_alone_and_not_on_the_batches(rows: list[tuple[int, ...]], size: int) -> None:
    data = unit_rows(np.array(rows, dtype=np.float32))
    at_once = SemanticKeepers(0.9).take(list(range(len(rows))), data)
    keepers = SemanticKeepers(0.9)
    in_parts = [
        near
        for start in range(0, len(rows), size)
        for near in keepers.take(list(range(len(rows)))[start : start + size], data[start : start + size])
    ]
    assert [near is None for near in in_parts] == [near is None for near in at_once]
    stays = [row for row, near in enumerate(at_once) if near is None]
    products = data @ data.T
    assert not [(a, b) for a in stays for b in stays if a < b and products[a, b] > 0.9 + 1e-5]
    for row, near in enumerate(at_once):
        if near is not None:
            assert near.row in stays
            assert near.row < row
            assert near.cosine == pytest.approx(min(1.0, float(max(products[row, [s for s in stays if s < row]]))))
