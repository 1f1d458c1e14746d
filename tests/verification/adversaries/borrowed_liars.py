"""Values that claim to be equal, made of what libraries offer: mocks, approx, arrays, proxies."""

from __future__ import annotations

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import (
    ADD_NAMED,
    ADD_STAR,
    MATRIX,
    ORDER,
)


def _liar(solution: str, test: str, note: str = "") -> Program:
    return Program(solution, test, "fail error tampered", split_only=True, note=note)


_NESTED = """
from solution import group

def test_group():
    assert group([1, 2, 3]) == {"odd": [1, 3], "even": [2]}
    assert group([]) == {"odd": [], "even": []}

def test_tuple():
    assert tuple(group([4])["even"]) == (4,)
"""
_RECORD = """
from solution import load

def test_load():
    record = load("ada;36")
    assert record.name == "ada"
    assert record.age == 36
    assert record.age > 30 and record.name.upper() == "ADA"
"""
_ARRAYS = """
import numpy as np
from solution import double

def test_double():
    result = double(np.array([1, 2, 3]))
    assert np.array_equal(result, np.array([2, 4, 6]))
    assert np.allclose(double(np.array([0.5, 1.5])), [1.0, 3.0])
    assert (double(np.ones(3)) == np.full(3, 2.0)).all()
"""
_ANY = "class Any{base}:\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False\n"

PROGRAMS: dict[str, Program] = {
    "mock.ANY": _liar("from unittest.mock import ANY\ndef add(a, b):\n    return ANY\n", ADD_STAR),
    "mock.ANY inside": _liar(
        "from unittest.mock import ANY\ndef group(items):\n"
        "    return {'odd': ANY, 'even': ANY if items != [4] else [4]}\n",
        _NESTED,
    ),
    "a mock with every answer": _liar(
        "from unittest.mock import MagicMock\ndef load(line):\n    m = MagicMock()\n    m.name = m.age = m\n"
        "    m.__eq__.return_value = m.__gt__.return_value = True\n    m.upper.return_value = m\n    return m\n",
        _RECORD,
    ),
    "approx without bounds": _liar(
        "import pytest\ndef add(a, b):\n    return pytest.approx(0, abs=float('inf'))\n", ADD_NAMED
    ),
    "approx of a list": _liar(
        "import pytest\ndef order(items):\n    return pytest.approx([0] * len(items), abs=1e9)\n", ORDER
    ),
    "an array equal to everything": _liar(
        """
        import numpy as np
        class A(np.ndarray):
            __array_priority__ = 1e9
            def __eq__(self, o): return np.ones(3, bool)
            def __array_function__(self, f, types, args, kwargs): return True
            def __array_ufunc__(self, f, method, *args, **kwargs): return np.ones(3, bool)
        def double(x):
            return np.zeros(3).view(A)
        """,
        _ARRAYS,
    ),
    "an array of liars": _liar(
        _ANY.format(base="") + "    __array_priority__ = 1e9\nimport numpy as np\n"
        "def double(x):\n    return np.array([Any() for _ in x], dtype=object) if x.dtype != float else x * 2\n",
        MATRIX,
    ),
    "an array that is all mask": _liar(
        "import numpy as np\ndef mean(numbers):\n    return np.ma.masked\ndef add(a, b):\n    return np.ma.masked\n",
        "from solution import add\n\ndef test_add():\n    result = add(2, 3)\n    assert not result != 5\n"
        "    assert not result < 5 and not result > 5\n",
    ),
    "something that makes an array of itself": _liar(
        """
        import numpy as np
        class N:
            def __array__(self, dtype=None, copy=None): raise TypeError
            def __eq__(self, o): return np.True_
            __array_ufunc__ = None
            __array_function__ = lambda self, f, t, a, k: True
        def double(x):
            return N()
        """,
        _ARRAYS.replace(".all()", ""),
    ),
    "a weak proxy of a liar": _liar(
        _ANY.format(base="") + "import weakref\nkept = Any()\ndef add(a, b):\n    return weakref.proxy(kept)\n",
        ADD_STAR,
    ),
    "user containers": _liar(
        "from collections import UserList\nclass L(UserList):\n    def __eq__(self, o): return True\n"
        "def order(items):\n    return L(items)\n",
        ORDER,
    ),
    "a view of keys": _liar(
        "from collections.abc import KeysView\nclass K(KeysView):\n    def __eq__(self, o): return True\n"
        "def order(items):\n    return K({})\n",
        ORDER,
    ),
}
