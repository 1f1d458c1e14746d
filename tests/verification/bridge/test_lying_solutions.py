"""Nothing that a solution's objects claim makes a comparison true that a plain value would not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verification.bridge.lying_solutions import LIAR, LIES
from tests.verification.bridge.split_run import run_split

ENDINGS_OF_PYTEST = {"Skipped", "Exit", "SkipTest", "KeyboardInterrupt", "GeneratorExit", "XFailed"}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_does_not_pass(name: str, tmp_path: Path) -> None:
    outcome = run_split(*LIES[name], tmp_path)
    assert outcome.raised != ""
    assert outcome.raised not in ENDINGS_OF_PYTEST


def test_what_a_class_may_answer_once_the_test_has_named_it(tmp_path: Path) -> None:
    test = """
from solution import Liar
import solution
def test():
    assert Liar() == 3 and 3 == Liar() and 7 in Liar() and Liar() - 3 == 0
"""
    assert run_split(LIAR, test, tmp_path).text == ""


def test_a_flood_of_output_before_the_answer_is_read(tmp_path: Path) -> None:
    solution = "def f():\n    for _ in range(300): print('x' * 10_000)\n    return 3\n"
    test = """
import contextlib, io
from solution import f
def test():
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert f() == 3
    assert len(out.getvalue()) == 300 * 10_001
"""
    assert run_split(solution, test, tmp_path).text == ""


def test_a_test_that_derives_from_a_solutions_class_is_told_why_it_cannot(tmp_path: Path) -> None:
    outcome = run_split("class Base: pass\n", "from solution import Base\nclass Mine(Base): pass\n", tmp_path)
    assert outcome.raised == "TypeError"
    assert "mode same" in outcome.text


REACHING = """
import sys
peer = next(m for name, m in sys.modules.items() if name.endswith("bridge.mirrors")).peers[-1]
def reach(things, names):
    reached = []
    for thing in things:
        for name in names:
            try:
                reached.append((name, str(peer.request("get", (thing, name)))))
            except AttributeError:
                pass
    return reached
def change(thing, name, value):
    peer.request("set", (thing, name, value))
"""


def test_what_is_handed_over_does_not_open_the_tests_process(tmp_path: Path) -> None:
    test = """
import io, pytest, sys
import solution
class Mine:
    public = 1
    def method(self): return self
HIDDEN = ["__globals__", "__code__", "__closure__", "__class__", "__dict__", "__self__", "__func__", "__module__",
          "__reduce__", "__init__", "__getattribute__", "__subclasses__", "gi_frame", "gi_code", "_private", 3, None]
def test():
    things = [lambda: 1, Mine(), Mine().method, Mine, (x for x in "a"), io.StringIO(), [].append, test]
    assert solution.reach(things, HIDDEN) == []
    assert solution.reach(things, ["public"]) == [("public", "1"), ("public", "1")]
    with pytest.raises(AttributeError):
        solution.change(Mine, "__init__", 3)
    for forbidden in (sys._getframe(), test.__code__, pytest, pytest.approx(1)):
        with pytest.raises(TypeError):
            solution.reach([forbidden], ["f_globals"])
"""
    outcome = run_split(REACHING, test, tmp_path)
    assert outcome.text == ""
