"""The records that flow through the stages: Seed → Question → Trial × n → Triplet → Response.

All are frozen. Ids are hashes of content, so that nothing depends on file names or on order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal

VerdictName = Literal["pass", "fail", "error", "timeout", "memory", "no_tests", "tampered"]
Style = Literal["instruct", "complete", "online_judge"]
Difficulty = Literal["easy", "medium", "hard"]


def content_hash(*parts: object) -> str:
    """32 hexadecimal digits of SHA-256 over the canonical JSON of ``parts``; lone surrogates are allowed."""
    text = json.dumps(parts, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def text_digest(text: str) -> str:
    """32 hexadecimal digits of SHA-256 over a text, lone surrogates allowed: stands for long texts in other hashes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def subset_label(config: str) -> str:
    """KodCode's spelling of a config name, in ids and the column ``subset``: ``Code_Contests``."""
    return config.title()


def difficulty_of(pass_sequence: Sequence[int]) -> Difficulty:
    """Easy above 2/3 of attempts passed, hard below 1/3 (arXiv 2503.02951, section 2.2), in exact fractions."""
    rate = Fraction(sum(pass_sequence), len(pass_sequence))
    return "easy" if rate > Fraction(2, 3) else "hard" if rate < Fraction(1, 3) else "medium"


@dataclass(frozen=True, slots=True)
class Seed:
    """One piece of source material that a question is synthesized from."""

    id: str
    text: str
    fields: tuple[tuple[str, str], ...] = ()
    """Further named texts that a template may show (``category``, ``file_name``, ``source_name``)."""
    licence: str | None = None
    origin: str | None = None

    def field(self, name: str) -> str:
        """The named text, or the empty string."""
        return dict(self.fields).get(name, "")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request for a question: which seeds it shows and which sample of that prompt it is."""

    id: str
    subset: str
    """The config name in lower case."""
    text: str
    seeds: tuple[Seed, ...] = ()
    sample: int = 0
    """Repeated prompts (Prefill) are told apart by their sample index, from 0."""


@dataclass(frozen=True, slots=True)
class Question:
    """A synthesized question. ``id`` hashes subset, prompt and text: two runs share it only with all three."""

    id: str
    subset: str
    text: str
    prompt: Prompt
    teacher: str = ""

    @staticmethod
    def of(prompt: Prompt, text: str, *, teacher: str) -> Question:
        """The question that ``text`` is, asked by ``prompt``."""
        return Question(content_hash("question", prompt.subset, prompt.id, text), prompt.subset, text, prompt, teacher)


@dataclass(frozen=True, slots=True)
class TestOutcome:
    """What one test did; ``name`` is pytest's node id behind the file (``test_f[3]``, ``TestC::test_f``)."""

    __test__ = False

    name: str
    outcome: Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed"]
    message: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What running a test against a solution gave, and how it was run (INTERFACE: the verify record)."""

    verdict: VerdictName
    coverage: int | None = None
    """Per cent of the solution's statements run, as coverage.py rounds it; None where the solution did not run."""
    tests: tuple[TestOutcome, ...] = ()
    message: str = ""
    missing_package: str = ""
    """The module that the trials' Python does not have, where that is why there is an ``error``."""
    mode: Literal["split", "same"] = "same"
    isolation: Literal["namespaces", "landlock", "none"] = "none"
    assurance: Literal["high", "low", "none"] = "none"
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_mb: float = 0.0

    @property
    def passed(self) -> bool:
        """True only for the verdict ``pass``."""
        return self.verdict == "pass"

    @property
    def tests_passed(self) -> int:
        """How many tests passed."""
        return sum(test.outcome == "passed" for test in self.tests)


@dataclass(frozen=True, slots=True)
class Trial:
    """One attempt: a solution with its tests, exactly as they are executed and published."""

    index: int
    solution: str | None = None
    test: str | None = None
    reason: str = ""
    """Why there is nothing to run (``unparsed``), else empty."""
    imports_written: tuple[str, ...] = ()
    """The import statements that the parser wrote into the test."""
    teacher: str = ""
    verdict: Verdict | None = None

    @property
    def name(self) -> str:
        """The name under which the trial is published."""
        return f"trial_{self.index}"

    @property
    def passed(self) -> bool:
        """True if the trial ran and its verdict is ``pass``."""
        return self.verdict is not None and self.verdict.passed


@dataclass(frozen=True, slots=True)
class Triplet:
    """A question whose chosen trial passes its own tests."""

    question: Question
    trials: tuple[Trial, ...]
    chosen: Trial
    style: Style = "instruct"
    text: str = ""
    """The question as this style puts it."""
    flags: tuple[str, ...] = ()
    """What speaks for caution; a flagged row goes into the split ``use_with_caution``."""

    @property
    def id(self) -> str:
        """KodCode's ``<Subset>_<hash>_<I|C>``; siblings differ in the last letter alone."""
        return f"{subset_label(self.question.subset)}_{self.question.id}_{'C' if self.style == 'complete' else 'I'}"

    @property
    def pass_sequence(self) -> tuple[int, ...]:
        """1 or 0 for each attempt, in order; an attempt that could not be parsed is a 0."""
        return tuple(int(trial.passed) for trial in self.trials)

    @property
    def difficulty(self) -> Difficulty:
        """Of this triplet's pass sequence."""
        return difficulty_of(self.pass_sequence)

    def restyled(self, text: str) -> Triplet:
        """The completion-style twin: same trials, another wording."""
        return replace(self, style="complete", text=text)

    def flagged(self, flag: str) -> Triplet:
        """The same triplet with one more flag."""
        return replace(self, flags=(*self.flags, flag))


@dataclass(frozen=True, slots=True)
class Response:
    """One reasoning-model answer to a triplet's question, run against the triplet's tests."""

    index: int
    prompt: str
    reply: str
    """The whole reply, reasoning included, as it is published in ``conversations``."""
    solution: str
    teacher: str = ""
    verdict: Verdict | None = None

    @property
    def passed(self) -> bool:
        """True if the code in the reply passed the triplet's tests."""
        return self.verdict is not None and self.verdict.passed


@dataclass(frozen=True, slots=True)
class Rejected:
    """An id that leaves a stage without going on, and why."""

    id: str
    reason: str
    """Machine-readable: ``truncated``, ``duplicate_of:<id>``, ``contaminated:<benchmark>/<id>`` ..."""
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The reason without what follows the colon, for counting."""
        return self.reason.partition(":")[0]
