from __future__ import annotations

import textwrap

import pytest

from kodcode_hub.verification.split_plan import SplitPlan, plan_mode
from tests.verification.same_mode_texts import SAME
from tests.verification.split_mode_texts import SPLIT


def plan(text: str) -> SplitPlan:
    return plan_mode(textwrap.dedent(text))


@pytest.mark.parametrize("name", SAME)
def test_what_needs_one_interpreter_is_not_split(name: str) -> None:
    planned = plan(SAME[name])

    assert planned.mode == "same"
    assert planned.reason


@pytest.mark.parametrize("name", SPLIT)
def test_what_does_not_need_one_interpreter_is_split(name: str) -> None:
    assert (plan(SPLIT[name]).mode, plan(SPLIT[name]).reason) == ("split", "")


def test_the_reason_says_what_the_test_does() -> None:
    assert (
        plan(SAME["patch by name"]).reason
        == "it replaces solution.fetch, which the solution looks up in its own process"
    )
    assert plan(SAME["doctest of the module"]).reason == "it looks into the solution's code (doctest.testmod)"


def test_every_identifier_of_the_test_is_named_and_no_word_of_its_texts() -> None:
    named = plan(
        """
        '''Vague words.'''
        import numpy.linalg as la
        from solution import Stack as Pile, pop  # comment
        def test_a():
            assert Pile(1).push == getattr(pop, "hidden") or hasattr(la, "norm")
            assert pop() == "Text"
        """
    ).named

    assert {"numpy", "linalg", "la", "Stack", "Pile", "pop", "push", "hidden", "norm"} <= named
    assert named.isdisjoint({"Vague", "comment", "Text"})


def test_a_text_that_this_python_cannot_parse_is_split_with_all_its_words_named() -> None:
    words = frozenset({"def", "test_a", "Stack"})

    assert plan_mode("def test_a(: Stack") == SplitPlan("split", "", words, words)


@pytest.mark.parametrize("text", ["\ufeffimport doctest\ndoctest.testmod()", "import doctest\r\ndoctest.testmod()\r\n"])
def test_marks_and_line_ends_do_not_matter(text: str) -> None:
    assert plan_mode(text).mode == "same"


def test_long_and_deep_texts_are_read_without_recursion() -> None:
    deep = "x = " + "-" * 80 + "1\n" + "".join(f"{'elif' if n else 'if'} x == {n}:\n    y = {n}\n" for n in range(200))

    assert plan_mode("from solution import *\n" + deep * 20).mode == "split"
