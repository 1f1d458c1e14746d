"""pytest's collection of a test file that is loaded already.

A subclass of pytest's own collector, so that classes, parameters, fixtures and marks are as pytest has them. Only what
the file's own text makes is collected: nothing that it imported, nothing that a star import brought.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest
from _pytest import python, unittest
from _pytest.nodes import Collector, Item

from .test_module import LoadedTest

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]


class TrialModule(pytest.Module):
    """The one module of a trial."""

    _loaded: LoadedTest

    @classmethod
    def of(cls, session: pytest.Session, loaded: LoadedTest) -> TrialModule:
        """The collector of ``loaded``."""
        node: TrialModule = cls.from_parent(session, path=Path(str(loaded.module.__file__)))
        node._loaded = loaded
        return node

    def _getobj(self) -> ModuleType:
        return self._loaded.module

    def collect(self) -> Iterable[Item | Collector]:
        """The tests and test classes, in the order of the file."""
        self._register_setup_module_fixture()
        self._register_setup_function_fixture()
        self.session._fixturemanager.parsefactories(self)
        found: list[Item | Collector] = []
        if not getattr(self.obj, "__test__", True):
            return found
        for name, value in self._loaded.definitions():
            if name not in python.IGNORED_ATTRIBUTES:
                made = unittest.pytest_pycollect_makeitem(self, name, value) if isinstance(value, type) else None
                made = made or python.pytest_pycollect_makeitem(self, name, value)  # type: ignore[assignment]
                found += made if isinstance(made, list) else [made] if made else []
        return found
