"""Figures by subset, gathered while the rows stream by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_MOST_NAMES = 1000
"""Different origins, licences and teachers that are remembered for a subset; origins may be as many as rows."""


@dataclass(frozen=True, slots=True)
class SubsetFigures:
    """Figures of one subset, or of all. Means are over its rows; None where no row has the value."""

    name: str
    rows: int
    instruct: int
    complete: int
    online_judge: int
    easy: int
    medium: int
    hard: int
    pass_at_1: float | None
    """Mean share of a question's attempts that passed, 0 to 1: the unbiased estimate of pass@1."""
    pass_at_n: float | None
    """Share of rows of which one of all n attempts passed; 1 unless rows without a passing trial are released."""
    coverage: float | None
    """Mean per cent of the solution's statements run."""
    tests_passed: float | None
    """Mean number of tests that passed."""
    sft_rows: int
    sft_correct: int
    licences: tuple[str, ...]
    """Stated licences of seeds, the most frequent first."""
    origins: tuple[str, ...]
    """Stated origins of seeds, the most frequent first."""
    teachers: tuple[str, ...]


class Statistics:
    """Takes rows one by one; memory does not grow with their number."""

    def __init__(self) -> None:
        self._subsets: dict[str, _Sums] = {}
        self._total = _Sums()

    def add(self, config: str, row: Mapping[str, Any]) -> None:
        """Count one row of a subset."""
        for sums in (self._subsets.setdefault(config, _Sums()), self._total):
            sums.add(row)

    def add_sft(self, config: str, row: Mapping[str, Any]) -> None:
        """Count one SFT row of a subset."""
        for sums in (self._subsets.setdefault(config, _Sums()), self._total):
            sums.counts["sft_rows"] += 1
            sums.counts["sft_correct"] += row["r1_correctness"] is True

    def subsets(self, order: Sequence[str]) -> tuple[SubsetFigures, ...]:
        """Figures of the configs named in ``order`` that have rows."""
        return tuple(self._subsets[name].figures(name) for name in order if name in self._subsets)

    def total(self) -> SubsetFigures:
        """Figures of all rows together."""
        return self._total.figures("all")


class _Sums:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._totals: dict[str, float] = {}
        self._licences: Counter[str] = Counter()
        self._origins: Counter[str] = Counter()
        self._teachers: Counter[str] = Counter()

    def add(self, row: Mapping[str, Any]) -> None:
        self.counts.update(("rows", f"style:{row['style']}", f"difficulty:{row['gpt_difficulty']}"))
        sequence = row["gpt_pass_sequence"]
        if sequence:
            self._add_value("pass_at_1", sum(sequence) / len(sequence))
            self._add_value("pass_at_n", float(any(sequence)))
        self._add_value("coverage", row["test_coverage"])
        self._add_value("tests_passed", row["tests_passed"])
        provenance = row["provenance"] or {}
        _count_name(self._licences, provenance.get("seed_licence"))
        _count_name(self._origins, provenance.get("seed_origin"))
        _count_name(self._teachers, row["teacher"])

    def figures(self, name: str) -> SubsetFigures:
        counts = self.counts
        return SubsetFigures(
            name=name,
            rows=counts["rows"],
            instruct=counts["style:instruct"],
            complete=counts["style:complete"],
            online_judge=counts["style:online_judge"],
            easy=counts["difficulty:easy"],
            medium=counts["difficulty:medium"],
            hard=counts["difficulty:hard"],
            pass_at_1=self._mean("pass_at_1"),
            pass_at_n=self._mean("pass_at_n"),
            coverage=self._mean("coverage"),
            tests_passed=self._mean("tests_passed"),
            sft_rows=counts["sft_rows"],
            sft_correct=counts["sft_correct"],
            licences=_most_frequent(self._licences),
            origins=_most_frequent(self._origins),
            teachers=_most_frequent(self._teachers),
        )

    def _add_value(self, name: str, value: float | None) -> None:
        if value is not None:
            self.counts[name] += 1
            self._totals[name] = self._totals.get(name, 0.0) + value

    def _mean(self, name: str) -> float | None:
        return self._totals[name] / self.counts[name] if self.counts[name] else None


def _count_name(counter: Counter[str], name: str | None) -> None:
    if name and (name in counter or len(counter) < _MOST_NAMES):
        counter[name] += 1


def _most_frequent(counter: Counter[str]) -> tuple[str, ...]:
    """Ties by name, so that the order of rows does not show."""
    return tuple(sorted(counter, key=lambda name: (-counter[name], name)))
