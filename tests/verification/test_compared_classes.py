from __future__ import annotations

import textwrap

import pytest

from kodcode_hub.verification.split_plan import plan_mode


def compared(text: str) -> frozenset[str]:
    return plan_mode("from solution import *\n" + textwrap.dedent(text)).compared


@pytest.mark.parametrize(
    "text",
    [
        "def test_a(): assert Vector(1, 2) == (1, 2)",
        "def test_a(): assert (1, 2) == Vector(1, 2)",
        "def test_a(): assert 2 * Vector(1) > 3",
        "def test_a():\n    v = Vector(1)\n    v += 2",
        "def test_a():\n    v, w = Vector(1), 1\n    assert v == w",
        "def test_a(): assert [Vector(1)] == [1]",
        "def test_a(): assert 1 in {Vector(1)}",
        "def test_a(): assert sorted([Vector(2), Vector(1)])[0] == 1",
        "def test_a():\n    for v, n in [(Vector(1), 1)]: assert v == n",
        "def test_a(): assert Vector.polar(1) == 1",
        "def test_a(): assert Vector.ZERO == 0",
        "def make():\n    if True:\n        return Vector(1)\ndef test_a(): assert make() == 1",
        "@pytest.fixture\ndef v():\n    yield Vector(1)\ndef test_a(v): assert v == 1",
        "@pytest.mark.parametrize('v, n', [(Vector(1), 1)])\ndef test_a(v, n): assert v == n",
        "class TestA:\n    def setup_method(self): self.v = Vector(1)\n    def test_a(self): assertEqual(self.v, 1)",
    ],
)
def test_objects_that_the_test_made_meet_its_operators(text: str) -> None:
    assert compared(text) == {"Vector"}


@pytest.mark.parametrize(
    "text",
    [
        "def test_a(): assert add(1, 2) == 3",
        "def test_a(): assert Solution().twoSum([1], 2) == [0]",
        "def test_a():\n    s = Stack()\n    s.push(1)\n    assert s.pop() == 1",
        "def test_a():\n    s = Stack()\n    top = s.pop()\n    assert top == 1",
        "def test_a():\n    s = Stack()\n    assert [s.pop() for _ in range(3)] == [1, 2, 3]",
        "def test_a(): assert depth(Node(1)) == 1",
        "def test_a(): assert str(Stack()) == '[]' and len(Stack()) == 0",
        "def test_a(): assert isinstance(add(1, 2), int) and add(1, 2) == 3 and add('a', 'b').upper() == 'AB'",
        "def test_a(): assert Counter.count == 0 and Counter().value == 1",
        "def test_a(): assert Path('a') == 'a' and ValueError() != 1\nfrom pathlib import Path",
        "@pytest.fixture\ndef s():\n    s = Stack()\n    s.push(1)\n    return s\ndef test_a(s): assert s.pop() == 1",
        "class TestA:\n    def setup_method(self): self.s = Stack()\n    def test_a(self): assert self.s.pop() == 1",
    ],
)
def test_results_of_functions_and_methods_do_not_make_a_class_compared(text: str) -> None:
    assert compared(text) == frozenset()


def test_a_class_in_small_letters_is_known_by_its_use() -> None:
    asked = "def test_a():\n    x = ratio(1, 2)\n    assert isinstance(x, ratio)\n    assert x == 0.5"

    assert compared(asked) == {"ratio"}
    assert compared("def test_a():\n    assert ratio(1, 2).top == 1\n    assert ratio(1, 2) == 0.5") == {"ratio"}
    assert compared("def test_a():\n    assert ratio(1, 2) == 0.5") == frozenset()
