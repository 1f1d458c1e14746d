"""What a star import of the solution brings into the file that judges it."""

from __future__ import annotations

import builtins

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.verification.inside.star_import import Facts, facts_of, names_to_import
from tests.verification.runner.runs import ADD, Zygote


def chosen(test: str, *exported: str) -> set[str]:
    facts = facts_of(test)
    return set(names_to_import(exported, facts.used, facts.bound))


def test_all_that_the_test_may_need_comes() -> None:
    test = "from solution import *\n\ndef test_a(): assert add(1, 2) == 3\n"

    assert chosen(test, "add", "Node", "math", "_private", "__version__") == {
        *("add", "Node", "math", "_private", "__version__")
    }


def test_a_builtin_is_the_tests_own_beside_the_tested_function() -> None:
    test = "from solution import *\n\ndef test_a(): assert len(add([1], [2])) == 2\n"

    assert chosen(test, "add", "len", "isinstance", "all") == {"add"}


@pytest.mark.parametrize("name", ["pow", "sum", "sorted", "round", "len"])
def test_a_builtins_name_comes_where_it_must_be_what_is_tested(name: str) -> None:
    test = f"from solution import *\nimport math\n\ndef test_a(): assert {name}(1, 2) == 3\n"

    assert chosen(test, name, "math", "helper") == {name, "math", "helper"}
    assert chosen(test, name, "abs") == {name}


def test_what_the_test_bound_above_is_not_shadowed() -> None:
    test = """
import pytest
from math import isclose as close
if True:
    limit, *rest = 1, 2
from solution import *
import json

def test_a(): assert close(add(1, 2), 3) and json
"""
    assert facts_of(test).bound == {"pytest", "close", "limit", "rest"}
    assert chosen(test, "pytest", "close", "limit", "json", "add", "len") == {"json", "add"}


def test_names_that_pytest_heeds_do_not_come() -> None:
    heeded = (
        "pytestmark",
        "pytest_plugins",
        "pytest_runtest_call",
        "setup_module",
        "__test__",
        "__getattr__",
        "__file__",
    )

    assert chosen("from solution import *\ndef test_a(): assert add\n", "add", *heeded) == {"add"}


def test_locals_and_keywords_of_the_test_are_no_use_of_an_exported_name() -> None:
    test = "from solution import *\n\ndef test_a(result=1):\n    i = 2\n    assert sum([i], start=result) == 3\n"

    assert "sum" in chosen(test, "sum", "result", "i", "start")


def test_facts_of_a_file_that_does_not_compile_are_empty() -> None:
    assert facts_of("def (") == facts_of("x = '\\N{nothing}'") == facts_of("\0") == Facts()


def test_imports_of_all_forms_are_told_from_definitions() -> None:
    test = "import a, b.c, d.e as f\nfrom g import h as i, j\nfrom m import *\ntry:\n    import k\nexcept E: k = 1\n"

    facts = facts_of(test)

    assert facts.imported == {"a", "b", "f", "i", "j"}
    assert not facts.star


@given(st.frozensets(st.sampled_from([*dir(builtins), "add", "Node", "x", "pytest"])), st.data())
def test_a_bound_name_never_comes_and_nothing_is_invented(exported: frozenset[str], data: st.DataObject) -> None:
    some = st.frozensets(st.sampled_from(sorted(exported | {"y"})))
    used, bound = data.draw(some), data.draw(some)

    names = names_to_import(exported, used, bound)

    assert names <= exported - bound
    assert names - set(dir(builtins)) == exported - bound - set(dir(builtins))


HOSTILE = """
import pytest
class Anything:
    def __eq__(self, other): return True
class _Always:
    def __getattr__(self, name): return lambda *a, **k: Anything()
def add(a, b): return "wrong"
pytest = approx = _Always()
def len(x): return Anything()
def isinstance(x, y): return True
def test_a(): pass
def test_own(): pass
def setup_module(): raise RuntimeError
def pytest_generate_tests(metafunc): metafunc.parametrize("x", [])
class TestThing:
    def test_x(self): pass
"""


def test_a_solution_cannot_bring_its_own_judges(zygote: Zygote) -> None:
    test = """
        import pytest
        from pytest import approx
        from solution import *
        def test_len(): assert len([add(1, 2)]) == 2
        def test_pytest(): assert add(1, 2) == pytest.approx(3)
        def test_approx(): assert 2.0 == approx(3)
        def test_isinstance(): assert isinstance(add(1, 2), int)
        def test_own(): assert add(1, 2) == 3
    """
    run = zygote.run(test, HOSTILE)

    assert run.outcomes == dict.fromkeys(
        ["test_len", "test_pytest", "test_approx", "test_isinstance", "test_own"], "failed"
    )


def test_what_is_imported_by_name_is_no_test_either(zygote: Zygote) -> None:
    solution = "def test_prime(n):\n    return n == 2\n\nclass TestBench:\n    def test_x(self): pass\n"
    test = "from solution import test_prime, TestBench\n\ndef test_a(): assert test_prime(2) and TestBench()\n"

    assert zygote.run(test, solution).outcomes == {"test_a": "passed"}


def test_fixtures_of_the_solution_are_not_in_force(zygote: Zygote) -> None:
    solution = "import pytest\n@pytest.fixture(autouse=True)\ndef skipping(): pytest.skip('no')\n" + ADD

    assert zygote.run("from solution import *\ndef test_a(): assert add(1, 2)\n", solution).outcomes == {
        "test_a": "passed"
    }


def test_what_an_honest_solution_exports_is_there(zygote: Zygote) -> None:
    solution = """
        import math
        from math import *
        from collections import deque
        __all__ = ["_hidden", "Node", "LIMIT", "sqrt", "math", "deque", "test_helper"]
        LIMIT = 3
        def _hidden(): return 1
        def test_helper(x): return x
        class Node:
            def __init__(self, value): self.value = value
    """
    test = """
        from solution import *
        def test_a(): assert _hidden() + LIMIT + sqrt(4) == 6 and math.pi > 3 and deque([1])[0] == test_helper(1)
        class TestNode:
            def test_b(self): assert Node(1).value == 1
    """
    assert zygote.run(test, solution).outcomes == {"test_a": "passed", "TestNode::test_b": "passed"}


def test_errors_of_a_star_import_are_pythons(zygote: Zygote) -> None:
    test = "from solution import *\ndef test_a(): pass\n"

    for solution, text in {
        "__all__ = ['absent']\n": "AttributeError: module 'solution' has no attribute 'absent'",
        "__all__ = [1]\n": "TypeError: Item in solution.__all__ must be str, not int",
        "import absent_module\n": "ModuleNotFoundError: No module named 'absent_module'",
        "def (\n": "SyntaxError: invalid syntax",
    }.items():
        problems = zygote.run(test, solution).of_kind("problem")
        assert text in problems[0]["message"]


def test_import_is_pythons_own_again_when_tests_run(zygote: Zygote) -> None:
    solution = "import builtins\nIMPORT = builtins.__import__\ndef now(): return builtins.__import__\n"
    test = "from solution import *\ndef test_a(): assert type(now()).__name__ == 'builtin_function_or_method'\n"

    assert zygote.run(test, solution).outcomes == {"test_a": "passed"}
