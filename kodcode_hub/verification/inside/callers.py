"""Whose code asks: that of the solution or that of the test, in mode ``same``."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from types import FrameType

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]


def make_is_not_solutions(solution: str, test: str) -> Callable[[FrameType | None], bool]:
    """The function that says whether the nearest code above a frame is not the solution's.

    Libraries ask in the name of those who called them.

    Args:
        solution: the path of its file, as its code has it.
        test: that of the test's.
    """

    def is_not_solutions(frame: FrameType | None) -> bool:
        while frame is not None:
            path = frame.f_code.co_filename
            if path == solution:
                return False
            if path == test:
                return True
            frame = frame.f_back
        return True

    return is_not_solutions
