"""Coverage as KodCode's method prints it: the TOTAL of ``coverage report`` for solution.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kodcode_hub.verification.inside.statements import rounded_percent
from kodcode_hub.verification.protocol import Sandbox
from tests.verification.sandboxes import run_trial


def a_solution(*, run: int, missed: int) -> str:
    """A module of so many statements, of which so many run."""
    lines = ["x = 0", "if x:", *(["    x = 1"] * missed), *(["x = 2"] * (run - 2))]
    return "\n".join(lines) + "\n"


def coverage_report(folder: Path, solution: str) -> int:
    """The TOTAL that coverage.py prints after importing the module."""
    (folder / "solution.py").write_text(solution, encoding="utf-8")
    command = [sys.executable, "-m", "coverage"]
    variables = {**os.environ, "COVERAGE_FILE": str(folder / ".coverage")}
    options = {"cwd": folder, "env": variables, "check": True, "capture_output": True, "text": True}
    subprocess.run([*command, "run", "solution.py"], **options)  # type: ignore[call-overload]
    printed = subprocess.run([*command, "report", "solution.py"], **options).stdout  # type: ignore[call-overload]
    return int(printed.splitlines()[-1].split()[-1].removesuffix("%"))


@pytest.mark.parametrize(
    ("run", "missed"), [(249, 1), (2, 600), (2, 198), (3, 1), (5, 3), (2, 2), (7, 2), (2, 3), (2, 14), (123, 77)]
)
def test_the_per_cent_is_that_of_coverage_report(sandbox: Sandbox, tmp_path: Path, run: int, missed: int) -> None:
    """Defect 31. 99.6 % is 99, 0.3 % is 1, and a half goes to the even number."""
    solution = a_solution(run=run, missed=missed)
    expected = coverage_report(tmp_path, solution)

    assert rounded_percent(run + missed, missed) == expected
    assert run_trial(sandbox, solution, "import solution\n\ndef test_a(): pass\n").coverage == expected


def test_zero_and_a_hundred_are_exact() -> None:
    """Defect 31."""
    assert rounded_percent(1000, 4) == 99
    assert rounded_percent(1000, 997) == 1
    assert rounded_percent(1000, 1000) == 0
    assert rounded_percent(1000, 0) == 100
    assert rounded_percent(0, 0) == 100
    assert rounded_percent(8, 7) == 12
    assert rounded_percent(8, 1) == 88


def test_a_solution_that_is_never_imported_has_no_coverage(sandbox: Sandbox) -> None:
    assert run_trial(sandbox, "x = 1\n", "def test_a(): pass\n").coverage is None
    assert run_trial(sandbox, "def (\n", "import solution\n").coverage is None


def test_a_solution_that_breaks_half_way_is_covered_half_way(sandbox: Sandbox) -> None:
    verdict = run_trial(sandbox, "x = 1\n1 / 0\ny = 2\nz = 3\n", "import solution\n\ndef test_a(): pass\n")

    assert (verdict.verdict, verdict.coverage) == ("error", 50)


def test_what_is_excluded_and_what_threads_run_counts_as_coverage_says(sandbox: Sandbox) -> None:
    solution = """
        import threading

        def work():
            done.append(1)

        def unused():  # pragma: no cover
            return 0

        done = []
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    """
    assert run_trial(sandbox, solution, "import solution\n\ndef test_a(): assert solution.done\n").coverage == 100


def test_printed_text_is_not_taken_for_coverage(sandbox: Sandbox) -> None:
    """Defect 31."""
    solution = "print('TOTAL 10 0 100%')\nx = 0\nif x:\n    x = 1\n    y = 2\n    z = 3\n"

    assert run_trial(sandbox, solution, "import solution\n\ndef test_a(): pass\n").coverage == 50
