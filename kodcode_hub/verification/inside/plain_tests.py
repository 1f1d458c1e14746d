"""Test files that need nothing of pytest but to be called: functions without arguments, marks or anything around them.

Nine of ten files are of this kind. To make pytest's nodes for them, with all that a node may need, takes longer than to
run them.
"""

from __future__ import annotations

import builtins
import inspect
from types import FunctionType
from typing import Any, NamedTuple
from unittest import TestCase

from .test_module import LoadedTest

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_AROUND = frozenset(
    {"pytestmark", "pytest_generate_tests", "pytest_plugins", "__test__", "load_tests"}
    | {"setup_module", "teardown_module", "setUpModule", "tearDownModule", "setup_function", "teardown_function"}
)
"""Names of a module by which pytest does more than to call its functions."""
_NOT_PLAIN = (
    inspect.CO_VARARGS
    | inspect.CO_VARKEYWORDS
    | inspect.CO_GENERATOR
    | inspect.CO_COROUTINE
    | inspect.CO_ASYNC_GENERATOR
)


class PlainTest(NamedTuple):
    """A function to be called."""

    name: str
    function: FunctionType


def plain_tests(loaded: LoadedTest, source: str) -> list[PlainTest] | None:
    """The tests of a file, in its order; None where pytest must collect them.

    Args:
        source: the file's text. One that mentions fixtures may have some that are in force without being named.
    """
    if "fixture" in source or not _AROUND.isdisjoint(vars(loaded.module)):
        return None
    found: list[PlainTest] = []
    for name, value in loaded.definitions():
        if type(value) is FunctionType:
            if name.startswith("test"):
                if not _is_plain(value):
                    return None
                found.append(PlainTest(name, value))
            elif value.__dict__:
                return None  # something may mark it as a test
        elif _may_be_collected(name, value):
            return None
    return found


def _is_plain(function: FunctionType) -> bool:
    code = function.__code__
    has_arguments = code.co_argcount or code.co_kwonlyargcount or code.co_flags & _NOT_PLAIN
    return not has_arguments and not function.__dict__


def _may_be_collected(name: str, value: Any) -> bool:
    if isinstance(value, type):
        return name.startswith("Test") or issubclass(value, TestCase) or getattr(value, "__test__", None) is True
    return name.startswith("test") and callable(value)
