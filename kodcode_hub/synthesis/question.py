"""From a reply to a question."""

from __future__ import annotations

import re

from kodcode_hub.endpoints.protocol import Completion
from kodcode_hub.record import Prompt, Question, Rejected
from kodcode_hub.subsets import SubsetSpec
from kodcode_hub.synthesis.begun_request import fault_of
from kodcode_hub.synthesis.chat_templates import any_mark
from kodcode_hub.synthesis.error_text import is_error_text
from kodcode_hub.synthesis.sections import find_section, has_delimiter, is_encodable, strip_reasoning

# A label at the very start ("[Question 5]:", "Question 2:", "Question:"); a heading or "Questionnaire" is text.
_LABEL = re.compile(r"\A(?:\[Question(?: \d+)?\]:?|Question(?: \d+)?:)[ \t]*(?=\S|\n)", re.IGNORECASE)
# Delimiters that lost their bars ("### Question Begin"): the reply meant sections, and its analysis must not leak.
_MANGLED = re.compile(r"^\W*(?:Analysis|Question) (?:Begin|End)\W*$", re.MULTILINE)
_ABSTAINED = "BAD_DOCUMENT"
_REFUSAL = re.compile(
    r"\A\W*(?:(?:I'm|I am|We're|We are) (?:(?:very|so|really) )?sorry\b|Sorry,|My apologies\b|I apologi[sz]e\b"
    r"|(?:I|We) (?:can't|cannot|can not|won't|will not|am unable to|'m unable to|am not able to|'m not able to) "
    r"(?:help|assist|comply|provide|create|generate|fulfil|do that|continue)\b|As an AI\b)",
    re.IGNORECASE,
)
_MIN_WORDS = 4


def parse_question(prompt: Prompt, completion: Completion, *, spec: SubsetSpec, teacher: str) -> Question | Rejected:
    """The question that ``completion`` asks, or why it asks none.

    Reasons: ``empty``, ``truncated``, ``no_question``, ``bad_document``, ``refused``.
    """
    text = _question_text(completion, spec=spec)
    if isinstance(text, Rejected):
        return Rejected(prompt.id, text.reason, text.evidence)
    return Question.of(prompt, text, teacher=teacher)


def _question_text(completion: Completion, *, spec: SubsetSpec) -> str | Rejected:
    reply = completion.text
    if reply is None:
        return Rejected("", "refused")
    if completion.finish == "other":
        return Rejected("", "refused")
    if spec.route == "raw":
        return _continuation(reply, completion, opening=spec.opening)
    visible = strip_reasoning(reply)
    if visible is None:
        return Rejected("", "truncated")
    if not visible.strip():
        return Rejected("", "empty" if completion.finish == "stop" else "truncated")
    return _sectioned(visible, completion, spec=spec)


def _continuation(reply: str, completion: Completion, *, opening: str) -> str | Rejected:
    """A raw completion goes on with the user's turn that ``opening`` begins (Magpie), up to a mark of any chat."""
    mark = any_mark().search(reply)
    if mark is None and completion.finish == "length":
        return Rejected("", "truncated")
    continuation = reply[: mark.start()] if mark else reply
    if not continuation.strip():
        return Rejected("", "empty")
    if _REFUSAL.match(continuation):
        return Rejected("", "refused")
    if is_error_text(continuation):
        return Rejected("", "no_question")
    fault = fault_of(continuation, opening=opening)
    if fault is not None:
        return Rejected("", "no_question", {"rule": fault})
    return _checked(f"{opening}{continuation}".strip())


def _sectioned(reply: str, completion: Completion, *, spec: SubsetSpec) -> str | Rejected:
    section = find_section(reply, "Question")
    if completion.finish == "length":
        return Rejected("", "truncated")
    if section is None:
        if has_delimiter(reply) or _MANGLED.search(reply):
            return Rejected("", "no_question")
        section_text = reply
    elif not section.closed:
        return Rejected("", "truncated")
    else:
        section_text = section.text
    text = _LABEL.sub("", section_text.strip()).strip()
    if spec.may_abstain and text.strip("*`\"'. ") == _ABSTAINED:
        return Rejected("", "bad_document")
    if not text:
        return Rejected("", "empty")
    if section is None and _REFUSAL.match(text):
        return Rejected("", "refused")
    return _checked(text)


def _checked(text: str) -> str | Rejected:
    if _REFUSAL.match(text):
        return Rejected("", "refused")
    if is_error_text(text) or len(text.split()) < _MIN_WORDS or not is_encodable(text) or "\0" in text:
        return Rejected("", "no_question")
    return text
