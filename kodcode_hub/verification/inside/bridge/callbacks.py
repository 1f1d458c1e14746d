"""What of T's objects S may hold, and what it may reach through them."""

from __future__ import annotations

import builtins
import types
from typing import Any

from .mirrors import HandleError, Mirror
from .wire import Wire

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_NEVER_LEAVING = (types.FrameType, types.CodeType, types.TracebackType, types.ModuleType, types.CellType, Wire)
_RUNNERS = ("_pytest", "pluggy", "coverage")
_INNER = ("gi_", "cr_", "ag_", "f_", "tb_", "co_", "func_", "im_")
"""How attributes of generators, frames, tracebacks and code begin."""
_FUNCTION_LIKE = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.GeneratorType,
    types.CoroutineType,
)
_READABLE_OF_FUNCTIONS = frozenset({"__name__", "__qualname__", "__doc__", "__call__"})


def check_may_leave(value: Any) -> None:
    """Raise TypeError for what a test may not hand to the solution: the means to change this process."""
    kind = type(value)
    if isinstance(value, _NEVER_LEAVING) or kind.__module__.partition(".")[0] in _RUNNERS:
        raise TypeError(
            f"{kind.__name__!r} object cannot be handed to the solution, which runs in a process of its own"
        )


def check_reachable(owner: Any, name: Any) -> None:
    """Raise AttributeError unless the solution may reach this attribute of an object that it was handed."""
    kind = type(owner)
    if type(name) is str and not isinstance(kind, Mirror) and not isinstance(owner, (HandleError, type(None))):
        if isinstance(owner, _FUNCTION_LIKE):
            if name in _READABLE_OF_FUNCTIONS or not name.startswith(("_", *_INNER)):
                return
        elif not name.startswith(("_", *_INNER)) or name in ("__name__", "__doc__"):
            return
    raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}", name=name if type(name) is str else "")
