"""Responses of reasoning models."""

from __future__ import annotations

import pytest

from kodcode_hub.record import Response
from kodcode_hub.synthesis.response import parse_response
from tests.making import SOLUTION, a_completion, a_triplet

BLOCK = f"```python\n{SOLUTION}```"


def parsed(reply: str | None, *, finish: str = "stop", reasoning: str | None = None) -> Response | str:
    completion = a_completion(reply, finish=finish, reasoning=reasoning)
    result = parse_response(a_triplet(), completion, index=1, prompt="p", teacher="r")
    return result if isinstance(result, Response) else result.reason


def solution_of(reply: str) -> str:
    result = parsed(reply)
    assert isinstance(result, Response), result
    return result.solution


def test_the_code_behind_the_reasoning_is_the_solution() -> None:
    reply = f"<think>maybe ```python\nwrong = 1\n```</think>So:\n{BLOCK}\nDone."
    assert solution_of(reply) == SOLUTION.rstrip("\n")
    result = parsed(reply)
    assert isinstance(result, Response)
    assert (result.reply, result.prompt, result.index) == (reply, "p", 1)


def test_a_usage_example_before_or_after_is_not_taken_for_the_answer() -> None:
    """Defect 46: the first block was taken."""
    usage = "```python\nprint(double(2))\n```"
    assert solution_of(f"{usage}\n{BLOCK}") == SOLUTION.rstrip("\n")
    assert solution_of(f"{BLOCK}\n{usage}") == SOLUTION.rstrip("\n")


def test_of_two_answers_the_last_is_taken() -> None:
    better = BLOCK.replace("2 * number", "number + number")
    assert "number + number" in solution_of(f"{BLOCK}\nBetter:\n{better}")


def test_a_reply_without_reasoning_is_a_response() -> None:
    """Defect 46: replies without ``</think>`` were skipped in silence."""
    assert solution_of(BLOCK) == SOLUTION.rstrip("\n")


def test_reasoning_in_a_field_of_its_own_is_published_with_the_reply() -> None:
    """Defect 46: APIs with ``reasoning_content``."""
    result = parsed(BLOCK, reasoning="step by step")
    assert isinstance(result, Response)
    assert result.reply == f"<think>\nstep by step\n</think>\n\n{BLOCK}"


def test_nothing_is_renamed() -> None:
    """Defect 44: a hidden rename made answers pass that fail as published."""
    reply = BLOCK.replace("double", "twice")
    assert solution_of(reply) == SOLUTION.rstrip("\n").replace("double", "twice")


@pytest.mark.parametrize(
    ("reply", "finish", "reason"),
    [
        (None, "stop", "unparsed"),
        ("", "stop", "unparsed"),
        ("<think>and on and on", "stop", "truncated"),
        (f"<think>a</think>{BLOCK}", "length", "truncated"),
        (f"<think>a</think>{BLOCK.removesuffix('```')}", "stop", "unparsed"),
        ("```java\nclass A {}\n```", "stop", "unparsed"),
        (f"{BLOCK}\ud800", "stop", "unparsed"),
    ],
)
def test_what_is_no_response_has_a_reason(reply: str | None, finish: str, reason: str) -> None:
    assert parsed(reply, finish=finish) == reason
