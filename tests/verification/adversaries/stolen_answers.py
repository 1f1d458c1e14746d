"""Reading the expected answers out of the test: its file, its frames, its memory. Only another process is blind."""

from __future__ import annotations

import textwrap

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import ADD_NAMED, ADD_STAR, COUNT, GREET

_TABLE = """
from solution import encode

CASES = {"abc": "4fe1", "xyz": "99b0", "": "0000"}

def test_encode():
    for text, expected in CASES.items():
        assert encode(text) == expected
"""
_ORDER = """
from solution import order

def test_order():
    given = [3, 1, 2]
    assert order(given) == [1, 2, 3]
"""
_READ = """
import re
def answers():
    found = [hit for text in texts() for hit in re.findall(r"add\\((-?\\d+), (-?\\d+)\\) == (-?\\d+)", text)]
    return {(int(a), int(b)): int(c) for a, b, c in found}
def add(a, b):
    return answers().get((a, b))
"""


def _thief(texts: str, test: str = ADD_STAR) -> Program:
    return Program(textwrap.dedent(texts) + _READ, test, "fail error tampered", split_only=True)


PROGRAMS: dict[str, Program] = {
    "the test file beside it": _thief("def texts():\n    return [open('test_solution.py').read()]\n"),
    "whatever lies in the working folder": _thief(
        "import pathlib\ndef texts():\n"
        "    return [p.read_text(errors='replace') for p in pathlib.Path('.').rglob('*') if p.is_file()]\n"
    ),
    "the folders around": _thief(
        """
        import os
        def texts():
            for root in ('..', os.environ.get('HOME', '/tmp'), '/tmp', '/trial', '/dev/shm', '/var/tmp'):
                for folder, _, names in os.walk(root):
                    for name in names:
                        path = os.path.join(folder, name)
                        try:
                            if os.path.getsize(path) < 100_000: yield open(path, errors='replace').read()
                        except OSError: pass
        """
    ),
    "the file of the test's module": _thief(
        "import sys\ndef texts():\n    for m in list(sys.modules.values()):\n"
        "        path = getattr(m, '__file__', None) or ''\n"
        "        if 'test' in path.rpartition('/')[2]:\n            try: yield open(path).read()\n"
        "            except OSError: pass\n"
    ),
    "linecache": _thief(
        "import linecache\ndef texts():\n"
        "    return [''.join(entry[2]) for entry in linecache.cache.values() if len(entry) == 4]\n"
    ),
    "the source of the frame above": _thief(
        "import inspect\ndef texts():\n    for info in inspect.stack(50):\n"
        "        yield ''.join(info.code_context or [])\n"
    ),
    "texts in memory": _thief(
        """
        import re
        def texts():
            with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb') as memory:
                for line in maps:
                    low, high = (int(x, 16) for x in line.split()[0].split('-'))
                    if 'rw-p' in line and high - low < 1 << 28:
                        try:
                            memory.seek(low)
                            yield memory.read(high - low).decode('latin-1')
                        except (OSError, ValueError): pass
        """
    ),
    "the memory of its relatives": _thief(
        """
        import os
        def texts():
            for pid in {os.getppid(), *range(1, 50), *range(os.getpid() - 20, os.getpid() + 20)}:
                try:
                    with open(f'/proc/{pid}/maps') as maps, open(f'/proc/{pid}/mem', 'rb') as memory:
                        for line in maps:
                            low, high = (int(x, 16) for x in line.split()[0].split('-'))
                            if 'rw-p' in line and high - low < 1 << 28:
                                memory.seek(low)
                                yield memory.read(high - low).decode('latin-1')
                except (OSError, ValueError): pass
        """
    ),
    "the working folder of its relatives": _thief(
        """
        import os
        def texts():
            for pid in {os.getppid(), *range(1, 50), *range(os.getpid() - 20, os.getpid() + 20)}:
                for name in ('cwd/test_solution.py', 'root/trial/work/test_solution.py', 'fd/3', 'fd/4', 'fd/5'):
                    try:
                        d = os.open(f'/proc/{pid}/{name}', os.O_RDONLY | os.O_NONBLOCK)
                        yield os.read(d, 65536).decode(errors='replace')
                    except OSError: pass
        """
    ),
    "descriptors that were left open": _thief(
        "import os\ndef texts():\n    for d in range(3, 1024):\n"
        "        try: yield os.pread(d, 1 << 20, 0).decode(errors='replace')\n"
        "        except OSError: pass\n"
    ),
    "constants of the frame above": Program(
        """
        import sys
        def order(items):
            for constant in sys._getframe(1).f_code.co_consts:
                if type(constant) is tuple and len(constant) == len(items) and constant != tuple(items):
                    return list(constant)
        """,
        _ORDER,
        split_only=True,
    ),
    "local names of the frame above": Program(
        "import sys\ndef add(a, b):\n    return sys._getframe(1).f_locals['expected']\n", ADD_NAMED, split_only=True
    ),
    "global names of the frame above": Program(
        "import sys\ndef encode(text):\n    return sys._getframe(1).f_globals['CASES'][text]\n", _TABLE, split_only=True
    ),
    "the module of the test": Program(
        "import sys\ndef encode(text):\n    for m in list(sys.modules.values()):\n"
        "        if hasattr(m, 'CASES'): return m.CASES[text]\n",
        _TABLE,
        split_only=True,
    ),
    "constants through the garbage collector": Program(
        """
        import gc
        def greet(name):
            for f in gc.get_objects():
                if type(f) is type(greet) and f.__name__.startswith('test_greet'):
                    for c in f.__code__.co_consts:
                        if type(c) is not str or not c.startswith('Hello') or c == 'Hello': continue
                        if name in c if name else ',' not in c:
                            return c
        """,
        GREET,
        split_only=True,
    ),
    "dictionaries through the garbage collector": Program(
        """
        import gc
        def encode(text):
            for d in gc.get_objects():
                if type(d) is dict and type(d.get('CASES')) is dict: return d['CASES'][text]
        """,
        _TABLE,
        split_only=True,
    ),
    "the names of parameters": Program(
        """
        import gc, pytest
        def add(a, b):
            for item in gc.get_objects():
                if isinstance(item, pytest.Function) and hasattr(item, 'callspec'):
                    p = item.callspec.params
                    if (p['a'], p['b']) == (a, b): return p['expected']
        """,
        ADD_NAMED,
        split_only=True,
    ),
    "an answer on disk from the run before": Program(
        """
        import json, os, pathlib
        places = ('/tmp', '/var/tmp', '/dev/shm', os.path.expanduser('~'), '..')
        places = [pathlib.Path(p, '.answers.json') for p in places]
        def count_words(text):
            for place in places:
                try:
                    if place.exists(): return json.loads(place.read_text())[text]
                except OSError: pass
            for place in places:
                try: place.write_text(json.dumps({'a b a': {'a': 2, 'b': 1}, '': {}}))
                except OSError: pass
            return None
        """,
        COUNT,
        confined_only=True,
        note="to be run twice",
    ),
}
