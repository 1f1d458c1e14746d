"""What is said of a test that failed, and that saying it changes nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from kodcode_hub.verification.inside.assertions import EXPLAIN, OWN_NAMES, rewrite
from tests.verification.runner.odd_files import ODD
from tests.verification.runner.runs import ADD, Zygote

FAILING = {
    "assert add(1, 1) == 4": "assert 2 == 4\n +  where 2 = add(1, 1)",
    "x = add(1, 1); assert x == 4": "assert x == 4",
    "assert add(1, 1) == 4, f'{1 + 1} is not'": "AssertionError: 2 is not\nassert 2 == 4\n +  where 2 = add(1, 1)",
    "assert add('a', 'b') is None": "assert 'ab' is None\n +  where 'ab' = add('a', 'b')",
    "assert not add(1, 1)": "assert False\n +  where False = not add(1, 1)",
    "assert add(0, 0)": "assert 0\n +  where 0 = add(0, 0)",
    "assert add(0, 0) and 1 or []": "assert []\n +  where [] = add(0, 0) and 1 or []",
    "assert 5 not in [add(2, 3)]": "assert 5 not in [5]",
    "assert [1, add(1, 1)] == [1, 3]": "assert [1, 2] == [1, 3]\n  \n  At index 1 diff: 2 != 3",
    "assert (\n    add(1,  # one\n        1)\n    == 4)": "assert False\n +  where False = ( add(1, # one 1) == 4)",
    "raise AssertionError('mine')": "AssertionError: mine",
    "raise KeyError('k')": "KeyError: 'k'",
    "import absent": "ModuleNotFoundError: No module named 'absent'",
    "assert add(1, 1) == 'x' * 3000": "assert 2 == 'xxx",
}


@pytest.mark.parametrize("statement", sorted(FAILING))
def test_a_failure_says_what_was_compared(zygote: Zygote, statement: str) -> None:
    body = "\n    ".join(statement.split("\n"))

    run = zygote.run(f"from solution import *\n\ndef test_a():\n    {body}\n")

    assert run.outcomes == {"test_a": "failed"}
    assert run.message("test_a").startswith(FAILING[statement])
    assert len(run.message("test_a")) <= 2000


def test_an_assertion_that_is_not_rewritten_shows_its_source(zygote: Zygote) -> None:
    run = zygote.run("from solution import *\n\ndef test_a():\n    if 1: assert add(1, 1) == 4\n")

    assert run.message("test_a") == "assert add(1, 1) == 4"


def test_an_assertion_of_the_solution_has_pythons_text(zygote: Zygote) -> None:
    run = zygote.run("from solution import *\n\ndef test_a(): f()\n", "def f():\n    assert 1 == 2\n")

    assert run.message("test_a") == "AssertionError"


def test_values_that_break_when_they_are_shown_break_nothing(zygote: Zygote) -> None:
    solution = """
        class Evil:
            def __repr__(self): raise SystemExit
            __str__ = __len__ = __iter__ = __repr__
            def __eq__(self, other): return False
        class Worse(BaseException):
            def __str__(self): raise SystemExit
            __repr__ = __str__
        def fail(): raise Worse
    """
    test = "from solution import *\ndef test_a():\n    assert Evil() == 3\ndef test_b(): fail()\ndef test_c(): pass\n"

    run = zygote.run(test, solution)

    assert run.outcomes == {"test_a": "failed", "test_b": "failed", "test_c": "passed"}
    assert run.message("test_b") == "solution.Worse: <exception str() failed>"


def test_memory_and_missing_modules_are_marked(zygote: Zygote) -> None:
    run = zygote.run("def test_a(): raise MemoryError\ndef test_b(): raise ValueError\n")
    problem = zygote.run("import absent_module\n").of_kind("problem")[0]

    assert [test["memory"] for test in run.of_kind("test")] == [True, False]
    assert (problem["missing"], problem["memory"]) == ("absent_module", False)


def test_messages_come_in_order(zygote: Zygote) -> None:
    run = zygote.run("def test_a(): pass\ndef test_b(tmp_path): pass\n")
    stopped = zygote.run("def test_a(): pass\ndef test_b(): raise KeyboardInterrupt\ndef test_c(): pass\n")

    assert [message["kind"] for message in run.messages] == ["collected", "test", "test", "coverage", "end"]
    assert [message["kind"] for message in stopped.messages] == ["collected", "test", "stopped", "coverage", "end"]
    assert stopped.of_kind("stopped")[0]["running"] is True


PLANTED = """
import pathlib
for name in ("test_solution.py", "conftest.py"):
    pathlib.Path(name).write_text("def test_a(): pass")
"""


def test_the_file_is_never_read_from_the_disk(zygote: Zygote) -> None:
    test = """
        from solution import *
        import inspect

        def test_a():
            assert "never planted" in inspect.getsource(test_a)
            assert add(1, 1) == 4
    """
    run = zygote.run(test, PLANTED + ADD)

    assert run.outcomes == {"test_a": "failed"}
    assert run.message("test_a").startswith("assert 2 == 4")


class _Undo(ast.NodeTransformer):
    """Takes out what the rewriting put in."""

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        self.generic_visit(node)
        return node.value if node.target.id in OWN_NAMES else node

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        self.generic_visit(node)
        if isinstance(node.msg, ast.Call) and isinstance(node.msg.func, ast.Name) and node.msg.func.id == EXPLAIN:
            node.msg = node.msg.args[3] if len(node.msg.args) == 4 else None
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.Assign | None:
        first = node.targets[0]
        return None if isinstance(first, ast.Name) and first.id in OWN_NAMES else node


def _own_tests() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parents[1].rglob("*.py"))]


@pytest.mark.parametrize("source", [*ODD.values(), *_own_tests()])
def test_rewriting_changes_nothing_but_what_it_adds(source: str) -> None:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    undone = _Undo().visit(ast.parse(rewrite(source)[0]))

    assert ast.dump(undone) == ast.dump(tree)
    assert [node.lineno for node in ast.walk(undone) if isinstance(node, ast.stmt)] == [
        node.lineno for node in ast.walk(tree) if isinstance(node, ast.stmt)
    ]
