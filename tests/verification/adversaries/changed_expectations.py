"""Changing what the result is compared with: the arguments, the test's own objects, the reference it computes with."""

from __future__ import annotations

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import ADD_NAMED

_CASES = """
from solution import order

def test_order():
    case = {"given": [3, 1, 2], "wanted": [1, 2, 3]}
    assert order(case["given"]) == case["wanted"]
    assert case["wanted"] == [1, 2, 3]
"""
_GLOBAL = """
from solution import *

WANTED = {"abc": "cba", "ab": "ba"}

def test_reverse():
    for text in ("abc", "ab"):
        assert reverse(text) == WANTED[text]
"""
_REFERENCE = """
import math
import statistics
import random
from solution import *

def test_mean():
    assert mean([1, 2, 3, 4]) == statistics.mean([1, 2, 3, 4])

def test_root():
    assert root(2) == math.sqrt(2)
"""
_COPY = """
import copy
from solution import without_first

def test_without_first_leaves_its_argument_alone():
    data = [[1], [2], [3]]
    before = copy.deepcopy(data)
    assert without_first(data) == [[2], [3]]
    assert data == before
"""
_DECIMAL = """
from decimal import Decimal
from solution import third

def test_third():
    assert third(Decimal(1)) == Decimal(1) / Decimal(3)
    assert str(third(Decimal(1))) == str(Decimal(1) / Decimal(3))
"""


def _taker(solution: str, test: str, note: str = "") -> Program:
    return Program(solution, test, split_only=True, note=note)


PROGRAMS: dict[str, Program] = {
    "the dictionary that holds the argument": _taker(
        """
        import gc
        def order(items):
            for holder in gc.get_referrers(items):
                if type(holder) is dict and 'wanted' in holder: holder['wanted'] = items
            return items
        """,
        _CASES.rpartition("    assert")[0],
    ),
    "a list found by its content": _taker(
        """
        import gc
        def order(items):
            for found in gc.get_objects():
                if type(found) is list and found == [1, 2, 3]: found[:] = items
            return items
        """,
        _CASES.rpartition("    assert")[0],
    ),
    "local names of the frame above": _taker(
        "import sys\ndef order(items):\n    sys._getframe(1).f_locals['case']['wanted'][:] = items\n    return items\n",
        _CASES.rpartition("    assert")[0],
    ),
    "global names of the frame above": _taker(
        "import sys\ndef reverse(text):\n    sys._getframe(1).f_globals['WANTED'][text] = text\n    return text\n",
        _GLOBAL,
    ),
    "the test's module by its name": _taker(
        "import sys\ndef reverse(text):\n    sys.modules['test_solution'].WANTED = {'abc': 0, 'ab': 0}\n    return 0\n",
        _GLOBAL,
    ),
    "the test's module, found by what it holds": _taker(
        "import sys\ndef reverse(text):\n    for m in list(sys.modules.values()):\n"
        "        if hasattr(m, 'WANTED'): m.WANTED[text] = 7\n    return 7\n",
        _GLOBAL,
    ),
    "the references that it is compared with": _taker(
        "import math, statistics\nstatistics.mean = lambda x: 0\nmath.sqrt = lambda x: 0\n"
        "def mean(x):\n    return 0\ndef root(x):\n    return 0\n",
        _REFERENCE,
    ),
    "references of its own through the star import": Program(
        "class statistics:\n    mean = staticmethod(lambda x: 0)\nclass math:\n    sqrt = staticmethod(lambda x: 0)\n"
        "def mean(x):\n    return 0\ndef root(x):\n    return 0\n",
        _REFERENCE,
        note="the test binds these names itself",
    ),
    "copies that are no copies": _taker(
        "import copy\ncopy.deepcopy = copy.copy = lambda x: x\ndef without_first(items):\n"
        "    del items[0]\n    return items\n",
        _COPY,
    ),
    "the precision of decimals": _taker(
        "import decimal\ndecimal.getcontext().prec = 2\ndef third(x):\n    return decimal.Decimal('0.33')\n", _DECIMAL
    ),
    "arguments of the tests through the garbage collector": _taker(
        """
        import gc, pytest
        for_all = []
        def add(a, b):
            for item in gc.get_objects():
                if isinstance(item, pytest.Function) and hasattr(item, 'callspec'):
                    item.callspec.params['expected'] = 3
                    if item.funcargs: item.funcargs['expected'] = 3
            return 3
        """,
        ADD_NAMED,
    ),
    "a dictionary's view of the arguments": _taker(
        """
        import gc
        class Any(int):
            __eq__ = lambda s, o: True
        def order(items):
            for d in gc.get_objects():
                if type(d) is dict and d.get('given') is items: d['wanted'] = Any(0)
            return 0
        """,
        _CASES.rpartition("    assert")[0],
    ),
}
