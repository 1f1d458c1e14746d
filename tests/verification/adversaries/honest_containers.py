"""Containers that cross from solution to test, and back, or change in place."""

from __future__ import annotations

from tests.verification.adversaries.program import Honest

PROGRAMS: dict[str, Honest] = {
    "containers of the standard library": Honest(
        """
        from collections import Counter, OrderedDict, defaultdict, deque
        def count(text): return Counter(text)
        def group(words):
            groups = defaultdict(list)
            for word in words: groups[word[0]].append(word)
            return groups
        def last(items, n): return deque(items, maxlen=n)
        def ordered(): return OrderedDict([("b", 1), ("a", 2)])
        """,
        """
        from collections import Counter, OrderedDict, defaultdict, deque
        from solution import *

        def test_containers():
            assert count("aab") == Counter({"a": 2, "b": 1}) and count("aab")["z"] == 0
            assert count("aab").most_common(1) == [("a", 2)]
            assert group(["ab", "cd", "ae"]) == {"a": ["ab", "ae"], "c": ["cd"]}
            assert group([])["new"] == [] and isinstance(group([]), defaultdict)
            assert last(range(5), 2) == deque([3, 4]) and last([], 2).maxlen == 2
            assert list(ordered()) == ["b", "a"] and ordered() == OrderedDict([("b", 1), ("a", 2)])
        """,
    ),
    "tuples, sets and nested keys": Honest(
        "def graph():\n"
        "    return {(0, 1): {2, 3}, frozenset({1}): [(4,), None], None: ..., 1.5: True, b'k': range(3)}\n",
        """
        from solution import graph

        def test_graph():
            g = graph()
            assert g[(0, 1)] == {3, 2} and g[frozenset([1])] == [(4,), None] and g[None] is ... and g[1.5] is True
            assert g[b"k"] == range(3) and type(g[(0, 1)]) is set and isinstance(g[frozenset([1])][0], tuple)
            assert graph() == graph() and graph() is not graph()
        """,
    ),
    "arrays of numpy": Honest(
        """
        import numpy as np
        def scale(x, by=2): return x * by
        def mean(x): return np.mean(x)
        def where(x): return np.argwhere(x > 1), x.dtype, x.shape
        def in_place(x): x += 1
        """,
        """
        import numpy as np
        import pytest
        from solution import *

        def test_arrays():
            np.testing.assert_array_equal(scale(np.array([[1, 2], [3, 4]])), [[2, 4], [6, 8]])
            assert scale(np.ones(3, np.float32)).dtype == np.float32
            assert mean([1, 2, 3, 4]) == 2.5 and isinstance(mean([1.0]), np.floating)
            assert mean(np.array([0.1, 0.2])) == pytest.approx(0.15)
            found, kind, shape = where(np.array([0, 2, 3]))
            assert found.tolist() == [[1], [2]] and shape == (3,) and kind.kind == "i"
            x = np.zeros((2, 2), order="F")
            in_place(x)
            assert (x == 1).all() and np.allclose(scale(x, 0.5), 0.5) and bool(np.bool_(mean([1]) > 0))
        """,
    ),
    "an argument changed in place": Honest(
        """
        def bubble(items):
            for i in range(len(items)):
                for j in range(len(items) - 1 - i):
                    if items[j] > items[j + 1]: items[j], items[j + 1] = items[j + 1], items[j]
        def rotate(matrix):
            matrix[:] = [list(row) for row in zip(*matrix[::-1])]
        def note(seen, key):
            seen.setdefault(key, []).append(len(seen))
            return seen
        def pop_all(queue, left):
            while queue: left.add(queue.popleft())
        """,
        """
        from collections import deque
        from solution import *

        def test_in_place():
            data = [3, 1, 2]
            assert bubble(data) is None and data == [1, 2, 3]
            matrix = [[1, 2], [3, 4]]
            same = matrix
            rotate(matrix)
            assert matrix == [[3, 1], [4, 2]] and same is matrix
            seen = {}
            assert note(seen, "a") is seen and note(seen, "a") == {"a": [1, 1]} and seen["a"] == [1, 1]
            queue, left = deque([1, 2]), {9}
            pop_all(queue, left)
            assert not queue and left == {1, 2, 9}
        """,
    ),
    "an argument that stays as it was": Honest(
        "def without(items, x):\n    return [i for i in items if i != x]\ndef same(items):\n    return items\n",
        """
        from solution import same, without

        def test_unchanged():
            data = [[1], [2]]
            inner = data[0]
            assert without(data, [2]) == [[1]] and data == [[1], [2]] and data[0] is inner
            assert same(data) is data and same(inner) is inner
            assert same(None) is None and same(()) == ()
        """,
        note="identity of an argument that is handed back",
    ),
    "big data": Honest(
        "def total(items):\n    return sum(items)\ndef grow(n):\n    return list(range(n))\n",
        """
        from solution import *

        def test_big():
            items = list(range(300_000))
            assert total(items) == 44999850000
            assert grow(300_000) == items
            assert len("".join(map(str, grow(100_000)))) == 488890
        """,
    ),
    "nested lists, deep": Honest(
        "def depth(x):\n    n = 0\n    while x:\n        x, n = x[0], n + 1\n    return n\n"
        "def nest(n):\n    x = []\n    for _ in range(n): x = [x]\n    return x\n",
        "from solution import *\n\ndef test_nested():\n    assert depth(nest(90)) == 90\n"
        "    assert nest(2) == [[[]]]\n",
    ),
    "shared and cyclic structures": Honest(
        "def shared():\n    x = [1]\n    return [x, x]\ndef cycle():\n    x = [1]\n    x.append(x)\n    return x\n",
        """
        from solution import *

        def test_shared():
            a, b = shared()
            assert a is b and a == [1]
            c = cycle()
            assert c[1] is c and c[1][1][0] == 1
        """,
        split_falls_back=True,
    ),
    "a table of pandas": Honest(
        "import pandas as pd\ndef table():\n    return pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})\n"
        "def total(t):\n    return t['a'].sum()\n",
        """
        import pandas as pd
        from solution import *

        def test_table():
            t = table()
            assert list(t.columns) == ["a", "b"] and t.shape == (2, 2) and t["a"].tolist() == [1, 2]
            pd.testing.assert_frame_equal(t, pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}))
            assert total(pd.DataFrame({"a": [5, 6]})) == 11
        """,
    ),
}
