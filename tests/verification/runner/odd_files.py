"""Test files, most of them odd, of which our runner must say what pytest says."""

from __future__ import annotations

ODD: dict[str, str] = {
    "plain functions": "def test_a(): assert 1\n\ndef test_b():\n    assert 1 == 2\n\ndef helper(): pass\n",
    "no tests": "x = 1\n",
    "empty": "",
    "syntax error": "def test_a(:\n",
    "import error": "import absent_module\n\ndef test_a(): pass\n",
    "error at import": "def test_a(): pass\n1 / 0\n",
    "skip at module level": "import pytest\npytest.skip('no', allow_module_level=True)\ndef test_a(): pass\n",
    "skip at module level, not allowed": "import pytest\npytest.skip('no')\ndef test_a(): pass\n",
    "importorskip": "import pytest\nx = pytest.importorskip('absent_module')\ndef test_a(): pass\n",
    "unittest.SkipTest at module level": "import unittest\nraise unittest.SkipTest('no')\n",
    "parametrize": """
        import pytest
        @pytest.mark.parametrize("x", [1, 2.5, "a", None, True, b"b", [1], {"k": 1}, "a::b[c]", "\\u00e4 \\n"])
        @pytest.mark.parametrize(
            "y, z", [(1, 2), pytest.param(3, 4, id="three"), pytest.param(5, 6, marks=pytest.mark.skip)]
        )
        def test_a(x, y, z): assert x
    """,
    "parametrize with nothing": "import pytest\n@pytest.mark.parametrize('x', [])\ndef test_a(x): pass\n",
    "parametrize with a wrong name": "import pytest\n@pytest.mark.parametrize('y', [1])\ndef test_a(x): pass\n",
    "indirect parameters, fixture parameters": """
        import pytest
        @pytest.fixture(params=["p", "q"], scope="module")
        def f(request): return request.param
        @pytest.fixture
        def g(request): return request.param * 2
        @pytest.mark.parametrize("g", [1, 2], indirect=True)
        def test_a(f, g): assert f in "pq" and g in (2, 4)
        def test_b(f): assert f == "p"
    """,
    "fixtures of all scopes that fail": """
        import pytest
        @pytest.fixture(scope="session")
        def s(): raise RuntimeError("setup")
        @pytest.fixture
        def t():
            yield 1
            raise RuntimeError("teardown")
        def test_a(s): pass
        def test_b(s): pass
        def test_c(t): assert t == 1
        def test_d(t): assert t == 2
        def test_e(absent): pass
    """,
    "autouse and usefixtures": """
        import pytest
        seen = []
        @pytest.fixture(autouse=True)
        def auto(): seen.append("auto"); yield; seen.append("end")
        @pytest.fixture
        def named(): seen.append("named")
        @pytest.mark.usefixtures("named")
        def test_a(): assert seen == ["auto", "named"]
        def test_b(): assert seen == ["auto", "named", "end", "auto"]
    """,
    "request and finalizers": """
        import pytest
        @pytest.fixture
        def f(request):
            request.addfinalizer(lambda: 1 / 0)
            return request.node.name
        def test_a(f): assert f == "test_a"
        def test_b(request): assert request.getfixturevalue("tmp_path").is_dir()
    """,
    "xunit functions": """
        log = []
        def setup_module(module): log.append("M")
        def teardown_module(): log.append("m")
        def setup_function(function): log.append(function.__name__)
        def teardown_function(): log.append("f")
        def test_a(): assert log == ["M", "test_a"]
        class TestC:
            def setup_class(cls): cls.x = 1
            def setup_method(self): self.y = 2
            def teardown_method(self): assert self.y == 3
            def test_a(self): assert (self.x, self.y) == (1, 2)
            def test_b(self): self.y = 3
        def test_z(): assert log == ["M", "test_a", "f", "test_z"]
    """,
    "setup_module that fails": "def setup_module(): 1 / 0\ndef test_a(): pass\ndef test_b(): pass\n",
    "classes that are not collected": """
        import enum, dataclasses
        class TestInit:
            def __init__(self): pass
            def test_a(self): pass
        class TestEnum(enum.Enum):
            A = 1
        class NotATest:
            def test_a(self): pass
        @dataclasses.dataclass
        class TestData:
            x: int
        class TestHidden:
            __test__ = False
            def test_a(self): pass
        class TestOuter:
            class TestInner:
                def test_a(self): pass
            test_number = 1
            @staticmethod
            def test_static(): pass
            @classmethod
            def test_class(cls): assert cls
        def test_a(): pass
        test_a.__test__ = False
        def test_b(): pass
    """,
    "inheritance": """
        class Base:
            def test_a(self): assert self.x
            def test_b(self): assert not self.x
        class TestOne(Base): x = 1
        class TestTwo(TestOne):
            x = 0
            def test_c(self): pass
    """,
    "unittest": """
        import unittest
        class Case(unittest.TestCase):
            @classmethod
            def setUpClass(cls): cls.x = 1
            def setUp(self): self.addCleanup(self.clean)
            def clean(self): pass
            def test_a(self): self.assertEqual(self.x, 1)
            def test_b(self): self.assertEqual(self.x, 2)
            def test_c(self): raise ValueError
            def test_d(self): self.skipTest("no")
            @unittest.skip("never")
            def test_e(self): pass
            @unittest.expectedFailure
            def test_f(self): self.fail()
            @unittest.expectedFailure
            def test_g(self): pass
            def test_h(self): raise unittest.SkipTest("no")
            def test_i(self):
                with self.assertRaises(ZeroDivisionError): 1 / 0
        @unittest.skip("all")
        class Skipped(unittest.TestCase):
            def test_a(self): pass
        class Broken(unittest.TestCase):
            @classmethod
            def setUpClass(cls): 1 / 0
            def test_a(self): pass
        class TearDown(unittest.TestCase):
            def tearDown(self): 1 / 0
            def test_a(self): pass
        class Async(unittest.IsolatedAsyncioTestCase):
            async def test_a(self): self.assertTrue(1)
            async def test_b(self): self.assertTrue(0)
        class RunTest(unittest.TestCase):
            def runTest(self): pass
    """,
    "subtests of unittest that pass": """
        import unittest
        class Case(unittest.TestCase):
            def test_a(self):
                for i in range(3):
                    with self.subTest(i=i): self.assertLess(i, 3)
    """,
    "skips and expected failures": """
        import pytest, sys
        @pytest.mark.skip
        def test_a(): pass
        @pytest.mark.skipif(sys.version_info > (3,), reason="new")
        def test_b(): pass
        @pytest.mark.skipif("sys.version_info < (3,)", reason="old")
        def test_c(): pass
        @pytest.mark.skipif(True)
        def test_d(): pass
        @pytest.mark.xfail
        def test_e(): assert 0
        @pytest.mark.xfail
        def test_f(): pass
        @pytest.mark.xfail(strict=True)
        def test_g(): pass
        @pytest.mark.xfail(raises=ValueError)
        def test_h(): raise KeyError
        @pytest.mark.xfail(raises=(ValueError, KeyError), reason="r")
        def test_i(): raise KeyError
        @pytest.mark.xfail(run=False)
        def test_j(): raise SystemExit
        @pytest.mark.xfail(False, reason="not")
        def test_k(): assert 0
        def test_l(): pytest.skip("now")
        def test_m(): pytest.xfail("now")
        def test_n(): pytest.fail("now")
        def test_o(request):
            request.node.add_marker(pytest.mark.xfail)
            assert 0
        class TestC:
            pytestmark = pytest.mark.skip
            def test_a(self): pass
    """,
    "pytestmark of the file": "import pytest\npytestmark = pytest.mark.xfail\ndef test_a(): 1 / 0\ndef test_b(): 1\n",
    "__test__ of the file": "__test__ = False\ndef test_a(): assert 0\n",
    "generators and coroutines": """
        async def test_a(): pass
        def test_b(): return 3
        async def test_c():
            yield 1
        def test_d():
            async def f(): pass
            c = f()
            c.close()
            return c
    """,
    "a generator is an error": "def test_a():\n    yield 1\n\ndef test_b(): pass\n",
    "exits": "import sys, os\ndef test_a(): sys.exit(0)\ndef test_b(): raise SystemExit('x')\ndef test_c(): pass\n",
    "pytest.exit": "import pytest\ndef test_a(): pass\ndef test_b(): pytest.exit('over', 7)\ndef test_c(): pass\n",
    "KeyboardInterrupt": "def test_a(): pass\ndef test_b(): raise KeyboardInterrupt\ndef test_c(): pass\n",
    "KeyboardInterrupt at import": "def test_a(): pass\nraise KeyboardInterrupt\n",
    "SystemExit at import": "def test_a(): pass\nraise SystemExit(0)\n",
    "session.shouldstop": "def test_a(request): request.session.shouldstop = 'enough'\ndef test_b(): pass\n",
    "exception groups and odd exceptions": """
        class Odd(BaseException): pass
        class Mute(Exception):
            def __str__(self): raise ValueError
            __repr__ = __str__
        def test_a(): raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
        def test_b(): raise Odd
        def test_c(): raise Mute
        def test_d(): raise AssertionError
        def test_e(): raise AssertionError("text")
        def test_f(): raise RecursionError
        def test_g(): raise MemoryError
    """,
    "capture": """
        import os, sys, pytest
        def test_a(capsys):
            print("out"); print("err", file=sys.stderr)
            assert capsys.readouterr() == ("out\\n", "err\\n")
            with capsys.disabled(): print("free")
            print("more")
            assert capsys.readouterr().out == "more\\n"
        def test_b(capfd):
            os.system("echo low")
            assert capfd.readouterr().out == "low\\n"
        def test_c(capsysbinary):
            print("out")
            assert capsysbinary.readouterr().out == b"out\\n"
        @pytest.fixture
        def printed(capsys):
            print("setup")
            yield capsys
            assert "test" in capsys.readouterr().out
        def test_d(printed):
            assert printed.readouterr().out == "setup\\n"
            print("test")
    """,
    "logs and warnings": """
        import logging, warnings, pytest
        def test_a(caplog):
            with caplog.at_level(logging.INFO):
                logging.info("x"); logging.getLogger("y").warning("z")
            assert [r.message for r in caplog.records] == ["x", "z"]
            caplog.clear()
            assert not caplog.text
        def test_b(caplog): assert not caplog.records
        def test_c(capsys):
            logging.warning("not printed")
            warnings.warn("not printed")
            assert capsys.readouterr().err == ""
        def test_d():
            with pytest.warns(UserWarning, match="w"): warnings.warn("w")
            with pytest.deprecated_call(): warnings.warn("d", DeprecationWarning)
        def test_e(recwarn):
            warnings.warn("w")
            assert len(recwarn) == 1
        @pytest.mark.filterwarnings("error")
        def test_f(): warnings.warn("w")
        @pytest.mark.filterwarnings("ignore:w")
        def test_g():
            with warnings.catch_warnings(record=True) as log: warnings.warn("w")
            assert not log
        def test_h():
            warnings.simplefilter("error")
        def test_i(): warnings.warn("w")
        def test_j():
            with pytest.warns(UserWarning): pass
    """,
    "monkeypatch and folders": """
        import os, builtins, pytest
        def test_a(monkeypatch, tmp_path):
            monkeypatch.setattr(builtins, "input", lambda *a: "x")
            monkeypatch.setenv("A", "1"); monkeypatch.chdir(tmp_path)
            assert input() == "x" and os.environ["A"] == "1" and os.getcwd() == str(tmp_path)
        def test_b(tmp_path_factory, tmpdir):
            assert "A" not in os.environ
            assert tmp_path_factory.mktemp("d").is_dir() and tmpdir.check()
        def test_c(): assert os.environ["PYTEST_CURRENT_TEST"].endswith("test_solution.py::test_c (call)")
    """,
    "mocks": """
        from unittest import mock
        from unittest.mock import patch
        import solution
        @patch("solution.add", return_value=7)
        def test_a(fake): assert solution.add(1, 1) == 7
        @mock.patch.object(solution, "add")
        @mock.patch("os.getcwd")
        def test_b(cwd, fake, tmp_path): assert tmp_path
        def test_c(): assert solution.add(1, 1) == 2
    """,
    "decorated functions": """
        import functools, contextlib
        def keep(f):
            @functools.wraps(f)
            def inner(*a, **k): return f(*a, **k)
            return inner
        @keep
        def test_a(tmp_path): assert tmp_path
        @contextlib.contextmanager
        def around():
            yield
        @around()
        def test_b(): pass
        test_c = functools.partial(lambda x: None, 1)
        test_d = lambda: None
        test_e = 3
        class Callable:
            def __call__(self): assert 0
        test_f = Callable()
        def test_g(x=1): assert x == 1
        def test_h(*args, **kwargs): assert not args
    """,
    "made in a loop": """
        for i in range(3):
            globals()[f"test_{i}"] = lambda i=i: None
        def make():
            def test_inner(): assert 0
            return test_inner
        test_made = make()
        del test_1
        if True:
            def test_if(): pass
        try:
            raise ValueError
        except ValueError:
            def test_except(): assert 0
    """,
    "pytest_generate_tests": """
        def pytest_generate_tests(metafunc):
            if "n" in metafunc.fixturenames: metafunc.parametrize("n", [1, 0])
        def test_a(n): assert n
        class TestC:
            def test_a(self, n): assert n
    """,
    "a dunder main guard, names of modules": """
        import sys
        def test_a():
            assert __name__ == "test_solution" and sys.modules[__name__].__file__.endswith("test_solution.py")
            import test_solution
            assert test_solution.test_a is test_a
        def test_b():
            import inspect, pickle
            assert inspect.getsource(test_a).startswith("def test_a")
            assert pickle.loads(pickle.dumps(test_a)) is test_a
        if __name__ == "__main__":
            import pytest
            pytest.main()
    """,
    "assertions of all kinds": """
        import asyncio, weakref, gc
        class Thing: pass
        def test_a(): assert 1 < 2 < 3 and not 0 or None
        def test_b(): assert (x := 3) == 3; assert x
        def test_c():
            thing = Thing(); ref = weakref.ref(thing)
            assert ref() is thing
            assert Thing() is not None, f"{thing}"
            del thing
            assert ref() is None
        def test_d():
            assert [
                1,  # one
                2,
            ] == [1,
                2], \\
                "message"
        def test_e(): assert "a" not in "bc"; assert 1 is not 2 if 0 else 1
        def test_f():
            async def f():
                assert await g() == 1
            async def g(): return 1
            asyncio.run(f())
        def test_g():
            assert lambda: 0
            assert {1: 2}[1] == 2, (3, 4)
            assert 'it''s' == "it" 's', 'x'
            assert f"{'a'}" == "a"
        def test_h():
            '''
            assert 0
            '''
            text = '''
        assert 0
            '''
            assert text
        def test_i(): assert {}, "never" "mind"
        def test_j():
            def g(): raise KeyError("in the condition")
            assert g() == 1
        def test_k():
            try: assert 0, 1 / 0
            except ZeroDivisionError: pass
        class TestBody:
            assert "__module__" in vars(), 1
            def test_a(self): assert not any("kept" in name for name in vars(type(self)) if vars(type(self))[name])
    """,
    "non-None return, docstring only": "def test_a(): return True\ndef test_b():\n    '''doc'''\n",
    "star import of another module": "from math import *\ndef test_a(): assert sqrt(4) == 2 and pow(2, 3) == 8\n",
    "future import and BOM": "\ufefffrom __future__ import annotations\ndef test_a(x: absent = 1): pass\n",
    "typing and protocols": """
        from typing import Protocol, NamedTuple, Generic, TypeVar
        T = TypeVar("T")
        class TestProto(Protocol):
            def test_a(self): ...
        class TestTuple(NamedTuple):
            x: int
        class TestGeneric(Generic[T]):
            def test_a(self): pass
        def test_a(): pass
    """,
    "abstract classes": """
        import abc, unittest
        class TestAbstract(abc.ABC):
            @abc.abstractmethod
            def f(self): ...
            def test_a(self): pass
        class TestReal(TestAbstract):
            def f(self): pass
        def test_a(): pass
    """,
    "errors of teardown at the end": """
        import pytest
        @pytest.fixture(scope="module")
        def f():
            yield
            raise RuntimeError
        def test_a(f): pass
        def test_b(): pass
    """,
}
