"""Hosts for runs: a real one where this machine isolates, and sandboxes whose words are written by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from kodcode_hub.record import Verdict
from kodcode_hub.space.running_host import RunningHost
from kodcode_hub.verification.protocol import Environment, Limits
from kodcode_hub.verification.warm_sandbox import Explained
from tests.verification.sandboxes import why_not


def why_no_isolation() -> str:
    """Why nothing can be isolated here; empty where it can."""
    problems = {tier: why_not(tier) for tier in ("namespaces", "landlock")}
    return "" if not all(problems.values()) else "; ".join(f"{tier}: {why}" for tier, why in problems.items())


def explained(verdict: Verdict) -> Explained:
    """A trial of which nothing else was heard."""
    return Explained(verdict, "", "", [], [])


PASSED = explained(Verdict("pass", 100))


class SpokenSandbox:
    """Isolates as its words say, and answers each trial behind the first by ``answer``."""

    environment = Environment("3.11.0", "", "linux")

    def __init__(self, answer: Callable[[str], Explained], isolation: str = "namespaces") -> None:
        self.isolation = isolation
        self.is_open = False
        self._answer = answer
        self._is_first = True

    def __call__(
        self, limits: Limits, *, scratch: Path, workers: int, mode: str, isolation: str, python: str
    ) -> SpokenSandbox:
        """Opens itself."""
        assert (workers, isolation, scratch.is_dir()) == (1, "strict", True)
        return self

    def __enter__(self) -> SpokenSandbox:
        self.is_open = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.is_open = False

    async def run(self, solution: str, test: str) -> Verdict:
        return (await self.explain(solution, test)).verdict

    async def explain(self, solution: str, test: str) -> Explained:
        if self._is_first:
            self._is_first = False
            return PASSED
        return self._answer(solution)


def host_over(sandbox: SpokenSandbox) -> RunningHost:
    """A host with one worker; to be closed."""
    return RunningHost(workers=1, open_sandbox=sandbox)
