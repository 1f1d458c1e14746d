"""What an LLM annotator says of a question, and whether the question stays (KodCode's Filter subset)."""

from __future__ import annotations

import json
from typing import Any

from kodcode_hub.endpoints.protocol import Completion
from kodcode_hub.record import Question, Rejected
from kodcode_hub.subsets import AnnotationRule
from kodcode_hub.synthesis.sections import strip_reasoning


def judge_annotation(question: Question, completion: Completion, *, rule: AnnotationRule) -> Question | Rejected:
    """``question`` if the annotation meets ``rule``, else why not.

    Reasons: ``truncated``, ``unparsed``, ``not_python``, ``off_category``, ``low_quality``; the annotation
    is the evidence.
    """
    visible = strip_reasoning(completion.text or "")
    if completion.finish == "length" or visible is None:
        return Rejected(question.id, "truncated")
    annotation = _json_object(visible)
    if annotation is None:
        return Rejected(question.id, "unparsed")
    reason = _objection(annotation, rule)
    return question if reason is None else Rejected(question.id, reason, evidence=annotation)


def _objection(annotation: dict[str, Any], rule: AnnotationRule) -> str | None:
    if _folded(annotation.get("language")) != "python":
        return "not_python"
    if _folded(annotation.get("category")) not in {_folded(name) for name in rule.categories}:
        return "off_category"
    if _folded(annotation.get("quality")) not in {_folded(name) for name in rule.qualities}:
        return "low_quality"
    return None


def _folded(value: object) -> str:
    return value.strip().lower() if isinstance(value, str) else ""


def _json_object(text: str) -> dict[str, Any] | None:
    """The first JSON object in ``text``; models like to wrap it in a fence or a sentence."""
    decoder = json.JSONDecoder()
    start = text.find("{")
    while start >= 0:
        try:
            value, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
            continue
        return value if isinstance(value, dict) else None
    return None
