"""A worker: a zygote in another process, to which trials are sent one after the other. Blocks: a trial has a thread."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from kodcode_hub.errors import SandboxError
from kodcode_hub.verification.cut import Cut
from kodcode_hub.verification.environment import trial_variables
from kodcode_hub.verification.heard import Heard, Listener, oom_kills
from kodcode_hub.verification.payload import payload_file
from kodcode_hub.verification.report import Ending
from kodcode_hub.verification.run_conditions import NORMAL, RunConditions

_START = Path(__file__).parent / "inside" / "start.py"
_START_LIMIT_S = 60.0
_KILL_LIMIT_S = 3.0
_END_LIMIT_S = 5.0
_LONGEST_ANSWER = 4096
_NEARLY = 0.9
"""Of the memory that is allowed: who has so much cannot report in good order that there is no more."""
_NEVER_TOLD = {"exit_code": None, "solution_exit_code": None, "limit": "", "cpu_seconds": 0.0, "peak_kb": 0}
"""Of a trial so far over its limits that its whole worker was killed."""
_SHOWN_OUTPUT = 2000


class WorkerLost(Exception):
    """The worker died, or does not answer, in the middle of a trial: no fault of the trial can be told from it."""


class Worker:
    """One launcher and zygote, ready for trials once constructed."""

    def __init__(
        self,
        python: str,
        tier: str,
        preloads: Sequence[str],
        *,
        folder: str = "",
        runs_tests: bool = True,
        conditions: RunConditions = NORMAL,
    ) -> None:
        """
        Args:
            python: the interpreter.
            tier: the isolation that it enters.
            preloads: libraries that it imports.
            folder: private, for what is written while it gets ready, in tiers that need one.
            runs_tests: False for one that only probes: pytest is not made ready then.
            conditions: seed of hashes and time zone of its interpreter.

        Raises:
            SandboxError: it does not start, or cannot enter the isolation of ``tier``.
        """
        self.preloads = tuple(preloads)
        self.is_lost = False
        """It was killed, and takes no more trials."""
        self._number = 0
        self._oom_kills = oom_kills()
        self._printed: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self._control, theirs = socket.socketpair()
        settings = json.dumps({"tier": tier, "preloads": self.preloads, "runs_tests": runs_tests, "folder": folder})
        try:
            with theirs:
                self._launcher = subprocess.Popen(
                    [python, "-s", "-B", "-P", str(_START), str(theirs.fileno()), settings],
                    stdin=subprocess.DEVNULL,
                    stdout=self._printed,
                    stderr=self._printed,
                    pass_fds=(theirs.fileno(),),
                    cwd="/",
                    env=trial_variables(python, Path("/nonexistent"), conditions),
                    start_new_session=True,
                )
        except OSError as error:
            self._control.close()
            self._printed.close()
            raise SandboxError(f"a worker with {python} cannot be started: {error}") from error
        try:
            self._await_readiness(tier)
        except BaseException:
            self.close()
            raise

    def run(
        self, job: dict[str, Any], payloads: Sequence[dict[str, Any]], *, output_kb: int, cut: Cut, folder: str = ""
    ) -> Heard:
        """Run one trial to its end: no process of it is alive afterwards.

        Args:
            job: mode and limits, as ``inside/zygote.py`` takes them.
            payloads: for the judging process, and for the solution's in mode ``split``.
            output_kb: how much of what the trial prints is kept.
            cut: ends the trial early.
            folder: the private folder, in tiers that need one.

        Raises:
            WorkerLost: the worker is of no use any more; the trial may be tried in another one.
            OSError: no pipe or file could be made.
        """
        self._number += 1
        timeout_s, kept = float(job["timeout_s"]), output_kb * 1024
        listener = Listener(start_limit_s=_START_LIMIT_S, timeout_s=timeout_s, output_kept=kept)
        try:
            self._send(job | {"trial": self._number, "folder": folder}, payloads, listener)
            with cut.bound_to(self):
                told = self._await_ending(listener)
            ended_at = time.monotonic()
            listener.drain()
            return Heard(
                bytes(listener.report),
                bytes(listener.output),
                self._ending(listener, told, job, ended_at, was_cut=cut.wanted),
            )
        finally:
            listener.close()

    def cut_trial(self) -> None:
        """Have the zygote end the trial that runs."""
        with contextlib.suppress(OSError):
            self._control.sendall(json.dumps({"cut": self._number}).encode() + b"\n")

    def close(self) -> None:
        """End the worker and everything in it."""
        self._control.close()
        try:
            self._launcher.wait(_END_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._kill()
        self._printed.close()

    @property
    def pid(self) -> int:
        """The launcher's process id."""
        return self._launcher.pid

    def _send(self, job: dict[str, Any], payloads: Sequence[dict[str, Any]], listener: Listener) -> None:
        with contextlib.ExitStack() as files:
            written = [files.enter_context(payload_file(payload)) for payload in payloads]
            descriptors = [*listener.write_ends, *(file.fileno() for file in written)]
            try:
                socket.send_fds(self._control, [json.dumps(job).encode() + b"\n"], descriptors)
            except OSError as error:
                raise WorkerLost(f"the worker takes no job: {error}") from error
        listener.close_write_ends()

    def _await_ending(self, listener: Listener) -> dict[str, Any]:
        is_cut = False
        while True:
            if listener.listen(self._control.fileno(), listener.deadline):
                return self._receive()
            late = time.monotonic() >= listener.deadline
            if is_cut and late:
                self._kill()
                self.is_lost = True
                return _NEVER_TOLD
            if not is_cut and (late or listener.limit):
                listener.limit = listener.limit or "wall"
                self.cut_trial()
                is_cut, listener.deadline = True, time.monotonic() + _KILL_LIMIT_S

    def _receive(self) -> dict[str, Any]:
        try:
            data = self._control.recv(_LONGEST_ANSWER)
            told: dict[str, Any] = json.loads(data.splitlines()[-1])
        except (OSError, ValueError, IndexError) as error:
            raise WorkerLost(f"the worker died: {self._what_it_printed()}") from error
        return told

    def _ending(
        self, listener: Listener, told: dict[str, Any], job: dict[str, Any], ended_at: float, *, was_cut: bool
    ) -> Ending:
        timeout_s, memory_mb = float(job["timeout_s"]), int(job["memory_mb"])
        codes = (told.get("exit_code"), told.get("solution_exit_code"))
        cpu_seconds = float(told["cpu_seconds"])
        limit = listener.limit or told["limit"]
        if not limit and cpu_seconds > timeout_s and {-signal.SIGXCPU, -signal.SIGKILL} & set(codes):
            limit = "cpu"
        if listener.ready_at is None and not was_cut:
            printed = bytes(listener.output[-_SHOWN_OUTPUT:]).decode("utf-8", "replace").strip()
            raise SandboxError(f"a trial did not get ready (exit code {codes[0]}): {printed or 'it printed nothing'}")
        was_full = told["peak_kb"] > _NEARLY * memory_mb * 1024
        out_of_memory = not limit and (was_full or (-signal.SIGKILL in codes and self._was_oom_kill()))
        seconds = ended_at - (listener.ready_at or ended_at)
        return Ending(
            codes[0],
            limit,
            out_of_memory,
            round(seconds, 6),
            round(cpu_seconds, 6),
            round(told["peak_kb"] / 1024, 3),
            solution_exit_code=codes[1],
        )

    def _was_oom_kill(self) -> bool:
        before, self._oom_kills = self._oom_kills, oom_kills()
        return self._oom_kills > before

    def _await_readiness(self, tier: str) -> None:
        self._control.settimeout(_START_LIMIT_S)
        try:
            ready = self._control.recv(_LONGEST_ANSWER)
        except TimeoutError:
            ready = b""
        self._control.settimeout(None)
        if not ready:
            self._kill()
            raise SandboxError(f"a worker with isolation {tier!r} does not start: {self._what_it_printed()}")

    def _what_it_printed(self) -> str:
        size = os.fstat(self._printed.fileno()).st_size
        data = os.pread(self._printed.fileno(), _SHOWN_OUTPUT, max(0, size - _SHOWN_OUTPUT))
        return data.decode("utf-8", "replace").strip() or "it printed nothing"

    def _kill(self) -> None:
        """Kill the launcher: its zygote sees that, and in a namespace the kernel ends everything in it."""
        self._launcher.kill()
        self._launcher.wait()
