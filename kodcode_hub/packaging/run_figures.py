"""The facts of several runs as one: what the card tells of how its rows came about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kodcode_hub.packaging.facts import BenchmarkFacts, Rejection, RunFacts

STAGE_ORDER = (
    *("synthesize", "annotate", "deduplicate", "decontaminate", "answer", "verify", "select", "restyle", "respond"),
    "package",
)
"""Stages in the order in which questions go through them; manifests may name others, which come last."""


@dataclass(frozen=True, slots=True)
class CheckedBenchmark:
    """One benchmark at one revision, over all runs."""

    facts: BenchmarkFacts
    """With the questions that it removed in all runs."""
    runs: int
    """Runs whose questions were checked against it."""


@dataclass(frozen=True, slots=True)
class RunFigures:
    """All runs together; each value once, in the order of the runs.

    Args:
        runs: how many there are.
        models: what was asked of which model.
        attempts: solutions asked for at most for one question; ascending.
        duplicate_thresholds: ascending.
        contamination_rules: methods and thresholds, in words.
        benchmarks: by name and revision.
        unchecked: runs whose questions were not checked against any benchmark.
        rejected: what left each stage, and why; in the order of the stages.
        recipes: as texts.
    """

    runs: int
    models: tuple[tuple[str, str], ...]
    attempts: tuple[int, ...]
    duplicate_thresholds: tuple[float, ...]
    contamination_rules: tuple[str, ...]
    benchmarks: tuple[CheckedBenchmark, ...]
    unchecked: int
    rejected: tuple[Rejection, ...]
    recipes: tuple[str, ...]


def merge_runs(runs: Sequence[RunFacts]) -> RunFigures:
    """Add up the counts of all runs, and name everything else once."""
    return RunFigures(
        runs=len(runs),
        models=tuple(dict.fromkeys(model for run in runs for model in run.models)),
        attempts=tuple(sorted({run.attempts for run in runs if run.attempts is not None})),
        duplicate_thresholds=tuple(
            sorted({run.duplicate_threshold for run in runs if run.duplicate_threshold is not None})
        ),
        contamination_rules=_distinct(run.contamination_rule for run in runs),
        benchmarks=_merge_benchmarks(runs),
        unchecked=sum(not run.benchmarks for run in runs),
        rejected=_merge_rejections(runs),
        recipes=_distinct(run.recipe.rstrip() for run in runs),
    )


def count_reasons(rejected: Iterable[tuple[str, str]]) -> tuple[tuple[str, int], ...]:
    """Ids with reasons → reasons with numbers of ids, the most frequent first."""
    counts = Counter(reason for _, reason in rejected)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _merge_benchmarks(runs: Sequence[RunFacts]) -> tuple[CheckedBenchmark, ...]:
    merged: dict[tuple[str, str], CheckedBenchmark] = {}
    for run in runs:
        for found in run.benchmarks:
            key = found.name, found.revision
            before = merged.get(key, CheckedBenchmark(BenchmarkFacts(*key, items=0, contaminated=0), runs=0))
            merged[key] = CheckedBenchmark(
                BenchmarkFacts(
                    *key,
                    items=max(before.facts.items, found.items),
                    contaminated=before.facts.contaminated + found.contaminated,
                ),
                runs=before.runs + 1,
            )
    return tuple(merged.values())


def _merge_rejections(runs: Sequence[RunFacts]) -> tuple[Rejection, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    for run in runs:
        for rejection in run.rejected:
            counts[rejection.stage, rejection.reason] += rejection.count
    return tuple(Rejection(*key, count) for key, count in sorted(counts.items(), key=lambda item: _place(*item[0])))


def _place(stage: str, reason: str) -> tuple[int, str, str]:
    known = STAGE_ORDER.index(stage) if stage in STAGE_ORDER else len(STAGE_ORDER)
    return known, stage, reason
