"""Files and variables that a runner, an import or a later process might read."""

from __future__ import annotations

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import ADD_NAMED, ADD_STAR

_HOOKS = (
    "def pytest_pyfunc_call(pyfuncitem):\\n    return True\\n"
    "def pytest_runtest_makereport(item, call):\\n    call.excinfo = None\\n"
)
_WRONG = "def add(a, b):\n    return 0\n"
_LATE = """
from solution import mean

def test_mean():
    result = mean([1, 2, 3])
    import statistics
    assert result == statistics.fmean([1, 2, 3])

def test_mean_is_close():
    result = mean([1, 2])
    import math, statistics
    assert math.isclose(result, statistics.fmean([1, 2]))
"""
_LATE_NUMBERS = """
from solution import half

def test_half():
    result = half("3")
    from fractions import Fraction
    from decimal import Decimal
    assert result == Fraction(3, 2)
    assert Decimal(str(float(result))) == Decimal("1.5")
"""
_LATE_PACKAGE = """
from solution import double

def test_double():
    double([1])
    import colorsys, this_is_not_there_or_is_it
    assert double([1, 2]) == [2, 4]
"""


def _plants(files: str, wrong: str = _WRONG, test: str = ADD_STAR, verdicts: str = "fail error tampered") -> Program:
    """``files``: a Python expression, a dictionary of path and text."""
    solution = f"import os, pathlib\nfor path, text in ({files}).items():\n"
    solution += "    for base in ('.', os.environ.get('HOME') or '.'):\n        try:\n"
    solution += "            p = pathlib.Path(base, path)\n            p.parent.mkdir(parents=True, exist_ok=True)\n"
    solution += "            p.write_text(text)\n        except OSError: pass\n"
    return Program(solution + wrong, test, verdicts, confined_only=True)


_FAKE_STATISTICS = "{'statistics.py': 'fmean = lambda x: 0\\n', 'statistics/__init__.py': 'fmean = lambda x: 0\\n'}"

PROGRAMS: dict[str, Program] = {
    "conftest.py": _plants(f"{{'conftest.py': '{_HOOKS}', '../conftest.py': '{_HOOKS}'}}"),
    "pytest.ini that collects only": _plants("{'pytest.ini': '[pytest]\\naddopts = --collect-only -p no:python\\n'}"),
    "pyproject.toml": _plants(
        "{'pyproject.toml': '[tool.pytest.ini_options]\\npython_functions = \"nothing\"\\naddopts = \"--co\"\\n'}",
        test=ADD_NAMED,
    ),
    "tox.ini and setup.cfg": _plants(
        "{'tox.ini': '[pytest]\\naddopts = --co\\n', 'setup.cfg': '[tool:pytest]\\naddopts = --co\\n'}", test=ADD_NAMED
    ),
    "sitecustomize.py and usercustomize.py": _plants(
        "{n: 'import os; os._exit(0)\\n' for n in ('sitecustomize.py', 'usercustomize.py', '.pythonrc.py')}"
    ),
    "a .pth in the user's site": _plants(
        "{f'.local/lib/python3.{n}/site-packages/x.pth': 'import os; os._exit(0)\\n' for n in range(9, 15)}"
    ),
    "an entry point of pytest": _plants(
        "{'x-1.dist-info/entry_points.txt': '[pytest11]\\nx = evil\\n',"
        " 'x-1.dist-info/METADATA': 'Name: x\\nVersion: 1\\n',"
        f" 'evil.py': '{_HOOKS}'}}"
    ),
    "the test file written anew": _plants(
        "{'test_solution.py': 'def test_add_positive(): pass\\ndef test_add_negative(): pass\\n'}", verdicts="fail"
    ),
    "the test file written anew, in the call": Program(
        "import glob\ndef add(a, b):\n    for name in glob.glob('test*.py') + ['../test_solution.py']:\n"
        "        try: open(name, 'w').write('def test_add(): pass')\n        except OSError: pass\n    return 0\n",
        ADD_NAMED,
        "fail",
        confined_only=True,
    ),
    "another test file": _plants(
        "{'test_aaa.py': 'def test_add(): pass\\n', 'tests/test_b.py': 'def test_b(): pass\\n'}"
    ),
    "the solution written anew": _plants(
        "{'solution.py': 'def add(a, b): return a + b\\n'}",
        wrong=_WRONG + "import sys\nsys.modules.pop('solution', None)\n",
    ),
    "compiled files": Program(
        """
        import importlib.util, marshal, os, pathlib, struct
        code = compile('def test_add_positive(): pass\\ndef test_add_negative(): pass', 'test_solution.py', 'exec')
        for name in ('test_solution.py',):
            try: stat = os.stat(name)
            except OSError: continue
            head = importlib.util.MAGIC_NUMBER + struct.pack('<III', 0, int(stat.st_mtime), stat.st_size)
            for tag in ('', '-pytest-8.3.4', '-pytest-8.4.2', '-pytest-9.0.2', '-pytest-9.2.0'):
                target = pathlib.Path(importlib.util.cache_from_source(name).replace('.pyc', tag + '.pyc'))
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(head + marshal.dumps(code))
        def add(a, b):
            return 0
        """,
        ADD_STAR,
    ),
    "a module beside the test, imported late": _plants(
        _FAKE_STATISTICS, "import sys\nsys.modules.pop('statistics', None)\ndef mean(x):\n    return 0\n", _LATE
    ),
    "a module beside the test, written in the call": Program(
        """
        import pathlib, sys, os
        def mean(x):
            for place in {'.', os.getcwd(), *(p for p in sys.path if p)}:
                try: pathlib.Path(place, 'statistics.py').write_text('fmean = lambda x: 0')
                except OSError: pass
            sys.modules.pop('statistics', None)
            return 0
        """,
        _LATE,
        confined_only=True,
        note="where one folder serves both processes, the test would import what the solution wrote",
    ),
    "modules of numbers beside the test": _plants(
        "{'fractions.py': 'Fraction = lambda *a: 0\\n', 'decimal.py': 'Decimal = lambda x: 0\\n',"
        " 'numbers.py': 'class Any: pass\\n'}",
        "import sys\nfor m in ('fractions', 'decimal', 'numbers'): sys.modules.pop(m, None)\n"
        "def half(x):\n    return 0\n",
        _LATE_NUMBERS,
    ),
    "modules that are code for the test's process": _plants(
        '{n: \'import os, sys\\nfor m in list(sys.modules.values()):\\n    if hasattr(m, "double"):'
        " m.double = lambda x: [2, 4]\\n' for n in ('colorsys.py', 'this_is_not_there_or_is_it.py')}",
        "def double(x):\n    return x\n",
        _LATE_PACKAGE,
    ),
    "pytest beside the test": _plants(
        "{'pytest.py': 'import os; os._exit(0)\\n', '_pytest/__init__.py': '', 'pluggy.py': '', 'coverage.py': ''}",
        test=ADD_NAMED,
    ),
    "variables of pytest": Program(
        "import os\nos.environ.update(PYTEST_ADDOPTS='--collect-only', PYTEST_PLUGINS='solution', PYTHONOPTIMIZE='2',\n"
        "    PYTHONPATH=os.getcwd(), PYTHONSTARTUP='x.py', PYTHONINSPECT='1', PYTEST_DISABLE_PLUGIN_AUTOLOAD='')\n"
        + _WRONG,
        ADD_STAR,
    ),
    "the path of imports": Program(
        """
        import os, pathlib, sys
        os.makedirs('early', exist_ok=True)
        pathlib.Path('early/statistics.py').write_text('fmean = lambda x: 0')
        sys.path.insert(0, os.path.abspath('early'))
        sys.modules.pop('statistics', None)
        os.environ['PYTHONPATH'] = sys.path[0]
        def mean(x):
            return 0
        """,
        _LATE,
        split_only=True,
    ),
    "caches of lines": Program(
        "import linecache\ndef add(a, b):\n    for name in list(linecache.cache):\n"
        "        linecache.cache[name] = (0, None, ['def test(): pass'], name)\n    return 0\n",
        ADD_STAR,
    ),
    "pytest run again by the solution": Program(
        """
        import os, pathlib, pytest, sys
        pathlib.Path('test_mine.py').write_text('def test_add(): pass')
        code = pytest.main(['-q', '-p', 'no:cacheprovider', 'test_mine.py'])
        def add(a, b):
            os._exit(code)
        """,
        ADD_NAMED,
    ),
    "links in the place of files": Program(
        """
        import os
        for name in ('test_solution.py', 'solution.py'):
            try:
                os.unlink(name)
                os.symlink('/dev/null', name)
            except OSError: pass
        def add(a, b):
            return 0
        """,
        ADD_STAR,
        "fail error",
    ),
    "the working folder removed": Program(
        "import os, shutil\ndef add(a, b):\n    shutil.rmtree(os.getcwd(), ignore_errors=True)\n    return 0\n",
        ADD_STAR,
        "fail error",
    ),
}
