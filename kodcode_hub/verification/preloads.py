"""Which libraries a trial should find imported already, by what the import lines of its texts say. Pure.

A solution can mislead this reading; all it gains is a trial that imports a library itself, or does not need it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

DEFAULT_PRELOADS = ("numpy", "pandas", "scipy", "sympy", "networkx", "sklearn", "matplotlib", "requests")
"""Libraries that solutions import and that cost more to import than a trial does."""

_LIGHT = "numpy"
"""What most of those import that import any; a process that holds only this one is quick to fork."""

_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+(\w+)|import[ \t]+(\w[\w \t.,]*))", re.MULTILINE)


def preloads_for(solution: str, test: str, known: Sequence[str] = DEFAULT_PRELOADS) -> tuple[str, ...]:
    """Nothing, numpy alone, or all of ``known``, by what of it the two texts import.

    There are no more kinds than these: for each there is a warm process for every trial that runs at the same time.
    """
    if not any(name in solution or name in test for name in known):
        return ()  # as for most, and cheaper than to look for lines
    wanted = {name for text in (solution, test) for name in _imported(text)}.intersection(known)
    return tuple(wanted) if wanted <= {_LIGHT} else tuple(sorted(known))


def _imported(text: str) -> Iterable[str]:
    for package, several in _IMPORT.findall(text):
        if package:
            yield package
        else:
            yield from (words[0].partition(".")[0] for part in several.split(",") if (words := part.split()))
