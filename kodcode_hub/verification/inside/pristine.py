"""What judges, as it was before the solution was loaded; put back afterwards.

The solution can replace ``pytest.raises``, ``math.isclose`` or ``sorted`` by whatever it likes. To look whether it did
touches a good many pages of the process, so this is done only for a solution whose text could have done it.
"""

from __future__ import annotations

import builtins
import re
import sys
from types import FunctionType, ModuleType
from typing import Any

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_MODULES = (
    *("builtins", "math", "cmath", "operator", "statistics", "copy", "decimal", "fractions", "functools", "itertools"),
    *("collections", "re", "string", "random", "contextlib", "unittest", "unittest.case", "unittest.util"),
    *(
        "unittest.result",
        "pytest",
        "_pytest.python",
        "_pytest.python_api",
        "_pytest.raises",
        "_pytest.approx",
        "_pytest.outcomes",
    ),
    *("_pytest.fixtures", "_pytest.capture", "_pytest.unittest", "_pytest.runner", "_pytest.skipping", "_pytest.nodes"),
    *("_pytest.mark", "_pytest.mark.structures", "_pytest.recwarn", "_pytest.compat", "_pytest._code.code"),
    *("_pytest._io.saferepr", "_pytest.monkeypatch", "_pytest.logging", "_pytest.tmpdir", "_pytest.subtests"),
    *("numpy", "numpy.testing", "numpy.testing._private.utils", "gc"),
)
_WITH_CLASSES = ("unittest.", "_pytest.", "fractions", "contextlib")
_REACHING = re.compile(
    r"\b(?:builtins|__builtins__|setattr|delattr|pytest|_pytest|unittest|sys|gc|ctypes|importlib|__import__|exec|eval"
    r"|globals|vars|__dict__|__globals__|modules|inspect|__mro__|__bases__|__subclasses__)\b"
)
_IMPORTED = re.compile(r"(?:\bimport|\bas|,)\s*(\w+)")
_STORED_ATTRIBUTE = re.compile(r"(?<![\w.])(\w+)(?:\.\w+)*\.\w+\s*(?:=(?!=)|,[^=()\n]*=(?!=))")


def may_tamper(solution: str) -> bool:
    """Whether a solution of this text could replace what judges it."""
    if _REACHING.search(solution):
        return True
    stored = {match[1] for match in _STORED_ATTRIBUTE.finditer(solution)}
    return bool(stored) and not stored.isdisjoint(_IMPORTED.findall(solution))


class Pristine:
    """A moment's state of what judges."""

    def __init__(self) -> None:
        self._modules = dict(sys.modules)
        places: tuple[list[Any], ...] = (sys.meta_path, sys.path_hooks, sys.path)
        self._lists = [(place, list(place)) for place in places]
        self._namespaces: list[tuple[Any, dict[str, Any]]] = []
        self._codes: list[tuple[FunctionType, Any, Any]] = []
        for name in _MODULES:
            module = self._modules.get(name)
            if type(module) is ModuleType:
                self._keep_module(name, module)

    def restore(self) -> str:
        """Put everything back; the name of something that had been replaced, else empty."""
        changed = ""
        for owner, kept in self._namespaces:
            if vars(owner) != kept:
                changed = _restore_namespace(owner, kept) or changed
        for function, code, defaults in self._codes:
            if function.__code__ is not code or function.__defaults__ is not defaults:
                function.__code__, function.__defaults__ = code, defaults
                changed = function.__name__
        return self._restore_imports() or changed

    def _keep_module(self, name: str, module: ModuleType) -> None:
        self._namespaces.append((module, dict(vars(module))))
        with_classes = name.startswith(_WITH_CLASSES)
        for value in list(vars(module).values()) if with_classes else ():
            if type(value) is FunctionType:
                self._keep_code(value)
            elif isinstance(value, type) and value.__module__ == name:
                self._namespaces.append((value, dict(vars(value))))
                for method in vars(value).values():
                    if type(method) is FunctionType:
                        self._keep_code(method)

    def _keep_code(self, function: FunctionType) -> None:
        self._codes.append((function, function.__code__, function.__defaults__))

    def _restore_imports(self) -> str:
        changed = ""
        for name, module in self._modules.items():
            if sys.modules.get(name) is not module and name not in ("solution", "__main__"):
                sys.modules[name] = module
                changed = name
        for place, kept in self._lists:
            if len(place) != len(kept) or any(one is not other for one, other in zip(place, kept, strict=True)):
                place[:] = kept
                changed = changed or "the way of imports"
        return changed


def _restore_namespace(owner: Any, kept: dict[str, Any]) -> str:
    changed = ""
    is_class = isinstance(owner, type)
    now = dict(vars(owner))
    for name, value in kept.items():
        if now.get(name, kept) is not value and _is_judging(name):
            setattr(owner, name, value) if is_class else vars(owner).__setitem__(name, value)
            changed = f"{owner.__name__}.{name}"
    for name in now.keys() - kept.keys() if is_class else ():
        if _is_judging(name):
            delattr(owner, name)
            changed = f"{owner.__name__}.{name}"
    return changed


def _is_judging(name: str) -> bool:
    return name not in ("_", "__warningregistry__", "__abstractmethods__", "__dict__", "__weakref__", "_abc_impl")
