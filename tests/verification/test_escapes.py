"""Programs that reach for the host or for the next trial: real listeners, files and processes outside, all watched."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kodcode_hub.errors import SandboxError
from kodcode_hub.verification.protocol import Limits
from kodcode_hub.verification.warm_sandbox import WarmSandbox
from tests.verification.adversaries import ESCAPES, Escape
from tests.verification.sandboxes import ISOLATED, SANDBOXES, why_not

LIMITS = Limits(timeout_s=5.0, memory_mb=1024)
LATE_S = 1.5
"""When what a left process wanted to write is there, if it lives."""
ANYBODYS = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue")
TABLES: Mapping[str, Mapping[str, Escape]] = {
    category: {name: ESCAPES[name] for name in names}
    for category, names in groupby(ESCAPES, key=lambda name: name.partition(":")[0])
}


@dataclass(frozen=True, slots=True)
class Outside:
    """What a trial must neither reach nor change; ``facts`` are the words for it in the programs' texts."""

    mark: str
    facts: Mapping[str, str]
    folder: Path
    listeners: Mapping[str, socket.socket]

    def fill(self, text: str, parent: int) -> str:
        """``text`` with the facts in it; ``parent`` is the process that it is about."""
        for word, fact in (*self.facts.items(), ("@PARENT@", str(parent))):
            text = text.replace(word, fact)
        return text

    def state(self) -> list[tuple[object, ...]]:
        """Of the folder and its files: names, modes, owners, times, sizes, and content."""
        return [
            (path.name, *os.lstat(path)[:7], path.stat().st_mtime_ns, path.is_file() and path.read_bytes())
            for path in sorted([self.folder, *self.folder.rglob("*")])
        ]

    def heard(self) -> list[str]:
        """The listeners that were spoken to since the last time."""
        reached = select.select(list(self.listeners.values()), [], [], 0)[0]
        for listener in reached:
            if listener.type == socket.SOCK_DGRAM:
                listener.recv(1000)
            else:
                listener.accept()[0].close()
        return [f"{kind} was reached" for kind, listener in self.listeners.items() if listener in reached]


@pytest.fixture(scope="module", params=ISOLATED)
def trials(request: pytest.FixtureRequest) -> Iterator[tuple[WarmSandbox, Outside, dict[str, int]]]:
    """One sandbox with one worker for all: what a trial leaves would be there for the next. The processes by role."""
    if problem := why_not(request.param):
        pytest.skip(f"isolation {request.param!r} does not hold here: {problem}")
    mark = f"m{secrets.token_hex(6)}"
    with ExitStack() as things:
        outside = _make_outside(mark, things)
        patches = things.enter_context(pytest.MonkeyPatch.context())
        patches.setenv("SECRET_TOKEN", f"canary-{mark}")  # of this process only its memory has it
        neighbour = things.enter_context(_process({"SECRET_TOKEN": f"canary-{mark}"}))
        scratch = Path(things.enter_context(TemporaryDirectory()))
        sandbox = things.enter_context(SANDBOXES[request.param](LIMITS, scratch, workers=1))
        yield sandbox, outside, {"the caller": os.getpid(), "a neighbour": neighbour}


@pytest.mark.parametrize("category", list(TABLES))
def test_no_trial_reaches_out_or_leaves_anything(
    trials: tuple[WarmSandbox, Outside, dict[str, int]], category: str
) -> None:
    sandbox, outside, processes = trials
    differing = {}
    for name, escape in TABLES[category].items():
        if escape.namespaces_only and sandbox.isolation != "namespaces":
            continue
        is_about_a_process = "@PARENT@" in escape.solution + escape.test
        for role in processes if is_about_a_process else ("the caller",):
            found = _attempt(escape, sandbox, outside, processes[role])
            if found:
                differing[f"{name} ({role})" if is_about_a_process else name] = found

    assert differing == {}


def test_what_is_watched_outside_would_be_seen(tmp_path: Path) -> None:
    with ExitStack() as things:
        mark = f"m{secrets.token_hex(6)}"
        outside = _make_outside(mark, things)
        escape = Escape("", "", f"file:{tmp_path}/left-@MARK@")
        before = outside.state()
        assert _left_behind(escape, outside, lambda text: outside.fill(text, 0)) == []
        assert outside.heard() == []

        neighbour = things.enter_context(_process({"SECRET_TOKEN": f"canary-{mark}"}))
        left = things.enter_context(_process({"LEFT": mark}))
        assert f"canary-{mark}".encode() in Path(f"/proc/{neighbour}/environ").read_bytes()
        (tmp_path / f"left-{mark}").touch()
        os.utime(outside.folder / "canary", (1, 1))
        for kind, listener in outside.listeners.items():
            speaker = things.enter_context(socket.socket(listener.family, listener.type))
            speaker.connect(listener.getsockname())
            speaker.send(kind.encode("ascii"))

        seen = _left_behind(escape, outside, lambda text: outside.fill(text, 0))
        assert seen == [f"process {left} lives", f"{tmp_path}/left-{mark} is left"]
        assert outside.heard() == [f"{kind} was reached" for kind in outside.listeners]
        assert outside.state() != before


def _attempt(escape: Escape, sandbox: WarmSandbox, outside: Outside, process: int) -> list[str]:
    """What was reached, changed or left, and what was said instead of the expected; nothing, where it is held."""

    def fill(text: str) -> str:
        return outside.fill(text, process)

    before = outside.state(), _standing(process)
    verdict, message = _run(sandbox, fill(escape.solution), fill(escape.test))
    found = [] if verdict in escape.verdicts.split() else [f"{verdict}: {message}"]
    if "late" in escape.leaves:
        time.sleep(LATE_S)
    found += outside.heard() + _left_behind(escape, outside, fill)
    if (outside.state(), _standing(process)) != before:
        found.append("what lies outside was changed")
    if escape.then is not None:
        verdict, message = _run(sandbox, *map(fill, escape.then))
        found += [] if verdict == "pass" else [f"the next trial: {verdict}: {message}"]
    return found


def _run(sandbox: WarmSandbox, solution: str, test: str) -> tuple[str, str]:
    try:
        verdict = asyncio.run(sandbox.run(solution, test))
    except SandboxError as error:
        return "SandboxError", str(error)
    return verdict.verdict, verdict.message[:300]


def _left_behind(escape: Escape, outside: Outside, fill: Callable[[str], str]) -> list[str]:
    """Processes, files and System V objects of a trial that is over."""
    found = [f"process {pid} lives" for pid in _marked_processes(outside.mark)]
    for kind in ("shm", "sem", "msg"):
        with contextlib.suppress(FileNotFoundError):
            lines = Path("/proc/sysvipc", kind).read_text(encoding="ascii").splitlines()[1:]
            found += [f"System V {kind} is left" for line in lines if line.split()[0] == fill("@KEY@")]
    expected = [fill(what).removeprefix("file:") for what in escape.leaves.split() if what.startswith("file:")]
    found += [f"{path} is left" for path in expected if Path(path).exists()]
    places = (path for place in ANYBODYS for path in Path(place).glob(f"*{outside.mark}*"))
    return found + [f"{path} is left" for path in places if path != outside.folder]


def _marked_processes(mark: str) -> list[int]:
    """Processes whose command line or environment holds the mark; those that hold it as our secret are ours."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            text = (place / "cmdline").read_bytes() + (place / "environ").read_bytes()
            if mark.encode() in text.replace(f"canary-{mark}".encode(), b""):
                found.append(int(place.name))
    return found


def _standing(process: int) -> tuple[object, ...]:
    """What others can change of a process without touching its memory."""
    signals = [line for line in Path(f"/proc/{process}/status").read_text().splitlines() if "Pnd" in line]
    limits = Path(f"/proc/{process}/limits").read_text()
    return os.getpriority(os.PRIO_PROCESS, process), os.sched_getaffinity(process), signals, limits


@contextlib.contextmanager
def _process(environment: Mapping[str, str]) -> Iterator[int]:
    """A process beside us that does nothing, for the time of the context."""
    program = [sys.executable, "-c", "print(flush=True); input()"]
    with subprocess.Popen(program, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process.pid
        finally:
            process.kill()


def _make_outside(mark: str, things: ExitStack) -> Outside:
    folder = Path(things.enter_context(TemporaryDirectory(prefix=f"outside-{mark}-", dir="/tmp")))
    folder.chmod(0o777)
    (folder / "canary").write_text(f"canary-{mark}", encoding="ascii")
    (folder / "canary").chmod(0o666)

    def listen(family: int, kind: int, address: object) -> socket.socket:
        made = things.enter_context(socket.socket(family, kind))
        made.bind(address)  # type: ignore[arg-type]
        if kind == socket.SOCK_STREAM:
            made.listen()
        return made

    listeners = {
        "TCP": listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
        "UDP": listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
        "UNIX": listen(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "socket")),
        "ABSTRACT": listen(socket.AF_UNIX, socket.SOCK_STREAM, f"\0a{mark}"),
    }
    ports = {kind: listener.getsockname()[1] for kind, listener in listeners.items() if kind in ("TCP", "UDP")}
    ports["TCP6"] = ports["TCP"]
    with contextlib.suppress(OSError):  # a machine without IPv6
        listeners["TCP6"] = listen(socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0))
        ports["TCP6"] = listeners["TCP6"].getsockname()[1]
    (folder / "socket").chmod(0o777)
    facts = {
        "@MARK@": mark,
        "@OUTSIDE@": str(folder),
        "@UNIX@": str(folder / "socket"),
        "@ABSTRACT@": f"a{mark}",
        "@KEY@": str(0x5EED0000 + secrets.randbelow(0xFFFF)),
        **{f"@{kind}@": str(port) for kind, port in ports.items()},
    }
    return Outside(mark, facts, folder, listeners)
