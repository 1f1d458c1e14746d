"""No test is left, or other tests bear the names."""

from __future__ import annotations

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import ADD_AFTER_ANOTHER, ADD_MODULE, ADD_NAMED, ADD_STAR, ADD_UNITTEST

_WRONG = "def add(a, b):\n    return 0\n"
_LAST = """
def test_add():
    import solution
    assert solution.add(2, 3) == 5

def test_one():
    assert True

from solution import *
"""
_NO_TESTS = "from solution import *\n\ndef check_add():\n    assert add(2, 3) == 5\n"
_NO_TESTS_IN_MAIN = """
from solution import add

def main():
    assert add(2, 3) == 5

if __name__ == "__main__":
    main()
"""
_HELD_BY_CLASS = """
from solution import *

class AddTests:
    def test_add(self):
        assert add(2, 3) == 5
"""

PROGRAMS: dict[str, Program] = {
    "hidden by __test__": Program("__all__ = ['__test__', 'add']\n__test__ = False\n" + _WRONG, ADD_STAR),
    "hidden by __test__, through the frame": Program(
        "import sys\nf = sys._getframe()\nwhile f:\n    if f.f_globals.get('__name__', '').startswith('test'):\n"
        "        f.f_globals['__test__'] = False\n    f = f.f_back\n" + _WRONG,
        ADD_STAR,
    ),
    "taken from the module while it is made": Program(
        """
        import sys
        frame = sys._getframe()
        while frame and not frame.f_globals.get('__name__', '').startswith('test'): frame = frame.f_back
        def watch(f, event, arg):
            for name in [n for n in f.f_globals if n.startswith('test_')]: del f.f_globals[name]
            return watch
        if frame:
            frame.f_trace = watch
            sys.settrace(lambda *a: None)
        def add(a, b):
            return 0
        """,
        ADD_STAR,
    ),
    "emptied when the module is made": Program(
        """
        import sys
        frame = sys._getframe()
        while frame and not frame.f_globals.get('__name__', '').startswith('test'): frame = frame.f_back
        def watch(f, event, arg):
            if event == 'return':
                for name in [n for n in f.f_globals if n.startswith('test_')]: f.f_globals[name] = lambda: None
            return watch
        if frame:
            frame.f_trace = watch
            sys.settrace(lambda *a: None)
        def add(a, b):
            return 0
        """,
        ADD_STAR,
        split_only=True,
        note="all names are there, all pass, nothing is asserted",
    ),
    "taken from the module by a thread": Program(
        """
        import sys, threading
        def take():
            while True:
                for module in list(sys.modules.values()):
                    if getattr(module, '__name__', '').startswith('test_'):
                        for name in [n for n in list(vars(module)) if n.startswith('test_')]:
                            try: delattr(module, name)
                            except AttributeError: pass
        sys.setswitchinterval(1e-5)
        threading.Thread(target=take, daemon=True).start()
        def add(a, b):
            return 0
        """,
        ADD_STAR,
        "fail error tampered timeout",
    ),
    "taken from the module in the call": Program(
        "import sys\ndef add(a, b):\n    m = sys._getframe(1).f_globals\n"
        "    for name in [n for n in m if n.startswith('test_')]: m[name] = None\n    return 0\n",
        ADD_AFTER_ANOTHER,
    ),
    "a module of its own under the test's name": Program(
        "import os, sys, types\nm = types.ModuleType('test_solution')\n"
        "m.__file__ = os.path.abspath('test_solution.py')\n"
        "m.test_add_positive = m.test_add_negative = lambda: None\n"
        "sys.modules['test_solution'] = m\n" + _WRONG,
        ADD_STAR,
        split_only=True,
    ),
    "a module of another class": Program(
        """
        import sys, types
        class Empty(types.ModuleType):
            @property
            def __dict__(self): return {}
            def __getattribute__(self, name):
                return {} if name == '__dict__' else types.ModuleType.__getattribute__(self, name)
        for name, module in list(sys.modules.items()):
            if name.startswith('test_'): module.__class__ = Empty
        def add(a, b):
            return 0
        """,
        ADD_STAR,
    ),
    "pytest makes no items": Program(
        "import _pytest.python as p\np.PyCollector.collect = p.Module.collect = p.Class.collect = lambda self: []\n"
        + _WRONG,
        ADD_STAR,
    ),
    "pytest knows no test functions": Program(
        "import _pytest.python as p\np.PyCollector.istestfunction = lambda *a: False\n"
        "p.PyCollector.istestclass = lambda *a: False\n" + _WRONG,
        ADD_MODULE,
    ),
    "pytest makes the easy items": Program(
        "import _pytest.python as p\nmake = p.PyCollector._genfunctions\n"
        "p.PyCollector._genfunctions = lambda s, n, f: make(s, n, f) if n == 'test_arithmetic_works' else iter(())\n"
        + _WRONG,
        ADD_AFTER_ANOTHER,
    ),
    "another pattern for names": Program(
        """
        import gc
        for config in gc.get_objects():
            if type(config).__name__ == 'Config':
                config._inicache.update(python_functions=['check'], python_classes=['Check'])
        def add(a, b):
            return 0
        """,
        ADD_STAR,
    ),
    "cases of unittest that are none": Program(
        "import unittest\nunittest.TestLoader.getTestCaseNames = lambda *a: []\n"
        "unittest.TestCase.__test__ = False\n" + _WRONG,
        ADD_UNITTEST,
    ),
    "classes of the test under another name": Program(
        """
        import builtins
        real = builtins.__build_class__
        def build(body, name, *bases, **keywords):
            made = real(body, name, *bases, **keywords)
            made.__test__ = False
            return made
        builtins.__build_class__ = build
        def add(a, b):
            return 0
        """,
        ADD_MODULE,
    ),
    "names of parameters that repeat": Program(
        "import _pytest.python as p\nreal = p.Metafunc.parametrize\n"
        "p.Metafunc.parametrize = lambda s, n, v, *a, **k: real(s, n, v[:1], *a, **k)\n"
        "def add(a, b):\n    return 3 if (a, b) == (1, 2) else 0\n",
        ADD_NAMED,
        split_only=True,
    ),
    "its own tests after the others": Program(
        "def test_add(): pass\ndef test_one(): pass\n" + _WRONG, _LAST, "fail error tampered no_tests"
    ),
    "its own tests where there are none": Program("def test_mine(): pass\n" + _WRONG, _NO_TESTS, "no_tests tampered"),
    "its own test class where there is none": Program(
        "class TestMine:\n    def test_a(self): pass\n" + _WRONG, _HELD_BY_CLASS, "no_tests tampered"
    ),
    "its own unittest where there is none": Program(
        "import unittest\nclass Mine(unittest.TestCase):\n    def test_a(self): pass\n" + _WRONG,
        _NO_TESTS,
        "no_tests tampered",
    ),
    "a test file without tests": Program("def add(a, b):\n    return a + b\n", _NO_TESTS_IN_MAIN, "no_tests"),
    "collect_ignore and friends": Program(
        "collect_ignore = collect_ignore_glob = ['*']\ndef pytest_ignore_collect(*a, **k): return True\n"
        "def pytest_collection_modifyitems(items): items.clear()\npytest_plugins = ['solution']\n" + _WRONG,
        ADD_STAR,
    ),
    "hooks through the star import": Program(
        "import pytest\ndef pytest_pycollect_makeitem(*a, **k): return []\n"
        "def pytest_runtest_protocol(item): return True\n"
        "def pytest_collection(session): return True\npytest_plugins = 'solution'\n" + _WRONG,
        ADD_STAR,
    ),
}
