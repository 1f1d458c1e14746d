"""Names of the machinery that a star import brings: of the rewriter, the module, fixtures, set-up."""

from __future__ import annotations

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import ADD_STAR

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
_CAPSYS = """
from solution import *

def test_greet(capsys):
    greet("Ada")
    assert capsys.readouterr().out == "Hello, Ada!\\n"

def test_greet_file(tmp_path):
    greet_into(tmp_path / "x")
    assert (tmp_path / "x").read_text() == "Hello"
"""


def _shadow(solution: str, test: str = ADD_STAR, verdicts: str = "fail error tampered", note: str = "") -> Program:
    return Program(solution, test, verdicts, note=note)


PROGRAMS: dict[str, Program] = {
    "AssertionError through __all__": _shadow(
        "import unittest\n__all__ = ['add', 'AssertionError']\nAssertionError = unittest.SkipTest\n" + _WRONG
    ),
    "names of the rewriter": _shadow(
        """
        import unittest
        __all__ = ['add', '@pytest_ar', '@py_builtins']
        class Helper:
            def __getattr__(self, name):
                raise unittest.SkipTest('no')
        globals()['@pytest_ar'] = globals()['@py_builtins'] = Helper()
        def add(a, b):
            return 0
        """
    ),
    "built-ins through __all__": _shadow(
        """
        import builtins, unittest
        __all__ = ['add', '__builtins__']
        __builtins__ = dict(vars(builtins), AssertionError=unittest.SkipTest)
        def add(a, b):
            return 0
        """
    ),
    "names of the module through __all__": _shadow(
        "__all__ = ['add', '__name__', '__file__', '__spec__', '__loader__', '__dict__', '__class__', '__test__']\n"
        "__name__ = '__main__'\n__dict__ = {}\n__class__ = object\n__test__ = False\n__spec__ = __loader__ = None\n"
        + _WRONG
    ),
    "names from __getattr__ of the module": _shadow(
        _ANY + "    __iter__ = lambda self: iter(())\n"
        "__all__ = ['add', 'len', 'sum', 'max', 'sorted', 'set', 'all', 'any', 'squares']\n"
        "def __getattr__(name):\n    return lambda *a: Any()\n",
        _LENGTHS,
    ),
    "a list of names that lies": _shadow(
        "import unittest\nclass Names(list):\n    def __getitem__(self, i): return ['add', 'AssertionError'][i]\n"
        "    def __iter__(self): return iter(['add'])\n__all__ = Names(['add'])\nAssertionError = unittest.SkipTest\n"
        + _WRONG
    ),
    "the fixture capsys": _shadow(
        """
        import pytest
        class Any:
            out = err = property(lambda self: self)
            __eq__ = lambda self, o: True
            readouterr = lambda self: self
            __truediv__ = lambda self, o: self
            read_text = lambda self: self
        @pytest.fixture
        def capsys(): return Any()
        @pytest.fixture
        def tmp_path(): return Any()
        def greet(name): pass
        def greet_into(path): pass
        """,
        _CAPSYS,
    ),
    "a fixture for all that repairs the solution": _shadow(
        """
        import pytest
        @pytest.fixture(autouse=True)
        def repair(request):
            request.function.__globals__['add'] = lambda a, b: {2: 5, -2: -5}[a]
            request.node.obj = lambda: None
        def add(a, b):
            return 0
        """
    ),
    "set-up that empties the tests": _shadow(
        """
        def setup_module(module):
            for name in list(vars(module)):
                if name.startswith('test_'): setattr(module, name, lambda: None)
        def setup_function(function):
            function.__code__ = (lambda: None).__code__
        def add(a, b):
            return 0
        """
    ),
    "pytestmark and plugins": _shadow(
        "import pytest\npytestmark = pytest.mark.usefixtures('repair')\n@pytest.fixture\ndef repair(request):\n"
        "    request.node.obj = lambda: None\npytest_plugins = ['solution']\n" + _WRONG
    ),
}
