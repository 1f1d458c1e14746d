"""What crosses the bridge by its name: types, functions and modules of Python itself.

T may name anything that it finds under its name. What it takes from S by name is on short lists.
"""

from __future__ import annotations

import builtins
import importlib
import os
import sys
import types
from typing import Any

from .short_lists import (
    FUNCTIONS,
    FUNCTIONS_OF_MODULES,
    HARMLESS_MODULES,
    NEVER_IMPORTED,
    SCIENCE,
    TYPES_BY_NAME,
)

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_OUTCOME_MODULES = ("_pytest", "pytest", "unittest", "pluggy")
_STANDARD_FOLDER = os.path.dirname(os.__file__)  # noqa: PTH120 - pathlib costs a child of the zygote pages


def may_cross(name: str, value: Any) -> bool:
    """True if T takes ``value`` of the name ``module:qualname`` from S."""
    module, _, path = name.partition(":")
    if not path:
        return module in HARMLESS_MODULES or module in SCIENCE
    if isinstance(value, type):
        return name in TYPES_BY_NAME or is_plain_error(value)
    if module == "builtins":
        return path in FUNCTIONS
    return module in FUNCTIONS_OF_MODULES and "." not in path


def is_plain_error(kind: type) -> bool:
    """True for the exception classes of Python that mean nothing to pytest."""
    if not issubclass(kind, BaseException) or issubclass(kind, (KeyboardInterrupt, GeneratorExit)):
        return False
    if is_outcome(kind) or not is_pythons(kind.__module__):
        return False
    return getattr(sys.modules.get(kind.__module__), kind.__name__, None) is kind


def is_outcome(kind: type) -> bool:
    """True for the exceptions by which pytest and unittest skip, fail and stop; some claim to be built-in."""
    return any(base.__module__.partition(".")[0] in _OUTCOME_MODULES for base in kind.__mro__)


def name_of(value: Any) -> str | None:
    """``module:qualname`` (``module`` alone for a module) under which other Python processes find ``value`` as well."""
    if isinstance(value, types.ModuleType):
        name = value.__name__
        return name if sys.modules.get(name) is value and is_pythons(name) else None
    module = getattr(value, "__module__", None)
    if module is None:  # methods of built-in types
        owner = getattr(value, "__objclass__", None)
        module = getattr(owner, "__module__", None)
    path = getattr(value, "__qualname__", None)
    if type(module) is not str or type(path) is not str or not is_pythons(module):
        return None
    try:
        return f"{module}:{path}" if _walk(sys.modules.get(module), path) is value else None
    except AttributeError:
        return None


def find(name: str) -> Any:
    """What ``name_of`` gave this name to, in this process.

    Raises:
        LookupError: there is none.
    """
    module, _, path = name.partition(":")
    try:
        found = sys.modules.get(module) or _import_from_python(module)
        return _walk(found, path) if path else found
    except (ImportError, AttributeError, ValueError) as error:
        raise LookupError(name) from error


def numpy() -> Any:
    """The module numpy."""
    return sys.modules.get("numpy") or _import_from_python("numpy")


def pandas() -> Any:
    """The module pandas."""
    return sys.modules.get("pandas") or _import_from_python("pandas")


def is_pythons(module: str) -> bool:
    top = module.partition(".")[0]
    return (top in sys.stdlib_module_names and top not in NEVER_IMPORTED) or top in SCIENCE


def _walk(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = getattr(value, part)
    return value


def _import_from_python(module: str) -> Any:
    """Import from Python's own folders only: the trial's folder may hold a file of the same name."""
    if not is_pythons(module):
        raise ImportError(module)
    path = sys.path
    sys.path = [folder for folder in path if folder.startswith(_STANDARD_FOLDER) or folder.endswith("-packages")]
    try:
        return importlib.import_module(module)
    finally:
        sys.path = path
