"""Honest programs give in two processes what they give in one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verification.bridge.honest_callbacks import GIVEN, GIVEN_TESTS, THREADED, THREADED_TESTS, TOLD, TOLD_TESTS
from tests.verification.bridge.honest_split import SHAPES, SHAPES_TESTS
from tests.verification.bridge.split_run import run_split


@pytest.mark.parametrize("name", SHAPES_TESTS)
def test_an_honest_test_of_classes_and_functions_passes(name: str, tmp_path: Path) -> None:
    outcome = run_split(SHAPES, SHAPES_TESTS[name], tmp_path)
    assert outcome.text == ""
    assert outcome.broken == ""
    assert outcome.percent == 77


@pytest.mark.parametrize("name", GIVEN_TESTS)
def test_an_honest_test_that_hands_things_over_passes(name: str, tmp_path: Path) -> None:
    outcome = run_split(GIVEN, GIVEN_TESTS[name], tmp_path)
    assert outcome.text == ""
    assert outcome.broken == ""


@pytest.mark.parametrize("name", THREADED_TESTS)
def test_threads_of_either_side_reach_the_other(name: str, tmp_path: Path) -> None:
    outcome = run_split(THREADED, THREADED_TESTS[name], tmp_path)
    assert outcome.text == ""
    assert outcome.broken == ""


@pytest.mark.parametrize("name", TOLD_TESTS)
def test_what_a_test_asks_about_or_changes_around_the_solution_is_told(name: str, tmp_path: Path) -> None:
    outcome = run_split(TOLD, TOLD_TESTS[name], tmp_path)
    assert outcome.text == ""
    assert outcome.broken == ""
