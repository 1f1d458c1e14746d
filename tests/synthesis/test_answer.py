"""Replies that hold a solution with tests, and replies that do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.synthesis.answer import parse_answer
from tests.making import SOLUTION, TEST, a_completion, an_answer


def parsed(text: str | None, finish: str = "stop") -> tuple[str | None, str | None, str]:
    trial = parse_answer(a_completion(text, finish=finish), index=0, teacher="m")
    return trial.solution, trial.test, trial.reason


def test_both_sections_make_a_trial() -> None:
    assert parsed(an_answer()) == (SOLUTION.rstrip("\n"), TEST.rstrip("\n"), "")


def test_the_import_is_written_into_the_published_test() -> None:
    """Defect 27."""
    trial = parse_answer(
        a_completion(an_answer(test="def test_a():\n    assert double(1) == 2\n")), index=4, teacher="m"
    )
    assert trial.test == "from solution import double\n\ndef test_a():\n    assert double(1) == 2"
    assert trial.imports_written == ("from solution import double",)
    assert (trial.index, trial.teacher) == (4, "m")


@pytest.mark.parametrize(
    "reply",
    [None, "", "I would rather not.", an_answer().replace("<|Test Begin|>", ""), an_answer(solution=""),
     an_answer() + "\ud800", "<think>" + an_answer(), f"<|Test Begin|>\n{TEST}<|Test End|>"],
)  # fmt: skip
def test_what_cannot_be_read_is_an_attempt_all_the_same(reply: str | None) -> None:
    """Defects 8, 22 and 24: such attempts vanished from the denominator."""
    assert parsed(reply) == (None, None, "unparsed")


def test_a_reply_cut_off_by_its_length_is_not_used() -> None:
    """Defect 19: truncation was invisible."""
    assert parsed(an_answer(), "length")[2] == "unparsed"


def test_a_missing_end_is_forgiven_where_the_code_is_visibly_whole() -> None:
    assert parsed(an_answer().removesuffix("<|Test End|>"))[1] == TEST.rstrip("\n")
    assert parsed(an_answer().removesuffix("```\n<|Test End|>"))[2] == "unparsed"


@given(st.integers(0, len(an_answer()) - 1))
def test_no_cut_off_reply_gives_a_cut_off_trial(cut: int) -> None:
    solution, test, reason = parsed(an_answer()[:cut])
    assert reason == "unparsed" or (solution, test) == (SOLUTION.rstrip("\n"), TEST.rstrip("\n"))
