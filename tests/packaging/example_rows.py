"""Small triplets, responses and rows of our own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kodcode_hub.packaging.rows import release_row, sft_row
from kodcode_hub.record import Prompt, Question, Response, Seed, Trial, Triplet, Verdict
from kodcode_hub.record import TestOutcome as Outcome
from kodcode_hub.verification.protocol import Environment

ENVIRONMENT = Environment(python="3.11", packages="pytest 8.3", platform="linux x86_64")
SOLUTION = "def double(number):\n    return 2 * number\n"
TEST = "from solution import double\n\n\ndef test_double():\n    assert double(2) == 4\n"
PASSED = Verdict(
    "pass",
    coverage=100,
    tests=(Outcome("test_double", "passed", seconds=0.25),),
    mode="same",
    assurance="low",
    seconds=1.5,
    cpu_seconds=0.75,
    peak_memory_mb=30.5,
)
FAILED = Verdict("fail", coverage=50, tests=(Outcome("test_double", "failed", "assert 5 == 4"),))


def a_question(config: str = "leetcode", number: int = 0, *, seeds: tuple[Seed, ...] = ()) -> Question:
    prompt = Prompt(id=f"{number:032x}", subset=config, text=f"Ask question {number} of {config}.", seeds=seeds)
    return Question.of(prompt, f"Write double(number), version {number} of {config}.", teacher="asker")


def a_trial(index: int = 0, verdict: Verdict | None = PASSED, **fields: Any) -> Trial:
    values: dict[str, Any] = {"solution": SOLUTION, "test": TEST, "teacher": "answerer", "verdict": verdict}
    return Trial(index, **(values | fields))


def a_triplet(config: str = "leetcode", number: int = 0, *, trials: tuple[Trial, ...] = (), **fields: Any) -> Triplet:
    attempts = trials or (a_trial(),)
    chosen = next(trial for trial in attempts if trial.passed)
    question: Question = fields.pop("question", None) or a_question(config, number)
    return Triplet(question, attempts, chosen, text=question.text, **fields)


def a_response(index: int = 0, verdict: Verdict | None = PASSED, *, reply: str = "") -> Response:
    text = reply or f"<think>Twice.</think>\n```python\n{SOLUTION}```\nNumber {index}."
    return Response(index, "Write double(number).", text, SOLUTION, teacher="thinker", verdict=verdict)


def a_row(config: str = "leetcode", number: int = 0, **changes: Any) -> dict[str, Any]:
    row = release_row(
        a_triplet(config, number),
        version="1.0.0",
        environment=ENVIRONMENT,
        recipe="example",
        test_info=[
            {
                "function_name": "double",
                "parameter_list": "(number)",
                "function_declaration": "def double(number):",
                "docstring": "",
            }
        ],
    )
    return row | changes


def an_sft_row(config: str = "leetcode", number: int = 0, *, correct: bool = True) -> dict[str, Any]:
    return sft_row(a_row(config, number), [a_response(0, PASSED if correct else FAILED)])


def example_rows() -> Iterator[dict[str, Any]]:
    """Rows of three subsets, one with a name that YAML reads as null; each has both splits but for that one."""
    for config in ("leetcode", "code_contests"):
        yield from (a_row(config, number) for number in range(3))
        yield a_row(config, 3, test_coverage=40)
    yield from (a_row("null", number) for number in range(2))


def example_sft_rows() -> Iterator[dict[str, Any]]:
    """Rows for all three splits of the config ``sft``."""
    yield an_sft_row("leetcode", 0)
    yield an_sft_row("leetcode", 1, correct=False)
    yield an_sft_row("code_contests", 3) | {"test_coverage": 40}
