"""The annotator's word, and what it takes to stay."""

from __future__ import annotations

import json

import pytest

from kodcode_hub.record import Question
from kodcode_hub.subsets import AnnotationRule
from kodcode_hub.synthesis.annotation import judge_annotation
from tests.making import a_completion, a_question

RULE = AnnotationRule("annotate.md", ("Algorithm Implementation",), ("good", "excellent"))
GOOD = {"language": "Python", "category": "algorithm implementation", "quality": "Good", "online_judge": "false"}


def judged(text: str | None, finish: str = "stop") -> str:
    result = judge_annotation(a_question(), a_completion(text, finish=finish), rule=RULE)
    return "kept" if isinstance(result, Question) else result.reason


def test_an_approved_question_stays() -> None:
    assert judged(json.dumps(GOOD)) == "kept"
    assert judged(f"Here {{it}} is:\n```json\n{json.dumps(GOOD)}\n```") == "kept"


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"language": "Java"}, "not_python"), ({"category": "Chat"}, "off_category"), ({"quality": "poor"}, "low_quality"),
     ({"quality": None}, "low_quality"), ({"quality": ["good"]}, "low_quality"), ({"language": 3}, "not_python")],
)  # fmt: skip
def test_what_the_rule_does_not_want_has_a_reason(change: dict[str, object], reason: str) -> None:
    """Defect 49: an annotation without a text crashed the original."""
    assert judged(json.dumps(GOOD | change)) == reason


@pytest.mark.parametrize("text", [None, "", "no idea", "{not json", "[1, 2]", "{" * 5000])
def test_no_annotation_is_unparsed(text: str | None) -> None:
    """Defects 8 and 49."""
    assert judged(text) == "unparsed"


def test_a_cut_off_annotation_is_truncated() -> None:
    assert judged(json.dumps(GOOD), "length") == "truncated"
