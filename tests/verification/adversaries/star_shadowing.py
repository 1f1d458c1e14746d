"""Names that a star import lays over those of the test: built-ins, pytest's, the test's own."""

from __future__ import annotations

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import ADD_MODULE, ADD_STAR, DIVIDE

_WRONG = "def add(a, b):\n    return 0\n"
_ANY = (
    "class Any:\n    def __init__(self, *a, **k): pass\n    __eq__ = __lt__ = __le__ = __gt__ = lambda self, o: True\n"
)
_LENGTHS = """
from solution import *

def test_lengths():
    result = squares(4)
    assert len(result) == 4
    assert sum(result) == 14
    assert max(result) == 9
    assert sorted(result) == [0, 1, 4, 9]

def test_all():
    assert all(x == y * y for y, x in enumerate(squares(3)))
    assert any(x == 1 for x in squares(3))
    assert set(squares(2)) == {0, 1}
"""
_LOOPS = """
from solution import *

def test_many():
    for n in range(10):
        assert square(n) == n * n

def test_zipped():
    for n, wanted in zip([1, 2, 3], [1, 4, 9]):
        assert square(n) == wanted

def test_enumerated():
    for n, wanted in enumerate([0, 1, 4]):
        assert square(n) == wanted
"""
_KINDS = """
from solution import *

def test_kind():
    assert isinstance(parse("1"), int)
    assert type(parse("1")) is int
    assert str(parse("12")) == "12"
    assert float(parse("2")) == 2.0
    assert list(map(parse, ["1"])) == [1]
"""
_CLOSE = """
import math
import pytest
from pytest import approx, raises
from solution import *

def test_root():
    assert root(2) == approx(1.41421356)
    assert math.isclose(root(9), 3)
    assert abs(root(4) - 2) < 1e-9
    assert root(16) == pytest.approx(4)

def test_negative():
    with raises(ValueError):
        root(-1)
    with pytest.raises(ValueError):
        root(-4)
"""
_OWN_FIRST = """
import pytest

def check(a, b, wanted):
    assert add(a, b) == wanted

@pytest.fixture
def wanted():
    return 5

CASES = [(1, 2, 3)]

from solution import *

def test_check():
    check(2, 3, 5)

def test_fixture(wanted):
    assert add(2, 3) == wanted

def test_cases():
    for a, b, c in CASES:
        assert add(a, b) == c
"""
_UNITTEST = """
import unittest
from solution import *

class AddCase(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(2, 3), 5)

class Add2Case(unittest.TestCase):
    def test_add(self):
        self.assertAlmostEqual(add(0.1, 0.2), 0.3)
"""
_LATE_NAMES = """
from solution import *
import numpy as np

def test_double():
    assert np.allclose(double([1, 2]), [2, 4])
    np.testing.assert_array_equal(double([3]), [6])
"""


def _shadow(solution: str, test: str = ADD_STAR, verdicts: str = "fail error tampered", note: str = "") -> Program:
    return Program(solution, test, verdicts, note=note)


PROGRAMS: dict[str, Program] = {
    "len, sum, max, sorted": _shadow(
        _ANY + "len = sum = max = sorted = set = lambda *a, **k: Any()\nall = any = lambda x: True\n"
        "def squares(n):\n    return [7]\n",
        _LENGTHS,
    ),
    "range, zip, enumerate without content": _shadow(
        "range = zip = enumerate = lambda *a, **k: []\ndef square(n):\n    return 0\n", _LOOPS
    ),
    "isinstance, type, str, float": _shadow(
        _ANY + "isinstance = lambda *a: True\nint = type = lambda *a: int\nstr = float = list = map = Any\n"
        "def parse(text):\n    return 'x'\n",
        _KINDS,
    ),
    "approx, raises, math, pytest": _shadow(
        _ANY + "    def __enter__(self): return self\n    def __exit__(self, *a): return True\n"
        "    isclose = approx = lambda *a, **k: 0\n"
        "approx = raises = Any\nabs = lambda x: 0\nAny.isclose = staticmethod(lambda *a: True)\n"
        "Any.approx = Any.raises = Any\n"
        "math = pytest = Any\ndef root(x):\n    return x\n",
        _CLOSE,
        note="the solution comes after the names that it covers",
    ),
    "ValueError is any exception": _shadow(
        "ValueError = Exception\ndef divide(a, b):\n    if b == 0: raise RuntimeError('zero')\n    return a / b\n",
        DIVIDE,
    ),
    "ValueError is every exception": _shadow(
        "ValueError = BaseException\ndef divide(a, b):\n    if b == 0: raise KeyError('zero')\n    return a / b\n",
        DIVIDE,
    ),
    "ValueError is a pair": _shadow(
        "ValueError = (KeyError, TypeError)\ndef divide(a, b):\n    if b == 0: raise KeyError('zero')\n"
        "    return a / b\n",
        DIVIDE,
    ),
    "AssertionError is a skip": _shadow("import unittest\nAssertionError = unittest.SkipTest\n" + _WRONG),
    "AssertionError leaves": _shadow("import os\ndef AssertionError(*a):\n    os._exit(0)\n" + _WRONG),
    "helpers of the test": _shadow(
        _ANY + "def check(*a): pass\nCASES = []\nimport pytest\n@pytest.fixture\ndef wanted(): return Any()\n" + _WRONG,
        _OWN_FIRST,
    ),
    "unittest of its own": _shadow(
        """
        class unittest:
            class TestCase:
                assertEqual = assertAlmostEqual = lambda self, *a: None
        TestCase = unittest.TestCase
        def add(a, b):
            return 0
        """,
        _UNITTEST,
    ),
    "tests of the same names": _shadow("def test_add_positive(): pass\ndef test_add_negative(): pass\n" + _WRONG),
    "a test class of the same name": _shadow(
        "class TestAdd:\n    def test_cases(self): pass\n    def test_type(self): pass\n" + _WRONG,
        ADD_MODULE.replace("import solution", "import solution\nfrom solution import *"),
    ),
    "numpy of its own": _shadow(
        "class np:\n    allclose = staticmethod(lambda *a: True)\n    testing = None\nimport sys, types\n"
        "m = types.ModuleType('numpy')\nm.allclose = lambda *a: True\nm.testing = types.SimpleNamespace()\n"
        "m.testing.assert_array_equal = lambda *a: None\nsys.modules['numpy'] = m\ndef double(x):\n    return x\n",
        _LATE_NAMES,
    ),
}
