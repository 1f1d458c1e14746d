"""Texts of tests that need the solution in their own interpreter."""

from __future__ import annotations

SAME = {
    "doctest of the module": "import doctest, solution\ndef test_a(): assert doctest.testmod(solution).failed == 0",
    "doctest, imported by name": """
        from doctest import run_docstring_examples
        def test_a(): run_docstring_examples(f, {})
        """,
    "patch by name": "@patch('solution.fetch', return_value=1)\ndef test_a(fake): ...",
    "patch from unittest": """
        from unittest import mock
        def test_a():
            with mock.patch('solution.x', 1): ...
        """,
    "patch of a name in the solution's module": "@patch('solution.input', lambda: '1')\ndef test_a(): ...",
    "patch by a computed name": """
        MODULE = 'solution'
        @patch(f'{MODULE}.x')
        def test_a(x): ...
        """,
    "patch by a sum of texts": "@patch('solution.' + 'x')\ndef test_a(x): ...",
    "patch.object of the module": """
        import solution
        @mock.patch.object(solution, 'add')
        def test_a(add): ...
        """,
    "patch.object of a class": """
        from solution import Stack
        @patch.object(Stack, 'push')
        def test_a(push): ...
        """,
    "patch.object of an instance": """
        from unittest.mock import patch
        from solution import Stack
        def test_a():
            stack = Stack()
            with patch.object(stack, 'push'): stack.extend([1])
        """,
    "patch.dict of the solution": """
        import solution
        @patch.dict(solution.CONFIG, {'a': 1})
        def test_a(): ...
        """,
    "patch.multiple": "@patch.multiple('solution', f=DEFAULT)\ndef test_a(f): ...",
    "pytest-mock": "def test_a(mocker):\n    mocker.patch('solution.get')",
    "monkeypatch of the module": "import solution\ndef test_a(monkeypatch): monkeypatch.setattr(solution, 'x', 1)",
    "monkeypatch by name": "def test_a(monkeypatch): monkeypatch.setattr('solution.x', 1)",
    "monkeypatch of a dict of the solution": """
        import solution
        def test_a(monkeypatch): monkeypatch.setitem(solution.TABLE, 'x', 1)
        """,
    "monkeypatch under another name": """
        import time, pytest
        def test_a():
            with pytest.MonkeyPatch.context() as m: m.setattr(time, 'time', f)
        """,
    "patched time": "@patch('time.sleep')\ndef test_a(sleep): f()",
    "patched time, by monkeypatch": """
        import time
        def test_a(monkeypatch): monkeypatch.setattr(time, 'time', lambda: 0)
        """,
    "patched requests": "def test_a():\n    with patch('requests.get') as get: f()",
    "patched print": "@patch('builtins.print')\ndef test_a(fake): f(); fake.assert_called_once_with(1)",
    "patched open": "@patch('builtins.open', mock_open(read_data='x'))\ndef test_a(): f('x')",
    "patched arguments of the process": """
        import sys
        def test_a(monkeypatch): monkeypatch.setattr(sys, 'argv', ['x'])
        """,
    "patched random numbers": """
        import random
        @patch.object(random, 'randint', return_value=4)
        def test_a(fake): ...
        """,
    "an attribute of the module assigned": """
        import solution
        def test_a():
            solution.LIMIT = 3
            assert solution.f()
        """,
    "the same by setattr": "import solution\ndef test_a(): setattr(solution, 'LIMIT', 3)",
    "the same under another name": """
        import solution as s
        def test_a():
            s.LIMIT = 3
        """,
    "the module found by import_module": """
        s = importlib.import_module('solution')
        def test_a():
            s.LIMIT = 3
        """,
    "an attribute of the module deleted": """
        import solution
        def test_a():
            del solution.cache
        """,
    "a method of the solution's class replaced": "from solution import Stack\nStack.push = lambda self, x: None",
    "a function of another module replaced": """
        import time
        def test_a():
            time.sleep = lambda s: None
            f()
        """,
    "a module loaded anew": "import importlib, solution\ndef test_a(): importlib.reload(solution)",
    "a seed for the solution": """
        import random
        from solution import shuffled
        def test_a():
            random.seed(1)
            one = shuffled([1, 2, 3])
            random.seed(1)
            assert one == shuffled([1, 2, 3])
        """,
    "numpy's seed for the solution": """
        import numpy as np
        from solution import *
        def test_a():
            np.random.seed(0)
            f()
        """,
    "a seed for a method of the solution's object": """
        import random
        from solution import Deck
        deck = Deck()
        def test_a():
            random.seed(1)
            deck.shuffle()
        """,
    "the source of a function": """
        import inspect
        from solution import f
        def test_a(): assert 'for' in inspect.getsource(f)
        """,
    "the code of a function": "from solution import f\ndef test_a(): assert f.__code__.co_argcount == 1",
    "the closure of a function": """
        from solution import make
        def test_a():
            f = make()
            assert f.__closure__
        """,
    "where the module lies": "import solution\ndef test_a(): assert open(solution.__file__).read()",
    "the module's globals": "import solution\ndef test_a(): assert 'x' in vars(solution)",
    "the file of the solution": """
        def test_a():
            with open('solution.py') as file: assert 'eval' not in file.read()
        """,
    "the file beside this one": "def test_a(): assert (Path(__file__).parent / 'solution.py').exists()",
    "the solution as a program": "import subprocess\ndef test_a(): subprocess.run(['python', '-m', 'solution'])",
    "a program with the solution in it": """
        import subprocess, sys
        def test_a(): subprocess.run([sys.executable, '-c', 'import solution'])
        """,
    "the solution found by its specification": "def test_a(): assert importlib.util.find_spec('solution')",
    "tracing": "import sys\ndef test_a(): sys.settrace(count); f()",
    "a recursion limit": """
        import sys
        sys.setrecursionlimit(10_000)
        def test_a(): f(5000)
        """,
    "decimal's precision": """
        import decimal
        def test_a():
            decimal.getcontext().prec = 50
            assert f()
        """,
    "numpy's errors": """
        import numpy as np
        def test_a():
            with np.errstate(all='raise'): f()
        """,
    "an alarm": "import signal\ndef test_a(): signal.alarm(5); f()",
    "memory traced": "import tracemalloc\ndef test_a(): tracemalloc.start(); f()",
    "garbage": """
        import gc, weakref
        from solution import Node
        def test_a(): gc.collect()
        """,
    "a weak reference": """
        import weakref
        from solution import Node
        def test_a(): assert weakref.ref(Node())() is None
        """,
    "a size": """
        import sys
        from solution import Slim
        def test_a(): assert sys.getsizeof(Slim()) < 64
        """,
    "a package that stops clocks": """
        from freezegun import freeze_time
        @freeze_time('2020-01-01')
        def test_a(): ...
        """,
    "a fixture for descriptors": """
        def test_a(capfd):
            f()
            assert capfd.readouterr().out
        """,
    "threads that call the solution": """
        import threading
        from solution import Counter
        def test_a():
            counter = Counter()
            threads = [threading.Thread(target=counter.increment) for _ in range(4)]
        """,
    "threads that call it through the test's function": """
        from threading import Thread
        from solution import add
        def work(): add(1, 2)
        def test_a(): Thread(target=work).start()
        """,
    "a pool that calls the solution": """
        from concurrent.futures import ThreadPoolExecutor
        from solution import *
        def test_a():
            with ThreadPoolExecutor() as pool: assert list(pool.map(square, [1])) == [1]
        """,
    "processes that call the solution": """
        import multiprocessing as mp
        from solution import f
        def test_a(): mp.Process(target=f).start()
        """,
    "coroutines side by side": """
        import asyncio
        from solution import f
        async def main(): await asyncio.gather(f(), f())
        """,
    "an asynchronous iteration": """
        import asyncio
        from solution import f
        async def main():
            async for x in f(): ...
        """,
    "an asynchronous context": """
        import asyncio
        from solution import Pool
        async def main():
            async with Pool(): ...
        """,
    "a coroutine handed over": """
        import asyncio
        from solution import retry
        async def flaky(): return 1
        def test_a(): assert asyncio.run(retry(flaky, 3)) == 1
        """,
    "modules taken out": "import sys\ndef test_a(): sys.modules.pop('solution')",
    "modules deleted": """
        import sys
        def test_a():
            del sys.modules['solution']
        """,
    "modules put in": """
        import sys
        sys.modules['requests'] = None
        from solution import f
        """,
    "modules patched": "@patch.dict('sys.modules', requests=None)\ndef test_a(): f()",
    "a class derived from the solution's": "from solution import Shape\nclass Square(Shape): ...",
    "a class derived from one of the star import": "from solution import *\nclass Square(Shape): ...",
    "a class derived from the module's": """
        import solution
        def test_a():
            class Square(solution.Shape[int]): ...
        """,
    "a class derived by type()": "from solution import Shape\nSquare = type('Square', (Shape,), {})",
    "an exception derived from the solution's": "from solution import Error\nclass Worse(Error): ...",
    "identity of lists": """
        from solution import load
        def test_a():
            one, two = load(), load()
            assert one == [1, 2] and one is two
        """,
    "identity of a list that is an attribute": """
        from solution import Stack
        def test_a():
            one, two = Stack(), Stack()
            one.items.append(1)
            assert one.items is not two.items
        """,
    "identity by number": """
        from solution import load
        def test_a():
            one, two = load(), load()
            one.append(1)
            assert id(one) == id(two)
        """,
    "identity as unittest has it": """
        from solution import load
        class TestLoad(unittest.TestCase):
            def test_a(self): self.assertIs(load(), load()); load().append(1)
        """,
    "pickled objects": """
        import pickle
        from solution import Point
        def test_a(): assert pickle.loads(pickle.dumps(Point(1)))
        """,
    "text of the solution evaluated": "from solution import infix\ndef test_a(): assert eval(infix('1')) == 1",
    "text of the solution executed, by a variable": """
        from solution import generate
        def test_a():
            code = generate()
            exec(code, {})
        """,
    "what it printed, evaluated": """
        from solution import f
        def test_a(capsys):
            f()
            assert eval(capsys.readouterr().out)
        """,
    "what it wrote, evaluated": """
        from solution import f
        def test_a(tmp_path):
            f(tmp_path)
            eval(open('x').read())
        """,
    "what it wrote, run": """
        import subprocess
        from solution import f
        def test_a():
            f()
            subprocess.run(['python', 'x.py'])
        """,
    "its data unpickled": """
        import pickle
        from solution import save
        def test_a(): assert pickle.loads(save([1])) == [1]
        """,
    "its annotations evaluated": """
        import typing
        from solution import f
        def test_a(): assert typing.get_type_hints(f)
        """,
}
