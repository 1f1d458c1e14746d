"""Another hash seed, order and time zone: they reach both processes in both modes, and change nothing by themselves."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from kodcode_hub.record import Verdict
from kodcode_hub.verification.environment import trial_variables
from kodcode_hub.verification.inside.test_order import TestOrder
from kodcode_hub.verification.protocol import Limits
from kodcode_hub.verification.run_conditions import NORMAL, RunConditions
from kodcode_hub.verification.self_test import IsolationName
from kodcode_hub.verification.warm_sandbox import WarmSandbox
from tests.verification.sandboxes import outcomes, run_trial, why_not

OTHER = RunConditions(hash_seed=3, test_order=9, time_zone="<+1345>-13:45")
ROOT = Path(__file__).resolve().parents[2]
LIMITS = Limits(timeout_s=20.0, memory_mb=1024)

REPORTS_ITS_SURROUNDINGS = """
    import os
    import time
    import zoneinfo
    from datetime import datetime

    def surroundings():
        local = datetime.now().astimezone()
        return [hash("kodcode"), list(time.tzname), local.utcoffset().total_seconds() / 60, sorted(os.environ)]

    def a_named_zone():
        return datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo("UTC")).isoformat()
    """
SHOWS_BOTH_PROCESSES = """
    import time
    from solution import surroundings, a_named_zone

    def test_the_solution():
        assert a_named_zone() == "2024-07-01T00:00:00+00:00"
        assert surroundings()[:3] == "shown"

    def test_the_test():
        assert [hash("kodcode"), list(time.tzname), -time.timezone / 60] == "shown"
    """
SEVEN_TESTS = """
    import unittest
    import pytest
    import solution

    def test_a(): pass
    def test_b(): assert solution
    @pytest.mark.parametrize("x", [1, 2, 3])
    def test_c(x): pass
    class TestD:
        def test_e(self): pass
        @pytest.mark.parametrize("x", [1, 2])
        def test_f(self, x): pass
        class TestG:
            def test_h(self): pass
            def test_i(self): pass
    class Case(unittest.TestCase):
        def test_j(self): pass
        def test_k(self): pass
    @pytest.mark.skip
    def test_l(): pass
    """


@pytest.fixture(scope="module", params=["namespaces", "landlock", "none"])
def normal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmSandbox]:
    if problem := why_not(request.param):
        pytest.skip(f"isolation {request.param!r} does not hold here: {problem}")
    tier: IsolationName = request.param
    with WarmSandbox(LIMITS, scratch=tmp_path_factory.mktemp("scratch"), isolation=tier) as made:
        yield made


@pytest.fixture(scope="module")
def other(normal: WarmSandbox) -> Iterator[WarmSandbox]:
    with normal.under(OTHER, workers=1) as made:
        yield made


def seen(verdict: Verdict) -> list[str]:
    """Seed, zone and offset, as the solution and then the test have it."""
    return [test.message.partition("\n")[0] for test in sorted(verdict.tests, key=lambda test: test.name)]


def test_seed_and_zone_hold_in_both_processes_and_differ_from_the_normal_ones(
    normal: WarmSandbox, other: WarmSandbox
) -> None:
    first, second = (seen(run_trial(each, REPORTS_ITS_SURROUNDINGS, SHOWS_BOTH_PROCESSES)) for each in (normal, other))
    assert first[0] == first[1]
    assert second[0] == second[1]
    assert "'UTC'], 0.0]" in first[0].replace('"', "'")
    assert "'+1345'], 825.0]" in second[0].replace('"', "'")
    assert first[0].split(",")[0] != second[0].split(",")[0]


def test_they_hold_in_one_interpreter_too(tmp_path: Path) -> None:
    with WarmSandbox(LIMITS, scratch=tmp_path, mode="same", conditions=OTHER) as sandbox:
        of_solution, of_test = seen(run_trial(sandbox, REPORTS_ITS_SURROUNDINGS, SHOWS_BOTH_PROCESSES))
    assert of_solution == of_test
    assert "825.0" in of_test


def test_another_order_gives_every_test_the_same_outcome(normal: WarmSandbox, other: WarmSandbox) -> None:
    usual, shuffled = (run_trial(each, "", SEVEN_TESTS) for each in (normal, other))
    assert (usual.verdict, shuffled.verdict) == ("pass", "pass"), shuffled.message
    assert outcomes(usual) == outcomes(shuffled)
    assert list(outcomes(usual)) != list(outcomes(shuffled))


def test_the_tests_of_a_class_and_the_parameters_of_a_function_stay_together(other: WarmSandbox) -> None:
    names = list(outcomes(run_trial(other, "", SEVEN_TESTS)))
    parameters = [names.index(f"test_c[{number}]") for number in (1, 2, 3)]
    assert parameters == list(range(parameters[0], parameters[0] + 3))
    for prefix in ("TestD::", "TestD::TestG::", "Case::"):
        places = [position for position, name in enumerate(names) if name.startswith(prefix)]
        assert places == list(range(places[0], places[0] + len(places))), names


def test_plain_functions_are_shuffled_too(other: WarmSandbox) -> None:
    functions = "\n".join(f"def test_{index}(): pass" for index in range(8))
    names = list(outcomes(run_trial(other, "", functions)))
    assert sorted(names) == [f"test_{index}" for index in range(8)]
    assert names != sorted(names)


def test_the_same_seed_is_the_same_order_and_another_one_another(tmp_path: Path) -> None:
    orders = []
    for seed in (1, 1, 2):
        with WarmSandbox(LIMITS, scratch=tmp_path, conditions=RunConditions(test_order=seed)) as sandbox:
            orders.append(list(outcomes(run_trial(sandbox, "", SEVEN_TESTS))))
    assert orders[0] == orders[1]
    assert orders[0] != orders[2]


def test_a_fixture_of_a_class_is_still_set_up_once(other: WarmSandbox) -> None:
    verdict = run_trial(
        other,
        "",
        """
        import pytest
        made = []
        @pytest.fixture(scope="class")
        def costly():
            made.append(1)
            yield
        class TestA:
            def test_1(self, costly): assert len(made) == 1
            def test_2(self, costly): assert len(made) == 1
            def test_3(self, costly): assert len(made) == 1
        """,
    )
    assert verdict.verdict == "pass", verdict.message


def test_a_file_that_marks_an_order_keeps_it() -> None:
    def kept(source: str) -> bool:
        names = [f"test_{index}" for index in range(9)]
        return TestOrder(7, source).arranged(names, lambda name: [name]) == names

    assert kept("@pytest.mark.order(1)\ndef test_a(): pass\n")
    assert kept("@pytest.mark.dependency()\ndef test_a(): pass\n")
    assert not kept("@pytest.mark.parametrize('x', [1])\ndef test_a(x): pass\n")


def test_the_solution_finds_neither_the_order_nor_who_makes_it(other: WarmSandbox) -> None:
    """The seed crosses with the test's text, which the solution's process never sees."""
    verdict = run_trial(
        other,
        """
        import os, sys
        def found():
            texts = [f"{name}={value}" for name, value in os.environ.items()] + sys.argv
            frame, seen = sys._getframe(), 0
            while frame is not None:
                held = list(frame.f_locals.values())
                texts += [str(name) for each in held if isinstance(each, dict) for name in each]
                frame, seen = frame.f_back, seen + 1
            return [seen > 3, "timeout_s" in texts, [text for text in texts if "order" in text]]
        """,
        "from solution import found\ndef test_nothing(): assert found() == [True, True, []]\n",
    )
    assert verdict.verdict == "pass", verdict.message


def test_a_solution_that_replaces_random_does_not_choose_the_order(tmp_path: Path) -> None:
    functions = "import solution\n" + "\n".join(f"def test_{index}(): pass" for index in range(8))
    spoils = "import random\nrandom.shuffle = random.Random.shuffle = lambda *given: given[-1].clear()\n"
    orders = []
    for solution in ("", spoils):
        with WarmSandbox(LIMITS, scratch=tmp_path, mode="same", conditions=OTHER) as sandbox:
            orders.append(list(outcomes(run_trial(sandbox, solution, functions))))
    assert orders[0] == orders[1]
    assert len(orders[0]) == 8


def test_where_pytest_runs_the_file_itself_the_order_is_the_same(tmp_path: Path) -> None:
    program = """
import os, sys
from kodcode_hub.verification.inside.test_session import prepare
names = []
def send(kind, **fields):
    if kind == "test":
        names.append(fields["name"])
own, path = sys.argv[1] == "own", sys.argv[2]
prepare(own_runner=own).run(open(path).read(), path, send, heed_pytest_plugins=False, test_order=9)
print("\\n".join(names))
"""
    path = tmp_path / "test_solution.py"
    path.write_text(textwrap.dedent(SEVEN_TESTS), encoding="utf-8")
    (tmp_path / "solution.py").touch()
    orders = []
    for runner in ("own", "pytest"):
        done = subprocess.run(
            [sys.executable, "-c", program, runner, str(path)],
            env=os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"},
            capture_output=True,
            text=True,
            check=True,
        )
        orders.append([line for line in done.stdout.splitlines() if "test_" in line and " " not in line])
    assert len(orders[0]) == 13
    assert orders[0] == orders[1]


def test_without_conditions_a_trial_has_the_variables_that_it_always_had() -> None:
    variables = trial_variables(sys.executable, Path("/trial"))
    assert (variables["PYTHONHASHSEED"], variables["TZ"]) == ("0", "UTC")
    assert RunConditions(0, None, "UTC") == NORMAL


@pytest.mark.parametrize(
    "wrong", [{"hash_seed": -1}, {"hash_seed": 2**32}, {"test_order": -1}, {"time_zone": ""}, {"time_zone": "a\0b"}]
)
def test_conditions_with_which_no_interpreter_starts_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        RunConditions(**wrong)  # type: ignore[arg-type]
