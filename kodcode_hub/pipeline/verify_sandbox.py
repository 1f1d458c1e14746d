"""How ``kodcode verify`` opens its sandbox: the settings, and the refusal of isolation weaker than asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

import kodcode_hub
from kodcode_hub.errors import IsolationError
from kodcode_hub.pipeline.verify_journal import Conditions
from kodcode_hub.pipeline.verify_scratch import temporary_scratch
from kodcode_hub.verification.protocol import Limits, Sandbox

if TYPE_CHECKING:
    from kodcode_hub.verification.warm_sandbox import Explained

Mode = Literal["auto", "split", "same"]
Isolation = Literal["auto", "strict", "none"]

_DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class VerifySettings:
    """How rows are run."""

    limits: Limits = _DEFAULT_LIMITS
    mode: Mode = "auto"
    isolation: Isolation = "auto"
    """``none`` alone runs trials where nothing isolates them."""
    python: str = sys.executable
    workers: int = 1
    """Rows run at a time; without effect on the verdicts."""


class VerifySandbox(Sandbox, Protocol):
    """A sandbox that says how it isolates, and can tell everything of one trial."""

    @property
    def isolation(self) -> str:
        """The tier that its probes have shown: ``namespaces``, ``landlock`` or ``none``."""
        ...

    async def explain(self, solution: str, test: str) -> Explained:
        """As ``run``, with everything that was heard of the trial."""
        ...


SandboxT = TypeVar("SandboxT", bound=VerifySandbox)
OpenedT = TypeVar("OpenedT", bound=VerifySandbox, covariant=True)


class OpenSandbox(Protocol[OpenedT]):
    """Makes the sandbox; see ``verification.warm_sandbox.open_sandbox``."""

    def __call__(
        self, limits: Limits, *, scratch: Path, workers: int, mode: Mode, isolation: Isolation, python: str
    ) -> AbstractContextManager[OpenedT]:
        """Open it, for ``workers`` trials at a time."""
        ...


@contextmanager
def opened_sandbox(settings: VerifySettings, open_sandbox: OpenSandbox[SandboxT]) -> Iterator[SandboxT]:
    """A sandbox for as long as the block runs.

    Raises:
        IsolationError: trials cannot be isolated, and the settings do not say ``none``.
        InterpreterError: the Python for trials does not start, or lacks pytest or coverage.
        UsageError: there is no place for temporary files.
    """
    with (
        temporary_scratch() as scratch,
        open_sandbox(
            settings.limits,
            scratch=scratch,
            workers=settings.workers,
            mode=settings.mode,
            isolation="none" if settings.isolation == "none" else "strict",  # which says why there is none
            python=settings.python,
        ) as sandbox,
    ):
        if sandbox.isolation == "none" and settings.isolation != "none":
            raise IsolationError("trials are not isolated here; give --isolation none for code that you trust")
        yield sandbox


def conditions_of(settings: VerifySettings, sandbox: VerifySandbox) -> Conditions:
    """Everything besides a row that can change its verdict."""
    return {
        "limits": asdict(settings.limits),
        "mode": settings.mode,
        "isolation": sandbox.isolation,
        "interpreter": settings.python,
        "environment": asdict(sandbox.environment),
        "kodcode": kodcode_hub.__version__,
    }
