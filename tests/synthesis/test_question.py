"""Replies that are questions, and replies that are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.record import Question, Rejected
from kodcode_hub.subsets import SubsetSpec, load_subset
from kodcode_hub.synthesis.question import parse_question
from tests.making import a_completion, a_prompt

LEETCODE = load_subset("leetcode")
DOCS = load_subset("docs")
PREFILL = load_subset("prefill")
ASKED = "Write `total(values)` that adds up a list of integers."


def parsed(text: str | None, *, finish: str = "stop", spec: SubsetSpec = LEETCODE) -> str:
    """The question's text, or the reason why there is none."""
    result = parse_question(a_prompt(), a_completion(text, finish=finish), spec=spec, teacher="m")
    return result.text if isinstance(result, Question) else result.reason


def sectioned(question: str) -> str:
    return f"<|Analysis Begin|>\nsecret thoughts\n<|Analysis End|>\n\n<|Question Begin|>\n{question}\n<|Question End|>"


def test_the_section_is_the_question() -> None:
    assert parsed(sectioned(ASKED)) == ASKED


def test_a_reply_without_any_delimiter_is_the_question_itself() -> None:
    assert parsed(f"\n{ASKED}\n") == ASKED


@pytest.mark.parametrize("label", ["[Question 5]: ", "[Question]: ", "Question 2: ", "Question: ", "Question:\n\n"])
def test_a_label_at_the_start_is_taken_off(label: str) -> None:
    assert parsed(label + ASKED) == ASKED


def test_a_word_that_begins_like_a_label_stays() -> None:
    """Defect 5."""
    text = "Questionnaire scoring: write `score(answers)` that adds up the points."
    assert parsed(text) == text


def test_body_lines_that_look_like_labels_stay() -> None:
    """Defect 6."""
    text = "Write `ask(quiz)` for a quiz such as:\nQuestion 1: what is 2 + 2?\nQuestion 2: what is 3 + 3?"
    assert parsed(sectioned(text)) == text


def test_a_heading_stays() -> None:
    assert parsed(sectioned("### Question\n\n" + ASKED)) == "### Question\n\n" + ASKED


def test_a_section_that_never_ends_is_truncated_and_leaks_nothing() -> None:
    """Defect 7."""
    assert parsed(sectioned(ASKED).removesuffix("<|Question End|>")) == "truncated"
    assert parsed("<|Analysis Begin|>\nsecret thoughts that go on and on") == "no_question"
    assert parsed("### Analysis Begin\nsecret\n### Question End\n### Analysis End\n and more words") == "no_question"


def test_no_content_is_a_counted_refusal() -> None:
    """Defect 8."""
    assert parsed(None) == "refused"
    assert parsed("I'm sorry, but I can't help with that request.") == "refused"
    assert parsed(ASKED, finish="other") == "refused"


def test_a_question_may_be_about_being_sorry() -> None:
    text = "Write `apologise(name)` that returns 'I am sorry, ' followed by the name."
    assert parsed(text) == text


def test_bad_document_counts_only_as_the_whole_answer() -> None:
    """Defect 9."""
    assert parsed(sectioned("BAD_DOCUMENT"), spec=DOCS) == "bad_document"
    text = "Write `is_bad(text)` that is true if the text holds BAD_DOCUMENT."
    assert parsed(sectioned(text), spec=DOCS) == text


@pytest.mark.parametrize(
    ("reply", "finish", "reason"),
    [("", "stop", "empty"), (" \n", "stop", "empty"), ("", "length", "truncated"), (ASKED, "length", "truncated"),
     (sectioned(""), "stop", "empty"), ("<think>hm", "stop", "truncated"), ("ok", "stop", "no_question"),
     (ASKED + "\ud800", "stop", "no_question"), (ASKED + "\0", "stop", "no_question"),
     (sectioned(ASKED), "length", "truncated")],
)  # fmt: skip
def test_everything_else_has_a_reason(reply: str, finish: str, reason: str) -> None:
    assert parsed(reply, finish=finish) == reason


def test_a_raw_completion_goes_on_with_the_opening() -> None:
    assert parsed(" add two numbers.", spec=PREFILL) == "Write a python function to add two numbers."


def test_a_raw_completion_that_announces_and_stops_is_no_question() -> None:
    """Defect 16."""
    assert parsed(" solve the following problem:", spec=PREFILL) == "no_question"


def test_a_raw_completion_may_hold_the_word_assistant_and_several_lines() -> None:
    """Defect 16: stop strings of plain words cut questions short."""
    assert not {"assistant", "\n"} & set(PREFILL.sampling.stop)
    text = " build a chat assistant that answers\nby looking up a table."
    assert parsed(text, spec=PREFILL).endswith("looking up a table.")


def test_reasoning_before_the_question_is_not_part_of_it() -> None:
    assert parsed(f"<think>first a draft: <|Question Begin|>x</think>{sectioned(ASKED)}") == ASKED


@given(cut=st.integers(0, len(sectioned(ASKED)) - 1))
def test_no_cut_off_reply_becomes_a_question(cut: int) -> None:
    assert parsed(sectioned(ASKED)[:cut]) in {"empty", "truncated", "no_question"}


def test_the_id_hashes_subset_prompt_and_text() -> None:
    """Defect 50: ids restarted in each run and collided."""

    def question(reply: str, **prompt: object) -> Question:
        result = parse_question(a_prompt(**prompt), a_completion(reply), spec=LEETCODE, teacher="m")  # type: ignore[arg-type]
        assert not isinstance(result, Rejected)
        return result

    same, again = question(ASKED), question(ASKED)
    others = [question(ASKED + " Quickly."), question(ASKED, sample=1), question(ASKED, text="Another prompt.")]
    assert same.id == again.id
    assert len({same.id, *(other.id for other in others)}) == 4
