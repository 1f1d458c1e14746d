"""What every implementation of ``Sandbox`` has to keep. A new one joins by a line in ``sandboxes.SANDBOXES``."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kodcode_hub.verification.protocol import Limits, Sandbox
from tests.verification.sandboxes import descendants, outcomes, run_trial, wait_until

DOUBLE = "def double(x):\n    return 2 * x\n"
TEST_DOUBLE = "from solution import double\n\ndef test_double():\n    assert double(2) == 4\n"


def test_a_right_solution_passes_with_every_test_reported(sandbox: Sandbox) -> None:
    verdict = run_trial(sandbox, DOUBLE, TEST_DOUBLE + "\ndef test_zero():\n    assert double(0) == 0\n")

    assert (verdict.verdict, verdict.coverage) == ("pass", 100)
    assert outcomes(verdict) == {"test_double": "passed", "test_zero": "passed"}
    assert verdict.cpu_seconds > 0
    assert verdict.peak_memory_mb > 1


def test_a_wrong_solution_fails_with_the_assertion_as_message(sandbox: Sandbox) -> None:
    verdict = run_trial(sandbox, "def double(x):\n    return x\n", TEST_DOUBLE)

    assert verdict.verdict == "fail"
    assert outcomes(verdict) == {"test_double": "failed"}
    assert "assert 2 == 4" in verdict.tests[0].message
    assert "assert 2 == 4" in verdict.message


def test_a_failing_fixture_is_an_error_of_that_test_and_a_fail(sandbox: Sandbox) -> None:
    test = """
        import pytest

        @pytest.fixture
        def broken():
            raise RuntimeError("no data")

        @pytest.fixture
        def late():
            yield
            raise RuntimeError("left open")

        def test_a(broken): pass
        def test_b(late): pass
        def test_c(): pass
        def test_d(unknown): pass
    """
    verdict = run_trial(sandbox, DOUBLE, test)

    assert verdict.verdict == "fail"
    assert outcomes(verdict) == {"test_a": "error", "test_b": "error", "test_c": "passed", "test_d": "error"}
    assert [test.message for test in verdict.tests] == [
        "RuntimeError: no data",
        "RuntimeError: left open",
        "",
        "fixture 'unknown' not found",
    ]


@pytest.mark.parametrize(
    ("solution", "test", "message"),
    [
        ("import no_such_package_here\n", "import solution\ndef test_a(): pass\n", "no_such_package_here"),
        ("def double(:\n", TEST_DOUBLE, "SyntaxError"),
        (DOUBLE, "def test_a(:\n", "SyntaxError"),
        (DOUBLE, "from solution import triple\ndef test_a(): pass\n", "triple"),
        (DOUBLE, "def test_a(): pass\nassert False, 'at import'\n", "at import"),
        ("raise ValueError('half way')\n", "import solution\ndef test_a(): pass\n", "half way"),
        ("x = 1\0\n", "import solution\ndef test_a(): pass\n", "null bytes"),
        ("import sys\nsys.exit(0)\n", "import solution\ndef test_a(): pass\n", "SystemExit"),
        (DOUBLE, "import pytest\n@pytest.mark.parametrize('x', 3)\ndef test_a(x): pass\n", "iterable"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", "import solution\ndef test_a(): 1\n", "SIGSEGV"),
        ("x = '\ud800'\n", "import solution\ndef test_a(): pass\n", "surrogates"),
    ],
)
def test_what_cannot_be_imported_or_collected_is_an_error(
    sandbox: Sandbox, solution: str, test: str, message: str
) -> None:
    verdict = run_trial(sandbox, solution, test)

    assert verdict.verdict == "error"
    assert message in verdict.message
    assert verdict.tests == ()


def test_a_missing_package_is_named_and_not_just_a_fail(sandbox: Sandbox) -> None:
    """Defect 29."""
    verdict = run_trial(sandbox, "import absent.part\n", "from solution import *\ndef test_a(): pass\n")

    assert verdict.verdict == "error"
    assert verdict.message.startswith("ModuleNotFoundError: No module named 'absent'")
    assert "has no package for 'absent'" in verdict.message


@pytest.mark.parametrize("importing", ["import absent.part", "from absent import part"])
def test_a_package_missing_in_the_middle_of_a_test_is_named_too(sandbox: Sandbox, importing: str) -> None:
    solution = f"def f():\n    {importing}\n"
    test = "from solution import f\ndef test_f(): f()\ndef test_g(): assert 1\n"
    lacking = run_trial(sandbox, solution, test)

    assert (lacking.verdict, lacking.missing_package) == ("error", "absent")
    assert outcomes(lacking) == {"test_f": "failed", "test_g": "passed"}


def test_memory_that_a_library_is_refused_is_memory(sandbox: Sandbox) -> None:
    pytest.importorskip("numpy")
    solution = "import numpy\ndef f(): return numpy.zeros(1 << 40)\n"

    assert run_trial(sandbox, solution, "from solution import f\ndef test_f(): f()\n").verdict == "memory"


def test_a_part_that_the_solution_does_not_have_is_its_own_failure(sandbox: Sandbox) -> None:
    verdict = run_trial(sandbox, "x = 1\n", "def test_f():\n    import solution.part\n")

    assert (verdict.verdict, verdict.missing_package) == ("fail", "")


@pytest.mark.parametrize(
    "test",
    [
        "x = 1\n",
        "",
        "import pytest\n\n@pytest.mark.skip\ndef test_a():\n    assert False\n",
        "import pytest\n\n@pytest.mark.xfail\ndef test_a():\n    assert False\n",
        "import pytest\n\n@pytest.mark.xfail\ndef test_a():\n    assert True\n",
        "import pytest\n\npytest.skip('not here', allow_module_level=True)\n\ndef test_a():\n    assert True\n",
        "import pytest\n\npytest.importorskip('absent')\n\ndef test_a():\n    assert True\n",
        "import unittest\n\n@unittest.skip('no')\nclass TestC(unittest.TestCase):\n    def test_a(self): pass\n",
    ],
)
def test_where_nothing_ran_and_passed_there_are_no_tests(sandbox: Sandbox, test: str) -> None:
    """Defect 29."""
    assert run_trial(sandbox, DOUBLE, test).verdict == "no_tests"


def test_a_strict_expected_failure_that_passes_fails(sandbox: Sandbox) -> None:
    test = "import pytest\n\n@pytest.mark.xfail(strict=True)\ndef test_a(): pass\n\ndef test_b(): pass\n"

    verdict = run_trial(sandbox, DOUBLE, test)

    assert (verdict.verdict, outcomes(verdict)["test_a"]) == ("fail", "failed")


def test_a_hang_is_a_timeout_with_what_was_reported_before(make_sandbox: Callable[[Limits], Sandbox]) -> None:
    test = "import solution\n\ndef test_a(): pass\n\ndef test_b():\n    while True: pass\n"

    verdict = run_trial(make_sandbox(Limits(timeout_s=1.0)), DOUBLE, test)

    assert (verdict.verdict, verdict.coverage) == ("timeout", None)
    assert outcomes(verdict) == {"test_a": "passed"}
    assert verdict.seconds >= 1.0


def test_a_hang_that_ignores_signals_is_a_timeout_all_the_same(make_sandbox: Callable[[Limits], Sandbox]) -> None:
    """Defect 30."""
    solution = """
        import signal, time
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        while True:
            time.sleep(1)
    """
    verdict = run_trial(make_sandbox(Limits(timeout_s=1.0)), solution, "import solution\ndef test_a(): pass\n")

    assert verdict.verdict == "timeout"


def test_memory_beyond_the_limit_is_its_own_verdict(sandbox: Sandbox) -> None:
    test = "from solution import f\n\ndef test_a(): pass\n\ndef test_b():\n    assert f()\n"

    verdict = run_trial(sandbox, "def f():\n    return [b'x' * (1 << 20) for _ in range(1 << 20)]\n", test)

    assert (verdict.verdict, outcomes(verdict)) == ("memory", {"test_a": "passed", "test_b": "failed"})


def test_output_beyond_the_limit_ends_the_trial(sandbox: Sandbox) -> None:
    solution = "import os\ndef f():\n    while True: os.write(1, b'x' * 65536)\n"

    verdict = run_trial(sandbox, solution, "from solution import f\n\ndef test_a():\n    f()\n")

    assert verdict.verdict == "error"
    assert "output" in verdict.message


def test_much_output_within_the_limit_costs_nothing(sandbox: Sandbox) -> None:
    solution = "def f():\n    for _ in range(20_000): print('x' * 100)\n    return 1\n"

    assert run_trial(sandbox, solution, "from solution import f\n\ndef test_a():\n    assert f() == 1\n").passed


def test_a_file_beyond_the_limit_cannot_be_written(make_sandbox: Callable[[Limits], Sandbox]) -> None:
    solution = "def f():\n    with open('big', 'wb') as file:\n        file.write(b'x' * (3 << 20))\n"
    test = "from solution import f\n\ndef test_a():\n    f()\n"

    verdict = run_trial(make_sandbox(Limits(file_mb=2)), solution, test)

    assert verdict.verdict == "fail"
    assert "File too large" in verdict.message


def test_messages_are_clipped_and_hold_only_text_that_can_be_stored(sandbox: Sandbox) -> None:
    test = "def test_a():\n    assert False, '\\ud800\\0' + 'x' * 100_000\n"

    verdict = run_trial(sandbox, DOUBLE, test)

    message = verdict.tests[0].message
    assert message.encode("utf-8")
    assert "\0" not in message
    assert len(message) < 2500


def test_messages_do_not_tell_where_the_trial_ran(sandbox: Sandbox) -> None:
    test = "from solution import double\n\ndef test_a():\n    assert False, __file__\n"

    verdict = run_trial(sandbox, DOUBLE, test)

    assert verdict.tests[0].message == "AssertionError: test_solution.py\nassert False"


def test_the_environment_variables_of_the_caller_stay_with_the_caller(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "a-secret")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    test = """
        import os, sys
        from pathlib import Path

        def test_variables():
            assert "a-secret" not in str(os.environ)
            assert os.environ["TZ"] == "UTC"
            assert not sys.flags.hash_randomization
            assert Path.home().is_relative_to(Path.cwd().parent)
    """
    assert run_trial(sandbox, DOUBLE, test).passed


def test_trials_at_the_same_time_do_not_mix(sandbox: Sandbox) -> None:
    async def run_all() -> list[str]:
        solutions = [f"def double(x):\n    return {factor} * x\n" for factor in (1, 2, 3, 2)]
        verdicts = await asyncio.gather(*(sandbox.run(solution, TEST_DOUBLE) for solution in solutions))
        return [verdict.verdict for verdict in verdicts]

    assert asyncio.run(run_all()) == ["fail", "pass", "fail", "pass"]


def test_nothing_is_left_of_a_trial(make_sandbox: Callable[[Limits], Sandbox], tmp_path: Path) -> None:
    """Defect 33. Daemons, locked folders and deep ones among what a trial may leave."""
    solution = """
        import os, time
        ready, begun = os.pipe()
        for start_session in (False, True):
            if os.fork() == 0:
                if start_session:
                    os.setsid()
                    if os.fork():
                        os._exit(0)
                os.write(begun, b"x")
                time.sleep(600)
        assert os.read(ready, 1) + os.read(ready, 1) == b"xx"
        os.makedirs("locked/inner")
        os.chmod("locked", 0)
        top = os.getcwd()
        for _ in range(1100):
            os.mkdir("d")
            os.chdir("d")
        os.chdir(top)
    """
    sandbox = make_sandbox(Limits(timeout_s=20))
    before = descendants(os.getpid())

    verdict = run_trial(sandbox, solution, "import solution\ndef test_a(): pass\n")

    assert verdict.passed, verdict
    assert len(descendants(os.getpid())) == len(before) + 2  # a launcher and a zygote, ready for the next
    assert not list((tmp_path / "scratch").glob("*"))


def test_a_cancelled_trial_is_gone_when_the_cancellation_returns(
    make_sandbox: Callable[[Limits], Sandbox], tmp_path: Path
) -> None:
    sandbox = make_sandbox(Limits())
    run_trial(sandbox, DOUBLE, TEST_DOUBLE)
    at_rest = descendants(os.getpid())

    async def start_and_cancel() -> None:
        trial = asyncio.create_task(sandbox.run(DOUBLE, "import time\ntime.sleep(600)\n"))
        await asyncio.to_thread(wait_until, lambda: len(descendants(os.getpid())) > len(at_rest))
        trial.cancel()
        with pytest.raises(asyncio.CancelledError):
            await trial

    asyncio.run(start_and_cancel())
    assert descendants(os.getpid()) == at_rest
    assert not list((tmp_path / "scratch").glob("*"))
    assert run_trial(sandbox, DOUBLE, TEST_DOUBLE).passed


def test_many_trials_leave_no_descriptor_open(sandbox: Sandbox) -> None:
    run_trial(sandbox, DOUBLE, TEST_DOUBLE)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        run_trial(sandbox, DOUBLE, TEST_DOUBLE)

    assert len(list(Path("/proc/self/fd").iterdir())) == before
