"""How benchmarks measure and say what they found: alternately, in CPU seconds, medians."""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class Measured(Generic[T]):
    """What one way took in each round, and what it gave in the last."""

    result: T
    cpu_s: list[float] = field(default_factory=list)

    @property
    def median_s(self) -> float:
        """Of all rounds."""
        return statistics.median(self.cpu_s)


def run_alternately(ways: Mapping[str, Callable[[], T]], *, rounds: int) -> dict[str, Measured[T]]:
    """Every way once in every round, one after the other; nothing of one way's garbage is left to the next."""
    measured: dict[str, Measured[T]] = {}
    for _ in range(rounds):
        for name, way in ways.items():
            gc.collect()
            started = time.process_time()
            result = way()
            spent = time.process_time() - started
            measured.setdefault(name, Measured(result)).result = result
            measured[name].cpu_s.append(spent)
    return measured


def ratio_text(theirs: Measured[T], ours: Measured[T], *, work: float = 1.0) -> str:
    """How many times sooner ours is, by the medians, and in the rounds that differ most.

    Args:
        work: our share of the work over theirs, where theirs had fewer rows.
    """
    rounds = [work * slow / quick for slow, quick in zip(theirs.cpu_s, ours.cpu_s, strict=True)]
    median = work * theirs.median_s / ours.median_s
    return f"{median:.1f} times (rounds {min(rounds):.1f} to {max(rounds):.1f})"


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
