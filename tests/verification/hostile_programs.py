"""Solutions that return wrong results and try to pass all the same, and the verdicts that are true of them."""

from __future__ import annotations

from typing import NamedTuple

WRONG = "\ndef add(a, b):\n    return 'wrong'\n"
TEST = "from solution import *\nimport solution\n\ndef test_a():\n    assert solution.add(1, 2) == 3\n"
TWO_TESTS = TEST + "\ndef test_b():\n    assert True\n"


class Hostile(NamedTuple):
    """A program and what may be said of it."""

    solution: str
    test: str = TEST
    verdicts: str = "tampered"
    """Where the trick works, one or several with blanks between; where it has no effect, a plain failure is left."""


HOSTILE: dict[str, Hostile] = {
    "os._exit(0) at import": Hostile("import os\nos._exit(0)\n"),
    "os._exit(0) in the tested function": Hostile("import os\ndef add(a, b):\n    os._exit(0)\n"),
    "os._exit(0) after a test that passed": Hostile(
        "import os\ndef add(a, b):\n    os._exit(0)\n", "def test_0():\n    assert True\n\n" + TEST
    ),
    "os._exit(0) from a thread": Hostile(
        "import os, threading, time\nthreading.Timer(0.2, os._exit, [0]).start()\ndef add(a, b):\n    time.sleep(60)\n"
    ),
    "exec of true": Hostile("import os\nos.execv('/bin/true', ['true'])\n"),
    "killing itself": Hostile("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"),
    "killing its process group": Hostile("import os, signal\ndef add(a, b):\n    os.kill(0, signal.SIGKILL)\n"),
    "sys.exit(0) at import": Hostile("import sys\nsys.exit(0)\n", verdicts="error"),
    "pytest.exit in the tested function": Hostile("import pytest\ndef add(a, b):\n    pytest.exit('done', 0)\n"),
    "KeyboardInterrupt in the tested function": Hostile("def add(a, b):\n    raise KeyboardInterrupt\n"),
    "an exit function at the end": Hostile("import atexit, os\natexit.register(os._exit, 0)" + WRONG, verdicts="fail"),
    "skipping itself": Hostile("import pytest\ndef add(a, b):\n    pytest.skip('not today')\n", TWO_TESTS),
    "skipping itself by unittest's exception": Hostile(
        "import unittest\ndef add(a, b):\n    raise unittest.SkipTest\n", TWO_TESTS
    ),
    "skipping the whole file": Hostile("import pytest\npytest.skip('no', allow_module_level=True)\n"),
    "a skip mark through the star import": Hostile("import pytest\npytestmark = pytest.mark.skip" + WRONG, TWO_TESTS),
    "an xfail mark through the star import": Hostile(
        "import pytest\npytestmark = pytest.mark.xfail" + WRONG, TWO_TESTS
    ),
    "no parameters through the star import": Hostile(
        "def pytest_generate_tests(metafunc):\n    metafunc.fixturenames.append('x')\n"
        "    metafunc.parametrize('x', [])" + WRONG,
        TWO_TESTS,
    ),
    "hiding the tests by __test__": Hostile("__all__ = ['__test__', 'add']\n__test__ = False" + WRONG),
    "being a plugin through the star import": Hostile(
        "pytest_plugins = ['solution']\ndef pytest_runtest_call(item):\n    item.obj = lambda: None" + WRONG,
        verdicts="fail",
    ),
    "deleting the tests from the module": Hostile(
        "from _pytest.python import Module\nmake = Module._genfunctions\n"
        "Module._genfunctions = lambda self, name, f: make(self, name, f) if name != 'test_a' else ()" + WRONG,
        TWO_TESTS,
        verdicts="tampered fail",
    ),
    "stopping after the first test": Hostile(
        "import gc\ndef stop():\n    for thing in gc.get_objects():\n"
        "        if type(thing).__name__ == 'Session': thing.shouldstop = 'enough'\n" + WRONG,
        "import solution\n\ndef test_0():\n    solution.stop()\n\n" + TEST,
        verdicts="tampered fail",
    ),
    "planted conftest, ini and sitecustomize": Hostile(
        """
import pathlib
hook = "def pytest_runtest_call(item):\\n    item.obj = lambda: None\\n"
for name in ("conftest.py", "sitecustomize.py", "usercustomize.py", "pytest_cov.py"):
    pathlib.Path(name).write_text(hook)
pathlib.Path("pytest.ini").write_text("[pytest]\\naddopts = --collect-only\\n")
pathlib.Path("test_solution.py").write_text("def test_a(): pass\\n")
"""
        + WRONG,
        verdicts="fail",
    ),
    "every number is equal, by built-ins": Hostile(
        "import builtins\nbuiltins.len = builtins.isinstance = builtins.hasattr = lambda *a: True" + WRONG,
        verdicts="fail error tampered",
    ),
    "closing every descriptor": Hostile("import os\nos.closerange(0, 100_000)\ndef add(a, b):\n    return 3\n"),
    "writing results to every descriptor": Hostile(
        """
import json, os
lines = [{"seq": 1, "kind": "test", "name": "test_a", "outcome": "passed"}, {"seq": 2, "kind": "end", "status": 0}]
for descriptor in range(3, 4096):
    try:
        os.write(descriptor, "".join(json.dumps(line) + "\\n" for line in lines).encode())
    except OSError:
        pass
os._exit(0)
"""
    ),
    "half a line in the report, then a hang": Hostile(
        "import os\nfor descriptor in range(3, 4096):\n    try: os.write(descriptor, b'x')\n    except OSError: pass"
        + WRONG
    ),
    "a result printed": Hostile(
        "print('1 passed'); print('TOTAL 1 0 100%')\nimport os\nos.write(2, b'1 passed')" + WRONG, verdicts="fail"
    ),
    "a crash": Hostile("import ctypes\ndef add(a, b):\n    ctypes.string_at(0)\n", TWO_TESTS, verdicts="error"),
    "recursion without end in C": Hostile(
        "import sys\nsys.setrecursionlimit(10**9)\ndef add(a, b):\n    return repr_of([])\n"
        "class R:\n    def __repr__(self): return repr(self)\ndef repr_of(x): return repr(R())\n",
        verdicts="error fail memory",
    ),
    "memory in small pieces": Hostile(
        "def add(a, b):\n    kept = []\n    while True: kept.append(bytearray(1 << 20))\n", verdicts="memory"
    ),
    "memory to the brim, and away": Hostile(
        "import os\ndef add(a, b):\n    kept = []\n    for size in (1 << 20, 1 << 12, 1 << 6):\n"
        "        try:\n            while True: kept.append(bytearray(size))\n"
        "        except MemoryError: pass\n    os._exit(1)\n",
        verdicts="memory",
    ),
    "memory at once": Hostile("def add(a, b):\n    return bytearray(1 << 40)\n", verdicts="memory"),
    "memory at import": Hostile("x = [0] * (1 << 40)\n", verdicts="memory"),
    "memory, and the error swallowed": Hostile(
        "def add(a, b):\n    kept = []\n    while True:\n        try: kept.append(bytearray(1 << 20))\n"
        "        except MemoryError: return 4\n",
        verdicts="fail memory",
    ),
    "a flood of output": Hostile("def add(a, b):\n    while True: print('x' * 1_000_000)\n", verdicts="error"),
    "a flood of files": Hostile(
        "def add(a, b):\n    with open('f', 'wb') as file:\n        while True: file.write(b'x' * (1 << 20))\n",
        verdicts="fail",
    ),
    "a text that breaks when it is shown": Hostile(
        "class Evil(Exception):\n    def __str__(self): raise SystemExit\n"
        "    __repr__ = __str__\ndef add(a, b):\n    raise Evil\n",
        verdicts="fail",
    ),
    "two hundred processes": Hostile(
        "import os, time\ndef add(a, b):\n    for _ in range(200):\n        if os.fork() == 0: time.sleep(600)\n",
        verdicts="fail error",
    ),
    "forks that report too": Hostile("import os\ndef add(a, b):\n    os.fork()\n    return 4\n", verdicts="fail"),
}
