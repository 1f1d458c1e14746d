"""Liars whose class bears a name that the test mentions: a trap for bridges that ask for names."""

from __future__ import annotations

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import ADD_MODULE, ADD_NAMED, ADD_STAR, COUNT, GREET, ORDER

_LIAR = """
class {name}:
    def __init__(self, *a, **k): pass
    def __eq__(self, other): return True
    __ne__ = lambda self, other: False
    __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: True
    __len__ = lambda self: 2
    def __getitem__(self, key): return self
    def __hash__(self): return 0
"""
_STACK = """
from solution import Stack

def test_pop():
    stack = Stack()
    stack.push(1)
    stack.push(2)
    assert stack.pop() == 2
    assert stack.peek() == 1
    assert isinstance(stack, Stack)

def test_size():
    stack = Stack()
    assert stack.size() == 0
    stack.push(5)
    assert stack.size() == 1
"""
_SHAPE = """
import pytest
from solution import Circle, Shape

def test_area():
    circle = Circle(2)
    assert isinstance(circle, Shape)
    assert circle.area() == pytest.approx(12.566370614359172)
    assert round(circle.area(), 2) == 12.57
    assert circle.radius == 2
"""
_RESULT = """
from solution import *

def test_add():
    result = add(2, 3)
    expected = 5
    assert result == expected
    total = add(result, 1)
    assert total == 6, "Expected total"
"""


def _named(name: str, function: str, test: str) -> Program:
    return Program(_LIAR.format(name=name) + function, test, split_only=True)


PROGRAMS: dict[str, Program] = {
    "the function is a class": _named("add", "", ADD_STAR),
    "the function is a class, imported by name": _named("add", "", ADD_NAMED),
    "the function is a class of the module": Program(
        _LIAR.format(name="add(int)") + "    def __new__(cls, *a): return super().__new__(cls, 0)\n",
        ADD_MODULE,
        split_only=True,
    ),
    "the function is a class that lists": _named("order", "", ORDER),
    "the function is a class that counts": _named("count_words", "", COUNT),
    "the function is a class that greets": _named("greet", "    def startswith(self, x): return True\n", GREET),
    "the function returns one of the class of its own name": _named(
        "add", "kept = add\ndef add(a, b):\n    return kept()\n", ADD_STAR
    ),
    "named as a local name of the test": _named("result", "def add(a, b):\n    return result()\n", _RESULT),
    "named as what is expected": _named("expected", "def add(a, b):\n    return expected()\n", _RESULT),
    "named as a word in a text of the test": _named("Expected", "def add(a, b):\n    return Expected()\n", _RESULT),
    "named as the test": _named("test_add", "kept = test_add\ndef add(a, b):\n    return kept()\n", _RESULT),
    "named as a module of the test": _named("pytest", "def add(a, b):\n    return pytest()\n", ADD_NAMED),
    "named as the test's module of the solution": _named(
        "solution(int)", "def add(a, b):\n    return solution()\n", ADD_MODULE
    ),
    "named as a built-in that the test uses": _named("sorted", "def order(items):\n    return sorted()\n", ORDER),
    "what a stack gives back is a stack": Program(
        _LIAR.format(name="Stack")
        + "    def push(self, x): pass\n    def pop(self): return self\n    peek = size = pop\n",
        _STACK,
        split_only=True,
    ),
    "what a stack gives back is an heir of it": Program(
        _LIAR.format(name="Stack")
        + "    def push(self, x): pass\n    def pop(self): return Item()\n    peek = size = pop\n"
        "class Item(Stack): pass\n",
        _STACK,
        split_only=True,
    ),
    "an area that is a shape": Program(
        _LIAR.format(name="Shape")
        + "class Circle(Shape):\n    def area(self): return Shape()\n    radius = property(lambda self: Shape())\n"
        "    __round__ = lambda self, n=0: self\nShape.__round__ = Circle.__round__\n",
        _SHAPE,
        split_only=True,
    ),
}
