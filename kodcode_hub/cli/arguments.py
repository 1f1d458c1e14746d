"""Options that take several values: ``--seeds a=x b=y`` is the same as ``--seeds a=x --seeds b=y``."""

from __future__ import annotations

from collections.abc import Sequence

_TAKES_ALL = {"--replay", "--against"}
_TAKES_ASSIGNMENTS = {"--seeds", "--benchmarks", "--benchmark"}


def expand_repeated(arguments: Sequence[str]) -> list[str]:
    """Repeat the option before each further value.

    ``--replay`` takes every word up to the next option; the others stand beside positional arguments, so that behind
    their first value only words of the form ``NAME=PATH`` belong to them.
    """
    expanded: list[str] = []
    option: str | None = None
    is_first = False
    for word in arguments:
        if word.startswith("-") and word != "-":
            option = word if word in _TAKES_ALL | _TAKES_ASSIGNMENTS else None
            is_first = True
        elif option is not None and not is_first:
            if option in _TAKES_ALL or "=" in word:
                expanded.append(option)
            else:
                option = None
        else:
            is_first = False
        expanded.append(word)
    return expanded
