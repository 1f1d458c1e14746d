"""The one seam to the machine: a job goes in, a verdict comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kodcode_hub.record import Verdict


@dataclass(frozen=True, slots=True)
class Limits:
    """What one trial may use."""

    timeout_s: float = 30.0
    memory_mb: int = 2048
    """Of each process its address space, of all together their resident memory."""
    file_mb: int = 64
    disk_mb: int = 256
    processes: int = 128
    """Of all together; the kernel lets 64 more come, threads included, before it refuses."""
    output_kb: int = 200
    """How much of the output is kept; all is read, up to 64 MB."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The Python and packages in which trials run, as published in the column ``environment``."""

    python: str
    packages: str
    platform: str


class Sandbox(Protocol):
    """Runs one test file against one solution. Held by ``tests/verification/test_sandbox_conformance.py``."""

    @property
    def environment(self) -> Environment:
        """Where trials run."""
        ...

    @property
    def isolation(self) -> str:
        """How trials are isolated: ``namespaces``, ``landlock`` or ``none``."""
        ...

    async def run(self, solution: str, test: str) -> Verdict:
        """Run ``test`` exactly as given; it sees ``solution`` as the module ``solution``.

        Raises:
            SandboxError: the sandbox itself broke. Never counted as a failed trial.
        """
        ...
