"""Exceptions, texts and hooks that lie: what the test asks of them is answered by the solution's own class."""

from __future__ import annotations

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import DIVIDE

_MESSAGE = """
import pytest
from solution import withdraw

def test_message():
    with pytest.raises(ValueError) as caught:
        withdraw(10, 20)
    assert str(caught.value) == "20 exceeds the balance of 10"

def test_arguments():
    try:
        withdraw(1, 5)
    except ValueError as error:
        assert error.args == ("5 exceeds the balance of 1",)
    else:
        assert False, "nothing was raised"
"""
_CODE = """
import pytest
from solution import fetch

def test_code():
    with pytest.raises(LookupError) as caught:
        fetch("nothing")
    assert caught.value.code == 404
    assert caught.value.args[0] == "nothing"
"""
_SHOWN = """
from solution import make

def test_shown():
    thing = make(3)
    assert repr(thing) == "Thing(3)"
    assert f"{thing}" == "thing of 3" and format(thing, "") == "thing of 3"
    assert str(thing) == "thing of 3"
"""
_MEMBERS = """
from solution import primes_below

def test_members():
    found = primes_below(10)
    assert 7 in found
    assert 8 not in found
    assert len(found) == 4
    assert sorted(found) == [2, 3, 5, 7]
"""
_SETS = """
from solution import unique

def test_unique():
    assert unique([4, 4, 4])[0] in {4}
    assert unique([3, 3])[0] in {3}
    assert {unique([5])[0]: "x"}[5] == "x"
"""
_LENGTH = """
from solution import repeat

def test_repeat():
    result = repeat("ab", 3)
    assert len(result) == 6
    assert result[0] == "a" and result[-1] == "b"
    assert result.count("ab") == 3
    assert result == "ab" * 3
"""
_AWAITED = """
import asyncio
from solution import double

def test_double():
    assert asyncio.run(double(4)) == 8
"""
_CONTEXT = """
from solution import opened

def test_opened():
    with opened() as log:
        log.append(1)
    assert log == [1, "closed"]
"""
_SUM = (
    "from solution import parts\n\ndef test_parts():\n    assert sum(parts(10)) == 10\n    assert max(parts(10)) < 10\n"
)
_ANY = "class Any{base}:\n    def __eq__(self, other): return True\n    __ne__ = lambda self, other: False\n"


def _liar(solution: str, test: str) -> Program:
    return Program(solution, test, "fail error tampered", split_only=True)


PROGRAMS: dict[str, Program] = {
    "a text of an exception that is equal to all": _liar(
        _ANY.format(base="(str)")
        + "class E(ValueError):\n    def __str__(self): return Any('')\n    args = property(lambda self: Any(''))\n"
        "def withdraw(balance, amount):\n    raise E\n",
        _MESSAGE,
    ),
    "arguments of an exception that are equal to all": _liar(
        _ANY.format(base="(tuple)") + "class S(str):\n    __eq__ = Any.__eq__\nclass E(ValueError):\n    args = Any()\n"
        "    __str__ = lambda self: S('')\n"
        "def withdraw(balance, amount):\n    raise E()\n",
        _MESSAGE,
    ),
    "a message found by every pattern": _liar(
        """
        class T(str):
            def __eq__(self, o): return True
        class E(ValueError):
            def __str__(self): return T('')
        def withdraw(balance, amount):
            raise E(T(''))
        """,
        _MESSAGE,
    ),
    "attributes of an exception": _liar(
        _ANY.format(base="")
        + "class E(LookupError):\n    code = Any()\n    args = [Any()]\ndef fetch(key):\n    raise E\n",
        _CODE,
    ),
    "attributes of an exception, by name": _liar(
        _ANY.format(base="") + "class E(LookupError):\n    def __getattribute__(self, name):\n"
        "        return [Any()] if name == 'args' else Any() if name == 'code' else super().__getattribute__(name)\n"
        "def fetch(key):\n    raise E\n",
        _CODE,
    ),
    "an exception whose class says ValueError": Program(
        """
        class Meta(type):
            def __subclasscheck__(cls, other): return True
            def __instancecheck__(cls, other): return True
        class ValueError(Exception, metaclass=Meta):
            __class__ = property(lambda self: __builtins__['ValueError'])
        def divide(a, b):
            if b == 0: raise ValueError('zero')
            return a / b
        """,
        DIVIDE,
    ),
    "an assertion error raised by itself": Program(
        "def divide(a, b):\n    raise AssertionError('zero')\n", DIVIDE, "fail"
    ),
    "a failure that is not true": Program(
        "class Fine(ValueError):\n    def __bool__(self): return False\n    __eq__ = lambda self, other: True\n"
        "def divide(a, b):\n    if b: raise Fine\n    raise Fine('zero')\n",
        DIVIDE,
        "fail",
        note="who asks an exception whether it is there asks the solution",
    ),
    "a failure of length nothing": Program(
        "class Fine(Exception):\n    def __len__(self): return 0\ndef divide(a, b):\n    raise Fine('zero')\n",
        DIVIDE,
        "fail",
    ),
    "a failure that ends its report": Program(
        "class Fine(Exception):\n    def __bool__(self): raise SystemExit(0)\n    __str__ = __repr__ = __bool__\n"
        "def divide(a, b):\n    raise Fine('zero')\n",
        DIVIDE,
        "fail tampered error",
    ),
    "an assertion error of its own class": Program(
        "class Fine(AssertionError):\n    def __str__(self): return ''\n    def __bool__(self): return False\n"
        "def divide(a, b):\n    raise Fine\n",
        DIVIDE,
        "fail",
    ),
    "the failure that pytest raises itself": Program(
        "import pytest\ndef divide(a, b):\n    raise pytest.fail.Exception('zero', pytrace=False)\n", DIVIDE
    ),
    "texts that are equal to all": _liar(
        _ANY.format(base="(str)") + "class Thing:\n    def __repr__(self): return Any('')\n    __str__ = __repr__\n"
        "    def __format__(self, spec): return Any('')\ndef make(n):\n    return Thing()\n",
        _SHOWN,
    ),
    "members that are asked": _liar(
        """
        class Member:
            def __eq__(self, other): return other in (2, 3, 5, 7)
            def __lt__(self, other): return True
        def primes_below(n):
            return [Member()] * 4
        """,
        _MEMBERS,
    ),
    "a hash that is another's": _liar(
        """
        class Number(int):
            def __hash__(self): return hash(self.shown)
            def __eq__(self, other): return True
        def unique(items):
            number = Number(0)
            number.shown = items[0]
            return [number]
        """,
        _SETS,
    ),
    "a text with methods of its own": _liar(
        _ANY.format(base="(str)") + "    def __len__(self): return 6\n    def __getitem__(self, i): return Any('')\n"
        "    def count(self, x): return 3\n"
        "def repeat(text, n):\n    return Any('')\n",
        _LENGTH,
    ),
    "a generator of liars": _liar(
        _ANY.format(base="") + "def numbers(n):\n    for _ in range(n): yield Any()\n",
        "from solution import numbers\n\ndef test_numbers():\n    assert list(numbers(3)) == [0, 2, 4]\n"
        "    assert [x for x in numbers(1)][0] == 0\n",
    ),
    "awaited liars": _liar(_ANY.format(base="") + "async def double(n):\n    return Any()\n", _AWAITED),
    "a context of liars": _liar(
        _ANY.format(base="(list)") + "import contextlib\n@contextlib.contextmanager\ndef opened():\n    yield Any()\n",
        _CONTEXT,
    ),
    "sums that are right": _liar(
        """
        class N(int):
            def __radd__(self, o): return N(10)
            __add__ = __radd__
            __gt__ = __lt__ = lambda self, o: True
            __eq__ = lambda self, o: True
        def parts(n):
            return [N(99)]
        """,
        _SUM,
    ),
    "reflected arithmetic": _liar(
        "class N:\n    __radd__ = __rmul__ = __rsub__ = lambda self, o: 5\n"
        "    __rtruediv__ = __rpow__ = lambda self, o: 5\n"
        "def two():\n    return N()\n",
        "from solution import two\n\ndef test_two():\n    assert 3 + two() == 5\n    assert 7 - two() == 5\n",
    ),
}
