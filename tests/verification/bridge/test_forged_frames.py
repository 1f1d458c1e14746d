"""Whatever comes over the socket, it neither runs in T nor is taken for an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verification.bridge.forged_frames import FORGED, Forger
from tests.verification.bridge.split_run import run_against

SATISFIED_BY_ANY_EXCEPTION = """
import pytest
from solution import f

def test():
    with pytest.raises(Exception):
        f()
"""


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_message_ends_the_bridge_and_satisfies_no_test(name: str, tmp_path: Path) -> None:
    outcome = run_against(Forger(FORGED[name]), SATISFIED_BY_ANY_EXCEPTION, tmp_path)
    assert outcome.raised == "SolutionGone", outcome.text
    assert outcome.broken == "ended" or outcome.broken.startswith("protocol: ")


def test_an_honest_message_by_the_same_hand_is_taken(tmp_path: Path) -> None:
    outcome = run_against(
        Forger(([["t", [1, "a"]]], [[0]])), "from solution import f\nassert f() == (1, 'a')", tmp_path
    )
    assert outcome.text == ""


def test_after_the_end_every_use_says_so(tmp_path: Path) -> None:
    test = """
import solution
f = solution.f
for use in (f, f, lambda: solution.g, lambda: setattr(solution, "x", 1)):
    try:
        use()
    except BaseException as error:
        assert type(error).__name__ == "SolutionGone", error
    else:
        raise AssertionError
"""
    outcome = run_against(Forger(b""), test, tmp_path)
    assert outcome.text == ""
    assert outcome.broken == "ended"
    assert outcome.percent is None
