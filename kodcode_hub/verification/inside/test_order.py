"""Another order for the tests of a file, chosen by a seed that comes from outside.

What belongs together stays together: the tests of a class, the parameters of one function. Classes and functions
change their places, and so do the functions within a class; parameters keep their order. A file that marks an order of
its own (``order``, ``dependency``, ``incremental``) keeps it.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

Test = TypeVar("Test")

_ORDERED = re.compile(
    r"\bmark\.(?:order|run|first|last|second|dependency|incremental)\b|\bpytest_collection_modifyitems\b"
)
_MASK = (1 << 64) - 1


class TestOrder:
    """The order in which the tests of one file run."""

    __test__ = False

    def __init__(self, seed: int | None, source: str) -> None:
        """
        Args:
            seed: None keeps the order of the file.
            source: the file's text, read before any of it is run.
        """
        self._state = 0 if seed is None else seed
        self._is_kept = seed is None or _ORDERED.search(source) is not None

    def arranged(self, tests: list[Test], path_of: Callable[[Test], Sequence[str]]) -> list[Test]:
        """The same tests in the order that is asked for.

        Args:
            tests: as collected.
            path_of: the names of the classes around a test, from the outermost, and of its function.
        """
        if self._is_kept:
            return tests
        return self._arranged([(tuple(path_of(test)), test) for test in tests])

    def _arranged(self, tests: list[tuple[tuple[str, ...], Test]]) -> list[Test]:
        groups: dict[str, list[tuple[tuple[str, ...], Test]]] = {}
        alone: list[Test] = []
        for path, test in tests:
            if path:
                groups.setdefault(path[0], []).append((path[1:], test))
            else:
                alone.append(test)  # the parameters of one function
        for name in self._shuffled(list(groups)):
            alone += self._arranged(groups[name])
        return alone

    def _shuffled(self, names: list[str]) -> list[str]:
        """Fisher and Yates. ``random`` would be the trial's: tested code may replace it, and its state is a test's."""
        for last in range(len(names) - 1, 0, -1):
            chosen = self._next() % (last + 1)
            names[last], names[chosen] = names[chosen], names[last]
        return names

    def _next(self) -> int:
        """SplitMix64 (Steele, Lea and Flood, 2014)."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)


def path_of_item(item: Any) -> list[str]:
    """Where one of pytest's items stands in its file: classes, then the function without its parameters."""
    chain = item.nodeid.partition("[")[0].split("::")[1:-1]
    return [*chain, getattr(item, "originalname", None) or item.name]
