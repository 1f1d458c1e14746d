from __future__ import annotations

import textwrap

import pytest

from kodcode_hub.verification.expected_tests import Expectations, read_expectations


def read(text: str) -> Expectations:
    return read_expectations(textwrap.dedent(text))


SKIPPING = """
    import pytest, unittest
    from pytest import mark, skip as leave
    from solution import *

    slow = pytest.mark.skipif(True, reason="slow")
    CASES = [pytest.param(1, marks=pytest.mark.xfail), 2]

    def need_network():
        pytest.skip("no network")

    @pytest.fixture
    def database():
        leave("no database")

    def test_plain(): ...
    @slow
    def test_slow(): ...
    @pytest.mark.parametrize("x", CASES)
    def test_cases(x): ...
    def test_network(): need_network()
    def test_database(database): ...
    @pytest.mark.usefixtures("database")
    def test_used(): ...
    def test_direct(): leave("now")
    def test_dynamic(request): request.node.add_marker("xfail")

    class TestHalf:
        def test_plain(self): ...
        @mark.skip
        def test_marked(self): ...

    @unittest.skip("all")
    class TestWhole(unittest.TestCase):
        def test_a(self): ...

    class TestMarked:
        pytestmark = pytest.mark.xfail
        def test_a(self): ...

    class TestSetUp(unittest.TestCase):
        def setUp(self): self.skipTest("never")
        def test_a(self): ...

    class TestHeir(TestSetUp):
        def test_b(self): ...

    class TestAround:
        @pytest.fixture(autouse=True)
        def around(self): pytest.skip("always")
        def test_a(self): ...

    class TestHelped(unittest.TestCase):
        def leave(self): raise unittest.SkipTest
        def test_a(self): self.leave()
        def test_b(self): ...

    class TestOverriding(TestHalf):
        def test_marked(self): ...

    class TestOuter:
        class TestInner:
            @mark.skip
            def test_a(self): ...
        def test_a(self): ...
"""


@pytest.mark.parametrize(
    "name",
    [
        *("test_slow", "test_cases[1]", "test_network", "test_database", "test_used", "test_direct", "test_dynamic"),
        *("TestHalf::test_marked", "TestWhole::test_a", "TestMarked::test_a[x::y]", "TestSetUp::test_a"),
        *("TestHeir::test_a", "TestHeir::test_b", "TestAround::test_a", "TestHelped::test_a"),
        "TestOuter::TestInner::test_a",
    ],
)
def test_tests_that_the_text_skips_may_be_skipped(name: str) -> None:
    assert read(SKIPPING).may_skip_test(name)


@pytest.mark.parametrize(
    "name",
    ["test_plain", "TestHalf::test_plain", "TestHelped::test_b", "TestOverriding::test_marked", "TestOuter::test_a"],
)
def test_other_tests_of_a_file_that_skips_some_may_not_be(name: str) -> None:
    assert not read(SKIPPING).may_skip_test(name)


@pytest.mark.parametrize(
    "text",
    [
        "pytestmark = pytest.mark.skipif(True, reason='')",
        "if True:\n    pytestmark = [pytest.mark.xfail]",
        "def setup_module():\n    pytest.skip('all')",
        "@pytest.fixture(autouse=True)\ndef around():\n    pytest.skip('all')",
        "def pytest_generate_tests(meta):\n    meta.parametrize('x', [pytest.param(1, marks=pytest.mark.skip)])",
        "pytest.mark.xfail(test_a)",
        "exec(text)\npytest.skip",
    ],
)
def test_what_skips_all_tests_of_the_module_may_skip_each(text: str) -> None:
    expected = read(f"import pytest\n{text}\ndef test_a(): ...")

    assert expected.may_skip_test("test_a")
    assert expected.may_skip_test("TestC::test_a")


@pytest.mark.parametrize(
    "text",
    [
        "import pytest\nnp = pytest.importorskip('numpy')\ndef test_a(): np.zeros(1)",
        "import pytest\nif True:\n    pytest.skip('x', allow_module_level=True)\ndef test_a(): ...",
        "import unittest\ntry:\n    import x\nexcept ImportError:\n    raise unittest.SkipTest\ndef test_a(): ...",
    ],
)
def test_a_module_that_may_end_its_import_skips_itself_and_no_single_test(text: str) -> None:
    expected = read(text)

    assert expected.skips.whole_file
    assert not expected.may_skip_test("test_a")


def test_what_the_solution_calls_skip_is_no_skip() -> None:
    for text in ("from solution import skip\ndef test_a(): skip(1)", "from solution import *\ndef test_a(): skip(1)"):
        assert not read(text).may_skip_test("test_a")
    assert not read("import solution\ndef test_a(): solution.skip(1)").may_skip_test("test_a")
    assert read("from solution import *\ndef test_a(): pytest.skip(1)").may_skip_test("test_a")
    assert read("from solution import *\nfrom pytest import *\ndef test_a(): skip(1)").may_skip_test("test_a")
