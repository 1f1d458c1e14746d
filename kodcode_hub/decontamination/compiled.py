"""How numba compiles here: without the interpreter's lock, and once for all processes where it can store the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

_P = ParamSpec("_P")
_R = TypeVar("_R")


def inlined(function: Callable[_P, _R]) -> Callable[_P, _R]:
    compiled: Callable[_P, _R] = njit(nogil=True, forceinline=True)(function)
    return compiled


def kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compiled once for all processes; for this one only where numba finds no folder to write to."""
    compiled: Callable[_P, _R]
    try:
        compiled = njit(cache=True, nogil=True)(function)
    except RuntimeError:
        compiled = njit(nogil=True)(function)
    return compiled
