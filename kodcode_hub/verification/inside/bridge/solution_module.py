"""Module ``solution`` as the test file imports it."""

from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
import types
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .proxy import Bridge

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

MODULE = "solution"
_SPECIAL_NAMES = frozenset({"__doc__", "__version__", "__author__", "__annotations__", "__date__", "__license__"})


class _Module(types.ModuleType):
    """Module ``solution`` in T: every attribute is the one that S has at that moment."""

    def __getattr__(self, name: str) -> Any:
        bridge = _bridge_of(self)
        if name == "__all__":
            return bridge.exported_names()
        if name[:2] == "__" and name not in _SPECIAL_NAMES:
            raise AttributeError(f"module {MODULE!r} has no attribute {name!r}", name=name)
        return bridge.attribute(name)

    def __getattribute__(self, name: str) -> Any:
        if name == "__dict__":  # what vars() and monkeypatch look into
            own = _namespace_of(self)
            return {**own, **_bridge_of(self).request("module_vars", ())} if "__loader__" in own else own
        return super().__getattribute__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name[:2] == "__" and name not in _SPECIAL_NAMES:
            super().__setattr__(name, value)
        else:
            _bridge_of(self).request("module_set", (name, value))

    def __delattr__(self, name: str) -> None:
        _bridge_of(self).request("module_del", (name,))

    def __dir__(self) -> list[str]:
        return [name for name in _bridge_of(self).request("module_dir", ()) if type(name) is str]


def _namespace_of(module: types.ModuleType) -> dict[str, Any]:
    return object.__getattribute__(module, "__dict__")  # type: ignore[no-any-return]


def _bridge_of(module: types.ModuleType) -> Bridge:
    return _namespace_of(module)["__loader__"].bridge  # type: ignore[no-any-return]


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and loads module ``solution``, and no other."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != MODULE:
            return None
        return importlib.machinery.ModuleSpec(MODULE, self, origin=f"{MODULE}.py")

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module = _Module(spec.name)
        own = _namespace_of(module)
        own["__loader__"] = self
        del own["__doc__"]
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        self.bridge.load()
