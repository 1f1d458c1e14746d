"""Where visitors' solutions run: a sandbox that is opened once, behind the app's back, or the reason why there is none.

Opening it takes seconds (probes, and a first trial in each worker), and browsing does not need it. So it is opened in a
thread; who wants to run something before that is done waits.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from kodcode_hub.errors import IsolationError, KodcodeError, SandboxError
from kodcode_hub.pipeline.verify_sandbox import OpenSandbox, VerifySandbox, VerifySettings, opened_sandbox
from kodcode_hub.verification.protocol import Limits
from kodcode_hub.verification.warm_sandbox import Explained, open_sandbox

VISITOR_LIMITS = Limits(timeout_s=10.0, memory_mb=1024, output_kb=64)
"""Of one run: less than when rows are verified, since whoever comes by may start one."""

_CLOSED = "solutions cannot be run any more: the app is shutting down"

_FIRST_SOLUTION = """
def readable(paths):
    found = []
    for path in paths:
        try:
            with open(path, "rb") as file:
                file.read(1)
        except OSError:
            continue
        found.append(path)
    return found
"""


class RunningOffError(KodcodeError):
    """Solutions are not run here; the message says why."""


class RunningHost:
    """The sandbox of an app. ``start`` it, and ``close`` it when nothing runs any more."""

    def __init__(
        self,
        limits: Limits = VISITOR_LIMITS,
        *,
        workers: int = 2,
        python: str = sys.executable,
        private: Sequence[Path] | None = None,
        open_sandbox: OpenSandbox[VerifySandbox] = open_sandbox,
    ) -> None:
        """
        Args:
            limits: what one run may use.
            workers: runs at a time.
            python: the interpreter in which solutions run.
            private: files that no solution may read; None for those in which tokens of this user lie.
            open_sandbox: makes the sandbox; it is asked for the strongest isolation, and refused where it has none.
        """
        self.limits = limits
        self._settings = VerifySettings(limits, isolation="strict", python=python, workers=workers)
        self._private = token_files() if private is None else tuple(private)
        self._open_sandbox = open_sandbox
        self._opener = ThreadPoolExecutor(1, thread_name_prefix="open-sandbox")
        self._opened: Future[VerifySandbox] | None = None
        self._is_closed = False
        self._stack = ExitStack()

    def start(self) -> None:
        """Begin to open the sandbox, and return at once. Any number of times."""
        if self._opened is None and not self._is_closed:
            self._opened = self._opener.submit(self._open)

    def status(self) -> dict[str, Any]:
        """Whether solutions are run here, as the page is told (``running`` of ``/app/release``).

        They are while it is not known yet, since a run waits for that; ``isolation`` is empty until then.
        """
        message = self.why_off()
        return {
            "available": not message,
            "isolation": self._opened.result().isolation if self._opened and self._is_ready() else "",
            "message": message,
            "timeout_s": self.limits.timeout_s,
            "memory_mb": self.limits.memory_mb,
        }

    def why_off(self) -> str:
        """Why nothing is run here, as a sentence; empty where it is, or may be once the sandbox is open."""
        if self._is_closed:
            return _CLOSED
        error = self._opened.exception() if self._opened and self._opened.done() else None
        return f"solutions cannot be run here: {_sentence(error)}" if error else ""

    async def explain(self, solution: str, test: str) -> Explained:
        """Run ``test`` against ``solution``, once the sandbox is open. Cancelling ends the run's processes.

        Raises:
            RunningOffError: nothing is run here.
            SandboxError: the sandbox broke in this run; the next one may do well.
        """
        self.start()
        if self._opened is not None and not self._opened.done():
            [opened], _ = await asyncio.wait([asyncio.wrap_future(self._opened)])
            opened.exception()  # looked at below; asyncio complains of one that nobody asks for
        if why := self.why_off():
            raise RunningOffError(why)
        assert self._opened is not None
        return await self._opened.result().explain(solution, test)

    def close(self) -> None:
        """Take no more runs, wait for those that are going on, and end the workers."""
        self._is_closed = True
        self._opener.shutdown()
        self._stack.close()

    def _is_ready(self) -> bool:
        return self._opened is not None and self._opened.done() and not self._opened.exception()

    def _open(self) -> VerifySandbox:
        with ExitStack() as stack:
            sandbox = stack.enter_context(opened_sandbox(self._settings, self._open_sandbox))
            asyncio.run(self._run_first_trials(sandbox))
            self._stack = stack.pop_all()
        return sandbox

    async def _run_first_trials(self, sandbox: VerifySandbox) -> None:
        """One in each worker: it is warm then for the first visitor, and has shown what it cannot read.

        Isolation shows the interpreter's own folders, wherever they lie; a token could lie in one of them.
        """
        paths = [str(path) for path in self._private]
        test = f"from solution import readable\n\ndef test_nothing_private():\n    assert readable({paths!r}) == []\n"
        trials = [sandbox.explain(_FIRST_SOLUTION, test) for _ in range(self._settings.workers)]
        for trial in await asyncio.gather(*trials):
            if trial.verdict.verdict == "fail":
                raise IsolationError(
                    "a file with a token lies where they could read it, among the interpreter's folders; "
                    "set HF_HOME to a folder elsewhere"
                )
            if not trial.verdict.passed:
                raise SandboxError(f"the first trial ended as {trial.verdict.verdict!r}: {trial.verdict.message}")


def token_files() -> tuple[Path, ...]:
    """Where tokens and passwords of this user lie, if there are any."""
    from huggingface_hub import constants

    found = [Path(constants.HF_TOKEN_PATH), Path(constants.HF_STORED_TOKENS_PATH)]
    with suppress(RuntimeError):  # a user without a home
        found += [Path.home() / name for name in (".netrc", ".git-credentials", ".config/git/credentials", ".pypirc")]
    return tuple(found)


def _sentence(error: BaseException) -> str:
    return str(error) if isinstance(error, KodcodeError | OSError) else f"{type(error).__name__}: {error}"
