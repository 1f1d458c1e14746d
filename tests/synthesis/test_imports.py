"""The import that a test forgot is written into the test, visibly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kodcode_hub.synthesis.imports import write_missing_imports

SOLUTION = """\
import math
import os.path as path
from collections import deque, Counter
from typing import *

LIMIT = 3


def area(r):
    return math.pi * r * r


def sum(values):
    return 42


def test_of_the_solution():
    raise AssertionError("is never to be collected")


class Stack:
    pass


try:
    import json as serializer
except ImportError:
    serializer = None
"""


def written(test: str, solution: str = SOLUTION) -> tuple[str, ...]:
    text, statements = write_missing_imports(test, solution)
    assert all(statement in text for statement in statements)
    assert write_missing_imports(text, solution) == (text, ())
    return statements


def test_names_of_the_solution_are_imported_by_name() -> None:
    """Defect 27: a hidden star import that was not published."""
    assert written("def test_a():\n    assert area(1) > 3 and LIMIT == 3 and Stack()") == (
        "from solution import LIMIT, Stack, area",
    )


def test_what_the_solution_imports_is_imported_by_its_own_statement() -> None:
    test = "def test_a():\n    assert math.pi and path.sep and Counter() is not None and serializer"
    assert written(test) == (
        "from solution import serializer",
        "from collections import Counter",
        "import math",
        "import os.path as path",
    )


def test_a_name_that_hides_a_builtin_is_imported() -> None:
    assert written("def test_a():\n    assert sum([1]) == 42 and len([]) == 0") == ("from solution import sum",)


def test_what_the_test_has_is_left_alone() -> None:
    for test in (
        "from solution import area\ndef test_a():\n    assert area(1)",
        "from solution import *\ndef test_a():\n    assert area(1) and math",
        "import solution\ndef test_a():\n    assert solution.area(1)",
        "def area(r): return 1\ndef test_a():\n    assert area(1)",
        "def test_a(area):\n    assert area",
        "try:\n    import area\nexcept ImportError:\n    area = None\ndef test_a(): assert area",
        "for area in [1]: pass\ndef test_a(): assert area",
        "def test_a():\n    area = 1\n    assert [Stack for Stack in [area]]",
    ):
        assert write_missing_imports(test, SOLUTION) == (test, ())


def test_a_star_import_does_not_bring_private_names() -> None:
    assert written("from solution import *\ndef test_a(): assert _secret()", "def _secret(): return 1") == (
        "from solution import _secret",
    )


def test_decorators_and_class_bodies_count_as_use() -> None:
    test = (
        "import pytest\n@pytest.mark.parametrize('n', [LIMIT])\nclass TestA:\n    s = Stack\n    def test_b(self): ..."
    )
    assert written(test) == ("from solution import LIMIT, Stack",)


def test_a_star_import_of_the_solution_is_shared_only_where_a_name_is_open() -> None:
    assert written("def test_a(x: Optional[int] = None): assert area(1)") == (
        "from solution import area",
        "from typing import *",
    )


def test_docstring_and_future_imports_stay_first() -> None:
    """Defect 27: with an import in front, ``from __future__`` is a syntax error."""
    test = '"""About."""\nfrom __future__ import annotations\n\ndef test_a():\n    assert area(1)'
    text, _ = write_missing_imports(test, SOLUTION)
    assert text.startswith(
        '"""About."""\nfrom __future__ import annotations\nfrom solution import area\n\ndef test_a():'
    )
    compile(text, "test", "exec")


def test_line_endings_of_the_test_are_kept() -> None:
    text, _ = write_missing_imports("def test_a():\r\n    assert area(1)\r\n", SOLUTION)
    assert text == "from solution import area\r\n\r\ndef test_a():\r\n    assert area(1)\r\n"


def test_what_is_not_python_comes_back_as_it_is() -> None:
    assert write_missing_imports("def test_a(:", SOLUTION) == ("def test_a(:", ())
    assert write_missing_imports("def test_a(): area", "def (") == ("def test_a(): area", ())
    assert write_missing_imports("def test_a():\n    nonlocal x\n    area", SOLUTION)[1] == ()


def test_tests_of_the_solution_are_not_collected(tmp_path: Path) -> None:
    """Defect 27: a star import collects the solution's own ``test_*`` functions too."""
    text, _ = write_missing_imports("def test_a():\n    assert area(1) > 3\n", SOLUTION)
    (tmp_path / "solution.py").write_text(SOLUTION)
    (tmp_path / "test_solution.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", "test_solution.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert "1 passed" in done.stdout


@pytest.mark.parametrize("test", ["", "\f\ndef test_a(): area(1)", "x = 1; y = area(2)"])
def test_odd_texts_still_compile(test: str) -> None:
    compile(write_missing_imports(test, SOLUTION)[0], "test", "exec")
