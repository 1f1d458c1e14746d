"""The choice of the trial that becomes the published solution and tests."""

from __future__ import annotations

from collections.abc import Sequence

from kodcode_hub.record import Question, Rejected, Trial, Triplet


def select_triplet(question: Question, trials: Sequence[Trial]) -> Triplet | Rejected:
    """The question with its trials in the order of their numbers, and the first that passed as the chosen one.

    Every attempt stays, and so counts in the pass rate: those that could not be parsed among them.

    Raises:
        ValueError: two trials have the same index, or one that can be run has no verdict.
    """
    ordered = tuple(sorted(trials, key=lambda trial: trial.index))
    if len({trial.index for trial in ordered}) != len(ordered):
        raise ValueError(f"question {question.id} has two trials of one number: {[trial.index for trial in ordered]}")
    for trial in ordered:
        if trial.verdict is None and not trial.reason:
            raise ValueError(f"{trial.name} of question {question.id} has neither a verdict nor a reason for that")
    chosen = next((trial for trial in ordered if trial.passed), None)
    if chosen is None:
        return Rejected(question.id, "no_passing_trial", {"attempts": len(ordered)})
    return Triplet(question, ordered, chosen, text=question.text)
