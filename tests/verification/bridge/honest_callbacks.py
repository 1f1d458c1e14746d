"""Honest tests that hand functions and objects to the solution, and that watch its streams."""

from __future__ import annotations

GIVEN = """
import asyncio, collections, sys, threading, warnings, logging, atexit, os, pickle, time
def apply(f, *args, **kwargs): return f(*args, **kwargs)
def apply_all(f, items): return [f(item) for item in items]
def sort_by(items, key): return sorted(items, key=key)
def total(items): return sum(items)
def first(items): return next(iter(items))
def read(file): return file.read()
def lines(path):
    with open(path) as file: return [line.strip() for line in file]
def write(file, text): print(text, file=file)
def use(thing):
    return thing.name, thing.double(4), len(thing), thing[1], list(thing), 3 in thing, str(thing), thing == 5
def set_name(thing, name): thing.name = name
def enter(manager):
    with manager as value: return value
def safely(f):
    try: return f()
    except ValueError as error: return f"caught {error!r}"
def safely_any(f):
    try: return f()
    except Exception as error: return type(error).__name__
class Memo:
    def __init__(self, f): self.f, self.seen = f, {}
    def __call__(self, x):
        if x not in self.seen: self.seen[x] = self.f(x)
        return self.seen[x]
class Bus:
    def __init__(self): self.listeners = collections.defaultdict(list)
    def on(self, name, f): self.listeners[name].append(f)
    def emit(self, name, *args):
        for f in self.listeners[name]: f(*args)
    def off(self, name, f): self.listeners[name].remove(f)
def compose(*functions):
    def composed(x):
        for f in reversed(functions): x = f(x)
        return x
    return composed
def retry(times):
    def decorate(f):
        def wrapper(*args):
            for attempt in range(times):
                try: return f(*args)
                except ConnectionError:
                    if attempt == times - 1: raise
        return wrapper
    return decorate
def walk(tree, visit):
    visit(tree["value"])
    for child in tree.get("children", ()): walk(child, visit)
def reached(f, n): return n if n == 0 else f(n - 1)
def speak(): print("out"); print("err", file=sys.stderr); sys.stdout.write("more\\n"); sys.stdout.flush()
def ask(): name = input("name? "); print("hello", name); return name
def ask_all(): return [line.strip() for line in sys.stdin]
def old(): warnings.warn("old", DeprecationWarning, stacklevel=2); return 1
async def later(x): await asyncio.sleep(0); return x + 1
async def with_callback(f): return await f(1)
async def numbers(n):
    for i in range(n): yield i
class Pool:
    async def __aenter__(self): self.open = True; return self
    async def __aexit__(self, *rest): self.open = False
    async def get(self): return 7
def outer(): return helper() + 1
def helper(): return 1
def flood(): sys.stdout.write("x" * 300_000); return 1
class Thing:
    def __init__(self, v): self.v = v
def printing_thread():
    t = threading.Thread(target=print, args=("from a thread",)); t.start(); t.join()
"""

GIVEN_TESTS: dict[str, str] = {
    "functions": """
        import operator, pytest
        import solution
        from solution import Memo, Bus
        def test():
            assert solution.apply(lambda a, b=1: a + b, 1, b=5) == 6
            assert solution.apply_all(str.upper, ["a"]) == ["A"] and solution.apply(operator.add, 1, 2) == 3
            assert solution.apply(sorted, [2, 1], reverse=True) == [2, 1]
            seen = []
            solution.walk({"value": 1, "children": [{"value": 2}]}, seen.append)
            assert seen == [1, 2]
            assert solution.sort_by([(1, "b"), (2, "a")], lambda pair: pair[1]) == [(2, "a"), (1, "b")]
            calls = []
            def slow(x):
                calls.append(x)
                return x * 2
            m = Memo(slow)
            assert [m(2), m(2)] == [4, 4] and calls == [2] and m.f is slow
            bus, got = Bus(), []
            def listener(*args): got.append(args)
            bus.on("a", listener)
            bus.emit("a", 1, [2])
            bus.off("a", listener)
            bus.emit("a", 3)
            assert got == [(1, [2])]
            assert solution.compose(lambda x: x + 1, lambda x: x * 2)(5) == 11
            tries = []
            @solution.retry(3)
            def flaky(x):
                tries.append(x)
                if len(tries) < 3: raise ConnectionError("again")
                return "done"
            assert flaky(1) == "done" and len(tries) == 3
    """,
    "exceptions both ways": """
        import pytest
        import solution
        class Mine(ValueError): pass
        def test():
            def fails(): raise Mine("m")
            assert solution.safely(fails) == "caught Mine('m')"
            raised = Mine("x")
            def again(): raise raised
            with pytest.raises(Mine) as caught:
                solution.apply(again)
            assert caught.value is raised
            with pytest.raises(ZeroDivisionError):
                solution.apply(lambda: 1 / 0)
            def asserts(): raise AssertionError("in the callback")
            with pytest.raises(AssertionError, match="in the callback"):
                solution.apply(asserts)
            with pytest.raises(TypeError, match="missing 1 required positional argument"):
                solution.first()
    """,
    "objects of the test's classes": """
        import solution
        class Thing:
            def __init__(self): self.name = "n"
            def double(self, x): return 2 * x
            def __len__(self): return 3
            def __getitem__(self, i): return i * 10
            def __iter__(self): return iter([1, 2])
            def __contains__(self, x): return x == 3
            def __str__(self): return "thing"
            def __eq__(self, other): return other == 5
            __hash__ = None
        class Manager:
            def __enter__(self): return "entered"
            def __exit__(self, *rest): self.left = rest
        def test():
            t = Thing()
            assert solution.use(t) == ("n", 8, 3, 10, [1, 2], True, "thing", True)
            solution.set_name(t, "new")
            assert t.name == "new"
            assert solution.apply(lambda x: x, t) is t
            m = Manager()
            assert solution.enter(m) == "entered" and m.left == (None, None, None)
            assert solution.apply(Thing).name == "n"
    """,
    "iterators and files": """
        import io
        import solution
        def test(tmp_path=None):
            assert solution.total(x * x for x in range(4)) == 14 and solution.first(iter("ab")) == "a"
            assert solution.total(map(int, "123")) == 6 and solution.total({1: 2}.values()) == 2
            assert solution.read(io.StringIO("text")) == "text"
            out = io.StringIO()
            solution.write(out, "hello")
            assert out.getvalue() == "hello\\n"
            with open("a.txt", "w") as file:
                file.write("one\\ntwo\\n")
            with open("a.txt") as file:
                assert solution.first(file) == "one\\n"
            assert solution.lines("a.txt") == ["one", "two"]
    """,
    "calls within calls": """
        import pytest
        import solution
        def test():
            def down(n): return solution.reached(down, n)
            assert solution.reached(down, 20) == 0
            with pytest.raises(RecursionError):
                solution.reached(down, 100_000)
            assert solution.reached(down, 3) == 0
    """,
    "mocks, and names of the module replaced": """
        from unittest.mock import MagicMock, patch
        import pytest
        import solution
        def test():
            mock = MagicMock(return_value=3)
            assert solution.apply(mock, 1, a=2) == 3
            mock.assert_called_once_with(1, a=2)
            mock.save.return_value = 5
            assert solution.apply(lambda: mock.save()) == 5
            with patch("solution.helper", return_value=10):
                assert solution.outer() == 11
            assert solution.outer() == 2
            with patch.object(solution, "helper", lambda: 20):
                assert solution.outer() == 21
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr("solution.helper", lambda: 5)
                patched.setattr(solution.time, "sleep", lambda s: None)
                solution.time.sleep(1000)
                assert solution.outer() == 6
            assert solution.outer() == 2
    """,
    "streams": """
        import contextlib, io
        import solution
        def test():
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                solution.speak()
                print("after")
                solution.apply(print, "x", end="!")
                solution.printing_thread()
                solution.apply(lambda: print("inner"))
            assert out.getvalue() == "out\\nmore\\nafter\\nx!from a thread\\ninner\\n" and err.getvalue() == "err\\n"
            with contextlib.redirect_stdout(io.StringIO()) as long:
                solution.flood()
            assert len(long.getvalue()) == 300_000
    """,
    "input": """
        import builtins, contextlib, io, sys
        import pytest
        import solution
        def test():
            with pytest.MonkeyPatch.context() as patched:
                answers = iter(["Ann"])
                patched.setattr("builtins.input", lambda prompt="": next(answers))
                with contextlib.redirect_stdout(io.StringIO()) as out:
                    assert solution.ask() == "Ann"
                assert out.getvalue() == "hello Ann\\n"
                with pytest.raises(StopIteration):
                    solution.ask()
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(sys, "stdin", io.StringIO("Bob\\nx\\n"))
                with contextlib.redirect_stdout(io.StringIO()) as out:
                    assert solution.ask() == "Bob"
                assert out.getvalue() == "name? hello Bob\\n" and solution.ask_all() == ["x"]
    """,
    "warnings": """
        import warnings, pytest
        import solution
        def test():
            with pytest.warns(DeprecationWarning, match="old"):
                assert solution.old() == 1
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                with pytest.raises(DeprecationWarning):
                    solution.old()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                assert solution.old() == 1
    """,
    "coroutines": """
        import asyncio, inspect
        import solution
        from solution import Pool
        def test():
            assert inspect.iscoroutinefunction(solution.later) and asyncio.run(solution.later(1)) == 2
            async def main():
                async def mine(x):
                    await asyncio.sleep(0)
                    return x + 10
                assert await solution.with_callback(mine) == 11
                assert [x async for x in solution.numbers(3)] == [0, 1, 2]
                async with Pool() as pool:
                    assert pool.open and await pool.get() == 7
                assert not pool.open
                assert await asyncio.gather(solution.later(1), solution.later(2)) == [2, 3]
            asyncio.run(main())
    """,
    "pickling and copying": """
        import copy, pickle
        import solution
        from solution import Thing
        def test():
            t = Thing([1])
            back = pickle.loads(pickle.dumps(t))
            assert back.v == [1] and back is not t and type(back) is Thing
            assert copy.copy(t).v is t.v and copy.deepcopy(t).v == [1]
    """,
}

THREADED = """
import queue, threading, time, warnings
class Counter:
    def __init__(self): self.n, self.lock = 0, threading.Lock()
    def add(self):
        with self.lock: self.n += 1
class Channel:
    def __init__(self, size=0): self.queue = queue.Queue(size)
    def put(self, item): self.queue.put(item)
    def get(self, timeout=None): return self.queue.get(timeout=timeout)
def in_threads(f, items):
    threads = [threading.Thread(target=f, args=(item,)) for item in items]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
def later(f, seconds): threading.Timer(seconds, f).start()
def debounce(wait):
    def decorate(f):
        timer = None
        def call(*args):
            nonlocal timer
            if timer: timer.cancel()
            timer = threading.Timer(wait, f, args)
            timer.start()
        return call
    return decorate
def same(x): return x
def old(): warnings.warn("old", DeprecationWarning, stacklevel=2); return 1
"""

THREADED_TESTS: dict[str, str] = {
    "threads of the test": """
        import threading
        from concurrent.futures import ThreadPoolExecutor
        import solution
        from solution import Counter
        def test():
            counter = Counter()
            threads = [threading.Thread(target=lambda: [counter.add() for _ in range(50)]) for _ in range(4)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            assert counter.n == 200
            with ThreadPoolExecutor(4) as pool:
                assert list(pool.map(solution.same, range(100))) == list(range(100))
    """,
    "warnings that are errors beside a thread that waits": """
        import threading, warnings, pytest
        import solution
        def test():
            over = threading.Event()
            waiting = threading.Thread(target=over.wait)
            waiting.start()
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                for _ in range(500):
                    with pytest.raises(DeprecationWarning, match="old"):
                        solution.old()
            over.set()
            waiting.join()
    """,
    "threads that wait for each other": """
        import threading, time
        from solution import Channel
        def test():
            channel, got = Channel(1), []
            consumer = threading.Thread(target=lambda: got.extend(channel.get() for _ in range(20)))
            consumer.start()
            for i in range(20):
                channel.put([i])
            consumer.join()
            assert got == [[i] for i in range(20)]
            producer = threading.Thread(target=lambda: (time.sleep(0.05), channel.put("late")))
            producer.start()
            assert channel.get(timeout=20) == "late"
            producer.join()
    """,
    "threads of the solution": """
        import threading, time
        import solution
        def test():
            got, here = [], threading.Event()
            solution.in_threads(got.append, range(5))
            assert sorted(got) == list(range(5))
            solution.later(here.set, 0.05)
            assert here.wait(20)
            calls = []
            @solution.debounce(0.1)
            def save(x): calls.append(x)
            for i in range(3): save(i)
            for _ in range(200):
                if calls: break
                time.sleep(0.05)
            assert calls == [2]
    """,
}

TOLD = '''
import logging, random, os, sys, time
log = logging.getLogger("app")
def area(base: float, height: float = 2.0, *rest: int, unit: str = "m") -> float:
    """Area of a triangle."""
    log.info("area of %s", base)
    logging.getLogger("app").warning("careful")
    return base * height / 2
area.tags = ["t"]
class Documented:
    """A class."""
    def method(self, x: int):
        """A method."""
def roll(): return random.random()
def here(): return os.getcwd(), os.environ.get("BRIDGE_TEST")
def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
def nap(): time.sleep(1000); return "awake"
def show(): print("shown", end="")
def load(path):
    with open(path) as file: return file.read()
'''

TOLD_TESTS: dict[str, str] = {
    "texts, parameters and annotations": """
        import inspect
        from solution import Documented, area
        def test():
            assert area.__doc__ == "Area of a triangle." and Documented.__doc__ == "A class."
            assert str(inspect.signature(area)) == (
                "(base: 'float', height: 'float' = 2.0, *rest: 'int', unit: 'str' = 'm') -> 'float'".replace("'float'",
                "float").replace("'int'", "int").replace("'str'", "str"))
            assert area.__annotations__["return"] is float and area.tags == ["t"]
            assert list(inspect.signature(Documented.method).parameters) == ["self", "x"]
            assert Documented.method.__doc__ == "A method."
    """,
    "logs": """
        import logging
        import unittest
        from solution import area
        class Case(unittest.TestCase):
            def runTest(self):
                with self.assertLogs("app", level="INFO") as caught:
                    assert area(3) == 3.0
                assert caught.output == ["INFO:app:area of 3", "WARNING:app:careful"]
                with self.assertLogs("app", level="WARNING") as caught:
                    area(4)
                assert caught.output == ["WARNING:app:careful"]
        def test():
            result = unittest.TestResult()
            Case().run(result)
            assert result.wasSuccessful(), result
    """,
    "seeds, folder, environment, limits": """
        import os, random, sys
        import pytest
        import solution
        def test():
            random.seed(5)
            first, mine = solution.roll(), random.random()
            random.seed(5)
            assert [solution.roll(), random.random()] == [first, mine] and first != mine
            os.makedirs("sub", exist_ok=True)
            with pytest.MonkeyPatch.context() as patched:
                patched.chdir("sub")
                patched.setenv("BRIDGE_TEST", "x")
                assert solution.here() == (os.getcwd(), "x")
            assert solution.here() == (os.getcwd(), None)
            sys.setrecursionlimit(6000)
            assert solution.deep(4000) == 4000
    """,
    "functions of Python replaced": """
        import time
        from unittest.mock import mock_open, patch
        import solution
        def test():
            with patch("time.sleep") as sleep:
                assert solution.nap() == "awake"
            sleep.assert_called_once_with(1000)
            assert time.sleep is not sleep
            with patch("builtins.print") as shown:
                solution.show()
            shown.assert_called_once_with("shown", end="")
            with patch("builtins.open", mock_open(read_data="data")):
                assert solution.load("nowhere") == "data"
            with patch("random.random", return_value=0.5):
                assert solution.roll() == 0.5
            assert solution.roll() != 0.5
    """,
}
