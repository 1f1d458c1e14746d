"""Trials in warm workers, isolated as far as this machine can, judged from outside.

One trial: read what the test promises and how it can be run, borrow a worker, have it fork, listen, judge.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from kodcode_hub.errors import SandboxError
from kodcode_hub.record import Verdict
from kodcode_hub.verification.cut import Cut
from kodcode_hub.verification.environment import describe_environment
from kodcode_hub.verification.expected_tests import read_expectations
from kodcode_hub.verification.heard import Heard
from kodcode_hub.verification.payload import new_nonce
from kodcode_hub.verification.preloads import DEFAULT_PRELOADS, preloads_for
from kodcode_hub.verification.private_folder import reachable_scratch, trial_folder
from kodcode_hub.verification.protocol import Environment, Limits
from kodcode_hub.verification.report import parse_report, report_messages
from kodcode_hub.verification.run_conditions import NORMAL, RunConditions
from kodcode_hub.verification.self_test import IsolationAsked, IsolationName, choose_isolation
from kodcode_hub.verification.split_plan import plan_mode
from kodcode_hub.verification.trial_texts import Texts, payloads_of, why_no_text, without_path
from kodcode_hub.verification.verdict import judge
from kodcode_hub.verification.worker import WorkerLost
from kodcode_hub.verification.workers import Workers

ModeAsked = Literal["auto", "split", "same"]

_DEFAULT_LIMITS = Limits()
_TRIES = 3
"""A worker that dies in the middle of a trial says nothing of the trial: it is run again, so often in all."""
_PRIVATE = "/trial"
"""Where a trial in a namespace finds its folder."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One trial with all that was heard of it."""

    verdict: Verdict
    reason: str
    """Why this mode."""
    output: str
    report: list[dict[str, Any]]
    missing_lines: list[int]
    """Lines of the solution that were not run."""


class WarmSandbox:
    """Runs trials, at most ``workers`` at a time. Close it, or use it as a context manager."""

    def __init__(
        self,
        limits: Limits = _DEFAULT_LIMITS,
        *,
        scratch: Path,
        workers: int = 1,
        mode: ModeAsked = "auto",
        isolation: IsolationName = "none",
        python: str = sys.executable,
        preloads: Sequence[str] = DEFAULT_PRELOADS,
        conditions: RunConditions = NORMAL,
    ) -> None:
        """
        Args:
            limits: what one trial may use.
            scratch: where private folders are made, in tiers that need them; created when it is not there.
            workers: trials at a time.
            mode: ``auto`` takes ``split`` wherever the test allows it.
            isolation: the tier to run in; ``open_sandbox`` chooses one by its probes.
            python: the interpreter in which trials run; it needs pytest and coverage, not this package.
            preloads: libraries that may be imported before the trials that need them.
            conditions: what may be another in a second run of the same trial, and should change nothing.

        Raises:
            InterpreterError: ``python`` does not start, or lacks pytest or coverage.
        """
        self.isolation: IsolationName = isolation
        self._limits, self._mode, self._preloads = limits, mode, tuple(preloads)
        self._conditions, self._python = conditions, python
        self._scratch = reachable_scratch(scratch, isolation)
        self._environment = describe_environment(python)
        self._workers = Workers(python, isolation, self._folder, at_a_time=workers, conditions=conditions)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="trial")

    def __enter__(self) -> WarmSandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def environment(self) -> Environment:
        """The Python, packages and platform of the trials."""
        return self._environment

    def under(self, conditions: RunConditions, *, workers: int) -> WarmSandbox:
        """A sandbox of its own that differs in nothing but in ``conditions``; to be closed before this one."""
        return WarmSandbox(
            self._limits,
            scratch=self._scratch,
            workers=workers,
            mode=self._mode,
            isolation=self.isolation,
            python=self._python,
            preloads=self._preloads,
            conditions=conditions,
        )

    def close(self) -> None:
        """End the workers; trials that run are waited for."""
        self._threads.shutdown()
        self._workers.close()

    async def run(self, solution: str, test: str) -> Verdict:
        """Run ``test`` exactly as given; it sees ``solution`` as the module ``solution``.

        Cancelling ends the trial's processes, and returns when they are gone.

        Raises:
            SandboxError: a process could not be started, the disk is full, or the like.
        """
        return (await self.explain(solution, test)).verdict

    async def explain(self, solution: str, test: str) -> Explained:
        """As ``run``, with everything that was heard of the trial."""
        cut = Cut()
        work = asyncio.get_running_loop().run_in_executor(self._threads, self._run, solution, test, cut)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            cut.request()
            with contextlib.suppress(SandboxError):
                await work
            raise

    def _run(self, solution: str, test: str, cut: Cut) -> Explained:
        plan = plan_mode(test)
        mode = plan.mode if self._mode == "auto" else self._mode
        refusal = why_no_text(solution) or why_no_text(test)
        if not refusal and self._mode == "split" and plan.mode == "same":
            refusal = f"the test cannot be split from its solution: {plan.reason}"
        if refusal:
            verdict = Verdict("error", message=refusal, mode=mode, isolation=self.isolation, assurance="none")
            return Explained(verdict, plan.reason, "", [], [])
        texts = Texts(solution, test, plan, mode, read_expectations(test))
        try:
            heard, nonce, folder = self._hear(texts, cut)
        except OSError as error:
            raise SandboxError(f"a trial cannot be started: {error}; free what is short, and go on") from error
        report = parse_report(heard.report, nonce)
        verdict = without_path(judge(report, heard.ending, texts.expected), f"{folder}/work")
        verdict = replace(verdict, mode=mode, isolation=self.isolation, assurance=self._assurance(mode))
        output = heard.output.decode("utf-8", "replace")
        return Explained(verdict, plan.reason, output, report_messages(heard.report), report.missing_lines)

    def _hear(self, texts: Texts, cut: Cut) -> tuple[Heard, str, str]:
        """What came out of the trial, the nonce it was given, and its folder."""
        preloads = preloads_for(texts.solution, texts.test, self._preloads)
        for left in reversed(range(_TRIES)):
            nonce = new_nonce()
            try:
                with self._folder() as folder, self._workers.borrow(preloads) as worker:
                    job = self._job(texts.mode)
                    payloads = payloads_of(texts, nonce, self._conditions.test_order)
                    heard = worker.run(job, payloads, output_kb=self._limits.output_kb, cut=cut, folder=folder)
                    return heard, nonce, folder
            except WorkerLost as error:
                if not left or cut.wanted:
                    raise SandboxError(
                        f"{_TRIES} workers were lost in the same trial; the last one: {error}"
                    ) from error
        raise AssertionError("unreachable")

    @contextlib.contextmanager
    def _folder(self) -> Iterator[str]:
        if self.isolation == "namespaces":
            yield _PRIVATE
        else:
            with trial_folder(self._scratch) as folder:
                yield str(folder)

    def _job(self, mode: str) -> dict[str, Any]:
        limits = self._limits
        return {
            "mode": mode,
            "timeout_s": limits.timeout_s,
            "memory_mb": limits.memory_mb,
            "file_mb": limits.file_mb,
            "disk_mb": limits.disk_mb,
            "processes": limits.processes,
        }

    def _assurance(self, mode: str) -> Literal["high", "low", "none"]:
        if self.isolation == "none":
            return "none"
        return "high" if mode == "split" else "low"


def open_sandbox(
    limits: Limits = _DEFAULT_LIMITS,
    *,
    scratch: Path,
    workers: int = 1,
    mode: ModeAsked = "auto",
    isolation: IsolationAsked = "auto",
    python: str = sys.executable,
    preloads: Sequence[str] = DEFAULT_PRELOADS,
    conditions: RunConditions = NORMAL,
) -> WarmSandbox:
    """A sandbox with the strongest isolation that holds on this machine; ``isolation`` on it says which that is.

    Raises:
        IsolationError: ``strict`` was asked for, and no isolation holds here.
        InterpreterError: ``python`` does not start, or lacks pytest or coverage.
    """
    describe_environment(python)
    tier = choose_isolation(isolation, python, scratch)
    return WarmSandbox(
        limits,
        scratch=scratch,
        workers=workers,
        mode=mode,
        isolation=tier,
        python=python,
        preloads=preloads,
        conditions=conditions,
    )
