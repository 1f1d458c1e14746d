"""Skips, expected failures and early ends that the test file never asked for."""

from __future__ import annotations

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import ADD_AFTER_ANOTHER, ADD_MODULE, ADD_NAMED, ADD_STAR, ADD_UNITTEST

_TAKEN = "tampered fail error"
_WRONG = "def add(a, b):\n    return 0\n"
_OWN_SKIP = """
import sys
import pytest
from solution import *

@pytest.mark.skipif(sys.platform == "win32", reason="not there")
def test_elsewhere():
    assert 1

@pytest.mark.skip(reason="later")
def test_later():
    assert add(1, 1) == 2

def test_add():
    assert add(2, 3) == 5
"""
_OWN_SKIP_IN_BODY = """
import pytest
from solution import *

def test_big():
    if add(0, 0) is None:
        pytest.skip("not implemented")
    assert 1

def test_add():
    assert add(2, 3) == 5
"""
_OWN_XFAIL = """
import pytest
from solution import *

@pytest.mark.xfail(reason="floats")
def test_floats():
    assert add(0.1, 0.2) == 0.3

def test_add():
    assert add(2, 3) == 5

def test_nothing():
    assert True
"""
_CLASS_SKIP = """
import unittest
from solution import add

class Later(unittest.TestCase):
    @unittest.skip("later")
    def test_later(self):
        self.fail()

class Now(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(2, 3), 5)
    def test_true(self):
        self.assertTrue(True)
"""

PROGRAMS: dict[str, Program] = {
    "pytest.skip in the call": Program(
        "import pytest\ndef add(a, b):\n    pytest.skip('not today')\n", ADD_AFTER_ANOTHER, _TAKEN
    ),
    "pytest.skip in every call": Program("import pytest\ndef add(a, b):\n    pytest.skip('no')\n", ADD_STAR, _TAKEN),
    "pytest.skip at import": Program("import pytest\npytest.skip('no', allow_module_level=True)\n", ADD_STAR, _TAKEN),
    "unittest.SkipTest in the call": Program(
        "import unittest\ndef add(a, b):\n    raise unittest.SkipTest('no')\n", ADD_AFTER_ANOTHER, _TAKEN
    ),
    "unittest.SkipTest in a unittest": Program(
        "import unittest\ndef add(a, b):\n    if a < 0: raise unittest.SkipTest('no')\n    return a + b\n",
        ADD_UNITTEST,
        _TAKEN,
    ),
    "unittest.SkipTest at import": Program("import unittest\nraise unittest.SkipTest('no')\n", ADD_STAR, _TAKEN),
    "pytest.xfail in the call": Program(
        "import pytest\ndef add(a, b):\n    pytest.xfail('later')\n", ADD_AFTER_ANOTHER, _TAKEN
    ),
    "pytest.importorskip in the call": Program(
        "import pytest\ndef add(a, b):\n    pytest.importorskip('nothing_of_that_name')\n", ADD_AFTER_ANOTHER, _TAKEN
    ),
    "pytest.importorskip at import": Program(
        "import pytest\npytest.importorskip('nothing_of_that_name')\n" + _WRONG, ADD_NAMED, _TAKEN
    ),
    "a skip of its own class": Program(
        "import _pytest.outcomes as o\nclass Fine(o.Skipped): pass\ndef add(a, b):\n    raise Fine('no')\n",
        ADD_AFTER_ANOTHER,
        _TAKEN,
    ),
    "a skip that is an assertion error as well": Program(
        "import unittest\nclass Fine(AssertionError, unittest.SkipTest): pass\ndef add(a, b):\n    raise Fine('no')\n",
        ADD_AFTER_ANOTHER,
        _TAKEN,
    ),
    "a skip in a comparison": Program(
        "import pytest\nclass Sum:\n    def __eq__(self, o): pytest.skip('no')\ndef add(a, b):\n    return Sum()\n",
        ADD_AFTER_ANOTHER,
        _TAKEN,
    ),
    "a skip when a failure is shown": Program(
        "import unittest\nclass Sum:\n    def __repr__(self): raise unittest.SkipTest('no')\n"
        "def add(a, b):\n    return Sum()\n",
        ADD_AFTER_ANOTHER,
        _TAKEN,
    ),
    "a skip from a trace function": Program(
        "import sys, unittest\ndef trace(*a): raise unittest.SkipTest('no')\ndef add(a, b):\n"
        "    sys.setprofile(trace)\n    return 0\n",
        ADD_AFTER_ANOTHER,
        _TAKEN,
    ),
    "a skip from a signal": Program(
        "import pytest, signal, time\ndef late(*a): pytest.skip('no')\nsignal.signal(signal.SIGALRM, late)\n"
        "def add(a, b):\n    signal.setitimer(signal.ITIMER_REAL, 0.01)\n    time.sleep(5)\n",
        ADD_AFTER_ANOTHER,
        _TAKEN,
    ),
    "pytest.exit in the second test": Program(
        "import pytest\ndef add(a, b):\n    if a == 20: pytest.exit('enough', 0)\n    return a + b\n",
        ADD_AFTER_ANOTHER,
        _TAKEN,
    ),
    "the stop of unittest": Program(
        "from unittest.case import _ShouldStop\ndef add(a, b):\n    raise _ShouldStop\n", ADD_UNITTEST, _TAKEN
    ),
    "a mark through the star import": Program(
        "import pytest\npytestmark = pytest.mark.skip(reason='no')\n" + _WRONG, ADD_STAR, _TAKEN
    ),
    "an expected failure through the star import": Program(
        "import pytest\npytestmark = [pytest.mark.xfail(strict=False)]\n" + _WRONG, ADD_AFTER_ANOTHER, _TAKEN
    ),
    "an expected failure through __all__": Program(
        "import pytest\n__all__ = ['add', 'pytestmark']\npytestmark = pytest.mark.xfail\n" + _WRONG, ADD_STAR, _TAKEN
    ),
    "a fixture that skips, through the star import": Program(
        "import pytest\n@pytest.fixture(autouse=True)\ndef around():\n    pytest.skip('no')\n" + _WRONG,
        ADD_STAR,
        _TAKEN,
    ),
    "a set-up that skips, through the star import": Program(
        "import pytest\ndef setup_function(f):\n    if f.__name__ != 'test_arithmetic_works': pytest.skip('no')\n"
        + _WRONG,
        ADD_AFTER_ANOTHER,
        _TAKEN,
    ),
    "setUpModule that skips, through the star import": Program(
        "import unittest\ndef setUpModule():\n    raise unittest.SkipTest('no')\nsetup_module = setUpModule\n" + _WRONG,
        ADD_STAR,
        _TAKEN,
    ),
    "a generator of parameters that has none": Program(
        "def pytest_generate_tests(metafunc):\n    metafunc.fixturenames.append('x')\n"
        "    metafunc.parametrize('x', [])\n" + _WRONG,
        ADD_STAR,
        _TAKEN,
    ),
    "a mark on the test functions, through their frame": Program(
        """
        import pytest, sys
        def add(a, b):
            for name, f in list(sys._getframe(1).f_globals.items()):
                if name.startswith('test_'): pytest.mark.skip(f)
            pytest.skip('no')
        """,
        ADD_AFTER_ANOTHER,
        _TAKEN,
    ),
    "a skip where another test has a skip of its own": Program(
        "import pytest\ndef add(a, b):\n    pytest.skip('later')\n", _OWN_SKIP, _TAKEN + " no_tests"
    ),
    "a skip where the test file itself skips for cause": Program(
        "import unittest\ndef add(a, b):\n    if a == 2: raise unittest.SkipTest('not implemented')\n    return 0\n",
        _OWN_SKIP_IN_BODY,
        _TAKEN,
    ),
    "a failure where another test may fail": Program(
        "import pytest\ndef add(a, b):\n    pytest.xfail('floats')\n", _OWN_XFAIL, _TAKEN
    ),
    "a skip where another class of tests is skipped": Program(
        "import unittest\ndef add(a, b):\n    raise unittest.SkipTest('later')\n", _CLASS_SKIP, _TAKEN
    ),
    "a warning that is a skip, raised by the test's own filter": Program(
        "import unittest, warnings\nclass W(UserWarning, unittest.SkipTest): pass\ndef add(a, b):\n"
        "    warnings.simplefilter('error')\n    warnings.warn('no', W)\n    return 0\n",
        ADD_AFTER_ANOTHER,
        _TAKEN,
    ),
    "a group of skips": Program(
        "import unittest\ndef add(a, b):\n"
        "    raise BaseExceptionGroup('no', [unittest.SkipTest('no'), SystemExit(0)])\n",
        ADD_AFTER_ANOTHER,
        _TAKEN,
    ),
    "an interrupt of its own class": Program(
        "class Enough(KeyboardInterrupt, ValueError): pass\ndef add(a, b):\n    raise Enough\n",
        ADD_AFTER_ANOTHER,
        _TAKEN,
    ),
    "names of skips in its classes": Program(
        "class Skipped(Exception): pass\nclass SkipTest(Exception): pass\nSkipped.__module__ = '_pytest.outcomes'\n"
        "SkipTest.__module__ = 'unittest.case'\ndef add(a, b):\n    raise (SkipTest if a < 0 else Skipped)('no')\n",
        ADD_MODULE,
        _TAKEN,
    ),
    "one half skipped, one half right": Program(
        "import pytest\ndef add(a, b):\n    if a > 5: pytest.skip('big numbers')\n    return a + b\n", ADD_NAMED, _TAKEN
    ),
}
