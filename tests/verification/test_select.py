from __future__ import annotations

import pytest

from kodcode_hub.record import Rejected, Trial, Triplet
from kodcode_hub.verification.select import select_triplet
from tests.making import a_question, a_trial

UNPARSED = "unparsed"


def selected(*trials: Trial) -> Triplet:
    triplet = select_triplet(a_question(), trials)
    assert isinstance(triplet, Triplet)
    return triplet


def test_the_first_passing_trial_is_chosen_not_the_last() -> None:
    """Defect 36."""
    triplet = selected(a_trial(0, verdict="fail"), a_trial(1), a_trial(2))

    assert triplet.chosen.name == "trial_1"


def test_trials_are_ordered_by_number_not_by_name() -> None:
    """Defect 35."""
    trials = [a_trial(index, verdict="pass" if index in (2, 10) else "fail") for index in range(12)]
    triplet = selected(*sorted(trials, key=lambda trial: trial.name))

    assert [trial.index for trial in triplet.trials] == list(range(12))
    assert triplet.chosen.index == 2
    assert triplet.pass_sequence == (0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0)


def test_an_attempt_that_could_not_be_parsed_counts_as_one_that_failed() -> None:
    """Defect 24."""
    triplet = selected(a_trial(0), Trial(1, reason=UNPARSED), Trial(2, reason=UNPARSED))

    assert (triplet.pass_sequence, triplet.difficulty) == ((1, 0, 0), "medium")


@pytest.mark.parametrize(
    ("passes", "attempts", "difficulty"),
    [(1, 1, "easy"), (2, 3, "medium"), (3, 4, "easy"), (1, 3, "medium"), (3, 10, "hard"), (4, 10, "medium")],
)
def test_the_bounds_of_difficulty_are_exact_thirds(passes: int, attempts: int, difficulty: str) -> None:
    """Defect 39."""
    trials = [a_trial(index, verdict="pass" if index < passes else "timeout") for index in range(attempts)]

    assert selected(*trials).difficulty == difficulty


def test_a_question_that_no_attempt_solves_is_rejected_not_called_hard() -> None:
    """Defect 39."""
    question = a_question()

    rejected = select_triplet(question, [a_trial(0, verdict="fail"), Trial(1, reason=UNPARSED)])

    assert rejected == Rejected(question.id, "no_passing_trial", {"attempts": 2})
    assert isinstance(select_triplet(question, []), Rejected)


def test_only_the_verdict_pass_passes() -> None:
    """Defect 48."""
    names = ("fail", "error", "timeout", "memory", "no_tests", "tampered")

    assert isinstance(select_triplet(a_question(), [a_trial(i, verdict=v) for i, v in enumerate(names)]), Rejected)


def test_two_trials_of_one_number_and_one_that_was_not_run_are_refused() -> None:
    """Defect 38: numbers that start again at 0 would overwrite one another."""
    with pytest.raises(ValueError, match="two trials of one number"):
        select_triplet(a_question(), [a_trial(0), a_trial(0)])
    with pytest.raises(ValueError, match="neither a verdict nor a reason"):
        select_triplet(a_question(), [Trial(0, "x = 1", "def test_a(): pass")])
