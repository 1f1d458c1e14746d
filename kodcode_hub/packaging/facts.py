"""What a release's card tells that cannot be computed from its rows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BenchmarkFacts:
    """One benchmark that questions were checked against."""

    name: str
    revision: str
    """Of what its items were read from."""
    items: int
    contaminated: int
    """Questions that were removed because of it."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """How many ids left a stage for one reason."""

    stage: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """Stated by the caller and published as they are: no time, host, user or path may stand in them.

    Args:
        title: the card's heading.
        repo: name on the Hub, for the card's examples; empty where it is not known.
        licence: the Hub's identifier. The default ``other`` claims nothing: texts come from models whose terms differ,
            and seeds keep the licences of their owners, which the card lists. A release that contains KodCode's own
            rows is ``cc-by-nc-4.0``.
        licence_name: with ``other``, what the licence is called.
        licence_link: with ``other``, where its text is.
        models: what was asked of which model: ``(("questions", "Qwen2.5-7B"), ...)``.
        attempts: solutions asked for at most for one question.
        duplicate_threshold: Jaccard similarity from which a question is a duplicate, 0 to 1.
        contamination_rule: the methods and thresholds of the check against benchmarks, in words.
        benchmarks: what questions were checked against.
        rejected: what left each stage, and why, in the order of the stages.
        recipe: the recipe of the run, as text.
    """

    title: str = "Verified coding triplets"
    repo: str = ""
    licence: str = "other"
    licence_name: str = ""
    licence_link: str = ""
    models: tuple[tuple[str, str], ...] = ()
    attempts: int | None = None
    duplicate_threshold: float | None = None
    contamination_rule: str = ""
    benchmarks: tuple[BenchmarkFacts, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    recipe: str = ""
