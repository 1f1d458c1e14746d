"""Whether a test can be run apart from the solution it judges, decided from the test's text alone. Pure.

The solution has no say: it would choose the weaker mode. A test that is read wrongly as one for ``same`` loses
assurance, one that is read wrongly as one for ``split`` fails though it is honest.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Literal

from kodcode_hub.verification.compared_classes import compared_classes
from kodcode_hub.verification.solution_names import NamesOfTest
from kodcode_hub.verification.split_reasons import REASONS
from kodcode_hub.verification.syntax_tree import dotted_name, nodes_by_kind, parse_test

_WORD = re.compile(r"[^\W\d]\w*")
_NAMING_FUNCTIONS = frozenset(
    {"getattr", "hasattr", "setattr", "delattr", "patch", "object", "attrgetter", "methodcaller", "import_module"}
)


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """In which mode a test is run by itself, and what it mentions."""

    mode: Literal["split", "same"]
    reason: str
    """Why it cannot be split; "" if it can."""
    named: frozenset[str]
    """Every identifier that the test mentions: names, attributes, imports, and words in texts that name attributes."""
    compared: frozenset[str] = frozenset()
    """Classes of the solution whose objects the test puts beside an operator as it made them; see there."""


def plan_mode(test: str) -> SplitPlan:
    """The plan for one test file. What this Python cannot parse is split, with every word of it taken as named."""
    tree = parse_test(test)
    if tree is None:
        words = frozenset(_WORD.findall(test))
        return SplitPlan("split", "", words, words)
    nodes = nodes_by_kind(tree)
    names = NamesOfTest(nodes)
    named = nodes.words | _words_in_texts(names)
    for reason in REASONS:
        if not reason.words or not nodes.words.isdisjoint(reason.words):
            found = reason.find(names)
            if found:
                return SplitPlan("same", found, named)
    return SplitPlan("split", "", named, compared_classes(names))


def _words_in_texts(names: NamesOfTest) -> set[str]:
    if names.nodes.words.isdisjoint(_NAMING_FUNCTIONS):
        return set()
    texts = [
        argument.value
        for call in names.calls
        if dotted_name(call.func).rpartition(".")[2] in _NAMING_FUNCTIONS
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
    return {word for text in texts for word in _WORD.findall(text)}
