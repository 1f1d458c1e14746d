"""Mode ``same``: what a solution in the test's own interpreter is refused, and what it may go on doing.

The programs run isolated; many more of them are in ``tests/verification/adversaries``.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType

import pytest

from kodcode_hub.verification.inside.pristine import may_tamper
from kodcode_hub.verification.inside.solution_view import compile_solution
from kodcode_hub.verification.protocol import Limits
from kodcode_hub.verification.warm_sandbox import WarmSandbox
from tests.verification.sandboxes import ISOLATED, SANDBOXES, run_trial, why_not

ADDS = "from solution import add\n\ndef test_a(): assert add(2, 3) == 5\n"
LIAR = "    __eq__ = lambda self, other: True\n"

REFUSED = {
    "equal to everything": (f"class Any:\n{LIAR}def add(a, b): return Any()\n", ADDS),
    "equal inside a list": (
        f"class Any(int):\n{LIAR}def order(x): return [Any() for _ in x]\n",
        "from solution import order\n\ndef test_a(): assert order([2, 1]) == [1, 2]\n",
    ),
    "equal since a moment ago": (
        "class Any: pass\nAny.__eq__ = lambda self, other: True\ndef add(a, b): return Any()\n",
        ADDS,
    ),
    "the function is a class": (
        "class add:\n    def __init__(self, *a): pass\n" + LIAR,
        ADDS,
    ),
    "approx without bounds": (
        "import pytest\ndef add(a, b): return pytest.approx(0, abs=float('inf'))\n",
        ADDS,
    ),
    "math.isclose": (
        "import math\nmath.isclose = lambda *a, **k: True\ndef half(x): return 0\n",
        "import math\nfrom solution import half\n\ndef test_a(): assert math.isclose(half(3), 1.5)\n",
    ),
    "raises": (
        "import pytest\ntype(pytest.raises(ValueError)).__exit__ = lambda *a: True\ndef f(): pass\n",
        "import pytest\nfrom solution import f\n\ndef test_a():\n    with pytest.raises(ValueError): f()\n",
    ),
    "sorted, in the call": (
        "import builtins\ndef order(x):\n    builtins.sorted = list\n    return x\n",
        "from solution import order\n\ndef test_a(): assert order([2, 1]) == sorted([2, 1])\n",
    ),
    "the code of the tests": (
        "def apply(f):\n    f.__code__ = (lambda: None).__code__\n    return 1\n",
        "from solution import apply\n\ndef g(): return 2\n\ndef test_a(): assert apply(g) == 1\n",
    ),
    "the frame above": (
        "import sys\ndef add(a, b): return sys._getframe(1).f_locals['wanted']\n",
        "from solution import add\n\ndef test_a():\n    wanted = 5\n    assert add(2, 3) == wanted\n",
    ),
    "the test file": ("def add(a, b): return int(open('test_solution.py').read()[-2])\n", ADDS),
    "a planted module": (
        "import sys\nopen('statistics.py', 'w').write('mean = lambda x: 0')\n"
        "sys.modules.pop('statistics', None)\ndef mean(x): return 0\n",
        "from solution import mean\n\ndef test_a():\n    import statistics\n"
        "    assert mean([2]) == statistics.mean([2])\n",
    ),
    "a skip of its own": (
        "import pytest\ndef add(a, b): pytest.skip('no')\n",
        "import pytest, sys\nfrom solution import add\n\ndef test_b(): pass\n\ndef test_a():\n"
        "    if sys.platform == 'plan9': pytest.skip('no')\n    assert add(2, 3) == 5\n",
    ),
    "the stop of unittest": (
        "from unittest.case import _ShouldStop\ndef add(a, b): raise _ShouldStop\n",
        "import unittest\nfrom solution import add\n\nclass Case(unittest.TestCase):\n"
        "    def test_a(self): self.assertEqual(add(2, 3), 5)\n",
    ),
    "a failure that is not true": (
        "class Fine(Exception):\n    def __bool__(self): return False\ndef add(a, b): raise Fine\n",
        ADDS,
    ),
}
ALLOWED = {
    "a class that the test names": (
        "class Vector:\n    def __init__(self, *a): self.a = a\n    def __eq__(self, other): return self.a == other\n",
        "from solution import Vector\n\ndef test_a(): assert Vector(1, 2) == (1, 2)\n",
    ),
    "two of a class that it does not name": (
        "class Point:\n    def __init__(self, x): self.x = x\n    def __eq__(self, other): return self.x == other.x\n"
        "def point(x): return Point(x)\n",
        "from solution import point\n\ndef test_a(): assert point(1) == point(1) and not point(1) == point(2)\n",
    ),
    "classes that the solution sorts by": (
        "import functools, heapq\n@functools.total_ordering\nclass Job:\n    def __init__(self, n): self.n = n\n"
        "    def __eq__(self, other): return self.n == other\n    def __lt__(self, other): return self.n < other.n\n"
        "def order(x):\n    heap = [Job(n) for n in x]\n    heapq.heapify(heap)\n    assert Job(1) == 1\n"
        "    return [job.n for job in heapq.nsmallest(len(heap), heap)]\n",
        "from solution import order\n\ndef test_a(): assert order([3, 1, 2]) == [1, 2, 3]\n",
    ),
    "a module that is loaded anew, and whose source is read": (
        "import sys\nthis = sys.modules[__name__]\ncount = 0\ndef f(): return this.count\n",
        "import importlib, inspect, pickle, solution\n\ndef test_a():\n"
        "    solution.count = 3\n    assert solution.f() == 3\n"
        "    assert importlib.reload(solution).f() == 0\n    assert 'this.count' in inspect.getsource(solution.f)\n"
        "    assert pickle.loads(pickle.dumps(solution.f)) is solution.f\n",
    ),
    "patches of the test": (
        "import math, sys\ndef root(x): return math.sqrt(x)\n",
        "import math\nfrom solution import root\n\ndef test_a(monkeypatch):\n"
        "    monkeypatch.setattr(math, 'sqrt', lambda x: 7)\n    assert root(4) == 7\n\n"
        "def test_b(): assert root(4) == 2\n",
    ),
    "frames of its own": (
        "import sys\ndef name(): return sys._getframe(1).f_code.co_name\ndef outer(): return name()\n",
        "from solution import outer\n\ndef test_a(): assert outer() == 'outer'\n",
    ),
}


@pytest.fixture(scope="module", params=[name for name in ISOLATED if name.endswith("same")])
def together(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmSandbox]:
    """A sandbox that runs every trial in one interpreter."""
    if problem := why_not(request.param):
        pytest.skip(f"isolation {request.param!r} does not hold here: {problem}")
    with SANDBOXES[request.param](Limits(timeout_s=30.0), tmp_path_factory.mktemp("scratch"), 1) as made:
        yield made


@pytest.mark.parametrize("name", REFUSED)
def test_a_trick_is_refused_in_one_interpreter_too(together: WarmSandbox, name: str) -> None:
    verdict = run_trial(together, *REFUSED[name])

    assert verdict.verdict in ("fail", "error", "tampered")
    assert verdict.mode == "same"


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_honest_passes_in_one_interpreter(together: WarmSandbox, name: str) -> None:
    verdict = run_trial(together, *ALLOWED[name])

    assert (verdict.verdict, verdict.message) == ("pass", "")


def test_only_a_text_that_reaches_for_what_judges_is_watched() -> None:
    assert may_tamper("import math\nmath.isclose = None\n")
    assert may_tamper("import math as m\nif m: m.isclose, x = 1, 2\n")
    assert may_tamper("import pytest\n")
    assert not may_tamper("import math\nclass Node:\n    pass\nnode = Node()\nnode.next = math.pi\n")


def test_a_text_that_reaches_for_frames_keeps_its_lines() -> None:
    source = "import sys\n\n\ndef f():\n    return (\n        sys._getframe(\n            0).f_code.co_name\n    )\n"
    plain, seen = compile(source, "s.py", "exec"), compile_solution(source.encode(), "s.py")

    def lines(code: CodeType) -> set[int]:
        return {line for _, _, line in code.co_lines() if line}

    def function(code: CodeType) -> CodeType:
        return next(constant for constant in code.co_consts if isinstance(constant, CodeType))

    assert "__see__" in function(seen).co_names
    assert lines(seen) == lines(plain)
    assert lines(function(seen)) <= lines(function(plain))
