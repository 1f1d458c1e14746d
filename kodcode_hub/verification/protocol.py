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
    file_mb: int = 64
    processes: int = 256
    output_kb: int = 200


@dataclass(frozen=True, slots=True)
class Environment:
    """The Python and packages in which trials run, as published in the column ``environment``."""

    python: str
    packages: str
    platform: str


class Sandbox(Protocol):
    """Runs one test file against one solution. All pass ``tests/verification/test_sandbox_conformance.py``."""

    @property
    def environment(self) -> Environment:
        """Where trials run."""
        ...

    async def run(self, solution: str, test: str) -> Verdict:
        """Run ``test`` exactly as given; it sees ``solution`` as the module ``solution``.

        Raises:
            SandboxError: the sandbox itself broke. Never counted as a failed trial.
        """
        ...
