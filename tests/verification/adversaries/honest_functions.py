"""Functions, generators, callbacks, decorators, context managers, coroutines."""

from __future__ import annotations

from tests.verification.adversaries.program import Honest

PROGRAMS: dict[str, Honest] = {
    "functions named like built-ins": Honest(
        """
        def pow(a, b): return a ** b
        def sum(items):
            total = 0
            for x in items: total += x
            return total
        def max(items): return sorted(items)[-1]
        def len(items): return sum(1 for _ in items)
        def reversed(text): return text[::-1]
        """,
        """
        from solution import *
        from solution import len as size

        def test_all():
            assert pow(2, 5) == 32 and sum([1, 2]) == 3 and max([1, 9, 3]) == 9
            assert size([1, 2, 3]) == 3 and len([1, 2]) == 2 and reversed("abc") == "cba"
        """,
        note="they are what is tested",
    ),
    "functions named like tests": Honest(
        "def test_prime(n):\n    return n > 1 and all(n % i for i in range(2, n))\ndef testament():\n    return 'x'\n"
        "class TestBed:\n    def test_all(self): raise RuntimeError\n",
        "from solution import test_prime as is_prime, testament\n\ndef test_it():\n"
        "    assert is_prime(7) and not is_prime(8)\n"
        "    assert testament() == 'x'\n",
    ),
    "tests of its own that fail": Honest(
        "def add(a, b):\n    return a + b\ndef test_add_wrong():\n    assert add(1, 1) == 3\n"
        "def test_add(x):\n    assert x\n"
        "if __name__ == '__main__':\n    raise SystemExit(3)\n",
        "import solution\n\ndef test_it():\n    assert solution.add(1, 2) == 3\n",
    ),
    "a star import of everything it imported": Honest(
        "from math import *\nimport math, os, sys, json as js\nfrom typing import List\n"
        "__version__ = '1'\n_hidden = 5\n"
        "PI2 = pi * 2\ndef area(r) -> float:\n    return pi * r ** 2\n",
        "from solution import *\n\ndef test_area():\n"
        "    assert area(1) == pi and sqrt(4) == 2 and math.floor(PI2) == 6\n"
        "    assert js.loads('[1]') == [1] and os.sep and isinstance([], list)\n",
    ),
    "names through __all__": Honest(
        "__all__ = ['_private', 'CONST', 'f']\n_private = 3\nCONST = (1, 2)\ndef f():\n    return 1\n"
        "def g():\n    return 2\n",
        "from solution import *\nimport pytest\n\ndef test_names():\n"
        "    assert _private == 3 and CONST == (1, 2) and f() == 1\n"
        "    with pytest.raises(NameError):\n        g()\n",
    ),
    "generators": Honest(
        """
        def fibonacci():
            a, b = 0, 1
            while True:
                yield a
                a, b = b, a + b
        def chunks(items, n):
            for i in range(0, len(items), n): yield items[i:i + n]
        def echo():
            got = None
            while True:
                got = yield got
                if got == "stop": return "done"
        def flat(x):
            for i in x:
                if isinstance(i, list): yield from flat(i)
                else: yield i
        """,
        """
        import itertools
        import types
        import pytest
        from solution import *

        def test_generators():
            assert list(itertools.islice(fibonacci(), 7)) == [0, 1, 1, 2, 3, 5, 8]
            assert list(chunks([1, 2, 3], 2)) == [[1, 2], [3]] and list(flat([1, [2, [3]]])) == [1, 2, 3]
            g = fibonacci()
            assert next(g) == 0 and next(g) == 1 and iter(g) is g
            g.close()
            with pytest.raises(StopIteration):
                next(g)

        def test_send():
            e = echo()
            assert next(e) is None and e.send(5) == 5
            with pytest.raises(StopIteration) as caught:
                e.send("stop")
            assert caught.value.value == "done"
        """,
    ),
    "signatures and names": Honest(
        'def f(a, b: int = 2, *rest, c=None, **more) -> str:\n    """Adds."""\n'
        '    return f"{a}{b}{rest}{c}{more}"\nf.tag = [1]\n',
        """
        import inspect
        from solution import f

        def test_signature():
            assert f(1) == "12()None{}" and f(1, 2, 3, c=4, d=5) == "12(3,)4{'d': 5}"
            assert f.__name__ == "f" and f.__doc__ == "Adds." and f.tag == [1] and inspect.isfunction(f) and callable(f)
            assert list(inspect.signature(f).parameters) == ["a", "b", "rest", "c", "more"]
            assert f.__defaults__ == (2,) or inspect.signature(f).parameters["b"].default == 2
        """,
    ),
    "wrong arguments": Honest(
        "def add(a, b, *, c=0):\n"
        "    if not isinstance(a, (int, float)): raise TypeError(f'{type(a).__name__} is no number')\n"
        "    return a + b + c\n",
        """
        import pytest
        from solution import add

        def test_wrong():
            with pytest.raises(TypeError):
                add(1)
            with pytest.raises(TypeError, match="unexpected keyword"):
                add(1, 2, d=3)
            with pytest.raises(TypeError, match="str is no number"):
                add("1", 2)
            with pytest.raises(TypeError):
                add(1, 2, 3)
        """,
    ),
    "iterators": Honest(
        """
        class Countdown:
            def __init__(self, n): self.n = n
            def __iter__(self): return self
            def __next__(self):
                if self.n <= 0: raise StopIteration
                self.n -= 1
                return self.n + 1
        def evens(items): return filter(lambda x: x % 2 == 0, items)
        def pairs(a, b): return zip(a, b)
        def squares(items): return map(lambda x: x * x, items)
        def keys(d): return d.keys()
        """,
        """
        from solution import *

        def test_iterators():
            assert list(Countdown(3)) == [3, 2, 1] and sum(Countdown(4)) == 10
            assert list(evens(iter([1, 2, 4]))) == [2, 4] and dict(pairs("ab", [1, 2])) == {"a": 1, "b": 2}
            assert [x for x in squares(range(3))] == [0, 1, 4]
            assert set(keys({"a": 1})) == {"a"} and "a" in keys({"a": 1})
            first, *rest = Countdown(3)
            assert (first, rest) == (3, [2, 1]) and max(squares((1, -3))) == 9
        """,
    ),
}
