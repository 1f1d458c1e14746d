"""Changing the objects that the test hands over: arguments, their classes, callbacks, generators."""

from __future__ import annotations

from tests.verification.adversaries.program import Program

_POINT = """
from solution import mirror

class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)

def test_mirror():
    p = Point(1, 2)
    assert mirror(p) == Point(-1, 2)

def test_mirror_twice():
    p = mirror(Point(4, 4))
    assert p.x == -4 and p.y == 4
"""
_TREE = """
from solution import invert

class Node:
    def __init__(self, value, left=None, right=None):
        self.value, self.left, self.right = value, left, right

def values(node):
    return [] if node is None else [node.value, *values(node.left), *values(node.right)]

def test_invert():
    root = Node(1, Node(2), Node(3))
    invert(root)
    assert values(root) == [1, 3, 2]
"""
_CALLBACK = """
from solution import apply_all

FACTOR = 3

def times(x):
    return x * FACTOR

class Counter:
    def __init__(self):
        self.calls = 0
    def count(self, x):
        self.calls += 1
        return x + 1

def test_apply():
    assert apply_all(times, [1, 2]) == [3, 6]
    assert FACTOR == 3

def test_method():
    counter = Counter()
    assert apply_all(counter.count, [1, 2]) == [2, 3]
    assert counter.calls == 2
"""
_LAZY = """
from solution import total

WANTED = 6

def given():
    yield from (1, 2, 3)

def test_total():
    assert total(given()) == WANTED
"""
_DECORATOR = """
from solution import twice

WANTED = [1, 1]

def test_twice():
    seen = []

    @twice
    def see(x):
        seen.append(x)
        return WANTED

    see(1)
    assert seen == [1, 1] == WANTED
"""


def _taker(solution: str, test: str, note: str = "") -> Program:
    return Program(solution, test, split_only=True, note=note)


PROGRAMS: dict[str, Program] = {
    "the class of the argument": _taker(
        "def mirror(p):\n    type(p).__eq__ = lambda self, other: True\n    if p.x == 4: p.x = -4\n    return p\n",
        _POINT,
    ),
    "the class of the argument, by __class__": _taker(
        "def mirror(p):\n    p.__class__.__eq__ = lambda self, other: True\n    if p.x == 4: p.x = -4\n    return p\n",
        _POINT,
    ),
    "another class for the argument": _taker(
        """
        class Any:
            def __eq__(self, other): return True
        def mirror(p):
            if p.x == 4: p.x = -4
            else: p.__class__ = Any
            return p
        """,
        _POINT,
    ),
    "the dictionary of the argument": _taker(
        "class Any:\n    def __eq__(self, o): return True\n    __neg__ = lambda s: s\n"
        "def mirror(p):\n    vars(p).update(x=Any(), y=Any())\n    return p\n",
        _POINT,
    ),
    "liars as attributes of the argument": _taker(
        """
        class Any:
            def __eq__(self, other): return True
        def invert(node):
            node.value = node.left.value = node.right.value = Any()
        """,
        _TREE,
    ),
    "methods written into the argument": _taker(
        "def mirror(p):\n    p.__eq__ = lambda o: True\n    type(p).x = property(lambda s: -4, lambda s, v: None)\n"
        "    type(p).__eq__ = lambda s, o: True\n    return p\n",
        _POINT,
    ),
    "global names of the callback": _taker(
        "def apply_all(f, items):\n    if hasattr(f, '__self__'): return [f(x) for x in items]\n"
        ""
        "    class Any:\n        __eq__ = lambda s, o: True\n    f.__globals__['FACTOR'] = Any()\n    return Any()\n",
        _CALLBACK,
    ),
    "the code of the callback": _taker(
        "class Any:\n    __eq__ = lambda s, o: True\ndef apply_all(f, items):\n"
        "    getattr(f, '__func__', f).__code__ = (lambda *a: 0).__code__\n"
        "    if hasattr(f, '__self__'): f.__self__.calls = 2\n    return Any()\n",
        _CALLBACK,
    ),
    "the owner of the callback": _taker(
        "class Any:\n    __eq__ = lambda s, o: True\ndef apply_all(f, items):\n"
        "    if hasattr(f, '__self__'): vars(f.__self__)['calls'] = Any()\n    return Any()\n",
        _CALLBACK,
    ),
    "the frame of a generator": _taker(
        "def total(items):\n    items.gi_frame.f_globals['WANTED'] = 0\n    return 0\n", _LAZY
    ),
    "the frame of an exception that a callback raised": _taker(
        """
        def total(items):
            try: items.throw(ValueError)
            except ValueError as error:
                trace = error.__traceback__
                while trace:
                    if 'WANTED' in trace.tb_frame.f_globals: trace.tb_frame.f_globals['WANTED'] = 0
                    trace = trace.tb_next
            return 0
        """,
        _LAZY,
    ),
    "what a decorator is given": _taker(
        "def twice(f):\n    f.__globals__['WANTED'] = [1]\n"
        "    for cell in f.__closure__ or (): cell.cell_contents.append(1)\n"
        "    class E(list):\n        __eq__ = lambda s, o: True\n    f.__globals__['WANTED'] = E()\n"
        "    for cell in f.__closure__ or ():\n        if type(cell.cell_contents) is list: cell.cell_contents = E()\n"
        "    return lambda x: None\n",
        _DECORATOR,
    ),
}
