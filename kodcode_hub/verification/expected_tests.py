"""What a test file promises, read from its syntax tree: the tests that must be reported, and whether it may skip any.

The solution cannot change this text, so a test that is promised and not reported was taken away by the run. Promised is
only what no honest file fails to keep: names that are bound once, at top level or in the body of a class that pytest
collects for certain.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeGuard

_SKIP_WORDS = frozenset(
    {"skip", "skipif", "skipIf", "skipUnless", "skipTest", "SkipTest", "importorskip", "xfail", "expectedFailure"}
)
_UNITTEST_BASES = frozenset({"TestCase", "IsolatedAsyncioTestCase"})
_KEEPING_DECORATORS = frozenset({"mark", "patch", "skip", "skipIf", "skipUnless", "expectedFailure"})
_BEYOND_READING = frozenset({"globals", "exec", "__test__", "setattr", "delattr", "vars"})
"""Words with which a file may change its own names in ways that a reader of the tree cannot follow."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Expectations:
    """What the test file's text says of its run."""

    names: frozenset[str] = frozenset()
    """Tests that must be reported, as ``test_f`` or ``TestC::test_f``, without parameters."""
    left_to_pytest: frozenset[str] = frozenset()
    """Names of coroutines and generators, which some versions of pytest skip, or expect to fail, on their own."""
    may_skip: bool = False
    """The text skips or expects failures somewhere."""
    parametrized: bool = False
    """The text parametrizes: an empty list of parameters makes pytest skip."""
    heeds_plugins: bool = False
    """The text itself sets ``pytest_plugins``."""


def read_expectations(test: str) -> Expectations:
    """Read the test file's text; nothing is expected of one that does not parse (it cannot pass)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes and the like are the file's own matter
            tree = ast.parse(test.removeprefix("\ufeff"))
        words = _words(tree)
        names = frozenset() if _rebinds_unseen(tree) else frozenset(_promised(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Expectations()
    return Expectations(
        names,
        frozenset(node.name for node in ast.walk(tree) if _is_left_to_pytest(node)),
        may_skip=bool(words & _SKIP_WORDS),
        parametrized="parametrize" in words,
        heeds_plugins="pytest_plugins" in words,
    )


def _words(tree: ast.AST) -> frozenset[str]:
    words: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                words.add(name)
            case ast.alias(name=name):
                words.update(name.split("."))
    return frozenset(words)


def _is_left_to_pytest(node: ast.AST) -> TypeGuard[_Function]:
    if isinstance(node, ast.FunctionDef):
        return any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(node))
    return isinstance(node, ast.AsyncFunctionDef)


def _rebinds_unseen(tree: ast.AST) -> bool:
    return any(isinstance(node, ast.Name) and node.id in _BEYOND_READING for node in ast.walk(tree)) or any(
        isinstance(node, ast.Attribute) and node.attr == "__test__" for node in ast.walk(tree)
    )


def _promised(tree: ast.Module) -> Iterable[str]:
    classes: dict[str, ast.ClassDef] = {}
    for statement in _bound_once(tree.body):
        if isinstance(statement, ast.ClassDef):
            classes[statement.name] = statement
            if _is_collected(statement, classes):
                yield from (f"{statement.name}::{function.name}" for function in _test_functions(statement.body))
        elif _is_test(statement):
            yield statement.name


def _bound_once(body: list[ast.stmt]) -> list[_Function | ast.ClassDef]:
    """The functions and classes of ``body`` whose name nothing after them binds to something else."""
    found: dict[str, _Function | ast.ClassDef] = {}
    for statement in body:
        for name in _bound_names(statement):
            found.pop(name, None)
        if isinstance(statement, _Function | ast.ClassDef):
            found[statement.name] = statement
    return list(found.values())


def _bound_names(statement: ast.stmt) -> Iterable[str]:
    if isinstance(statement, _Function | ast.ClassDef):
        yield statement.name
        return
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.alias(name=name, asname=alias):
                yield alias or name.partition(".")[0]
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.MatchAs(name=str(name)) | ast.ExceptHandler(name=str(name)):
                yield name


def _test_functions(body: list[ast.stmt]) -> Iterable[_Function]:
    return (statement for statement in _bound_once(body) if _is_test(statement))  # type: ignore[misc]


def _is_test(statement: _Function | ast.ClassDef) -> bool:
    return isinstance(statement, _Function) and statement.name.startswith("test") and _keeps(statement.decorator_list)


def _is_collected(definition: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> bool:
    """True for a class of which pytest certainly collects the tests."""
    if definition.keywords or not _keeps(definition.decorator_list) or not _is_plain(definition, classes):
        return False
    return definition.name.startswith("Test") or _is_unittest(definition, classes)


def _is_plain(definition: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> bool:
    """True where no constructor keeps pytest away, as far as the bases can be read."""
    bound = {name for statement in definition.body for name in _bound_names(statement)}
    if bound & {"__init__", "__new__", "__test__"}:
        return False
    return all(
        _last_name(base) in _UNITTEST_BASES | {"object"}
        or any(_is_plain(known, classes) for known in _known_base(base, definition, classes))
        for base in definition.bases
    )


def _is_unittest(definition: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> bool:
    return any(
        _last_name(base) in _UNITTEST_BASES
        or any(_is_unittest(known, classes) for known in _known_base(base, definition, classes))
        for base in definition.bases
    )


def _known_base(base: ast.expr, definition: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> list[ast.ClassDef]:
    """The class of this file that ``base`` names, if it is one that stands above ``definition``."""
    known = classes.get(base.id) if isinstance(base, ast.Name) else None
    return [known] if known is not None and known.lineno < definition.lineno else []


def _keeps(decorators: list[ast.expr]) -> bool:
    """True if what the decorators leave is certainly still a test of that name: marks, patches, unittest's skips."""
    return all(_dotted_names(decorator) & _KEEPING_DECORATORS for decorator in decorators)


def _dotted_names(node: ast.expr) -> frozenset[str]:
    names: set[str] = set()
    while True:
        match node:
            case ast.Call(func=inner):
                node = inner
            case ast.Attribute(value=inner, attr=name):
                names.add(name)
                node = inner
            case ast.Name(id=name):
                return frozenset(names | {name})
            case _:
                return frozenset(names)


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
