from __future__ import annotations

from itertools import combinations

import pytest

from kodcode_hub.verification.pass_at_k import mean_pass_at_k, pass_at_k


@pytest.mark.parametrize("attempts", [1, 3, 6])
def test_it_is_the_share_of_all_choices_of_k_attempts_that_hold_a_pass(attempts: int) -> None:
    """Defect 37."""
    for passes in range(attempts + 1):
        for k in range(1, attempts + 1):
            choices = list(combinations([index < passes for index in range(attempts)], k))

            assert pass_at_k(attempts, passes, k) == pytest.approx(sum(map(any, choices)) / len(choices))


def test_it_does_not_depend_on_the_order_of_attempts() -> None:
    """Defects 35, 37: the first k attempts alone would say 0 or 1."""
    assert pass_at_k(12, 2, 3) == pytest.approx(1 - (10 * 9 * 8) / (12 * 11 * 10))


def test_large_numbers_stay_exact() -> None:
    assert pass_at_k(2000, 1, 1000) == 0.5


@pytest.mark.parametrize(("attempts", "passes", "k"), [(3, 1, 4), (3, 1, 0), (3, 4, 1), (3, -1, 1), (0, 0, 1)])
def test_what_cannot_be_estimated_is_refused(attempts: int, passes: int, k: int) -> None:
    """Defect 37."""
    with pytest.raises(ValueError, match="attempts"):
        pass_at_k(attempts, passes, k)


def test_the_mean_takes_questions_with_fewer_attempts_as_far_as_they_go() -> None:
    """Defect 37."""
    questions = [(3, 3), (10, 1), (10, 0), (2, 0)]

    assert mean_pass_at_k(questions, 1) == pytest.approx((1 + 0.1 + 0 + 0) / 4)
    assert mean_pass_at_k(questions, 5) == pytest.approx((1 + 0.5 + 0 + 0) / 4)
    assert mean_pass_at_k(questions, 10) == pytest.approx((1 + 1 + 0 + 0) / 4)


def test_without_attempts_there_is_no_mean_and_no_crash() -> None:
    """Defect 37."""
    assert mean_pass_at_k([], 1) is None
    assert mean_pass_at_k([(0, 0)], 1) is None
    assert mean_pass_at_k([(0, 0), (1, 1)], 1) == 1.0
    with pytest.raises(ValueError, match="counts attempts"):
        mean_pass_at_k([(1, 1)], 0)
