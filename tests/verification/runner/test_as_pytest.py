"""Our runner of items against pytest itself: the same outcomes under the same names."""

from __future__ import annotations

import pytest

from tests.verification.runner.odd_files import ODD
from tests.verification.runner.runs import Zygote


@pytest.mark.parametrize("name", sorted(ODD))
def test_an_odd_file_is_what_pytest_says_it_is(zygote: Zygote, name: str) -> None:
    expected = zygote.run(ODD[name], way="pytest")
    run = zygote.run(ODD[name])

    assert run.outcomes == expected.outcomes
    assert (run.status, run.ended) == (expected.status, expected.ended)
    assert list(run.outcomes) == list(expected.outcomes)


@pytest.mark.parametrize("name", sorted(ODD))
def test_the_fallback_says_the_same(zygote: Zygote, name: str) -> None:
    run, expected = zygote.run(ODD[name], way="fallback"), zygote.run(ODD[name], way="pytest")

    assert (run.outcomes, run.status) == (expected.outcomes, expected.status)
