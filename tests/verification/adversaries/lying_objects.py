"""Values that claim to be equal: by their class, by that of a base, by a class of the standard library or of numpy."""

from __future__ import annotations

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import (
    ADD_MODULE,
    ADD_NAMED,
    ADD_STAR,
    ADD_UNITTEST,
    COUNT,
    GREET,
    MEAN,
    ORDER,
    ORDER_IN_PLACE,
    PRIME,
)


def _liar(solution: str, test: str, note: str = "") -> Program:
    return Program(solution, test, "fail error tampered", split_only=True, note=note)


_REVERSED = """
from solution import add

def test_add():
    assert 5 == add(2, 3)
    assert not add(2, 3) != 5
    assert add(2, 3) in (4, 5, 6) and add(1, 1) in [2]
"""
_BOUNDS = """
from solution import clamp

def test_clamp():
    assert 0 <= clamp(-5, 0, 10) <= 10
    assert clamp(50, 0, 10) <= 10
    assert clamp(50, 0, 10) >= 10 and not clamp(5, 0, 10) > 5
    assert max(clamp(50, 0, 10), 10) == 10
"""
_KIND = """
from solution import parse

def test_parse():
    result = parse("12")
    assert type(result) == int
    assert isinstance(result, int)
    assert result + 1 == 13
    assert str(result) == "12" and hash(result) == hash(12)
"""
_NESTED = """
from solution import group

def test_group():
    assert group([1, 2, 3]) == {"odd": [1, 3], "even": [2]}
    assert group([]) == {"odd": [], "even": []}

def test_tuple():
    assert tuple(group([4])["even"]) == (4,)
"""
_POINT = (
    "from solution import move\n\ndef test_move():\n    p = move((1, 2), 3)\n"
    "    assert p == (4, 5)\n    assert p[0] == 4\n"
)
_RECORD = """
from solution import load

def test_load():
    record = load("ada;36")
    assert record.name == "ada"
    assert record.age == 36
    assert record.age > 30 and record.name.upper() == "ADA"
"""
_VISIT = """
from solution import visit

def test_visit():
    seen = []
    visit([1, [2, [3]]], seen.append)
    assert seen == [1, 2, 3]

def test_visit_is_called_with_numbers():
    total = visit([1, [2]], lambda x: x == 1 or x == 2)
    assert total is None
"""
_ANY = "class Any{base}:\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False\n"
_HASHED = _ANY + "    __hash__ = {of}.__hash__\n"

PROGRAMS: dict[str, Program] = {
    "equal to everything": _liar(_ANY.format(base="") + "def add(a, b):\n    return Any()\n", ADD_STAR),
    "equal to everything, to unittest": _liar(
        _ANY.format(base="") + "def add(a, b):\n    return Any()\n", ADD_UNITTEST
    ),
    "equal from the right": _liar(_ANY.format(base="(int)") + "def add(a, b):\n    return Any()\n", _REVERSED),
    "an int equal to everything": _liar(
        _HASHED.format(base="(int)", of="int") + "def add(a, b):\n    return Any(0)\n", ADD_MODULE
    ),
    "a float equal to everything": _liar(
        _ANY.format(base="(float)")
        + "    __sub__ = __rsub__ = lambda self, other: 0.0\n    __abs__ = lambda self: 0.0\n"
        "    __round__ = lambda self, n=None: self\ndef mean(numbers):\n"
        "    return Any(0.3 if len(numbers) == 3 else 0)\n",
        MEAN,
    ),
    "a text equal to everything": _liar(
        _ANY.format(base="(str)") + "    def startswith(self, x): return True\ndef greet(name):\n    return Any('')\n",
        GREET,
    ),
    "a list equal to everything": _liar(_ANY.format(base="(list)") + "def order(items):\n    return Any()\n", ORDER),
    "a dict equal to everything": _liar(
        _ANY.format(base="(dict)")
        + "    def __missing__(self, key): return Any()\ndef count_words(text):\n    return Any()\n",
        COUNT,
    ),
    "a default dict of liars": _liar(
        _ANY.format(base="") + "from collections import defaultdict\nclass D(defaultdict):\n    __eq__ = Any.__eq__\n"
        "def count_words(text):\n    return D(Any)\n",
        COUNT,
    ),
    "a tuple equal to everything": _liar(
        _ANY.format(base="(tuple)")
        + "    def __getitem__(self, i): return Any()\ndef move(p, by):\n    return Any((0, 0))\n",
        _POINT,
    ),
    "a named tuple equal to everything": _liar(
        """
        from collections import namedtuple
        class P(namedtuple('P', 'x y')):
            __eq__ = lambda self, other: True
            __getitem__ = lambda self, i: P(0, 0)
        def move(p, by):
            return P(0, 0)
        """,
        _POINT,
    ),
    "a complex number, a fraction, a decimal": _liar(
        """
        from fractions import Fraction
        class F(Fraction):
            __eq__ = lambda self, other: True
            __hash__ = Fraction.__hash__
        def add(a, b):
            return F(0)
        """,
        ADD_NAMED,
    ),
    "a decimal equal to everything": _liar(
        "from decimal import Decimal\nclass D(Decimal):\n    __eq__ = lambda s, o: True\n"
        "def add(a, b):\n    return D(0)\n",
        ADD_NAMED,
    ),
    "an enum equal to everything": _liar(
        "import enum\nclass E(enum.IntEnum):\n    A = 0\n    def __eq__(self, o): return True\n"
        "    __hash__ = int.__hash__\n"
        "def add(a, b):\n    return E.A\n",
        ADD_MODULE,
    ),
    "a data class equal to everything": _liar(
        "from dataclasses import dataclass\n@dataclass\nclass D:\n    x: int = 0\n"
        "    def __eq__(self, o): return True\n"
        "def add(a, b):\n    return D()\n",
        ADD_STAR,
    ),
    "a class equal to everything": _liar(
        "class Meta(type):\n    __eq__ = lambda cls, o: True\n    __hash__ = type.__hash__\n"
        "class C(metaclass=Meta): pass\n"
        "def add(a, b):\n    return C\n",
        ADD_STAR,
    ),
    "a type equal to int": _liar(
        """
        class Meta(type):
            __eq__ = lambda cls, o: True
            __hash__ = type.__hash__
        class N(metaclass=Meta):
            __class__ = property(lambda self: int)
            __eq__ = lambda self, o: True
            __add__ = lambda self, o: self
            __hash__ = lambda self: 12
            __str__ = lambda self: '12'
        def parse(text):
            return N()
        """,
        _KIND,
    ),
    "smaller and greater than everything": _liar(
        """
        class Within:
            __lt__ = __le__ = __ge__ = __eq__ = lambda self, o: True
            __gt__ = lambda self, o: False
        def clamp(x, low, high):
            return Within()
        """,
        _BOUNDS,
    ),
    "a difference of nothing": _liar(
        """
        class N:
            def __sub__(self, o): return 0
            __rsub__ = __sub__
            __float__ = lambda self: 0.3
            __round__ = lambda self, n=0: 1.67
            __eq__ = lambda self, o: True
        def mean(numbers):
            return N()
        """,
        MEAN,
    ),
    "true and false at once": _liar(
        """
        import sys
        class Flip:
            n = 0
            def __bool__(self):
                frame = sys._getframe(1)
                return frame.f_code.co_name != 'test_others'
            __eq__ = lambda self, o: True
        def is_prime(n):
            return n == 11 if n in (11, 12) else Flip()
        """,
        PRIME,
    ),
    "a list of liars": _liar(
        _ANY.format(base="") + "def order(items):\n    return [Any() for _ in items]\n", ORDER, "each element is asked"
    ),
    "liars written into the argument": _liar(
        _ANY.format(base="(int)") + "def order_in_place(items):\n    items[:] = [Any() for _ in items]\n",
        ORDER_IN_PLACE,
    ),
    "liars deep inside": _liar(
        _ANY.format(base="")
        + "    __iter__ = lambda self: iter([4])\ndef group(items):\n    return {'odd': Any(), 'even': Any()}\n",
        _NESTED,
    ),
    "liars as attributes": _liar(
        _ANY.format(base="(str)")
        + "    __gt__ = lambda self, o: True\n    def upper(self): return self\nfrom types import SimpleNamespace\n"
        "def load(line):\n    return SimpleNamespace(name=Any(), age=Any())\n",
        _RECORD,
    ),
    "attributes of every name": _liar(
        _ANY.format(base="") + "    def __getattr__(self, name): return self\n    def __call__(self, *a): return self\n"
        "    __gt__ = lambda self, o: True\ndef load(line):\n    return Any()\n",
        _RECORD,
    ),
    "liars for the callback": _liar(
        _ANY.format(base="") + "def visit(tree, call):\n    for _ in range(3): call(Any())\n",
        _VISIT,
    ),
}
