"""Mode ``same``: what stands between a test and a solution that run in one interpreter.

None of it is a wall: code that knows this file can undo it. It makes honest what a trained policy would find first:
answers that agree with everything, a framework that was replaced, a test that can be read.
"""

from __future__ import annotations

import builtins
import gc
import re
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from types import CodeType, FunctionType, ModuleType
from typing import Any
from unittest import TestCase, case

import pytest

from .guarded_classes import JUDGING, ClassGuard
from .phase_outcome import comes_from_solution
from .pristine import Pristine, may_tamper
from .solution_view import SEE, compile_solution, make_see, reaches
from .star_import import mentioned_names

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

NAME = "solution"
_SPECIAL = re.compile(r"__(?:" + "|".join(sorted(name.strip("_") for name in JUDGING)) + r")__")
_OF_COLLECTOR = re.compile(r"\b(?:gc|weakref)\b")
_REPLACING = re.compile(
    r"\b(?:patch|mock|monkeypatch|MonkeyPatch|setattr|delattr|builtins|modules|meta_path|reload|globals|global|mocker)\b"
    r"|\bsys\.path\b|^[ \t]*\w+(?:\.\w+)+[ \t]*=(?!=)",
    re.MULTILINE,
)
_READING_ITSELF = re.compile(r"__file__|test_solution|inspect|getsource|linecache|traceback|listdir|glob|subprocess")


def reads_itself(test: str) -> bool:
    """Whether a test of this text may look for its own file."""
    return _READING_ITSELF.search(test) is not None


class SharedProcess(MetaPathFinder):
    """Finds the module ``solution``, and holds what the solution may not change."""

    def __init__(self, solution: str, path: str, test: str, test_path: str) -> None:
        """
        Args:
            solution: its text.
            path: where it lies, for who looks there.
            test: the test's text.
            test_path: where it would lie.
        """
        self._source, self._path = solution.encode("utf-8"), path
        self._hides = "gc" in solution and not _OF_COLLECTOR.search(test)
        self._heeds = may_tamper(solution)
        self._is_left_alone = _REPLACING.search(test) is not None
        self._is_veiled, self._see = reaches(solution), make_see(path, test_path)
        self._named: frozenset[str] = frozenset()
        self._namespace: dict[str, Any] = {}
        self._borrowed = [word for word in ("ANY", "approx") if word in solution and word not in test]
        is_guarded = self._borrowed or _SPECIAL.search(solution)
        self._guard = ClassGuard(path, test_path, self._is_named) if is_guarded else None
        self._pristine: Pristine | None = None
        self._tests: list[tuple[Any, str, Any]] = []

    def install(self) -> None:
        """Be asked first for the module ``solution``."""
        sys.meta_path.insert(0, self)
        _refuse_early_end_of_unittest()
        if self._guard is not None:
            self._guard.watch()
            for word in self._borrowed:
                for kind in _classes_behind(word):
                    self._guard.add(kind)

    def test_begins(self, namespace: dict[str, Any], code: CodeType) -> None:
        """``namespace``: of the test's module; ``code``: which runs now."""
        self._namespace = namespace
        if self._guard is not None:
            self._named = frozenset(mentioned_names(code))

    def test_is_loaded(self) -> None:
        """Remember the functions and classes that the test's own text made."""
        for value in list(self._namespace.values()):
            if type(value) is FunctionType and value.__module__ == "test_solution":
                self._tests.append((value, "__code__", value.__code__))
            elif isinstance(value, type) and value.__module__ == "test_solution":
                self._tests += _judging_parts(value)

    def before_test(self) -> None:
        """Put back what the solution replaced."""
        if self._hides:
            gc.freeze()
        if self._pristine is not None and not self._is_left_alone:
            self._pristine.restore()

    def after_test(self) -> str:
        """What the solution replaced while a test ran; empty if it let all that judges alone."""
        if self._guard is not None:
            self._guard.guard_changed()
        if self._is_left_alone:
            return ""
        for owner, name, value in self._tests:
            if _part(owner, name) is not value:
                return f"{owner.__name__}.{name}"
        return self._pristine.restore() if self._pristine is not None else ""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """The import system asks."""
        if fullname != NAME:
            return None
        loader = _Loader(fullname, self._path)
        loader.source, loader.run = self._source, self._run
        return spec_from_file_location(fullname, self._path, loader=loader)

    def _run(self, module: ModuleType, execute: Callable[[ModuleType], None]) -> None:
        if self._hides:
            gc.freeze()
        if self._is_veiled:
            vars(module)[SEE] = self._see
        self._pristine = Pristine() if self._heeds else None
        try:
            execute(module)
        finally:
            if self._pristine is not None:
                self._pristine.restore()
            if self._guard is not None:
                self._guard.guard_changed()

    def _is_named(self, kind: type, name: str) -> bool:
        if name not in self._named or not name.lstrip("_")[:1].isupper():
            return False
        return self._namespace.get(name) is kind or vars(sys.modules.get(NAME, sys)).get(name) is kind


class _Loader(SourceFileLoader):
    """Loads from the text in memory: what lies on the disk by then, compiled or not, has no say."""

    source: bytes
    run: Callable[[ModuleType, Callable[[ModuleType], None]], None]

    def get_data(self, path: str) -> bytes:
        return self.source

    def get_code(self, fullname: str) -> CodeType:
        return compile_solution(self.source, self.path)

    def exec_module(self, module: ModuleType) -> None:
        self.run(module, super().exec_module)


def _refuse_early_end_of_unittest() -> None:
    """``unittest`` takes an exception of its own for a test that passed: it must not come from the solution."""
    plain, stop = TestCase._callTestMethod, case._ShouldStop  # type: ignore[attr-defined]

    def _callTestMethod(self: TestCase, method: Any) -> Any:
        try:
            return plain(self, method)
        except stop as error:
            if comes_from_solution(error):
                raise AssertionError("the tested code ended the test") from error
            raise

    TestCase._callTestMethod = _callTestMethod  # type: ignore[attr-defined]


def _classes_behind(word: str) -> list[type]:
    """The classes, equal to much, whose objects a solution may return where a test does not mention them."""
    if word == "ANY":
        from unittest.mock import ANY

        return [type(ANY)]
    names = vars(sys.modules[type(pytest.approx(0)).__module__])
    return [kind for name, kind in names.items() if name.startswith("Approx") and isinstance(kind, type)]


def _judging_parts(owner: type) -> list[tuple[Any, str, Any]]:
    parts: list[tuple[Any, str, Any]] = [(owner, name, _part(owner, name)) for name in JUDGING]
    for value in list(vars(owner).values()):
        if type(value) is FunctionType:
            parts.append((value, "__code__", value.__code__))
    return parts


def _part(owner: Any, name: str) -> Any:
    return owner.__code__ if name == "__code__" else vars(owner).get(name)
