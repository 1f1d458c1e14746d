"""Closures, decorators, callbacks, context managers, coroutines."""

from __future__ import annotations

from tests.verification.adversaries.program import Honest

PROGRAMS: dict[str, Honest] = {
    "closures and counters": Honest(
        """
        def counter(start=0):
            n = start
            def count(by=1):
                nonlocal n
                n += by
                return n
            return count
        def compose(*functions):
            def composed(x):
                for f in reversed(functions): x = f(x)
                return x
            return composed
        def curry(f): return lambda a: lambda b: f(a, b)
        """,
        """
        from solution import *

        def test_closures():
            a, b = counter(), counter(10)
            assert [a(), a(), b(), a(5)] == [1, 2, 11, 7] and callable(a)
            assert compose(lambda x: x + 1, lambda x: x * 2)(5) == 11
            assert curry(lambda a, b: a - b)(5)(3) == 2 and compose(str, abs)(-3) == "3" and curry(max)(1)(2) == 2
        """,
    ),
    "decorators": Honest(
        """
        import functools, time
        def retry(times):
            def wrap(f):
                @functools.wraps(f)
                def again(*a, **k):
                    for left in range(times, 0, -1):
                        try: return f(*a, **k)
                        except Exception:
                            if left == 1: raise
                return again
            return wrap
        def memo(f):
            cache = {}
            @functools.wraps(f)
            def inner(*a):
                if a not in cache: cache[a] = f(*a)
                return cache[a]
            inner.cache = cache
            return inner
        @functools.lru_cache(maxsize=None)
        def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
        """,
        """
        import pytest
        from solution import *

        def test_retry():
            calls = []

            @retry(3)
            def flaky(x):
                '''Often breaks.'''
                calls.append(x)
                if len(calls) < 3:
                    raise OSError("no")
                return x

            assert flaky(4) == 4 and calls == [4, 4, 4]
            assert flaky.__name__ == "flaky" and flaky.__doc__ == "Often breaks."

        def test_retry_gives_up():
            @retry(2)
            def broken():
                raise KeyError("k")
            with pytest.raises(KeyError):
                broken()

        def test_memo():
            seen = []
            f = memo(lambda x: seen.append(x) or x * 2)
            assert f(2) == f(2) == 4 and seen == [2] and f.cache == {(2,): 4}
            assert fib(80) == 23416728348467685 and fib.cache_info().hits > 0
            fib.cache_clear()
            assert fib.cache_info().currsize == 0
        """,
    ),
    "callbacks": Honest(
        """
        def by(items, key, reverse=False): return sorted(items, key=key, reverse=reverse)
        def fold(f, items, start):
            for x in items: start = f(start, x)
            return start
        def each(items, call):
            for i, x in enumerate(items): call(i, x)
        def until(f):
            n = 0
            while not f(n): n += 1
            return n
        def first(items, wanted, default=None):
            try: return next(x for x in items if wanted(x))
            except StopIteration: return default
        class Events:
            def __init__(self): self.calls = {}
            def on(self, name, f): self.calls.setdefault(name, []).append(f)
            def emit(self, name, *a): return [f(*a) for f in self.calls.get(name, [])]
        """,
        """
        import operator
        import pytest
        from solution import *

        def test_callbacks():
            assert by(["bb", "a"], len) == ["a", "bb"] and by([1, -3], key=abs, reverse=True) == [-3, 1]
            assert fold(operator.add, [1, 2], 0) == 3 and fold(lambda a, b: a + [b], [1], []) == [1]
            seen = {}
            each("ab", seen.__setitem__)
            assert seen == {0: "a", 1: "b"} and until(lambda n: n * n > 50) == 8 and first([1, 2], lambda x: x > 1) == 2
            assert first([], bool, "none") == "none"

        def test_errors_come_back():
            class Own(Exception):
                pass
            def broken(n):
                raise Own("mine")
            with pytest.raises(Own, match="mine"):
                until(broken)

        def test_events():
            events, log = Events(), []
            events.on("x", log.append)
            events.on("x", lambda v: v + 1)
            assert events.emit("x", 4) == [None, 5] and log == [4] and events.emit("y") == []
        """,
    ),
    "context managers": Honest(
        """
        import contextlib
        class Managed:
            def __init__(self, log): self.log = log
            def __enter__(self):
                self.log.append("in")
                return self
            def __exit__(self, kind, error, trace):
                self.log.append(kind.__name__ if kind else "out")
                return kind is KeyError
        @contextlib.contextmanager
        def tagged(log, tag):
            log.append(f"<{tag}>")
            try: yield tag.upper()
            finally: log.append(f"</{tag}>")
        """,
        """
        import pytest
        from solution import *

        def test_managed():
            log = []
            with Managed(log) as m:
                assert isinstance(m, Managed) and log == ["in"]
            with Managed(log):
                raise KeyError("swallowed")
            with pytest.raises(ValueError):
                with Managed(log):
                    raise ValueError
            assert log == ["in", "out", "in", "KeyError", "in", "ValueError"]

        def test_tagged():
            log = []
            with tagged(log, "b") as up:
                log.append(up)
            with pytest.raises(ZeroDivisionError):
                with tagged(log, "i"):
                    1 / 0
            assert log == ["<b>", "B", "</b>", "<i>", "</i>"]
        """,
    ),
    "coroutines": Honest(
        """
        import asyncio
        async def double(n):
            await asyncio.sleep(0)
            return n * 2
        async def all_of(items): return await asyncio.gather(*(double(i) for i in items))
        async def slow(): await asyncio.sleep(60)
        async def limited():
            try: await asyncio.wait_for(slow(), 0.01)
            except asyncio.TimeoutError: return "late"
        def run(items): return asyncio.run(all_of(items))
        """,
        """
        import asyncio
        import inspect
        from solution import *

        def test_coroutines():
            assert asyncio.run(double(4)) == 8 and run([1, 2]) == [2, 4] and asyncio.run(limited()) == "late"
            assert asyncio.run(all_of([3])) == [6] and inspect.iscoroutinefunction(double)
        """,
    ),
    "iterators and files that the test hands over": Honest(
        """
        def total(items): return sum(items)
        def lines(file): return [line.strip() for line in file]
        def dump(items, file):
            for item in items: print(item, file=file)
        def take(items, n): return [x for _, x in zip(range(n), items)]
        """,
        """
        import io
        from solution import *

        def numbers():
            yield 1
            yield 2

        def test_handed_over(tmp_path):
            assert total(numbers()) == 3 and total(x for x in (4, 5)) == 9
            assert lines(io.StringIO("a\\nb \\n")) == ["a", "b"]
            out = io.StringIO()
            dump([1, "x"], out)
            assert out.getvalue() == "1\\nx\\n"
            items = iter([1, 2, 3, 4])
            assert take(items, 2) == [1, 2]
            (tmp_path / "f").write_text("one\\ntwo\\n")
            with open(tmp_path / "f") as file:
                assert lines(file) == ["one", "two"]
        """,
    ),
}
