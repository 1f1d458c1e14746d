"""Honest programs that read, print, fork, wait, or use what pytest offers."""

from __future__ import annotations

from tests.verification.adversaries.program import Honest

PROGRAMS: dict[str, Honest] = {
    "printing": Honest(
        "import sys\ndef hello(name):\n    print('Hello,', name, end='!\\n')\n    print('careful', file=sys.stderr)\n"
        "    sys.stdout.write('done')\n",
        """
        import contextlib
        import io
        from solution import hello

        def test_capsys(capsys):
            hello("Ada")
            captured = capsys.readouterr()
            assert captured.out == "Hello, Ada!\\ndone" and captured.err == "careful\\n"
            print("mine")
            hello("Bob")
            assert capsys.readouterr().out.startswith("mine\\nHello, Bob")

        def test_redirected():
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                hello("Eve")
            assert out.getvalue() == "Hello, Eve!\\ndone"
        """,
    ),
    "input": Honest(
        "import sys\ndef ask():\n    name = input('Name? ')\n    return f'<{name}>'\ndef rows():\n"
        "    return [l.strip() for l in sys.stdin]\n"
        "def main():\n    n = int(input())\n    print(sum(int(input()) for _ in range(n)))\n",
        """
        import io
        import sys
        from unittest.mock import patch
        from solution import *

        def test_patched(monkeypatch):
            monkeypatch.setattr("builtins.input", lambda prompt="": "Ada")
            assert ask() == "<Ada>"

        def test_lines(monkeypatch, capsys):
            monkeypatch.setattr("sys.stdin", io.StringIO("2\\n3\\n4\\n"))
            main()
            assert capsys.readouterr().out == "7\\n"

        def test_all(monkeypatch):
            monkeypatch.setattr(sys, "stdin", io.StringIO("a\\nb\\n"))
            assert rows() == ["a", "b"]

        @patch("builtins.input", side_effect=["x", "y"])
        def test_mock(fake):
            assert ask() == "<x>" and ask() == "<y>" and fake.call_count == 2
        """,
    ),
    "files written and read": Honest(
        """
        import csv, json, os, pathlib, tempfile
        def save(data, path): pathlib.Path(path).write_text(json.dumps(data))
        def load(path):
            with open(path) as file: return json.load(file)
        def table(path, rows):
            with open(path, "w", newline="") as file: csv.writer(file).writerows(rows)
        def scratch():
            with tempfile.NamedTemporaryFile("w+", suffix=".txt") as file:
                file.write("x")
                file.flush()
                return os.path.getsize(file.name)
        def tree(root): return sorted(p.name for p in pathlib.Path(root).rglob("*"))
        """,
        """
        import os
        import pytest
        from solution import *

        def test_files(tmp_path):
            save({"a": [1]}, tmp_path / "x.json")
            assert load(tmp_path / "x.json") == {"a": [1]} and load(str(tmp_path / "x.json"))["a"] == [1]
            table(tmp_path / "t.csv", [[1, "b,c"]])
            assert (tmp_path / "t.csv").read_bytes() == b'1,"b,c"\\r\\n'
            (tmp_path / "d").mkdir()
            assert tree(tmp_path) == ["d", "t.csv", "x.json"] and scratch() == 1
            with pytest.raises(FileNotFoundError):
                load(tmp_path / "nothing")

        def test_working_folder():
            save([1], "here.json")
            assert os.path.exists("here.json") and load("here.json") == [1]
            os.remove("here.json")
        """,
    ),
    "environment and working folder": Honest(
        "import os\ndef mode():\n    return os.environ.get('APP_MODE', 'plain')\ndef here():\n"
        "    return sorted(os.listdir('.'))\n",
        """
        import os
        from solution import *

        def test_environment(monkeypatch, tmp_path):
            assert mode() == "plain"
            monkeypatch.setenv("APP_MODE", "loud")
            assert mode() == "loud"
            monkeypatch.chdir(tmp_path)
            (tmp_path / "a").touch()
            assert here() == ["a"]

        def test_it_is_undone():
            assert mode() == "plain"
        """,
    ),
    "a database in memory": Honest(
        "import sqlite3\ndef names(rows):\n    db = sqlite3.connect(':memory:')\n"
        "    db.execute('create table t (name)')\n"
        "    db.executemany('insert into t values (?)', [(r,) for r in rows])\n"
        "    return [r[0] for r in db.execute('select name from t order by name')]\n",
        "from solution import names\n\ndef test_names():\n    assert names(['b', 'a']) == ['a', 'b']\n",
    ),
    "logging and warnings": Honest(
        "import logging, warnings\nlog = logging.getLogger(__name__)\ndef work(x):\n"
        "    log.warning('working on %s', x)\n"
        "    if x < 0: warnings.warn('negative', UserWarning, stacklevel=2)\n    return abs(x)\n"
        "def old():\n    warnings.warn('old', DeprecationWarning)\n    return 1\n",
        """
        import logging
        import warnings
        import pytest
        from solution import *

        def test_log(caplog):
            with caplog.at_level(logging.INFO):
                assert work(3) == 3
            assert "working on 3" in caplog.text and caplog.records[0].levelname == "WARNING"

        def test_warning():
            with pytest.warns(UserWarning, match="negative"):
                assert work(-3) == 3
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                old()
            assert len(caught) == 1 and issubclass(caught[0].category, DeprecationWarning)
        """,
    ),
    "chance with a seed": Honest(
        "import random\ndef roll(seed):\n    r = random.Random(seed)\n    return [r.randint(1, 6) for _ in range(5)]\n"
        "def pick(items):\n    return random.choice(items)\n",
        "import random\nfrom solution import *\n\ndef test_roll():\n"
        "    assert roll(1) == roll(1) and all(1 <= x <= 6 for x in roll(7))\n"
        "    assert pick([1, 2]) in (1, 2) and len({pick('abc') for _ in range(100)}) == 3\n",
    ),
    "chance that the test seeds": Honest(
        "import random\ndef roll():\n    return random.randint(1, 1000)\n",
        "import random\nfrom solution import roll\n\ndef test_roll():\n    random.seed(42)\n"
        "    a = roll()\n    random.seed(42)\n"
        "    assert roll() == a == random.Random(42).randint(1, 1000)\n",
        split_falls_back=True,
    ),
    "patches of the solution": Honest(
        "import time\ndef rate():\n    return 2\ndef price(x):\n    return x * rate()\ndef now():\n"
        "    return time.time()\n",
        """
        from unittest import mock
        import solution

        def test_patch(monkeypatch):
            monkeypatch.setattr(solution, "rate", lambda: 5)
            assert solution.price(2) == 10

        def test_mock():
            with mock.patch("solution.rate", return_value=3) as fake, mock.patch("time.time", return_value=9):
                assert solution.price(2) == 6 and solution.now() == 9
            fake.assert_called_once_with()

        def test_it_is_undone():
            assert solution.price(2) == 4
        """,
        split_falls_back=True,
    ),
    "a test that skips one of several": Honest(
        "def add(a, b):\n    return a + b\n",
        """
        import sys
        import pytest
        from solution import add

        @pytest.mark.skipif(sys.platform == "amiga" or True, reason="elsewhere")
        def test_elsewhere():
            assert False

        @pytest.mark.xfail(reason="floats", strict=True)
        def test_floats():
            assert add(0.1, 0.2) == 0.3

        def test_body():
            if add(1, 1) == 2:
                pytest.skip("enough")

        @pytest.mark.parametrize("a", [1, pytest.param(2, marks=pytest.mark.skip), pytest.param(3, id="three")])
        def test_add(a):
            assert add(a, 0) == a
        """,
    ),
    "a main guard that runs pytest": Honest(
        "def add(a, b):\n    return a + b\nif __name__ == '__main__':\n    print(add(1, 2))\n"
        "    import sys\n    sys.exit(1)\n",
        "import pytest\nfrom solution import add\n\nRESULT = add(1, 1)\n\ndef test_add():\n    assert RESULT == 2\n\n"
        "if __name__ == '__main__':\n    pytest.main([__file__])\n",
    ),
    "sys.exit that is tested": Honest(
        "import sys\ndef main(arguments):\n    if not arguments:\n"
        "        print('usage: x', file=sys.stderr)\n        sys.exit(2)\n    return 0\n",
        "import pytest\nfrom solution import main\n\ndef test_main(capsys):\n"
        "    with pytest.raises(SystemExit) as caught:\n        main([])\n"
        "    assert caught.value.code == 2 and 'usage' in capsys.readouterr().err\n    assert main(['x']) == 0\n",
    ),
    "the folder of a test is the solution's": Honest(
        "import os\ndef here():\n    return os.path.basename(os.path.abspath(__file__))\ndef name():\n"
        "    return __name__\n",
        "from solution import *\n\ndef test_here():\n    assert here() == 'solution.py' and name() == 'solution'\n",
    ),
    "words that frighten": Honest(
        "'''os._exit(0); pytest.skip(); __eq__ = lambda s, o: True; subprocess; /proc/self/mem'''\n"
        "BLOCKED = ['os._exit', 'eval', 'ctypes', 'conftest.py', 'sys.modules']\n"
        "def is_blocked(text):\n    return any(word in text for word in BLOCKED)\n",
        "from solution import *\n\ndef test_words():\n"
        "    assert is_blocked('import ctypes') and not is_blocked('print')\n",
    ),
}
