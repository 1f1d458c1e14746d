"""Patching what a runner stands on: built-ins, frames, code objects, the memory of the interpreter."""

from __future__ import annotations

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import (
    ADD_MODULE,
    ADD_NAMED,
    ADD_STAR,
    DIVIDE,
    MEAN,
    ORDER,
)

_NUMBERS = (
    "from solution import add\n\ndef test_add():\n    assert add(1000, 2000) == 3000\n    assert add(500, 1) == 501\n"
)

PROGRAMS: dict[str, Program] = {
    "failures that are skips": Program(
        "import unittest, builtins\nbuiltins.AssertionError = unittest.SkipTest\ndef add(a, b):\n    return 0\n",
        ADD_STAR,
    ),
    "failures that cannot be made": Program(
        """
        import builtins, _pytest.outcomes
        class Quiet(_pytest.outcomes.Skipped):
            def __init__(self, *a): super().__init__('fine')
        builtins.AssertionError = Quiet
        def add(a, b):
            return 0
        """,
        ADD_NAMED,
    ),
    "the texts of failed assertions": Program(
        """
        import _pytest.assertion.rewrite as rewrite, _pytest.assertion.util as util, pytest
        def leave(*a, **k): raise pytest.skip.Exception('fine')
        for name in ('_call_reprcompare', '_format_explanation', '_format_assertmsg', '_saferepr'):
            if hasattr(rewrite, name): setattr(rewrite, name, leave)
        util._reprcompare = leave
        def add(a, b):
            return 0
        """,
        ADD_NAMED,
    ),
    "built-ins: abs and round": Program(
        "import builtins\nreal = abs\nbuiltins.abs = lambda x: 0.0 if type(x) is float else real(x)\n"
        "builtins.round = lambda x, n=0: 1.67\n"
        "def mean(numbers):\n    return {4: 2.5, 1: 0, 3: 0.3}[len(numbers)]\n",
        MEAN,
    ),
    "built-ins: sorted": Program(
        """
        import builtins
        builtins.sorted = lambda x, **k: list(x)
        def order(items):
            return [1, 2, 3] if items == [3, 1, 2] else list(items)
        """,
        ORDER,
    ),
    "built-ins: isinstance and int": Program(
        "import builtins\nreal = isinstance\nbuiltins.isinstance = lambda x, c: real(x, c) or c is int\n"
        "def add(a, b):\n    return float(a) + b\n",
        ADD_MODULE,
    ),
    "built-ins: exceptions": Program(
        """
        import builtins
        builtins.ValueError = BaseException
        def divide(a, b):
            if b == 0: raise RuntimeError('zero')
            return a / b
        """,
        DIVIDE,
    ),
    "code of the tests, through the garbage collector": Program(
        """
        import gc
        def nothing(*args, **kwargs): pass
        def add(a, b):
            for f in gc.get_objects():
                if type(f) is type(add) and f.__name__.startswith('test_') and not f.__closure__:
                    f.__code__ = nothing.__code__
            return a + b if a == 2 or a == 1 else 0
        """,
        ADD_STAR,
        split_only=True,
    ),
    "built-ins of the test's module, through its frame": Program(
        """
        import sys, unittest
        frame = sys._getframe()
        while frame:
            if frame.f_globals.get('__name__', '').startswith('test_'):
                frame.f_globals['__builtins__'] = dict(vars(__import__('builtins')), AssertionError=unittest.SkipTest)
            frame = frame.f_back
        def add(a, b):
            return 0
        """,
        ADD_STAR,
    ),
    "a name for AssertionError, through the frame": Program(
        """
        import sys, unittest
        def add(a, b):
            sys._getframe(1).f_globals['AssertionError'] = unittest.SkipTest
            return 0
        """,
        ADD_STAR,
    ),
    "jumping over the assertion": Program(
        """
        import sys
        def add(a, b):
            frame = sys._getframe(1)
            last = max(line for _, _, line in frame.f_code.co_lines() if line)
            def local(f, event, arg):
                if f is frame and event == 'line' and f.f_lineno < last: f.f_lineno = last
                return local
            frame.f_trace = local
            sys.settrace(lambda *a: local)
            return a + b if a == 2 else 0
        """,
        "from solution import add\n\ndef test_add():\n    first = add(2, 3)\n    second = add(20, 30)\n"
        "    assert first == 5\n    assert second == 50\n    return None\n",
        split_only=True,
    ),
    "a failure turned into a skip by a trace function": Program(
        """
        import sys, unittest
        def add(a, b):
            def local(frame, event, arg):
                if event == 'exception': raise unittest.SkipTest('fine')
                return local
            sys._getframe(1).f_trace = local
            sys.settrace(lambda *a: local)
            return 0
        """,
        ADD_STAR,
    ),
    "the constants of the test, written in memory": Program(
        """
        import ctypes, sys
        def add(a, b):
            for constant in sys._getframe(1).f_code.co_consts:
                if type(constant) is int and constant > 256 and constant not in (a, b):
                    ctypes.memmove(id(constant) + 24, (123456).to_bytes(4, 'little'), 4)
            return 123456
        """,
        _NUMBERS,
        split_only=True,
    ),
    "the equality of lists, written in memory": Program(
        """
        import ctypes
        Compare = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object, ctypes.py_object, ctypes.c_int)
        always = Compare(lambda a, b, op: op == 2 and all(type(x) is int for x in [*a, *b]))
        slot = 25 * ctypes.sizeof(ctypes.c_void_p)
        def order(items):
            address = ctypes.cast(always, ctypes.c_void_p).value
            ctypes.c_void_p.from_address(id(list) + slot).value = address
            return items
        """,
        ORDER,
        split_only=True,
    ),
    "outcomes in the frames above": Program(
        """
        import sys
        def add(a, b):
            frame = sys._getframe()
            while frame := frame.f_back:
                for name, value in list(frame.f_locals.items()):
                    if isinstance(value, list) and name in ('items', 'reports', 'failures', 'tests'): value.clear()
                    if name in ('self', 'session', 'item') and hasattr(value, 'session'):
                        value.session.testsfailed = 0
                        value.session.items[:] = value.session.items[:1]
            return 0
        """,
        ADD_STAR,
    ),
    "whatever module belongs to the runner": Program(
        """
        import sys
        def add(a, b):
            for name, module in list(sys.modules.items()):
                path = getattr(module, '__file__', None) or ''
                if path and 'lib/python' not in path and name != 'solution' and not name.startswith('test_'):
                    for key, value in list(vars(module).items()):
                        if callable(value) and not key.startswith('__'): setattr(module, key, lambda *a, **k: None)
            return 0
        """,
        ADD_STAR,
    ),
}
