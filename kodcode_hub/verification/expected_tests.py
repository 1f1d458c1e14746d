"""What a test file promises, read from its syntax tree: the tests that must be reported, those that may be, and skips.

The solution cannot change this text, so a test that is promised and not reported was taken away by the run, and one
that is reported and stands nowhere in it was brought in. Promised is only what no honest file fails to keep: names that
are bound once, at top level or in the body of a class that pytest collects for certain.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass

from kodcode_hub.verification.scopes import Function, Scope, read_scopes
from kodcode_hub.verification.skip_marks import NO_SKIPS, SKIP_WORDS, Skips, read_skips
from kodcode_hub.verification.solution_names import NamesOfTest
from kodcode_hub.verification.syntax_tree import Nodes, bound_names, dotted_name, nodes_by_kind, parse_test

_UNITTEST_BASES = frozenset({"TestCase", "IsolatedAsyncioTestCase"})
_KEEPING_DECORATORS = frozenset({"mark", "patch", "skip", "skipIf", "skipUnless", "expectedFailure"})
_BEYOND_READING = frozenset({"globals", "exec", "__test__", "setattr", "delattr", "vars"})
"""Words with which a file may change its own names in ways that a reader of the tree cannot follow."""
_MAKING_TESTS = frozenset({"parameterized", "parameterized_class", "ddt", "genty", "nose2"})
"""Packages whose decorators give new names to the tests that they make."""
_SKIP_WORD = re.compile(r"\b(" + "|".join(sorted(SKIP_WORDS)) + r")\b")


@dataclass(frozen=True, slots=True)
class Expectations:
    """What the test file's text says of its run."""

    names: frozenset[str] = frozenset()
    """Tests that must be reported, as ``test_f`` or ``TestC::test_f``, without parameters."""
    left_to_pytest: frozenset[str] = frozenset()
    """Names of coroutines and generators, which some versions of pytest skip, or expect to fail, on their own."""
    skips: Skips = NO_SKIPS
    """What the text skips or expects to fail."""
    collectable: frozenset[str] | None = None
    """Tests that the text may define, and ``TestC::`` for a class of unread bases; None: it may define any."""
    parametrized: bool = False
    """The text parametrizes: an empty list of parameters makes pytest skip."""
    heeds_plugins: bool = False
    """The text itself sets ``pytest_plugins``."""

    def may_skip_test(self, name: str) -> bool:
        """True if the text may skip the reported test, or expect it to fail."""
        if self.skips.paths is None:
            return True
        path = _path_of(name)
        return path in self.skips.paths or any(outer in self.skips.paths for outer in _classes_around(path))

    def may_collect(self, name: str) -> bool:
        """True if the text may define the reported test."""
        if self.collectable is None:
            return True
        path = _path_of(name)
        return path in self.collectable or path.rpartition("::")[0] + "::" in self.collectable


def read_expectations(test: str) -> Expectations:
    """Read the test file's text; nothing is expected of one that this Python cannot parse, though the trials' may."""
    tree = parse_test(test)
    if tree is None:
        return Expectations(skips=Skips(None, whole_file=True) if _SKIP_WORD.search(test) else NO_SKIPS)
    nodes = nodes_by_kind(tree)
    names = NamesOfTest(nodes)
    scopes = read_scopes(tree, names)
    unseen = _rebinds_unseen(nodes)
    skips = read_skips(scopes, names)
    return Expectations(
        frozenset() if unseen else frozenset(_promised(tree)),
        _left_to_pytest(nodes),
        Skips(None, whole_file=True) if unseen and nodes.words & SKIP_WORDS else skips,
        None if unseen or nodes.words & _MAKING_TESTS else frozenset(_collectable(scopes, nodes)),
        parametrized="parametrize" in nodes.words,
        heeds_plugins="pytest_plugins" in nodes.words,
    )


def _path_of(name: str) -> str:
    return name.partition("[")[0]


def _classes_around(path: str) -> Iterable[str]:
    while path := path.rpartition("::")[0]:
        yield path


def _left_to_pytest(nodes: Nodes) -> frozenset[str]:
    names = {function.name for function in nodes.of(ast.AsyncFunctionDef)}
    if any([nodes.of(ast.Yield), nodes.of(ast.YieldFrom)]):
        for function in nodes.of(ast.FunctionDef):
            if any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(function)):
                names.add(function.name)
    return frozenset(names)


def _rebinds_unseen(nodes: Nodes) -> bool:
    return any(name.id in _BEYOND_READING for name in nodes.of(ast.Name)) or any(
        attribute.attr == "__test__" or (attribute.attr.startswith("test") and not isinstance(attribute.ctx, ast.Load))
        for attribute in nodes.of(ast.Attribute)
    )


def _collectable(scopes: list[Scope], nodes: Nodes) -> Iterable[str]:
    """What the scopes bind, with what their classes inherit; a name that holds no test is never reported anyway."""
    for declared in nodes.of(ast.Global):
        yield from declared.names
    for scope in scopes:
        prefix = f"{scope.path}::" if scope.path else ""
        for member in scope.with_bases():
            yield from (prefix + name for name in member.names())
            if member.inherits_unread:
                yield prefix
    defined = {statement.name for statement in scopes[0].statements if isinstance(statement, Function | ast.ClassDef)}
    for name in scopes[0].names() - defined:
        yield f"{name}::"  # a call may have made a class


def _promised(tree: ast.Module) -> Iterable[str]:
    classes: dict[str, ast.ClassDef] = {}
    for statement in _bound_once(tree.body):
        if isinstance(statement, ast.ClassDef):
            classes[statement.name] = statement
            if _is_collected(statement, classes):
                yield from (f"{statement.name}::{function.name}" for function in _test_functions(statement.body))
        elif _is_test(statement):
            yield statement.name


def _bound_once(body: list[ast.stmt]) -> list[Function | ast.ClassDef]:
    """The functions and classes of ``body`` whose name nothing after them binds to something else."""
    found: dict[str, Function | ast.ClassDef] = {}
    for statement in body:
        for name in bound_names(statement):
            found.pop(name, None)
        if isinstance(statement, Function | ast.ClassDef):
            found[statement.name] = statement
    return list(found.values())


def _test_functions(body: list[ast.stmt]) -> Iterable[Function]:
    return (statement for statement in _bound_once(body) if _is_test(statement))  # type: ignore[misc]


def _is_test(statement: Function | ast.ClassDef) -> bool:
    return isinstance(statement, Function) and statement.name.startswith("test") and _keeps(statement.decorator_list)


def _is_collected(definition: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> bool:
    """True for a class of which pytest certainly collects the tests."""
    if definition.keywords or not _keeps(definition.decorator_list) or not _is_plain(definition, classes):
        return False
    return definition.name.startswith("Test") or _is_unittest(definition, classes)


def _is_plain(definition: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> bool:
    """True where no constructor keeps pytest away, as far as the bases can be read."""
    bound = {name for statement in definition.body for name in bound_names(statement)}
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
    return all(_KEEPING_DECORATORS.intersection(dotted_name(decorator).split(".")) for decorator in decorators)


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
