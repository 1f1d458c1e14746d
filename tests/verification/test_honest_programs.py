"""Programs that look odd and must pass, in every sandbox."""

from __future__ import annotations

import pytest

from kodcode_hub.verification.protocol import Sandbox
from tests.verification.honest_programs import ADD, PASSING, USE
from tests.verification.sandboxes import outcomes, run_trial


@pytest.mark.parametrize("name", sorted(PASSING))
def test_an_honest_program_passes(sandbox: Sandbox, name: str) -> None:
    verdict = run_trial(sandbox, *PASSING[name])

    assert (verdict.verdict, verdict.message) == ("pass", "")
    assert set(outcomes(verdict).values()) <= {"passed", "xfailed"}
    assert verdict.coverage


def test_names_are_node_ids_behind_the_file(sandbox: Sandbox) -> None:
    verdict = run_trial(sandbox, *PASSING["parametrize, approx, raises"])

    assert list(outcomes(verdict)) == ["test_a[third]", "test_a[half::of[it]]", "test_b"]


def test_a_test_that_is_a_coroutine_is_what_pytest_says_it_is(sandbox: Sandbox) -> None:
    test = (
        "from solution import add\n\nasync def test_a(): assert add(1, 2) == 3\n\ndef test_b(): assert add(1, 2) == 3\n"
    )

    verdict = run_trial(sandbox, ADD, test)

    outcome = outcomes(verdict)["test_a"]
    assert (verdict.verdict, outcome) in {("fail", "failed"), ("pass", "skipped")}


def test_leaving_by_sys_exit_is_that_tests_failure(sandbox: Sandbox) -> None:
    test = "from solution import leave\n\ndef test_a(): leave()\n\ndef test_b(): pass\n"

    verdict = run_trial(sandbox, "import sys\n\ndef leave():\n    sys.exit(0)\n", test)

    assert (verdict.verdict, outcomes(verdict)) == ("fail", {"test_a": "failed", "test_b": "passed"})


def test_skipping_one_test_of_two_passes_where_the_file_says_so(sandbox: Sandbox) -> None:
    test = """
        import sys, pytest
        from solution import add

        @pytest.mark.skipif(sys.version_info > (3,), reason="old")
        def test_a(): assert add(1, 2) == 4

        @pytest.mark.parametrize("x", [])
        def test_b(x): assert add(1, 2) == 4

        def test_c(): assert add(1, 2) == 3
    """
    verdict = run_trial(sandbox, ADD, test)

    assert (verdict.verdict, verdict.tests_passed) == ("pass", 1)
    assert verdict.tests[0].message == "Skipped: old"


def test_a_solution_that_lies_about_equality_is_not_believed(sandbox: Sandbox) -> None:
    """Defect 29: an object that is equal to everything passed."""
    solution = "class Anything:\n    def __eq__(self, other): return True\n\ndef add(a, b):\n    return Anything()\n"

    assert run_trial(sandbox, solution, USE).verdict == "fail"
