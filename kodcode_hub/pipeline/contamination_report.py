"""What a decontamination found, counted: by verdict, benchmark, method and subset, with examples."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kodcode_hub.decontamination.benchmarks import Benchmark

if TYPE_CHECKING:
    from kodcode_hub.decontamination.contamination import Finding

VERDICTS = ("contaminated", "review", "clean")
MOST_EXAMPLES = 5
"""Of each benchmark."""


class ContaminationCounts:
    """Takes the finding of each row, and keeps counts and a few examples only.

    A row that matches several benchmarks counts for its best match, so that the counts by benchmark add up.
    """

    def __init__(self) -> None:
        self.verdicts: Counter[str] = Counter()
        self.by_benchmark: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.by_method: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.by_subset: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._examples: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)

    @property
    def rows(self) -> int:
        """How many were counted."""
        return self.verdicts.total()

    def add(self, identity: str, finding: Finding, *, subset: str | None = None) -> None:
        """Count a row; ``subset`` is None where rows have none."""
        self.verdicts[finding.verdict] += 1
        if subset is not None:
            self.by_subset[subset][finding.verdict] += 1
        if finding.verdict == "clean" or not finding.matches:
            return
        best = finding.matches[0]
        self.by_benchmark[best.benchmark][finding.verdict] += 1
        self.by_method[best.method][finding.verdict] += 1
        examples = self._examples[best.benchmark, finding.verdict]
        if len(examples) < MOST_EXAMPLES:
            examples.append(
                {
                    "row": identity,
                    "verdict": finding.verdict,
                    "id": best.id,
                    "method": best.method,
                    "score": float(best.score),
                    "excerpt": best.excerpt,
                    "reason": best.reason,
                }
            )

    def examples(self, benchmark: str) -> list[dict[str, Any]]:
        """The first rows that match an item of a benchmark, contaminated ones before others."""
        found = [example for verdict in VERDICTS for example in self._examples.get((benchmark, verdict), [])]
        return found[:MOST_EXAMPLES]


def counts_json(counts: ContaminationCounts, benchmarks: Sequence[Benchmark]) -> dict[str, Any]:
    """Rows, verdicts and benchmarks: what ``--json`` and the report have in common."""
    return {
        "rows": counts.rows,
        "verdicts": _by_verdict(counts.verdicts),
        "benchmarks": {
            benchmark.name: {
                "items": len(benchmark.fingerprints),
                "revision": benchmark.revision,
                **_by_verdict(counts.by_benchmark.get(benchmark.name, Counter()), VERDICTS[:2]),
            }
            for benchmark in benchmarks
        },
    }


def contamination_report(
    counts: ContaminationCounts,
    benchmarks: Sequence[Benchmark],
    *,
    setting: str,
    column: str,
) -> dict[str, Any]:
    """The content of ``--report``.

    Args:
        counts: of all rows.
        benchmarks: that the rows were compared with.
        setting: strict or balanced.
        column: whose text was compared.
    """
    from kodcode_hub.decontamination.decision import thresholds

    return {
        **counts_json(counts, benchmarks),
        "setting": setting,
        "thresholds": thresholds(),
        "column": column,
        "methods": {name: _by_verdict(found, VERDICTS[:2]) for name, found in sorted(counts.by_method.items())},
        "subsets": {name: _by_verdict(found) for name, found in sorted(counts.by_subset.items())},
        "examples": {benchmark.name: counts.examples(benchmark.name) for benchmark in benchmarks},
    }


def _by_verdict(found: Mapping[str, int], verdicts: Sequence[str] = VERDICTS) -> dict[str, int]:
    return {verdict: found.get(verdict, 0) for verdict in verdicts}
