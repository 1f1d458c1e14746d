"""The test file as a module: compiled from the text in memory, never from the disk, and run as ``test_solution``."""

from __future__ import annotations

import builtins
import linecache
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any

import pytest
from _pytest._io.saferepr import saferepr
from _pytest.fixtures import getfixturemarker

from . import assertions, failed_assertions, star_import
from .shared_process import SharedProcess, reads_itself

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

NAME = "test_solution"
_LONGEST_SHOWN = 240
_MOST_COMPARED = 500
"""Elements, or characters by four, beyond which a difference is not looked for: it can take longer than the test."""


class LoadedTest:
    """A test file that was run, and what its own text binds."""

    def __init__(self, module: ModuleType, imported: frozenset[str], brought: dict[str, Any]) -> None:
        """``brought``: what came by a star import of the solution."""
        self.module = module
        self._foreign = brought | {name: vars(module).get(name) for name in imported}

    def definitions(self) -> list[tuple[str, Any]]:
        """The module's names, in order, but for those that imports brought, and are still what they brought."""
        contents, foreign = vars(self.module), self._foreign
        return [
            (name, value)
            for name, value in list(contents.items())
            if not (name in foreign and foreign[name] is value) and name not in assertions.OWN_NAMES
        ]


def load_test(source: str, path: str, config: pytest.Config, shared: SharedProcess | None = None) -> LoadedTest:
    """Compile and run the test file whose text is ``source``; ``path`` is where it lies, for who looks there.

    Args:
        shared: where the solution will be loaded into this process too.

    Raises:
        BaseException: whatever the file's own code raises, ``SyntaxError`` among it.
    """
    source = source.removeprefix("\ufeff")
    lines = source.splitlines(keepends=True)
    failed_assertions.keep_lines(NAME, lines)
    if shared is None or reads_itself(source):
        linecache.cache[path] = (len(source), None, lines, path)
    module = ModuleType(NAME)
    module.__file__ = path
    module.__package__ = ""
    module.__spec__ = ModuleSpec(NAME, None, origin=path)
    namespace = vars(module)
    namespace["__builtins__"] = vars(builtins)  # not this module's copy: tests may replace built-ins, and look at them
    rewritten, kept = assertions.rewrite(source)
    try:
        code = compile(rewritten, path, "exec", dont_inherit=True)
    except SyntaxError:
        code = compile(source, path, "exec", dont_inherit=True)  # the error of the file as it is
    namespace[assertions.EXPLAIN] = failed_assertions.make_explainer(kept, _show, _make_comparison(config))
    sys.modules[NAME] = module
    if shared is not None:
        shared.test_begins(namespace, code)
    loaded = _run_module(code, module, star_import.facts_of_code(code))
    if shared is not None:
        shared.test_is_loaded()
    return loaded


def _run_module(code: CodeType, module: ModuleType, facts: star_import.Facts) -> LoadedTest:
    namespace = vars(module)
    brought: dict[str, Any] = {}
    if not facts.star:
        exec(code, namespace)
        return LoadedTest(module, facts.imported, brought)
    filtered = star_import.filter_star_import(namespace, facts, _may_be_imported, brought)
    plain = builtins.__import__
    builtins.__import__ = filtered
    try:
        exec(code, namespace)
    finally:
        if builtins.__import__ is filtered:
            builtins.__import__ = plain
    return LoadedTest(module, facts.imported, brought)


def _may_be_imported(value: Any) -> bool:
    return getfixturemarker(value) is None  # a fixture would be in force in the tests that judge


def _show(value: object) -> str:
    return saferepr(value, maxsize=_LONGEST_SHOWN)


def _make_comparison(config: pytest.Config) -> Callable[[str, object, object], str]:
    def compare(operator: str, left: object, right: object) -> str:
        if _is_long(left) or _is_long(right):
            return ""
        for lines in config.hook.pytest_assertrepr_compare(config=config, op=operator, left=left, right=right):
            if lines:
                return "".join(f"\n  {line}" for line in list(lines)[1:])
        return ""

    return compare


def _is_long(value: object) -> bool:
    if isinstance(value, str | bytes):
        return len(value) > 4 * _MOST_COMPARED
    return type(value) in (list, tuple, dict, set, frozenset) and len(value) > _MOST_COMPARED  # type: ignore[arg-type]
