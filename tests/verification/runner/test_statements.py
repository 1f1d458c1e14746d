"""Coverage of the solution: coverage.py's own figures, found by other means."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from coverage.config import DEFAULT_EXCLUDE
from coverage.parser import PythonParser
from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.verification.inside.statement_lines import find
from tests.verification.runner.odd_files import ODD
from tests.verification.runner.odd_solutions import ODD_SOLUTIONS
from tests.verification.runner.runs import Zygote

REFERENCE = """
import coverage, json, os, sys
path, answer = sys.argv[1], os.dup(1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
measure = coverage.Coverage(data_file=None, config_file=False, include=["*/solution.py"], messages=False)
analyse, data, dump, write, list_of = measure.analysis2, measure.get_data, json.dumps, os.write, sorted
sys.path.insert(0, os.path.dirname(path))
measure.start()
try:
    import solution
except BaseException:
    pass
measure.stop()
ran = path in data().measured_files()
_, statements, _, missing, _ = analyse(path) if ran else (0, [], 0, [], 0)
write(answer, dump([ran, statements, missing]).encode())
os._exit(0)
"""


def by_coverage(folder: Path, solution: str) -> int | None:
    """The per cent that coverage.py counts when the solution is imported."""
    path = folder.resolve() / "solution.py"
    path.write_bytes(solution.encode())
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", REFERENCE, str(path)]
    ran, statements, missing = json.loads(
        subprocess.run(command, env=variables, capture_output=True, check=True).stdout
    )
    if not ran:
        return None
    percent = 100.0 * (len(statements) - len(missing)) / len(statements) if statements else 100.0
    return 1 if 0 < percent < 1 else 99 if 99 < percent < 100 else round(percent)


@pytest.mark.parametrize("name", sorted(ODD_SOLUTIONS))
def test_the_per_cent_is_coverage_pys(zygote: Zygote, tmp_path: Path, name: str) -> None:
    solution = ODD_SOLUTIONS[name]

    run = zygote.run("import solution\n", solution)

    assert run.percent == by_coverage(tmp_path, solution)


def test_a_solution_that_never_runs_has_no_per_cent(zygote: Zygote) -> None:
    assert zygote.run("def test_a(): pass\n", "x = 1\n").percent is None
    assert zygote.run("import solution\n", "def (\n").percent is None


def test_each_line_counts_whichever_test_ran_it(zygote: Zygote) -> None:
    solution = "def f(x):\n    if x:\n        return 1\n    return 2\n"
    test = "import solution\ndef test_a(): assert solution.f(1)\ndef test_b(): assert solution.f(0)\n"

    assert zygote.run(test, solution).percent == 100
    assert zygote.run(test[: test.index("def test_b")], solution).percent == 75


def test_what_runs_elsewhere_does_not_count(zygote: Zygote) -> None:
    solution = "def f():\n    return eval('1 +\\\\\\n 1')\nf()\n"

    assert zygote.run("import solution\nx = 1\ny = 2\n", solution).lines == [1, 2, 3]


def test_a_solution_that_breaks_the_measurement_breaks_nothing_else(zygote: Zygote) -> None:
    solution = (
        "import sys, threading\nthreading.settrace = sys.settrace = None\nsys.modules.pop('coverage', 0)\nx = 1\n"
    )

    run = zygote.run("import solution\ndef test_a(): assert solution.x\n", solution)

    assert (run.outcomes, run.status) == ({"test_a": "passed"}, 0)


def statements_by_parser(source: str) -> set[int]:
    text = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\f", " ")
    text = text if text.endswith("\n") else text + "\n"
    parser = PythonParser(
        text=text, filename="solution.py", exclude="|".join(f"(?:{each})" for each in DEFAULT_EXCLUDE)
    )
    parser.parse_source()
    return parser.statements


def found(source: str) -> set[int]:
    module = compile(source.removeprefix("\ufeff"), "solution.py", "exec", dont_inherit=True)
    return set(find(source, module)[0])


def modules_of_the_library() -> list[Path]:
    folder = Path(os.__file__).parent
    paths = [*folder.glob("*.py"), *folder.glob("[a-l]*/*.py")]
    return [path for path in sorted(paths) if path.stat().st_size < 30_000 and "site-packages" not in path.parts]


@pytest.mark.parametrize("first_letter", "_abcdefghijklmnopqrstuvwxyz")
def test_the_statements_of_pythons_own_library_are_the_parsers(first_letter: str) -> None:
    for path in modules_of_the_library():
        if path.name.startswith(first_letter):
            source = path.read_text(encoding="utf-8")
            assert found(source) == statements_by_parser(source), path.name


@pytest.mark.parametrize("source", [*ODD.values(), *ODD_SOLUTIONS.values()])
def test_the_statements_of_odd_files_are_the_parsers(source: str) -> None:
    try:
        compile(source.removeprefix("\ufeff"), "solution.py", "exec", dont_inherit=True)
        expected = statements_by_parser(source)
    except Exception:  # noqa: BLE001 - not a file that anything is said of
        return
    assert found(source) == expected


LINES = st.sampled_from(
    [
        *("x = 1", "x = (1,\n  2)", "'''text\nmore'''", '"""doc"""', "'a' 'b'", "b'bytes'", "f'{1}'", "# comment", ""),
        *("x = 1; y = 2", "'doc'; x = 1", "if x:\n  y = 1", "def f():\n  'doc'\n  return 1", "def g(): 'doc'", "pass"),
        *(
            "class A:\n  '''doc\n  '''",
            "class B: 'doc'",
            "@d\ndef h(\n  a=1,\n): return a",
            "x = 1 + \\\n  2",
            "x = '#'",
        ),
        *("def f():\n  ...", "x = [\n # no\n 1]", "async def f():\n  'doc'", "lambda: (\n 1)", "x = '''a\n'''; y = 2"),
        *(
            "try:\n  pass\nfinally:\n  'text'",
            "def f():\n  ('doc')",
            "def f(): # pragma: no cover\n  x = 1",
            "...",
            "(1)",
        ),
    ]
)


@given(st.lists(LINES, max_size=12), st.booleans())
def test_statements_of_any_mixture_are_the_parsers(lines: list[str], in_function: bool) -> None:
    source = "\n".join(lines)
    if in_function and "'''" not in source and '"""' not in source and "\\\n" not in source:
        source = "def outer():\n" + "\n".join(f"    {line}" for line in [*source.split("\n"), "pass"])

    assert found(source) == statements_by_parser(source)
