"""A process that has pytest prepared and forks for each test file, as a zygote does; without isolation.

Requests and answers are JSON, a line each, over its standard streams. Ways to run a file: ``own`` (our runner of
items), ``fallback`` (``pytest.main`` with our reporter), ``pytest`` (pytest alone, as a reference).
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

import pytest

from kodcode_hub.verification.inside.sender import Send, make_sender, move_out_of_the_way
from kodcode_hub.verification.inside.statements import Measure
from kodcode_hub.verification.inside.test_session import Prepared, prepare

_TIMEOUT_S = 60


def main() -> None:
    ways = {"own": prepare(), "fallback": prepare(own_runner=False)}
    assert ways["own"].is_own_runner
    assert not ways["fallback"].is_own_runner
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        with tempfile.TemporaryDirectory() as folder:
            answer = _run_in_fork(request, os.path.realpath(folder), ways.get(request["way"]))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _run_in_fork(request: dict[str, Any], folder: str, prepared: Prepared | None) -> dict[str, Any]:
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        _run(request, folder, prepared, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as report:
        messages = [json.loads(line) for line in report]
    status = os.waitpid(pid, 0)[1]
    return {"messages": messages, "ended": os.waitstatus_to_exitcode(status)}


def _run(request: dict[str, Any], folder: str, prepared: Prepared | None, report: int) -> None:
    leave = os._exit
    send = make_sender(move_out_of_the_way(report), "")
    try:
        signal.alarm(_TIMEOUT_S)
        os.chdir(folder)
        os.environ["TMPDIR"] = f"{folder}/tmp"
        Path("tmp").mkdir()
        for name in ("solution", "test"):
            path = "solution.py" if name == "solution" else "test_solution.py"
            Path(path).write_bytes(request[name].encode())
        sys.path.insert(0, folder)
        output = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(output, descriptor)
        path = f"{folder}/test_solution.py"
        if prepared is None:
            _run_reference(path, send)
        else:
            _run_measured(prepared, request, path, send)
    except BaseException:  # noqa: BLE001 - a process of a test says everything
        send("broke", message=traceback.format_exc())
    leave(0)


def _run_measured(prepared: Prepared, request: dict[str, Any], path: str, send: Send) -> None:
    measure = Measure(path.replace("test_solution.py", "solution.py"), request["solution"])
    stop, percent, executed = measure.stop, measure.percent, measure.executed
    measure.start()
    status = prepared.run(request["test"], path, send, heed_pytest_plugins=request.get("heed_pytest_plugins", False))
    stop()
    send("coverage", percent=percent(), lines=" ".join(map(str, sorted(executed()))))
    send("end", status=status)


def _run_reference(path: str, send: Send) -> None:
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS")
    reference = _Reference()
    arguments = ["-c", os.devnull, "--rootdir", str(Path(path).parent), "-p", "no:cacheprovider", "--noconftest"]
    status = pytest.main([*arguments, "test_solution.py"], plugins=[reference])
    send("collected", count=reference.collected)
    for name, outcome in reference.outcomes.items():
        send("test", name=name, outcome=outcome)
    send("end", status=int(status))


class _Reference:
    """What pytest says of each test, in the plainest words."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}
        self.collected = 0

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.collected = len(session.items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.partition("::")[2]
        outcome: str = report.outcome
        if hasattr(report, "wasxfail") and outcome != "failed":
            outcome = {"skipped": "xfailed", "passed": "xpassed"}[outcome]
        if outcome == "failed":
            before = self.outcomes.get(name)
            self.outcomes[name] = "failed" if report.when == "call" or before == "failed" else "error"
        elif report.when == "call" or outcome != "passed":
            self.outcomes.setdefault(name, outcome)


if __name__ == "__main__":
    main()
