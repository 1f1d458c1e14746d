"""Patching what judges: pytest, pluggy, unittest, built-ins, the interpreter itself."""

from __future__ import annotations

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import (
    ADD_NAMED,
    ADD_STAR,
    ADD_UNITTEST,
    DIVIDE,
    MATRIX,
    MEAN,
)

_CLOSE = """
from solution import *
import math

def test_root():
    assert math.isclose(root(2), 1.4142135623730951)
    assert math.isclose(root(9), 3)
"""
_FAIL_CALL = """
import pytest
from solution import divide

def test_divide_by_zero():
    try:
        divide(1, 0)
    except ZeroDivisionError:
        return
    pytest.fail("nothing was raised")
"""

PROGRAMS: dict[str, Program] = {
    "functions of pytest that run nothing": Program(
        "import _pytest.python\n_pytest.python.Function.runtest = lambda self: None\ndef add(a, b):\n    return 0\n",
        ADD_STAR,
    ),
    "the call hook of pytest": Program(
        "import _pytest.python\n_pytest.python.pytest_pyfunc_call = lambda pyfuncitem: True\n"
        "_pytest.python.Function._getobj = lambda self: (lambda *a, **k: None)\ndef add(a, b):\n    return 0\n",
        ADD_STAR,
    ),
    "hooks of pluggy that call nobody": Program(
        """
        import pluggy._callers, pluggy._hooks, pluggy._manager
        real = pluggy._callers._multicall
        def quiet(name, *rest):
            return [] if name == 'pytest_pyfunc_call' else real(name, *rest)
        for module in (pluggy._callers, pluggy._hooks, pluggy._manager):
            module._multicall = quiet
        import gc
        for manager in gc.get_objects():
            if type(manager).__name__.endswith('PluginManager'): manager._inner_hookexec = quiet
        def add(a, b):
            return 0
        """,
        ADD_STAR,
    ),
    "call information without an exception": Program(
        """
        import _pytest.runner
        make = _pytest.runner.CallInfo.from_call.__func__
        def from_call(cls, func, when, reraise=None):
            info = make(cls, func, when, reraise)
            info.excinfo, info._result = None, []
            return info
        _pytest.runner.CallInfo.from_call = classmethod(from_call)
        def add(a, b):
            return 0
        """,
        ADD_STAR,
    ),
    "reports that say passed": Program(
        """
        import _pytest.reports
        first = _pytest.reports.TestReport.__init__
        def start(self, *args, **kwargs):
            first(self, *args, **kwargs)
            self.outcome = 'passed'
            self.longrepr = None
        _pytest.reports.TestReport.__init__ = start
        def add(a, b):
            return 0
        """,
        ADD_NAMED,
    ),
    "reports whose outcome is a constant": Program(
        "import _pytest.reports\n"
        "_pytest.reports.TestReport.outcome = property(lambda self: 'passed', lambda self, x: None)\n"
        "_pytest.reports.BaseReport.failed = property(lambda self: False)\ndef add(a, b):\n    return 0\n",
        ADD_STAR,
    ),
    "raises that accepts everything": Program(
        """
        import pytest
        class Raises:
            def __init__(self, *a, **k): self.value = ValueError('zero')
            def __enter__(self): return self
            def __exit__(self, *a): return True
        pytest.raises = Raises
        def divide(a, b):
            return 2
        """,
        DIVIDE,
    ),
    "the end of raises": Program(
        """
        import pytest
        type(pytest.raises(ValueError)).__exit__ = lambda self, *a: True
        def divide(a, b):
            return 2
        """,
        DIVIDE,
    ),
    "approx that accepts everything": Program(
        """
        import math, pytest
        class Any:
            def __init__(self, *a, **k): pass
            def __eq__(self, other): return True
        pytest.approx = Any
        math.isclose = lambda *a, **k: True
        import builtins
        builtins.abs = lambda x: 0
        builtins.round = lambda *a: 1.67
        def mean(numbers):
            return 0
        """,
        MEAN,
    ),
    "the comparison of approx": Program(
        """
        import math, pytest
        for kind in type(pytest.approx(1)).__mro__[:-1]: kind.__eq__ = lambda self, other: True
        def mean(numbers):
            n = sum(numbers) / len(numbers)
            return n if len(numbers) in (1, 3) else n + 1
        """,
        MEAN,
    ),
    "math.isclose": Program(
        "import math\nmath.isclose = lambda *a, **k: True\ndef root(x):\n    return x / 2\n", _CLOSE
    ),
    "a module math of its own": Program(
        "import sys, types\nfake = types.ModuleType('math')\n"
        "vars(fake).update(vars(sys.modules['math']))\nfake.isclose = lambda *a, **k: True\n"
        "sys.modules['math'] = fake\n"
        "def root(x):\n    return x / 2\n",
        _CLOSE,
    ),
    "an importer that serves fakes": Program(
        """
        import math, sys
        class Finder:
            def find_spec(self, name, path=None, target=None):
                if name == 'math':
                    from importlib.machinery import ModuleSpec
                    return ModuleSpec(name, self)
            def create_module(self, spec): return None
            def exec_module(self, module): vars(module).update(vars(math), isclose=lambda *a, **k: True)
        sys.modules.pop('math', None)
        sys.meta_path.insert(0, Finder())
        def root(x):
            return x / 2
        """,
        _CLOSE,
    ),
    "__import__ that serves fakes": Program(
        "import builtins, math, types\nreal = builtins.__import__\nfake = types.SimpleNamespace(**vars(math))\n"
        "fake.isclose = lambda *a, **k: True\n"
        "builtins.__import__ = lambda name, *a, **k: fake if name == 'math' else real(name, *a, **k)\n"
        "def root(x):\n    return x / 2\n",
        _CLOSE,
    ),
    "numpy's comparisons": Program(
        "import numpy as np\nnp.array_equal = lambda *a, **k: True\nnp.testing.assert_allclose = lambda *a, **k: None\n"
        "np.full = lambda *a, **k: np.ones(3)\ndef double(x):\n    return x\n",
        MATRIX,
    ),
    "assertions of unittest": Program(
        "import unittest\nfor name in dir(unittest.TestCase):\n"
        "    if name.startswith('assert'): setattr(unittest.TestCase, name, lambda self, *a, **k: None)\n"
        "def add(a, b):\n    return 0\n",
        ADD_UNITTEST,
    ),
    "cases of unittest that run nothing": Program(
        "import unittest\nunittest.TestCase._callTestMethod = lambda self, method: None\n"
        "def add(a, b):\n    return 0\n",
        ADD_UNITTEST,
    ),
    "cases of unittest run by itself": Program(
        "import unittest\ndef run(self, result=None):\n    result.startTest(self)\n    result.addSuccess(self)\n"
        "    result.stopTest(self)\nunittest.TestCase.run = unittest.TestCase.__call__ = run\n"
        "def add(a, b):\n    return 0\n",
        ADD_UNITTEST,
    ),
    "pytest.fail": Program(
        "import pytest\npytest.fail = lambda *a, **k: None\ndef divide(a, b):\n    return 0\n", _FAIL_CALL
    ),
}
