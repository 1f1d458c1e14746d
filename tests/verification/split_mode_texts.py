"""Texts of tests that look as if they needed the solution in their own interpreter, or do not even look so."""

from __future__ import annotations

SPLIT = {
    "plain": "from solution import add\ndef test_a(): assert add(1, 2) == 3",
    "patched input": """
        from unittest.mock import patch
        @patch('builtins.input', side_effect=['1'])
        def test_a(i): f()
        """,
    "patched input, by monkeypatch": "def test_a(monkeypatch): monkeypatch.setattr('builtins.input', lambda _: '1')",
    "patched input, by object": "import builtins\ndef test_a(monkeypatch): monkeypatch.setattr(builtins, 'input', f)",
    "input assigned": "import builtins\nbuiltins.input = lambda: '1'",
    "patched streams": """
        @patch('sys.stdout', new_callable=StringIO)
        @patch('sys.stdin', StringIO('1'))
        def test_a(o): f()
        """,
    "patched streams, by object": """
        import sys
        def test_a(monkeypatch): monkeypatch.setattr(sys, 'stdin', StringIO('1'))
        """,
    "streams assigned": """
        import io, sys
        def test_a():
            sys.stdout = io.StringIO()
            f()
            sys.stdout = sys.__stdout__
        """,
    "a patched environment": """
        import os
        @patch.dict(os.environ, {'HOME': '/'})
        def test_a(): f()
        """,
    "a patched environment, by name": "@patch.dict('os.environ', {'HOME': '/'})\ndef test_a(): f()",
    "an environment, and another folder": """
        import os
        def test_a(monkeypatch, tmp_path):
            monkeypatch.setenv('A', '1')
            monkeypatch.chdir(tmp_path)
            os.environ['B'] = '2'
        """,
    "a patch of the test's own class": """
        class Mine: x = 1
        def test_a():
            with patch.object(Mine, 'x', 2): f(Mine())
        """,
    "a patch of the test's own module": "@patch(f'{__name__}.helper')\ndef test_a(h): f()",
    "an own dict patched": "TABLE = {}\ndef test_a(monkeypatch): monkeypatch.setitem(TABLE, 'x', 1)",
    "a method called patch": "from solution import client\ndef test_a(): assert client.patch('solution') == 1",
    "an attribute of an object": """
        from solution import Point
        def test_a():
            p = Point()
            p.x = 3
            setattr(p, 'y', 4)
        """,
    "a path inserted": """
        import sys, os
        sys.path.insert(0, os.path.dirname(__file__))
        from solution import f
        """,
    "a class attribute set back": """
        from solution import Counter
        def test_a():
            Counter.count = 0
            Counter()
        """,
    "a seed for the test's own data": """
        import random
        from solution import sort
        def test_a():
            random.seed(1)
            data = [random.random() for _ in range(9)]
            assert sort(data) == sorted(data)
        """,
    "a seed for data made in the call": """
        import numpy as np
        from solution import norm
        def test_a():
            np.random.seed(0)
            assert norm(np.random.rand(3)) > 0
        """,
    "a seed for data made by a function": """
        import random
        from solution import sort
        def make(): return [random.random()]
        def test_a():
            random.seed(1)
            assert sort(make())
        """,
    "a generator of the test's own": """
        import random
        from solution import pick
        def test_a(): pick(random.Random(1), [1])
        """,
    "the signature of a function": """
        import inspect
        from solution import f
        def test_a(): assert inspect.signature(f)
        """,
    "code of the test's own": "def test_a(): assert test_a.__code__",
    "its own file": "import os\ndef test_a(): assert os.path.exists(__file__)",
    "a docstring that names the file": """
        '''Tests of solution.py.'''
        from solution import f
        def test_a():
            '''solution.py'''
        """,
    "a program of the system": """
        import subprocess
        from solution import f
        def test_a(): subprocess.run(['true'])
        """,
    "clocks read": """
        import time
        from solution import f
        def test_a():
            t = time.time()
            f()
            assert time.time() - t < 1
        """,
    "the recursion limit read": """
        import sys
        from solution import f
        def test_a(): f(sys.getrecursionlimit())
        """,
    "decimals": """
        from decimal import Decimal
        from solution import f
        def test_a(): assert f(Decimal(1)) == Decimal(2)
        """,
    "a local name like a module's": """
        from solution import f
        def test_a():
            gc = f()
            assert gc.content(1) == dis(1)
        """,
    "capsys": """
        def test_a(capsys):
            f()
            assert capsys.readouterr().out
        """,
    "threads of the test's own": """
        import threading
        from solution import f
        def test_a():
            threading.Thread(target=print).start()
        """,
    "a lock handed over": """
        import threading
        from solution import f
        def test_a(): f(threading.Lock())
        """,
    "a coroutine run to its end": """
        import asyncio
        from solution import f
        def test_a(): assert asyncio.run(f(1)) == 1
        """,
    "coroutines one after another": """
        import asyncio
        from solution import f
        async def main(): return await f(1) + await f(2)
        def test_a(): assert asyncio.run(main()) == 3
        """,
    "modules looked up": """
        import sys
        import solution
        def test_a(): assert 'solution' in sys.modules and sys.modules['solution']
        """,
    "classes of its own": """
        from solution import *
        class Square(object): ...
        class Odd(ValueError): ...
        class Odder(Odd): ...
        """,
    "unittest": """
        import unittest
        from solution import *
        class TestA(unittest.TestCase):
            def test_a(self): ...
        """,
    "unittest, brought by the star": """
        from solution import *
        class TestA(unittest.TestCase):
            def test_a(self): ...
        """,
    "is None, is True": """
        from solution import f
        def test_a(): assert f() is None and f() is not True and f(f()) is ...
        """,
    "identity with an argument": """
        from solution import f
        def test_a():
            x = [1]
            assert f(x) is x
            assert f(x) == [1]
        """,
    "identity of objects": """
        from solution import Node, Config
        def test_a():
            one, two = Node(1), Node(2)
            one.next = two
            assert one.next is two and Config() is Config() and two.next is not one
        """,
    "identity of an object that is like a container": """
        from solution import Vector
        def test_a():
            v, w = Vector(1), 2
            u = Vector(2)
            assert u[0] == 2 and max(u, v) is u
        """,
    "the defaults of a function": "from solution import f\ndef test_a(): assert f.__defaults__ == (1,)",
    "a file's name that the solution says": "from solution import here\ndef test_a(): assert here() == 'solution.py'",
    "a type": "from solution import f\ndef test_a(): assert type(f()) is int and type(f()) is type(f())",
    "pickled data of its own": """
        import pickle
        from solution import f
        def test_a(): assert f(pickle.dumps([1]))
        """,
    "text of its own evaluated": """
        from solution import f
        def test_a():
            for args in ['(1,)']: assert repr(f(*eval(args))) == '1'
        """,
    "a mock as an argument": """
        from unittest.mock import Mock
        from solution import f
        def test_a(): f(Mock(return_value=1))
        """,
    "mutable globals of the solution": """
        import solution
        def test_a():
            solution.cache.clear()
            solution.TABLE['x'] = 1
        """,
    "warnings and logs": """
        import pytest
        def test_a(caplog):
            with pytest.warns(UserWarning): f()
            assert caplog.records
        """,
    "nothing": "",
}
