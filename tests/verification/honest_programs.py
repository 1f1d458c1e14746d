"""Solutions and tests that look odd and are right."""

from __future__ import annotations

ADD = "def add(a, b):\n    return a + b\n"
USE = "import solution\n\ndef test_a():\n    assert solution.add(1, 2) == 3\n"

PASSING: dict[str, tuple[str, str]] = {
    "star import": (ADD, "from solution import *\n\ndef test_a():\n    assert add(1, 2) == 3\n"),
    "fixtures of all scopes": (
        ADD,
        """
        import pytest
        from solution import add

        @pytest.fixture(scope="module")
        def one():
            yield 1

        @pytest.fixture(autouse=True)
        def around(one, request):
            yield

        @pytest.fixture(params=[2, 3])
        def more(request):
            return request.param

        def test_a(one, more):
            assert add(one, more) == one + more
        """,
    ),
    "parametrize, approx, raises": (
        "def divide(a, b):\n    return a / b\n",
        """
        import pytest
        from solution import divide

        @pytest.mark.parametrize("a, b, expected", [(1, 3, 0.333333), (1, 2, 0.5)], ids=["third", "half::of[it]"])
        def test_a(a, b, expected):
            assert divide(a, b) == pytest.approx(expected, rel=1e-4)

        def test_b():
            with pytest.raises(ZeroDivisionError, match="division"):
                divide(1, 0)
        """,
    ),
    "capsys, capfd, monkeypatch, tmp_path, caplog, recwarn": (
        """
        import logging, os, sys, warnings

        def speak():
            print("out")
            print("err", file=sys.stderr)
            os.system("echo from below")
            logging.warning("logged")
            warnings.warn("warned")
            return input()
        """,
        """
        import builtins, os, pytest
        import solution

        def test_a(capfd, monkeypatch, caplog, recwarn, tmp_path):
            monkeypatch.setattr(builtins, "input", lambda: "typed")
            monkeypatch.setenv("HOME", str(tmp_path))
            assert solution.speak() == "typed"
            captured = capfd.readouterr()
            assert "out" in captured.out and "from below" in captured.out and captured.err.startswith("err")
            assert caplog.messages == ["logged"] and len(recwarn) == 1
            (tmp_path / "file").write_text("x")

        def test_b(capsys):
            print("seen")
            assert capsys.readouterr().out == "seen\\n"

        def test_input_cannot_be_read():
            with pytest.raises(OSError):
                solution.speak()
        """,
    ),
    "unittest classes": (
        ADD,
        """
        import unittest
        from solution import add

        class Base(unittest.TestCase):
            def setUp(self):
                self.one = 1

        class AddCase(Base):
            def test_a(self):
                for b in range(3):
                    with self.subTest(b=b):
                        self.assertEqual(add(self.one, b), 1 + b)

            @unittest.expectedFailure
            def test_b(self):
                self.assertEqual(add(1, 1), 3)

        class TestAsync(unittest.IsolatedAsyncioTestCase):
            async def test_c(self):
                self.assertEqual(add(1, 1), 2)

        if __name__ == "__main__":
            unittest.main()
        """,
    ),
    "a test class with a constructor is not collected": (
        ADD,
        """
        from dataclasses import dataclass
        from enum import Enum
        from solution import add

        class TestHelper:
            def __init__(self, value):
                self.value = value
            def test_nothing(self):
                assert False

        class TestKind(Enum):
            ONE = 1
            def test_nothing(self):
                assert False

        @dataclass
        class TestData:
            value: int
            def test_nothing(self):
                assert False

        class TestReal:
            def test_a(self):
                assert add(TestHelper(1).value, TestData(2).value) == 3
        """,
    ),
    "names that are bound again, or under a condition": (
        ADD,
        """
        import sys
        import pytest
        from solution import add

        def test_twice():
            assert False

        def test_twice():
            assert add(1, 1) == 2

        def test_removed():
            assert False

        del test_removed

        def test_replaced():
            assert False

        test_replaced = None

        @pytest.fixture
        def test_data():
            return 1

        if sys.version_info < (3,):
            def test_old():
                assert False

        try:
            import absent
        except ImportError:
            absent = None
        else:
            def test_absent():
                assert False

        def test_a(test_data):
            assert add(test_data, 1) == 2

        test_a.__test__ = True
        """,
    ),
    "doctest texts, CRLF, a future import": (
        'from __future__ import annotations\r\n\r\ndef add(a: int, b: int) -> int:\r\n    """\r\n    >>> add(1, 2)\r\n'
        '    3\r\n    """\r\n    return a + b\r\n',
        "from __future__ import annotations\r\n\r\nimport solution\r\n\r\ndef test_a():\r\n"
        "    assert solution.add(1, 2) == 3\r\n"
        "    assert open('solution.py', newline='').read().count('\\r\\n') == 8\r\n",
    ),
    "a byte order mark, names beyond ASCII": ("\ufeffdef add(a, ß):\n    return a + ß\n", "\ufeff" + USE),
    "dataclasses and pickling by module name": (
        """
        from __future__ import annotations
        import pickle
        from dataclasses import dataclass, field

        @dataclass(order=True)
        class Point:
            x: int
            tags: list[str] = field(default_factory=list)

        def copy(point: Point) -> Point:
            return pickle.loads(pickle.dumps(point))
        """,
        "from solution import Point, copy\n\ndef test_a():\n    assert copy(Point(1)) == Point(1)\n",
    ),
    "doctest of the module": (
        'def add(a, b):\n    """\n    >>> add(1, 2)\n    3\n    """\n    return a + b\n',
        "import doctest, solution\n\ndef test_a():\n    assert doctest.testmod(solution) == (0, 1)\n",
    ),
    "multiprocessing and subprocesses": (
        """
        import multiprocessing, subprocess, sys

        def square(x):
            return x * x

        def squares(xs):
            with multiprocessing.Pool(2) as pool:
                return pool.map(square, xs)

        def other():
            return subprocess.run([sys.executable, "-c", "print(6)"], capture_output=True, text=True).stdout
        """,
        "from solution import *\n\ndef test_a():\n    assert squares([1, 2]) == [1, 4]\n    assert other() == '6\\n'\n",
    ),
    "warnings do not fail it": (
        "import warnings\nwarnings.warn('old', DeprecationWarning)\nPATTERN = '\\d'\n" + ADD,
        "import solution\n\ndef test_a():\n    return solution.add(1, 2) == 3\n",
    ),
    "a thread that never ends, a thread that breaks": (
        """
        import threading, time
        threading.Thread(target=lambda: time.sleep(1000), daemon=True).start()
        threading.Thread(target=lambda: time.sleep(1000)).start()
        threading.Thread(target=lambda: 1 / 0).start()

        def add(a, b):
            return a + b
        """,
        USE,
    ),
    "atexit functions, signal handlers, settrace": (
        "import atexit, signal, sys, os\natexit.register(print, 'bye')\natexit.register(lambda: os._exit(3))\n"
        "for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGCHLD): signal.signal(number, lambda *a: None)\n"
        "sys.settrace(lambda *a: None)\n" + ADD,
        USE,
    ),
    "standard streams replaced and closed": (
        "import io, os, sys\nsys.stdout.write('{}')\nsys.stdout = io.StringIO()\nsys.stderr = None\n"
        "os.close(1)\nos.close(2)\n" + ADD,
        USE,
    ),
    "a hundred threads": (
        """
        from concurrent.futures import ThreadPoolExecutor
        from threading import Barrier

        def meet(n):
            barrier = Barrier(n)
            with ThreadPoolExecutor(n) as pool:
                return sorted(pool.map(lambda i: (barrier.wait(), i)[1], range(n)))
        """,
        "from solution import meet\n\ndef test_a():\n    assert meet(100) == list(range(100))\n",
    ),
    "another working folder": (
        "import os, tempfile\nos.chdir(tempfile.mkdtemp())\n" + ADD,
        USE + "\ndef test_b():\n    import os\n    os.chdir('/')\n    assert solution.add(0, 0) == 0\n",
    ),
    "built-ins replaced by equals of theirs": (
        """
        import builtins, json, os, time
        length, check, quoted = builtins.len, builtins.isinstance, json.dumps
        builtins.len = lambda x: length(x)
        builtins.isinstance = lambda x, y: check(x, y)
        builtins.sum = builtins.open = None
        json.dumps = lambda *a, **k: "{}"
        json.encoder.encode_basestring_ascii = json.JSONEncoder = None
        os.write = os._exit = None
        time.time = time.perf_counter = lambda: 0.0

        def add(a, b):
            return a + b
        """,
        USE,
    ),
    "a fork that forgets to end": (
        "import os\n\ndef add(a, b):\n    if os.fork() == 0: raise SystemExit\n    os.wait()\n    return a + b\n",
        USE,
    ),
    "printed text that looks like a result": (
        "print('TOTAL 10 0 100%')\nprint('{\"nonce\": \"\", \"seq\": 0}')\nprint('\\ud83d')\n" + ADD,
        USE,
    ),
    "low descriptors closed": ("import os\nos.closerange(0, 100)\n" + ADD, USE),
    "an own logging set-up, an own random seed": (
        "import logging, random\nlogging.basicConfig(level=logging.DEBUG, force=True)\nrandom.seed(1)\n" + ADD,
        USE,
    ),
    "mock.patch of the solution": (
        ADD + "\ndef add_three():\n    return add(1, 2)\n",
        """
        from unittest import mock
        from unittest.mock import patch
        import solution

        @patch("solution.add", return_value=7)
        def test_a(fake):
            assert solution.add_three() == 7

        class TestC:
            @mock.patch.object(solution, "add")
            def test_b(self, fake):
                solution.add_three()
                fake.assert_called_once_with(1, 2)
        """,
    ),
    "hooks that the test file may use": (
        ADD,
        """
        import solution

        def pytest_generate_tests(metafunc):
            if "n" in metafunc.fixturenames:
                metafunc.parametrize("n", range(2))

        def setup_module(module): module.ready = True
        def teardown_function(function): pass

        class TestC:
            @classmethod
            def setup_class(cls): cls.one = 1
            def setup_method(self): self.two = 2
            def test_a(self, n): assert ready and solution.add(self.one, self.two) == 3
        """,
    ),
}
