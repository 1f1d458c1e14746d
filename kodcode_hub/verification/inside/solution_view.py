"""What the solution's code sees of the process that it shares with the test: not the test.

Only for a text that reaches for frames, modules or what lies behind a function, its accesses to these attributes are
compiled as calls of ``see``. Line numbers and all else stay as they are. Who asks in other words still finds the test:
one interpreter has no walls.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Callable
from types import CodeType, FrameType, FunctionType
from typing import Any

from .callers import make_is_not_solutions

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

SEE = "__see__"
"""The name of ``see`` in the solution's namespace."""

_TEST = "test_solution"
_FRAMES = frozenset({"f_back", "tb_frame", "gi_frame", "cr_frame", "ag_frame"})
_OF_FRAMES = frozenset({"f_globals", "f_locals", "f_builtins", "f_code"})
_SEEN = _FRAMES | _OF_FRAMES | {"_getframe", "modules", "__globals__"}
_REACHING = re.compile(r"\b(?:" + "|".join(sorted(_SEEN)) + rf"|{_TEST})\b")

See = Callable[[Any, str], Any]


def compile_solution(source: bytes, path: str) -> CodeType:
    """The solution's code.

    Raises:
        SyntaxError: as ``compile`` says it.
        ValueError: likewise.
    """
    if not reaches(source.decode("utf-8", "replace")):
        return compile(source, path, "exec", dont_inherit=True)
    try:
        tree = _Veil().visit(ast.parse(source, path))
    except (SyntaxError, ValueError, RecursionError):
        return compile(source, path, "exec", dont_inherit=True)
    return compile(tree, path, "exec", dont_inherit=True)


def reaches(text: str) -> bool:
    """Whether a solution of this text is compiled with calls of ``see``."""
    return _REACHING.search(text) is not None


def make_see(solution: str, test: str) -> See:
    """The function that reads such an attribute for the solution.

    Args:
        solution: the path of its file, as its code has it.
        test: that of the test's.
    """
    get_frame = sys._getframe
    is_foreign = make_is_not_solutions(solution, test)

    def frame_above(depth: int = 0, /) -> FrameType:
        frame = get_frame(depth + 1)
        if is_foreign(frame):
            raise ValueError("call stack is not deep enough")
        return frame

    def see(owner: Any, name: str) -> Any:
        found = getattr(owner, name)
        if name == "_getframe":
            return frame_above if found is get_frame else found
        if name in _FRAMES:
            return None if type(found) is FrameType and is_foreign(found) else found
        if name in _OF_FRAMES and type(owner) is FrameType and is_foreign(owner):
            raise AttributeError(f"'frame' object has no attribute {name!r}")
        if name == "__globals__" and type(owner) is FunctionType and owner.__code__.co_filename == test:
            raise AttributeError(f"'function' object has no attribute {name!r}")
        return _OtherModules(found) if name == "modules" and found is sys.modules else found

    return see


class _OtherModules(dict[str, Any]):
    """``sys.modules`` without the test's; what is written into it is written there."""

    def __init__(self, modules: dict[str, Any]) -> None:
        super().__init__(modules)
        super().pop(_TEST, None)
        super().pop("__main__", None)

    def __setitem__(self, name: str, module: Any) -> None:
        super().__setitem__(name, module)
        sys.modules[name] = module

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        del sys.modules[name]

    def pop(self, name: str, *default: Any) -> Any:
        sys.modules.pop(name, None)
        return super().pop(name, *default)

    def setdefault(self, name: str, module: Any = None) -> Any:
        return super().setdefault(name, sys.modules.setdefault(name, module))

    def update(self, *args: Any, **named: Any) -> None:
        super().update(*args, **named)
        sys.modules.update(*args, **named)


class _Veil(ast.NodeTransformer):
    """Puts ``see`` before each reading of an attribute that shows more than the solution's own."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr not in _SEEN or not isinstance(node.ctx, ast.Load):
            return node
        name = ast.Constant(node.attr)
        call = ast.Call(ast.Name(SEE, ast.Load()), [node.value, name], [])
        ast.copy_location(name, node)
        ast.copy_location(call.func, node)
        return ast.copy_location(call, node)

    def visit_Import(self, node: ast.Import) -> ast.AST:
        for alias in node.names:
            if alias.name == _TEST:
                alias.name = f"{_TEST} "  # there is no such module
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        if node.module == _TEST:
            node.module = f"{_TEST} "
        return node
