"""What may be another in a second run of the same trial, and should change nothing: seed of hashes, order, time zone.

All are given from outside. Seed and zone are properties of a worker, whose interpreter starts with them, and so hold in
the test's process and in the solution's. The order reaches the judging process alone, with the test's text.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

_MOST_HASH_SEED = 2**32 - 1
_MOST_TEST_ORDER = 2**64 - 1


@dataclass(frozen=True, slots=True)
class RunConditions:
    """How trials are run; the defaults are those of every verdict that is published."""

    hash_seed: int = 0
    """``PYTHONHASHSEED``, from 0 to 2**32 - 1: the order of sets of text."""
    test_order: int | None = None
    """None: the order of the file. Else the seed of another one, from 0 to 2**64 - 1, as ``inside/test_order.py``."""
    time_zone: str = "UTC"
    """``TZ``. Zones in POSIX form (``<+1345>-13:45``) need no file of the machine."""

    def __post_init__(self) -> None:
        """Refuse what an interpreter would not start with.

        Raises:
            ValueError: a seed is out of its range, or the zone is no text for a variable of the environment.
        """
        if not 0 <= self.hash_seed <= _MOST_HASH_SEED:
            raise ValueError(f"hash_seed is {self.hash_seed}; it must lie between 0 and {_MOST_HASH_SEED}")
        if self.test_order is not None and not 0 <= self.test_order <= _MOST_TEST_ORDER:
            raise ValueError(f"test_order is {self.test_order}; it must lie between 0 and {_MOST_TEST_ORDER}")
        if not self.time_zone or "\0" in self.time_zone:
            raise ValueError(f"time_zone is {self.time_zone!r}; give a zone, such as UTC or <+1345>-13:45")

    def as_json(self) -> dict[str, Any]:
        """By name, for whoever wants to repeat the run."""
        return asdict(self)


NORMAL = RunConditions()
