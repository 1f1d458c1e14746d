"""Is a question one of a benchmark's? The verdict on one text, with all that led to it.

Each question is judged by itself, from fingerprints alone: the index finds the few items that it may be, every one
of these is measured and decided on, and what is not clean is told with the span of the text that it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kodcode_hub.decontamination.benchmark_index import BenchmarkIndex, IndexedItem
from kodcode_hub.decontamination.benchmarks import Benchmark
from kodcode_hub.decontamination.decision import Decision, Setting, Verdict, decide
from kodcode_hub.decontamination.excerpt import matched_excerpt
from kodcode_hub.decontamination.fingerprint import fingerprint_text
from kodcode_hub.decontamination.signals import Signals, Suspect, measure
from kodcode_hub.record import Question, Rejected

_MOST_MATCHES = 5
_SEVERITY: dict[Verdict, int] = {"contaminated": 0, "review": 1, "clean": 2}
_COPY = 0.5
"""Share from which a single signal names the method of a match."""
_METHODS = {
    "code": "holds code of the item's solution",
    "near_copy": "is a near copy of the item",
    "containment": "contains what the item asks, word for word",
    "examples": "has the item's examples",
    "same_task": "asks the same in other words",
}


@dataclass(frozen=True, slots=True)
class Match:
    """A benchmark item that a question is, or is near to."""

    benchmark: str
    id: str
    revision: str
    """Of the benchmark."""
    verdict: Verdict
    """On this item alone."""
    method: str
    """The signal that says most: ``code``, ``near_copy``, ``containment``, ``examples`` or ``same_task``."""
    score: float
    """Probability of the same task, 0 to 1."""
    excerpt: str
    """The span of the question that matches; its first sentences where it matches in other words."""
    signals: Mapping[str, float]
    """Everything that was measured, by name."""
    reason: str
    """One sentence for people."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one question."""

    verdict: Verdict
    matches: tuple[Match, ...]
    """What is not clean, best first: the worst verdict, then the highest score."""


class ContaminationCheck:
    """Some benchmarks, ready to judge any number of questions."""

    def __init__(self, benchmarks: Sequence[Benchmark], *, setting: Setting = "strict") -> None:
        self.benchmarks = tuple(benchmarks)
        self.setting: Setting = setting
        self._index = BenchmarkIndex([benchmark.fingerprints for benchmark in benchmarks])

    def judge(self, text: str, *, code: str = "") -> Finding:
        """Judge one question.

        Args:
            text: the question.
            code: its solution, where it has one; a benchmark's solution in it counts like one in the text.
        """
        suspect = Suspect(fingerprint_text(text, code=code))
        # Of equal ones the earlier item comes first: the sort is stable.
        matches = sorted(self._matches(suspect, text), key=lambda match: (_SEVERITY[match.verdict], -match.score))
        return Finding(matches[0].verdict if matches else "clean", tuple(matches[:_MOST_MATCHES]))

    def _matches(self, suspect: Suspect, text: str) -> Iterable[Match]:
        for item in self._index.candidates(suspect):
            signals = measure(suspect, item.fingerprint, sought=item.sought, rarity=self._index.rarity)
            decision = decide(signals)
            verdict = decision.verdict(self.setting)
            if verdict != "clean":
                yield self._match(item, text, signals, decision, verdict)

    def _match(self, item: IndexedItem, text: str, signals: Signals, decision: Decision, verdict: Verdict) -> Match:
        benchmark = self.benchmarks[item.benchmark]
        method = _method(signals)
        grams = frozenset(gram for passage in item.fingerprint.passages for gram in passage.grams)
        return Match(
            benchmark=benchmark.name,
            id=item.fingerprint.id,
            revision=benchmark.revision,
            verdict=verdict,
            method=method,
            score=round(decision.score, 4),
            excerpt=matched_excerpt(text, grams),
            signals={name: round(value, 4) for name, value in signals.by_name().items()},
            reason=_reason(method, decision),
        )


def decontaminate(questions: Sequence[Question], *, check: ContaminationCheck) -> tuple[list[Question], list[Rejected]]:
    """Take out the questions that are contaminated; what is for review stays.

    Returns:
        The questions that stay, and the others, rejected as ``contaminated:<benchmark>/<item id>`` with the match as
        evidence.
    """
    kept: list[Question] = []
    rejected: list[Rejected] = []
    for question in questions:
        finding = check.judge(question.text)
        if finding.verdict == "contaminated":
            match = finding.matches[0]
            rejected.append(Rejected(question.id, f"contaminated:{match.benchmark}/{match.id}", match_evidence(match)))
        else:
            kept.append(question)
    return kept, rejected


def match_evidence(match: Match) -> dict[str, object]:
    """A match as a row of JSON."""
    return {
        "benchmark": match.benchmark,
        "id": match.id,
        "revision": match.revision,
        "method": match.method,
        "score": match.score,
        "excerpt": match.excerpt,
        "reason": match.reason,
        "signals": dict(match.signals),
    }


def _method(signals: Signals) -> str:
    copies = {
        "code": signals.code,
        "near_copy": signals.near_copy,
        "containment": max(signals.containment, signals.ngram_13),
        "examples": signals.examples,
    }
    method, share = max(copies.items(), key=lambda entry: entry[1])
    return method if share >= _COPY else "same_task"


def _reason(method: str, decision: Decision) -> str:
    said = _METHODS[method]
    return f"{said}, but for something that is the opposite" if decision.flipped else said
