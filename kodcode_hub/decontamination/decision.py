"""One decision out of all signals: how likely a question is the same task as a benchmark's item.

A weighted sum of eleven pieces of evidence, whose weights are all positive: more evidence never makes a match less
likely. ``decision.toml`` holds the weights and the thresholds of the two settings. They were fitted by logistic
regression to labelled cases (``benchmarks/fit_decision.py`` does it again); no rule is for a single case.

Where the question says the opposite of the item in one place (the smallest for the largest, the product for the
sum), it is a flipped task: near, but another one. It is never called contaminated for its words, and always for
review.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from kodcode_hub.decontamination.signals import Signals

Setting = Literal["strict", "balanced"]
SETTINGS: tuple[Setting, ...] = ("strict", "balanced")
Verdict = Literal["contaminated", "review", "clean"]

_HIGH_CONTAINMENT = 0.6
_MOST_CONTAINED = 4.0
_AMID, _MOST_AMID = 0.2, 0.6
_COPIED_CODE = 0.5
"""Share of an item's code from which a question holds its solution, whatever it asks about it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the signals of one question and one item amount to."""

    score: float
    """Probability of the same task, from 0 to 1, as fitted."""
    flipped: bool
    """Whether the question asks for the opposite."""
    evidence: dict[str, float]
    """What each piece of evidence adds to the weighted sum."""

    def verdict(self, setting: Setting) -> Verdict:
        """Under one of the two settings."""
        thresholds = _table().thresholds
        if not self.flipped and self.score >= thresholds[setting]:
            return "contaminated"
        return "review" if self.score >= thresholds["review"] else "clean"


@dataclass(frozen=True, slots=True)
class _Table:
    intercept: float
    weights: dict[str, float]
    thresholds: dict[str, float]


def decide(signals: Signals) -> Decision:
    """Weigh the signals."""
    table = _table()
    evidence = {name: table.weights[name] * value for name, value in evidence_of(signals).items()}
    score = 1 / (1 + math.exp(-table.intercept - sum(evidence.values())))
    return Decision(score, is_flipped(signals), evidence)


def evidence_of(signals: Signals) -> dict[str, float]:
    """The pieces of evidence that are weighed, by name; each grows with the likeness of the two."""
    task = signals.task
    # A sentence of a long text about something else says less than what the text begins with.
    amid = 1.0 if task.first else 1.0 - min(_MOST_AMID, _AMID * task.elsewhere)
    return {
        "run_of_13_words": signals.ngram_13,
        "copied_words": max(0.0, signals.containment - _HIGH_CONTAINMENT) * min(_MOST_CONTAINED, signals.contained),
        "code": signals.code,
        "examples": signals.examples,
        "same_name": signals.same_name,
        "named": signals.named,
        "same_words": task.words,
        "same_order": amid * task.order,
        "rich_task": task.asked,
        "asked_first": task.recall * task.first,
        "same_task": amid * min(task.precision, task.recall) ** 2,
    }


def is_flipped(signals: Signals) -> bool:
    """Whether one of the two says the opposite of the other, and no code is copied."""
    return signals.task.opposites > 0 and signals.code < _COPIED_CODE


def thresholds() -> dict[str, float]:
    """The scores from which a row is ``contaminated`` in the settings ``strict`` and ``balanced``, and ``review``."""
    return dict(_table().thresholds)


@cache
def _table() -> _Table:
    text = files("kodcode_hub.decontamination").joinpath("decision.toml").read_text(encoding="utf-8")
    loaded = tomllib.loads(text)
    return _Table(loaded["intercept"], loaded["weights"], loaded["thresholds"])
