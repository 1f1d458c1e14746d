"""Small records for tests."""

from __future__ import annotations

from kodcode_hub.endpoints.protocol import Completion
from kodcode_hub.record import Prompt, Question, Trial, Triplet, Verdict

SOLUTION = 'def double(number: int) -> int:\n    """Twice the number."""\n    return 2 * number\n'
TEST = "from solution import double\n\n\ndef test_double():\n    assert double(2) == 4\n"


def a_completion(text: str | None, *, finish: str = "stop", reasoning: str | None = None) -> Completion:
    """A reply that ended by itself, unless told otherwise."""
    assert finish in ("stop", "length", "other")
    return Completion(text, finish, reasoning)  # type: ignore[arg-type]


def a_prompt(text: str = "Ask something.", *, subset: str = "leetcode", sample: int = 0) -> Prompt:
    """A planned prompt."""
    return Prompt(f"{subset}-{text}-{sample}", subset, text, sample=sample)


def a_question(
    text: str = "Write `double(number)` that returns twice the number.", *, subset: str = "leetcode"
) -> Question:
    """A question of its own prompt."""
    return Question.of(a_prompt(text, subset=subset), text, teacher="a-model")


def a_trial(index: int = 0, *, solution: str = SOLUTION, test: str = TEST, verdict: str = "pass") -> Trial:
    """A trial that has been run."""
    return Trial(index, solution, test, teacher="a-model", verdict=Verdict(verdict, coverage=100))  # type: ignore[arg-type]


def a_triplet(*, solution: str = SOLUTION, test: str = TEST) -> Triplet:
    """A triplet of one passing trial."""
    trial = a_trial(solution=solution, test=test)
    return Triplet(a_question(), (trial,), trial)


def an_answer(solution: str = SOLUTION, test: str = TEST) -> str:
    """A reply with both sections."""
    return (
        f"<|Solution Begin|>\n```python\n{solution}```\n<|Solution End|>\n\n"
        f"<|Test Begin|>\n```python\n{test}```\n<|Test End|>"
    )
