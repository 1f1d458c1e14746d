"""Patching pytest's items, marks and fixtures so that tests of the right names run and assert nothing."""

from __future__ import annotations

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import ADD_MODULE, ADD_NAMED, ADD_STAR, ADD_UNITTEST

_MARKED = """
import pytest
from solution import *

@pytest.mark.parametrize("a, b, expected", [(1, 2, 3), (4, 5, 9)])
def test_add(a, b, expected):
    assert add(a, b) == expected

def test_plain():
    assert 1 == 1
"""
_FIXTURES = """
from solution import *
import pytest

@pytest.fixture
def expected():
    return 5

def test_add(expected):
    assert add(2, 3) == expected
"""
_CAPTURED = """
from solution import greet

def test_greet(capsys):
    greet("Ada")
    assert capsys.readouterr().out == "Hello, Ada!\\n"
"""

PROGRAMS: dict[str, Program] = {
    "parametrize keeps nothing": Program(
        "import pytest\ntype(pytest.mark).parametrize = property(lambda self: lambda *a, **k: lambda f: lambda: None)\n"
        "def add(a, b):\n    return 0\n",
        _MARKED.replace("import pytest\nfrom solution import *", "from solution import *\nimport pytest"),
    ),
    "parametrize with no cases": Program(
        """
        import _pytest.mark.structures, _pytest.python
        real = _pytest.python.Metafunc.parametrize
        _pytest.python.Metafunc.parametrize = lambda self, names, values, *a, **k: real(self, names, [], *a, **k)
        def add(a, b):
            return 0
        """,
        _MARKED,
    ),
    "parametrize with easy cases": Program(
        """
        import _pytest.python
        real = _pytest.python.Metafunc.parametrize
        def easy(self, names, values, *a, **k): return real(self, names, [(0, 0, 0)], *a, **k)
        _pytest.python.Metafunc.parametrize = easy
        def add(a, b):
            return 0
        """,
        ADD_NAMED,
        split_only=True,
    ),
    "parametrize with the solution's own answers": Program(
        """
        import _pytest.python
        real = _pytest.python.Metafunc.parametrize
        def own(self, names, values, *a, **k): return real(self, names, [(x, y, 0) for x, y, z in values], *a, **k)
        _pytest.python.Metafunc.parametrize = own
        def add(a, b):
            return 0
        """,
        ADD_NAMED,
        split_only=True,
    ),
    "fixtures that are made of something else": Program(
        "import pytest\nclass Any:\n    def __eq__(self, other): return True\n"
        "real = pytest.fixture\npytest.fixture = lambda f: real(lambda: Any(), name=f.__name__)\n"
        "def add(a, b):\n    return 0\n",
        _FIXTURES,
    ),
    "values of fixtures": Program(
        """
        import _pytest.fixtures
        class Any:
            def __eq__(self, other): return True
        _pytest.fixtures.FixtureRequest.getfixturevalue = lambda self, name: Any()
        _pytest.fixtures.FixtureDef.execute = lambda self, request: Any()
        def add(a, b):
            return 0
        """,
        _FIXTURES,
        split_only=True,
    ),
    "what was captured": Program(
        """
        import _pytest.capture
        class Any:
            out = err = property(lambda self: self)
            def __eq__(self, other): return True
        _pytest.capture.CaptureFixture.readouterr = lambda self: Any()
        def greet(name):
            print("no")
        """,
        _CAPTURED,
        split_only=True,
    ),
    "every item expected to fail": Program(
        """
        import gc, pytest
        def add(a, b):
            for item in gc.get_objects():
                if isinstance(item, pytest.Item): item.add_marker(pytest.mark.xfail(reason='later'))
            return 0
        """,
        ADD_MODULE,
    ),
    "every item skipped": Program(
        """
        import gc, pytest
        def add(a, b):
            for item in gc.get_objects():
                if isinstance(item, pytest.Item): item.add_marker(pytest.mark.skip)
            return 3
        """,
        ADD_NAMED,
    ),
    "the evaluation of marks": Program(
        """
        import _pytest.skipping as skipping
        skipping.evaluate_xfail_marks = lambda item: skipping.Xfail('later', True, False, None)
        def add(a, b):
            return 0
        """,
        ADD_STAR,
    ),
    "the functions of all items": Program(
        """
        import gc, pytest
        calls = []
        def add(a, b):
            for item in gc.get_objects():
                if isinstance(item, pytest.Function): item.obj = lambda *args, **kwargs: None
            calls.append(a)
            return a + b if len(calls) == 1 else 0
        """,
        ADD_NAMED,
        split_only=True,
    ),
    "the items that are left": Program(
        """
        import gc, pytest
        def add(a, b):
            for session in gc.get_objects():
                if isinstance(session, pytest.Session): session.items.clear()
            for items in gc.get_objects():
                if type(items) is list and len(items) > 1 and isinstance(items[-1], pytest.Item): items.clear()
            return 3
        """,
        ADD_NAMED,
    ),
    "a plugin registered by hand": Program(
        """
        import gc, pytest
        class Plugin:
            @pytest.hookimpl(tryfirst=True)
            def pytest_pyfunc_call(self, pyfuncitem): return True
            @pytest.hookimpl(tryfirst=True)
            def pytest_runtest_makereport(self, item, call): call.excinfo = None
        for manager in gc.get_objects():
            if isinstance(manager, pytest.PytestPluginManager): manager.register(Plugin())
        def add(a, b):
            return 0
        """,
        ADD_NAMED,
    ),
    "the session is told to stop": Program(
        """
        import gc, pytest
        def add(a, b):
            for session in gc.get_objects():
                if isinstance(session, pytest.Session): session.shouldstop = session.shouldfail = 'enough'
            return 3
        """,
        ADD_NAMED,
    ),
    "unittest's outcome": Program(
        """
        import contextlib, unittest.case
        @contextlib.contextmanager
        def quiet(self, test_case, subTest=False):
            try: yield
            except BaseException: pass
        unittest.case._Outcome.testPartExecutor = quiet
        def add(a, b):
            return 0
        """,
        ADD_UNITTEST,
        split_only=True,
    ),
    "pytest's result of a unittest": Program(
        "import _pytest.unittest as u\nfor name in ('addError', 'addFailure'):\n"
        "    setattr(u.TestCaseFunction, name, lambda self, *a, **k: None)\ndef add(a, b):\n    return 0\n",
        ADD_UNITTEST,
        split_only=True,
    ),
    "classes made without their tests": Program(
        """
        import builtins
        real = builtins.__build_class__
        def build(body, name, *bases, **keywords):
            made = real(body, name, *bases, **keywords)
            for key in list(vars(made)):
                if key.startswith('test_'): setattr(made, key, lambda self: None)
            return made
        builtins.__build_class__ = build
        def add(a, b):
            return 0
        """,
        ADD_MODULE,
        split_only=True,
    ),
}
