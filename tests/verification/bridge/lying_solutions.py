"""Solutions whose objects, exceptions and names lie to the test that judges them. None may pass."""

from __future__ import annotations

from typing import NamedTuple

IS_THREE = "from solution import *\nimport solution\ndef test():\n    assert solution.add(1, 2) == 3\n"
RAISES = "import pytest\nfrom solution import *\ndef test():\n    with pytest.raises(ValueError):\n        add(1, 2)\n"
LIAR = """
class Liar:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    def __sub__(self, other): return 0
    __rsub__ = __add__ = __radd__ = __abs__ = __sub__
    def __hash__(self): return 3
    def __bool__(self): return True
    def __contains__(self, item): return True
    def __iter__(self): return iter([Liar()] * 3)
    def __len__(self): return 3
    def __float__(self): return 0.5
"""


class Lie(NamedTuple):
    """A solution that is wrong, and a test that would tell."""

    solution: str
    test: str = IS_THREE


LIES: dict[str, Lie] = {
    "equal to everything": Lie(LIAR + "def add(a, b): return Liar()\n"),
    "equal to everything, of a class named as the function": Lie(
        LIAR + "Evil = type('add', (Liar,), {})\ndef add(a, b): return Evil()\n"
    ),
    "equal to everything, of a class named as the test": Lie(
        LIAR + "Evil = type('test', (Liar,), {})\ndef add(a, b): return Evil()\n"
    ),
    "equal to everything, of a class named as one of the test's": Lie(
        LIAR + "Evil = type('Helper', (Liar,), {})\ndef add(a, b): return Evil()\n",
        "import solution\nclass Helper: pass\ndef test():\n    assert Helper\n    assert solution.add(1, 2) == 3\n",
    ),
    "the function is a class": Lie(LIAR + "class add(Liar):\n    def __init__(self, a, b): pass\n"),
    "the expected value on the left": Lie(
        LIAR + "def add(a, b): return Liar()\n", "from solution import add\ndef test():\n    assert 3 == add(1, 2)\n"
    ),
    "within a list": Lie(
        LIAR + "def add(a, b): return [Liar(), Liar()]\n",
        "from solution import add\ndef test():\n    assert add(1, 2) == [1, 2]\n",
    ),
    "within a tuple and a dictionary": Lie(
        LIAR + "def add(a, b): return {'a': (Liar(),)}\n",
        "from solution import add\ndef test():\n    assert {'a': (1,)} == add(1, 2)\n",
    ),
    "as a key": Lie(
        LIAR + "def add(a, b): return {Liar(): 1}\n",
        "from solution import add\ndef test():\n    assert add(1, 2)[3] == 1\n",
    ),
    "in a set": Lie(
        LIAR + "def add(a, b): return {Liar()}\n", "from solution import add\ndef test():\n    assert 3 in add(1, 2)\n"
    ),
    "holds everything": Lie(
        LIAR + "def add(a, b): return Liar()\n", "from solution import add\ndef test():\n    assert 3 in add(1, 2)\n"
    ),
    "near everything": Lie(
        LIAR + "def add(a, b): return Liar()\n",
        "import pytest\nfrom solution import add\ndef test():\n    assert add(1, 2) == pytest.approx(3)\n",
    ),
    "less than everything": Lie(
        LIAR + "def add(a, b): return Liar()\n",
        "from solution import add\ndef test():\n    assert abs(add(1, 2) - 3) < 1e-9\n",
    ),
    "a number that is equal to everything": Lie(
        "class N(int):\n    def __eq__(self, o): return True\n    def __ne__(self, o): return False\n"
        "    def __hash__(self): return 3\ndef add(a, b): return N(7)\n"
    ),
    "a text that is equal to everything": Lie(
        "class T(str):\n    def __eq__(self, o): return True\n    def __hash__(self): return 3\n"
        "def add(a, b): return T('x')\n",
        "from solution import add\ndef test():\n    assert add(1, 2) == 'three'\n",
    ),
    "a list that is equal to everything": Lie(
        "class L(list):\n    def __eq__(self, o): return True\n    def __iter__(self): return iter([3])\n"
        "def add(a, b): return L([7])\n",
        "from solution import add\ndef test():\n    assert add(1, 2) == [3]\n",
    ),
    "an array that is equal to everything": Lie(
        "import numpy as np\nclass A(np.ndarray):\n    def __eq__(self, o): return np.array(True)\n"
        "    def __array_ufunc__(self, *a, **k): return np.array(True)\n"
        "def add(a, b): return np.zeros(1).view(A)\n",
        "import numpy as np\nfrom solution import add\ndef test():\n    assert np.all(add(1, 2) == np.array([3]))\n",
    ),
    "named tuple with an equality": Lie(
        "from collections import namedtuple\nclass P(namedtuple('P', 'a b')):\n    def __eq__(self, o): return True\n"
        "    __hash__ = None\ndef add(a, b): return P(5, 5)\n",
        "from solution import add\ndef test():\n    assert add(1, 2) == (1, 2)\n",
    ),
    "an enum with an equality": Lie(
        "from enum import IntEnum\nclass E(IntEnum):\n    A = 7\n    def __eq__(self, o): return True\n"
        "    __hash__ = int.__hash__\ndef add(a, b): return E.A\n"
    ),
    "a class that says it is an integer": Lie(
        LIAR + "class C(Liar):\n    __class__ = int\ndef add(a, b): return C()\n",
        "from solution import add\ndef test():\n    assert isinstance(add(1, 2), int)\n",
    ),
    "a class of which everything is an instance": Lie(
        "class M(type):\n    def __instancecheck__(c, x): return True\n    def __subclasscheck__(c, x): return True\n"
        "class Thing(metaclass=M): pass\ndef add(a, b): return 'x'\n",
        "from solution import add, Thing\ndef test():\n    assert isinstance(add(1, 2), Thing)\n",
    ),
    "an exception of a class that says it is another": Lie(
        "class M(type):\n    def __subclasscheck__(c, x): return True\n"
        "class Evil(Exception):\n    __class__ = ValueError\ndef add(a, b): raise Evil\n",
        RAISES,
    ),
    "an exception class that equals": Lie(
        "class M(type):\n    def __eq__(c, o): return True\n    def __hash__(c): return 1\n"
        "class Evil(Exception, metaclass=M): pass\ndef add(a, b): raise Evil\n",
        "from solution import add\ndef test():\n    try:\n        add(1, 2)\n    except Exception as e:\n"
        "        assert type(e) == ValueError\n    else:\n        raise AssertionError\n",
    ),
    "a builtin error that is not raised, under its name": Lie(
        "class ValueError(Exception): pass\ndef add(a, b): raise ValueError\n", RAISES.replace("import *", "import add")
    ),
    "pytest's skip": Lie("import pytest\ndef add(a, b): pytest.skip('no')\n"),
    "unittest's skip": Lie("import unittest\ndef add(a, b): raise unittest.SkipTest\n"),
    "pytest's exit": Lie("import pytest\ndef add(a, b): pytest.exit('done', 0)\n"),
    "a skip of its own": Lie("import _pytest.outcomes as o\nclass S(o.Skipped): pass\ndef add(a, b): raise S('no')\n"),
    "an interrupt": Lie("def add(a, b): raise KeyboardInterrupt\n"),
    "the end of the generator": Lie("def add(a, b): raise GeneratorExit\n"),
    "the end of the process": Lie("import os\ndef add(a, b): os._exit(0)\n"),
    "the end of the process at import": Lie("import os\nos._exit(0)\n"),
    "sys.exit at import": Lie("import sys\nsys.exit(0)\n"),
    "sys.exit in the function, where any exception will do": Lie(
        "import os\ndef add(a, b): os._exit(0)\n", RAISES.replace("ValueError", "Exception")
    ),
    "the arguments changed to liars": Lie(
        LIAR + "def add(a, b): a[:] = [Liar()] * len(a)\n",
        "import solution\ndef test():\n    items = [3, 1]\n    solution.add(items, 0)\n    assert items == [1, 3]\n",
    ),
    "a function of Python's in the place of its own": Lie(
        "add = exec\n", "from solution import add\ndef test():\n    assert add('global hit; hit = 3') == 3\n"
    ),
    "forged frames in its own socket": Lie(
        "import os, stat, struct, json\ndef add(a, b):\n    for d in range(3, 50):\n        try:\n"
        "            if not stat.S_ISSOCK(os.fstat(d).st_mode): continue\n"
        "            data = json.dumps(['ok', 0, 3, [3]]).encode(); os.write(d, struct.pack('>I', len(data)) + data)\n"
        "        except OSError: pass\n    return 4\n",
        "import pytest\nfrom solution import add\ndef test():\n    assert [add(1, 2) for _ in range(3)] == [3, 3, 4]\n",
    ),
}
