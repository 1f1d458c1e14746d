from __future__ import annotations

import textwrap

import pytest

from kodcode_hub.verification.expected_tests import Expectations, read_expectations
from kodcode_hub.verification.skip_marks import Skips


def read(text: str) -> Expectations:
    return read_expectations(textwrap.dedent(text))


def test_functions_and_methods_of_test_classes_are_expected() -> None:
    expected = read(
        """
        import unittest, pytest
        from unittest.mock import patch

        def test_a(): ...
        async def test_b(): ...
        @pytest.mark.parametrize("x", [1])
        def test_c(x): ...
        @patch("solution.f")
        def test_d(f): ...
        def helper(): ...

        class TestE:
            def test_f(self): ...
            def helper(self): ...

        class Base(unittest.TestCase):
            def test_g(self): ...

        class Derived(Base):
            def test_h(self): ...

        class Plain:
            def test_i(self): ...
        """
    )
    assert expected.names == {
        *("test_a", "test_b", "test_c", "test_d"),
        *("TestE::test_f", "Base::test_g", "Derived::test_h"),
    }


def test_coroutines_and_generators_are_left_to_pytest() -> None:
    expected = read("async def test_a(): ...\ndef test_b():\n    yield 1\ndef test_c(): ...\n")

    assert expected.left_to_pytest == {"test_a", "test_b"}


@pytest.mark.parametrize(
    "text",
    [
        "if x:\n    def test_a(): ...",
        "def test_a(): ...\ndel test_a",
        "def test_a(): ...\ntest_a = None",
        "def test_a(): ...\nfrom solution import test_a",
        "def test_a(): ...\nfor test_a in (): pass",
        "def test_a(): ...\ntest_a.__test__ = False",
        "def test_a(): ...\nglobals().pop('test_a')",
        "@pytest.fixture\ndef test_a(): ...",
        "@decorate\ndef test_a(): ...",
        "class TestA:\n    def __init__(self): ...\n    def test_a(self): ...",
        "class TestA:\n    __test__ = False\n    def test_a(self): ...",
        "class TestA(Unknown):\n    def test_a(self): ...",
        "class TestA(Enum):\n    def test_a(self): ...",
        "class TestA(metaclass=M):\n    def test_a(self): ...",
        "@dataclass\nclass TestA:\n    def test_a(self): ...",
        "class Base:\n    def __init__(self): ...\nclass TestA(Base):\n    def test_a(self): ...",
        "class TestA(TestA):\n    def test_a(self): ...",
        "class TestA:\n    @property\n    def test_a(self): ...",
        "def outer():\n    def test_a(): ...",
    ],
)
def test_what_an_honest_file_may_not_keep_is_not_expected(text: str) -> None:
    assert read(text).names == frozenset()


def test_a_name_defined_twice_is_expected_once() -> None:
    assert read("def test_a(): ...\ndef test_a(): ...").names == {"test_a"}


@pytest.mark.parametrize(
    "text",
    [
        "@pytest.mark.skip\ndef test_a(): ...",
        "@mark.xfail\ndef test_a(): ...",
        "from pytest import importorskip\nnp = importorskip('numpy')",
        "def test_a():\n    pytest.skip('x')",
        "class TestA(TestCase):\n    def test_a(self): self.skipTest('x')",
        "import unittest\n@unittest.expectedFailure\ndef test_a(): ...",
    ],
)
def test_a_file_that_skips_is_known_to(text: str) -> None:
    assert read(text).skips != Skips()


def test_a_file_that_only_speaks_of_skipping_is_not() -> None:
    text = "def test_skip():\n    'skip xfail'\n    assert solution.skip_list() == 'skip'"

    assert read(text).skips == Skips()
    assert not read(text).may_skip_test("test_skip")


DEFINING = """
    import unittest
    from helpers import Shared
    from solution import *
    from solution import Base, test_named

    def test_a(): ...
    if True:
        async def test_b(): ...
    for test_c in (print,): pass
    test_d = make()
    TestMade = make_class()

    class Mixin:
        def test_e(self): ...
    class TestF(Mixin):
        def test_g(self): ...
        test_h = test_g
        class TestI:
            def test_j(self): ...
    class TestK(Shared): ...
    class TestL(Base):
        def test_m(self): ...
    class Case(unittest.TestCase):
        def runTest(self): ...
"""


@pytest.mark.parametrize(
    "name",
    [
        *(
            "test_a",
            "test_a[x]",
            "test_b",
            "test_c",
            "test_d[a::b]",
            "TestMade::test_x",
            "TestF::test_e",
            "TestF::test_g",
        ),
        *("TestF::test_h", "TestF::TestI::test_j", "TestK::test_whatever", "TestL::test_m", "Case::runTest"),
    ],
)
def test_tests_that_stand_in_the_text_may_be_collected(name: str) -> None:
    assert read(DEFINING).may_collect(name)


@pytest.mark.parametrize(
    "name",
    ["test_x", "test_named", "TestX::test_a", "TestF::test_x", "TestL::test_x", "Case::test_x", "TestF::test_j", ""],
)
def test_tests_that_stand_nowhere_in_the_text_may_not(name: str) -> None:
    assert not read(DEFINING).may_collect(name)


@pytest.mark.parametrize(
    "text",
    [
        "globals()['test_x'] = f",
        "setattr(TestC, 'test_x', f)",
        "exec('def test_x(): ...')",
        "TestC.test_x = f",
        "from parameterized import parameterized\nclass TestC:\n    @parameterized.expand([1])\n    def a(self): ...",
        "def make():\n    global test_x\n    test_x = f",
        "def (",
    ],
)
def test_a_text_that_makes_names_unseen_may_collect_any(text: str) -> None:
    assert read(text).may_collect("test_x")


def test_parameters_and_plugins_are_seen() -> None:
    assert read("@pytest.mark.parametrize('x', xs)\ndef test_a(x): ...").parametrized
    assert read("pytest_plugins = ['pytester']").heeds_plugins
    assert not read("from solution import *").heeds_plugins


@pytest.mark.parametrize("text", ["def (", "x = 1\0", "(" * 5000 + ")" * 5000, "x = '\ud800'", "\ufeffdef f("])
def test_of_what_does_not_parse_nothing_is_expected(text: str) -> None:
    assert read_expectations(text) == Expectations()
    assert read_expectations(text + " skip").may_skip_test("test_a")


def test_invalid_escapes_are_the_files_own_matter() -> None:
    assert read_expectations("def test_a():\n    assert '\\d'\n").names == {"test_a"}
