"""Where visitors' solutions run, when they are not run, and what they cannot reach."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kodcode_hub.errors import IsolationError
from kodcode_hub.record import Verdict
from kodcode_hub.space.running_host import RunningHost, RunningOffError, token_files
from kodcode_hub.verification.protocol import Limits
from kodcode_hub.verification.warm_sandbox import Explained
from tests.space.hosts import PASSED, SpokenSandbox, explained, host_over, why_no_isolation
from tests.verification.sandboxes import descendants, wait_until, why_not

ROOT = Path(__file__).parents[2]
SOLUTION = "def f():\n    return 1\n"
TEST = "from solution import f\n\ndef test_f():\n    assert f() == 1\n"


@pytest.fixture
def isolating() -> None:
    if problem := why_no_isolation():
        pytest.skip(f"no isolation holds here: {problem}")


def opened(host: RunningHost) -> dict[str, Any]:
    """The status of a host that has come to a decision."""
    host.start()
    wait_until(lambda: bool(host.why_off() or host.status()["isolation"]))
    return host.status()


@pytest.mark.usefixtures("isolating")
def test_the_app_comes_up_while_isolation_is_still_tested_and_runs_solutions_then(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hf_0", encoding="ascii")
    private = [tmp_path / "token", tmp_path / 'it\'s "not" there\n']
    with closing(RunningHost(Limits(timeout_s=7, memory_mb=900), private=private)) as host:
        started = time.monotonic()
        host.start()
        first = host.status()
        assert time.monotonic() - started < 0.5
        assert (first["available"], first["isolation"], first["message"]) == (True, "", "")

        verdict = asyncio.run(host.explain(SOLUTION, TEST)).verdict  # waits until it is open

        assert verdict.verdict == "pass"
        assert verdict.isolation in ("namespaces", "landlock")
        assert host.status() == {
            "available": True,
            "isolation": verdict.isolation,
            "message": "",
            "timeout_s": 7,
            "memory_mb": 900,
        }


@pytest.mark.usefixtures("isolating")
def test_a_closed_host_has_no_process_left_and_runs_nothing() -> None:
    before = descendants(os.getpid())
    host = RunningHost(workers=1)
    assert opened(host)["available"]
    assert len(descendants(os.getpid()) - before) >= 2

    host.close()

    assert descendants(os.getpid()) <= before
    with pytest.raises(RunningOffError, match="shutting down"):
        asyncio.run(host.explain(SOLUTION, TEST))
    assert not host.status()["available"]


@pytest.mark.usefixtures("isolating")
def test_a_host_that_is_closed_while_it_opens_leaves_no_process() -> None:
    before = descendants(os.getpid())
    host = RunningHost(workers=1)
    host.start()
    wait_until(lambda: bool(descendants(os.getpid()) - before))
    host.close()
    assert descendants(os.getpid()) <= before


def test_limits_of_visitors_are_smaller_than_those_of_verify() -> None:
    with closing(RunningHost()) as host:
        assert host.limits == Limits(timeout_s=10.0, memory_mb=1024, output_kb=64)


def off(host: RunningHost) -> str:
    """Why a host runs nothing; the same reason in its status and for who asks for a run."""
    with closing(host):
        status = opened(host)
        assert (status["available"], status["isolation"]) == (False, "")
        with pytest.raises(RunningOffError) as refused:
            asyncio.run(host.explain(SOLUTION, TEST))
        assert str(refused.value) == status["message"]
        return str(status["message"])


def test_without_an_interpreter_running_is_off_with_the_reason() -> None:
    message = off(RunningHost(python="/nonexistent/python"))
    assert message.startswith("solutions cannot be run here: the Python for trials, /nonexistent/python")


def test_without_isolation_running_is_off_with_the_reason() -> None:
    def refuse(*_: Any, **__: Any) -> SpokenSandbox:
        raise IsolationError("trials cannot be isolated on this machine (namespaces: not blocked: network)")

    message = off(RunningHost(open_sandbox=refuse))
    assert message == (
        "solutions cannot be run here: trials cannot be isolated on this machine (namespaces: not blocked: network)"
    )


def test_a_sandbox_that_does_not_isolate_is_not_used_and_is_closed() -> None:
    sandbox = SpokenSandbox(lambda _: PASSED, isolation="none")
    assert "not isolated" in off(host_over(sandbox))
    assert not sandbox.is_open


def test_a_bug_in_opening_leaves_the_app_with_running_off() -> None:
    def break_down(*_: Any, **__: Any) -> SpokenSandbox:
        raise ZeroDivisionError("by zero")

    assert off(RunningHost(open_sandbox=break_down)) == "solutions cannot be run here: ZeroDivisionError: by zero"


def test_a_first_trial_that_does_not_pass_turns_running_off_and_closes_the_sandbox() -> None:
    class Hopeless(SpokenSandbox):
        async def explain(self, solution: str, test: str) -> Explained:
            return explained(Verdict("error", message="no pytest"))

    sandbox = Hopeless(lambda _: PASSED)
    assert off(host_over(sandbox)) == "solutions cannot be run here: the first trial ended as 'error': no pytest"
    assert not sandbox.is_open


@pytest.mark.usefixtures("isolating")
def test_a_token_among_the_interpreters_folders_turns_running_off() -> None:
    token = Path(sys.prefix) / "pyvenv.cfg"
    assert token.is_file(), "these tests run in a virtual environment"
    assert "a file with a token lies where they could read it" in off(RunningHost(workers=1, private=[token]))


def test_the_token_of_the_hub_is_among_the_files_that_are_tried() -> None:
    from huggingface_hub import constants

    assert Path(constants.HF_TOKEN_PATH) in token_files()


SEEKER = '''
import glob, os, socket

def leaks():
    """Which secrets of the app can be had. Their mark is put together, since this text holds it nowhere."""
    mark = "hf_" + "canary"
    found = []
    if any(mark in value for value in os.environ.values()):
        found.append("environment")
    processes = ["1", str(os.getppid()), "@PID@"]
    paths = [f"/proc/{process}/environ" for process in processes] + glob.glob("/proc/*/environ")
    if any(mark in read(path) for path in paths if path != f"/proc/{os.getpid()}/environ"):
        found.append("process")
    token, app = "@HOME@/hub/token", "@HOME@/app/app.py"
    roots = ["", "/proc/1/root", "/proc/@PID@/root", f"/proc/{os.getppid()}/root", "/proc/self/root"]
    for name, paths in {
        "token": [root + token for root in roots] + [os.path.expanduser("~/.cache/huggingface/token")],
        "app": [root + app for root in roots] + ["/proc/@PID@/cwd/app.py", "app.py", "../app.py"],
    }.items():
        if any(mark in read(path) for path in paths):
            found.append(name)
    for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0"):
        try:
            socket.create_connection((host, @PORT@), timeout=1).close()
        except OSError:
            continue
        found.append("listener")
        break
    return found

def read(path):
    try:
        with open(path, encoding="latin-1") as file:
            return file.read()
    except OSError:
        return ""
'''
APP = """
import asyncio, json, os, socket, subprocess, sys
from kodcode_hub.space.running_host import RunningHost
from kodcode_hub.verification.warm_sandbox import WarmSandbox

def open_tier(limits, *, isolation, **settings):
    return WarmSandbox(limits, isolation=sys.argv[1], **settings)

seeker = open(sys.argv[2]).read().replace("@PID@", str(os.getpid())).replace("@HOME@", os.environ["HOME"])
assert os.environ["HF_TOKEN"] == os.environ["OPENAI_API_KEY"] == "hf_" + "canary"
with socket.create_server(("127.0.0.1", 0)) as listener:
    seeker = seeker.replace("@PORT@", str(listener.getsockname()[1]))
    plain = subprocess.run([sys.executable, "-c", seeker + "\\nprint(leaks())"], capture_output=True, text=True)
    listener.accept()[0].close()
    host = RunningHost(workers=1, open_sandbox=open_tier)
    tests = {
        "split": "from solution import leaks\\n\\ndef test_it():\\n    assert leaks() == []\\n",
        "same": "import solution\\n\\ndef test_it(monkeypatch):\\n"
        "    monkeypatch.setattr(solution, 'unused', 1, raising=False)\\n    assert solution.leaks() == []\\n",
    }
    found = {mode: asyncio.run(host.explain(seeker, test)).verdict for mode, test in tests.items()}
    host.close()
    listener.settimeout(0)
    try:
        listener.accept()
        reached = True
    except BlockingIOError:
        reached = False
verdicts = {mode: [v.verdict, v.message, v.mode, v.isolation] for mode, v in found.items()}
print(json.dumps({"plain": plain.stdout + plain.stderr, "verdicts": verdicts, "reached": reached}))
"""
START = """
import os, sys, tempfile
tier, seeker, app = sys.argv[1:]
if tier == "landlock" and os.geteuid() == 0:
    from tests.verification.isolation.host import become_ordinary_user
    become_ordinary_user()
home = tempfile.mkdtemp(prefix="space-")
for name, text in {"seeker.py": seeker, "hub/token": "hf_" + "canary", "app/app.py": "# hf_" + "canary"}.items():
    os.makedirs(os.path.dirname(f"{home}/{name}"), exist_ok=True)
    open(f"{home}/{name}", "w").write(text)
os.chdir(f"{home}/app")
secret = "hf_" + "canary"
names = {"HOME": home, "HF_HOME": f"{home}/hub", "TMPDIR": home, "HF_TOKEN": secret, "OPENAI_API_KEY": secret}
pid = os.fork()
if pid == 0:
    os.execve(sys.executable, [sys.executable, "-B", "-c", app, tier, f"{home}/seeker.py"], os.environ | names)
status = os.waitpid(pid, 0)[1]
import shutil
shutil.rmtree(home)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.parametrize("tier", ["namespaces", "landlock"])
def test_no_secret_of_the_app_is_in_reach_of_a_solution(tier: str) -> None:
    """The same program, run without isolation in the same place, has them all."""
    if os.geteuid() != 0 and (problem := why_not(tier)):
        pytest.skip(f"isolation {tier!r} does not hold here: {problem}")

    done = subprocess.run(
        [sys.executable, "-B", "-c", START, tier, SEEKER, APP],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    if "does not start: [Errno" in done.stderr:
        pytest.skip(f"isolation {tier!r} does not hold here: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout)
    assert said["plain"] == "['environment', 'process', 'token', 'app', 'listener']\n"
    assert said["verdicts"] == {mode: ["pass", "", mode, tier] for mode in ("split", "same")}
    assert not said["reached"]
