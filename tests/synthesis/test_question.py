"""Replies that are questions, and replies that are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.record import Question, Rejected
from kodcode_hub.subsets import SubsetSpec, load_subset
from kodcode_hub.synthesis.chat_templates import chat_templates
from kodcode_hub.synthesis.error_text import is_error_text
from kodcode_hub.synthesis.question import parse_question
from tests.making import a_completion, a_prompt

LEETCODE = load_subset("leetcode")
DOCS = load_subset("docs")
PREFILL = load_subset("prefill")
FILTER = load_subset("filter")
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
    text = " build a chat assistant that answers\nby looking up a table."
    assert parsed(text, spec=PREFILL).endswith("looking up a table.")


def faulty(text: str, *, spec: SubsetSpec = PREFILL) -> str | None:
    """The rule by which a raw completion is no request; None if it is one."""
    result = parse_question(a_prompt(), a_completion(text), spec=spec, teacher="m")
    if isinstance(result, Question):
        return None
    assert result.reason == "no_question"
    return str(result.evidence["rule"])


ADD = "```python\ndef add(a, b):\n    return a + b\n```"
STUB = '```python\ndef area(width, height):\n    """The area."""\n    pass\n```'


@pytest.mark.parametrize(
    ("rule", "texts"),
    [
        ("says_nothing", [".", ":", "...", " …", " solve the following problem.", " do the following:", " x", " 1.",
                          " do something.", " perform the task described below", " [insert task]",
                          " complete the following task: [TASK]", " Write a python function to",
                          "\nWrite a Python function to."]),
        ("placeholder", [" sort a list of [insert type here] values.", " ____ a list of numbers.",
                         " reverse <your string here>.", " check (describe the condition here)."]),
        ("unfinished", [" add up a list. The function must handle the following cases:", " find the area of a",
                        " calculate the...", " sort a list (in", " sort a list by name,", " add.\n\n```python\ndef f(",
                        " reverse a text. Here's how you might approach it:", " print the following message.",
                        " reverse a text. Here is a rough outline.", " sort names in the order given below.",
                        " count the vowels. Usage is as follows"]),
        ("as_assistant", [" add two numbers. Sure! Here is one.", " Certainly! To do this, write a loop over the list.",
                          " add numbers.\n\nOf course, here's the function you asked for.",
                          " add two numbers.\nI'd be happy to help you with that task."]),
        ("another_turn", [" add two numbers.\nassistant\nTo add them, use the plus sign.",
                          " add two numbers.\nmodel\nTo add them, use the plus sign."]),
        ("system_text", [" You are a helpful assistant.", " add.\nYou are Qwen, created by Alibaba Cloud."]),
        ("holds_answer", [f" add two numbers.\n\nHere's the function:\n\n{ADD}", f" add two numbers.\n\n{ADD}",
                          f" add two numbers.\n\n{ADD}\n\nThis function takes two numbers and returns their sum.",
                          " add two numbers.\ndef add(a, b):\n    return a + b"]),
    ],
)  # fmt: skip
def test_a_begun_request_that_became_none_is_rejected(rule: str, texts: list[str]) -> None:
    assert {text: faulty(text) for text in texts} == dict.fromkeys(texts, rule)


@pytest.mark.parametrize(
    "text",
    [
        " reverse a string", " give the following day of a date.", " compare each number with the following one.",
        " print the sequence 0, 1, 1, 2, 3, ...", " turn TODO items into JSON.", " say which folder a file lies in",
        " find all paths that end in `/`", " return the names in tags such as `[task]` or `{name}`.",
        " print 'Sure! Here is your order' for every order above 10.", " draw a triangle:\n*\n**\n***",
        " count words. For example:\n\n```python\ncount('a b')  # 2\n```", " find a value. Here is a list: [1, 2, 3]",
        " merge two dictionaries. Here are the rules. Each key appears once.", " walk a maze: You are a robot in it.",
        f" finish this stub:\n\n{STUB}", f" test the following function:\n\n{ADD}", f" find the bug in my code:\n{ADD}",
        " 数字を合計する。",
    ],
)  # fmt: skip
def test_a_begun_request_that_is_one_stays_as_it_is(text: str) -> None:
    assert parsed(text, spec=PREFILL) == f"Write a python function to{text}"


def test_a_turn_that_was_begun_without_words_is_judged_by_the_same_rules() -> None:
    assert faulty("Solve the following problem.", spec=FILTER) == "says_nothing"
    assert faulty("Can you help me with a Python problem?", spec=FILTER) == "says_nothing"
    assert faulty("Hello! How can I assist you today?", spec=FILTER) == "as_assistant"
    assert faulty(f"Write a function that adds two numbers.\n\n{ADD}", spec=FILTER) == "holds_answer"
    assert faulty("You are an AI assistant that writes code.", spec=FILTER) == "system_text"
    for text in (
        "You are an expert Python programmer. Write a function that adds two numbers.",
        f"Why does this print None, and how do I repair it?\n\n{ADD}",
        f"Add type hints to this function:\n\n{ADD}",
    ):
        assert parsed(text, spec=FILTER) == text


@pytest.mark.parametrize("mark", sorted({mark for template in chat_templates() for mark in template.marks}))
def test_a_raw_completion_ends_at_a_mark_of_any_chat_template(mark: str) -> None:
    """Also another family's: fine-tuned models have seen them all."""
    reply = f" add two numbers.{mark}\nassistant\nSure! Here is the function."
    assert parsed(reply, spec=PREFILL) == "Write a python function to add two numbers."
    assert parsed(reply, spec=PREFILL, finish="length") == "Write a python function to add two numbers."
    assert parsed(mark + reply, spec=PREFILL) == "empty"


def test_a_refusal_behind_the_opening_is_one() -> None:
    assert parsed(" I'm sorry, but I can't help with that.", spec=PREFILL) == "refused"


def test_a_raw_completion_that_was_cut_off_is_truncated() -> None:
    assert parsed(" add two numbers and", spec=PREFILL, finish="length") == "truncated"


@given(st.text(max_size=60))
def test_whatever_a_model_writes_is_a_question_or_has_a_reason(text: str) -> None:
    result = parsed(text, spec=PREFILL)
    assert result in {"empty", "no_question", "refused"} or result.startswith("Write a python function to")


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


@pytest.mark.parametrize(
    "text",
    [
        "Error handling is hard: write a function that retries a call and returns its result.",
        'Write a function that parses `{"error": "x"}` and returns the message of the error.',
        "Bad words are to be filtered: write censor(text, words) that puts stars in their place.",
        "500 numbers are given; write a function that returns the sum of the largest three.",
        "Upstream and downstream neighbours of a node in a graph are to be listed by a function.",
    ],
)
def test_a_question_about_errors_is_no_error(text: str) -> None:
    assert not is_error_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "Internal Server Error: the upstream has gone away",
        "upstream connect error or disconnect/reset before headers. reset reason: overflow",
        '{"error": "Model is overloaded", "error_type": "overloaded"}',
        "<html><head><title>502 Bad Gateway</title></head><body>nginx at work</body></html>",
        "Error: 429 Too many requests, please try again later",
        "Service temporarily unavailable, please come back in a moment",
    ],
)
def test_what_a_gateway_sends_as_a_reply_is_no_question(text: str) -> None:
    assert parsed(text) == "no_question"
