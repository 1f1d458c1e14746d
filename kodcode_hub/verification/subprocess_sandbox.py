"""A fresh process for each trial, with limits: for trusted code only, since it shares files and network with the user.

    this process          warden (our code)          runner (pytest, the trial)
    ------- leash: the job, then silence ------->
    <------ status: process id, how it ended ----
    <------ report: numbered lines, each with the trial's nonce ----------------
    <------ output: read always, its beginning kept ----------------------------

The verdict is made here, from the report and from how the processes ended; ``verdict.py`` holds the rule.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from kodcode_hub.errors import SandboxError
from kodcode_hub.record import TestOutcome, Verdict
from kodcode_hub.verification.environment import describe_environment, trial_variables
from kodcode_hub.verification.expected_tests import Expectations, read_expectations
from kodcode_hub.verification.private_folder import clear_leftovers, private_folder
from kodcode_hub.verification.protocol import Environment, Limits
from kodcode_hub.verification.report import parse_report
from kodcode_hub.verification.trial_process import Leash, run_processes
from kodcode_hub.verification.verdict import judge

_DEFAULT_LIMITS = Limits()
_MOST_TRIALS_AT_A_TIME = 1024


class SubprocessSandbox:
    """Runs each trial in a new interpreter, in a private folder under ``scratch``."""

    def __init__(self, limits: Limits = _DEFAULT_LIMITS, *, python: str = sys.executable, scratch: Path) -> None:
        """
        Args:
            limits: what one trial may use.
            python: the interpreter in which trials run; it needs pytest and coverage, not this package.
            scratch: where private folders are made; created when it is not there.

        Raises:
            InterpreterError: ``python`` does not start, or lacks pytest or coverage.
        """
        self._limits = limits
        self._python = python
        self._scratch = scratch
        self._environment = describe_environment(python)
        # A thread is made when no idle one is left, and waits for a process nearly all its time.
        self._threads = ThreadPoolExecutor(_MOST_TRIALS_AT_A_TIME, thread_name_prefix="trial")

    @property
    def environment(self) -> Environment:
        """The Python, packages and platform of the trials."""
        return self._environment

    def clear_leftovers(self) -> int:
        """Remove what a dead run left in ``scratch``; returns how many folders that were."""
        return clear_leftovers(self._scratch)

    async def run(self, solution: str, test: str) -> Verdict:
        """Run ``test`` exactly as given; it sees ``solution`` as the module ``solution``.

        Cancelling ends the trial's processes, and returns when they are gone.

        Raises:
            SandboxError: a process could not be started, the disk is full, or the like.
        """
        try:
            files = {"solution.py": solution.encode("utf-8"), "test_solution.py": test.encode("utf-8")}
        except UnicodeEncodeError as error:
            return Verdict("error", message=f"not text that a file can hold: {error.reason} at character {error.start}")
        try:
            leash = Leash()
        except OSError as error:
            raise SandboxError(f"no pipe for a trial: {error}; run fewer trials at a time") from error
        work = asyncio.get_running_loop().run_in_executor(
            self._threads, self._run, files, read_expectations(test), leash
        )
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            leash.cut()
            with contextlib.suppress(SandboxError):
                await work
            raise

    def _run(self, files: dict[str, bytes], expected: Expectations, leash: Leash) -> Verdict:
        try:
            with contextlib.closing(leash), private_folder(self._scratch) as folder:
                work = _furnish(folder, files)
                job = self._job(work, expected)
                variables = trial_variables(self._python, folder)
                kept = self._limits.output_kb
                heard = run_processes(self._python, folder, variables, job, leash=leash, output_kb=kept)
        except OSError as error:
            raise SandboxError(f"a trial in {self._scratch} with {self._python} cannot be started: {error}") from error
        return _without_path(judge(parse_report(heard.report, job["nonce"]), heard.ending, expected), str(work))

    def _job(self, work: Path, expected: Expectations) -> dict[str, Any]:
        return {
            "nonce": secrets.token_hex(16),
            "folder": str(work),
            "heed_pytest_plugins": expected.heeds_plugins,
            "timeout_s": self._limits.timeout_s,
            "memory_mb": self._limits.memory_mb,
            "file_mb": self._limits.file_mb,
            "processes": self._limits.processes,
        }


def _furnish(folder: Path, files: dict[str, bytes]) -> Path:
    """Write the trial's files into a folder of theirs, and return it; around it lie home and temporary files."""
    work = folder / "work"
    work.mkdir()
    for name, content in files.items():
        (work / name).write_bytes(content)
    return work


def _without_path(verdict: Verdict, folder: str) -> Verdict:
    """The same verdict, its texts without the name of the private folder, which is another in each run."""

    def shorten(text: str) -> str:
        return text.replace(f"{folder}/", "").replace(folder, ".")

    def shortened(test: TestOutcome) -> TestOutcome:
        return replace(test, message=shorten(test.message)) if folder in test.message else test

    return replace(verdict, message=shorten(verdict.message), tests=tuple(shortened(test) for test in verdict.tests))
