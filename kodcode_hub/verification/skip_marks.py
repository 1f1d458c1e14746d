"""Which tests of a file its own text may skip or expect to fail. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from kodcode_hub.verification.scopes import Function, Scope
from kodcode_hub.verification.solution_names import NamesOfTest
from kodcode_hub.verification.syntax_tree import dotted_name, nodes_of

SKIP_WORDS = frozenset(
    {*("skip", "skipif", "skipIf", "skipUnless", "skipTest", "SkipTest", "importorskip", "xfail", "expectedFailure")}
    | {"__unittest_skip__", "__unittest_expecting_failure__"}
)
_TAKING_TEXTS = frozenset({"getattr", "add_marker", "applymarker"})
_MARKING = ("pytest", "pytest.mark", "mark", "unittest")
"""Meant where nothing imports them too: many files leave that to the star import."""
_AROUND_TESTS = ("setup", "teardown", "setUp", "tearDown", "asyncSetUp", "asyncTearDown", "pytest_")


@dataclass(frozen=True, slots=True)
class Skips:
    """What a file may skip."""

    paths: frozenset[str] | None = frozenset()
    """Tests and whole classes, as in node ids; None: any test."""
    whole_file: bool = False
    """A statement of the module may end its import by a skip, so that it has no tests at all."""


NO_SKIPS = Skips()


def read_skips(scopes: list[Scope], names: NamesOfTest) -> Skips:
    """Follow skips, marks and the names given to them to the tests that they may reach."""
    words = names.nodes.words
    if words.isdisjoint(SKIP_WORDS) and words.isdisjoint(_TAKING_TEXTS):
        return NO_SKIPS
    marks = _Marks(names)
    module, classes = scopes[0], scopes[1:]
    whole_file = any(marks.ends_import(statement) for statement in module.statements)
    if marks.reach_all_of(module):
        return Skips(None, whole_file)
    paths = {function.name for function in module.functions if marks.are_in(function)}
    for scope in classes:
        paths.update(_skipped_in_class(scope, marks))
    return Skips(frozenset(paths), whole_file)


def _skipped_in_class(scope: Scope, marks: _Marks) -> Iterable[str]:
    family = scope.with_bases()
    if any(member.inherits_unread or marks.reach_all_of(member) for member in family):
        yield scope.path
    seen: set[str] = set()
    for member in family:
        for function in member.functions:
            if function.name not in seen and marks.are_in(function):
                yield f"{scope.path}::{function.name}"
        seen |= {function.name for function in member.functions}


class _Marks:
    """Where a text skips: by a skip's own name, or by a name that the file gave to something which does."""

    def __init__(self, names: NamesOfTest) -> None:
        self._names = names
        self._take_texts = not names.nodes.words.isdisjoint(_TAKING_TEXTS)
        self._known = names.names_for(SKIP_WORDS)
        self._follow_names()

    def are_in(self, *roots: ast.AST) -> bool:
        return any(self._is_mark(node) for node in nodes_of(*roots))

    def reach_all_of(self, scope: Scope) -> bool:
        """True where the scope marks itself, or what runs around each of its tests skips."""
        if scope.definition and self.are_in(*scope.definition.decorator_list):
            return True
        around = [function for function in scope.functions if _runs_around_tests(function)]
        return self.are_in(*around, *(statement for statement in scope.statements if _marks_scope(statement)))

    def ends_import(self, statement: ast.stmt) -> bool:
        """True for a statement of the module that calls what skips, other than by making or giving a mark."""
        if isinstance(statement, Function | ast.ClassDef | ast.Import | ast.ImportFrom):
            return False
        nodes = nodes_of(*_heads(statement))
        return any(map(self._is_mark, nodes)) and not any(_is_word(node, "mark") for node in nodes)

    def _is_mark(self, node: ast.AST) -> bool:
        match node:
            case ast.Attribute(value=value, attr=name):
                return f".{name}" in self._known or (name in SKIP_WORDS and not self._is_of_solution(value))
            case ast.Name(id=name) | ast.arg(arg=name):
                return name in self._known
            case ast.Constant(value=str(text)):
                return text in self._known or (self._take_texts and text in SKIP_WORDS)
        return False

    def _is_of_solution(self, value: ast.expr) -> bool:
        return dotted_name(value) not in _MARKING and self._names.is_exported_by_solution(value)

    def _follow_names(self) -> None:
        """Add the names of functions that skip, and of variables that hold marks, until none is new."""
        nodes = self._names.nodes
        functions: list[Function] = [*nodes.of(ast.FunctionDef), *nodes.of(ast.AsyncFunctionDef)]
        assigned = [node for node in nodes.of(ast.Assign) if not _imports_or_skips(node.value)]
        before = -1
        while before < len(self._known):
            before = len(self._known)
            for function in functions:
                if f".{function.name}" not in self._known and self.are_in(function):
                    self._known |= {function.name, f".{function.name}"}
            for assignment in assigned:
                if self.are_in(assignment.value):
                    self._known |= {node.id for node in nodes_of(*assignment.targets) if isinstance(node, ast.Name)}


def _imports_or_skips(value: ast.expr) -> bool:
    """True for ``importorskip("x")``, whose value is a module and no mark."""
    return any(_is_word(node, "importorskip") for node in nodes_of(value))


def _runs_around_tests(function: Function) -> bool:
    autouse = any(
        isinstance(node, ast.keyword) and node.arg == "autouse" for node in nodes_of(*function.decorator_list)
    )
    return autouse or function.name.startswith(_AROUND_TESTS)


def _marks_scope(statement: ast.stmt) -> bool:
    """True for ``pytestmark = ...`` and for marks that a statement of the scope puts on what it likes."""
    match statement:
        case ast.Assign(targets=targets):
            bound = {node.id for node in nodes_of(*targets) if isinstance(node, ast.Name)}
            return bool(bound & {"pytestmark", "__unittest_skip__", "__unittest_expecting_failure__"})
        case ast.AugAssign() | ast.AnnAssign():
            return True
        case ast.Expr(value=value):
            return any(_is_word(node, "mark") for node in nodes_of(value))
    return False


def _heads(statement: ast.stmt) -> list[ast.AST]:
    """The expressions of the statement itself, without the statements in it."""
    values = [item for part in vars(statement).values() for item in (part if isinstance(part, list) else [part])]
    return [value for value in values if isinstance(value, ast.expr | ast.withitem)]


def _is_word(node: ast.AST, word: str) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == word) or (isinstance(node, ast.Name) and node.id == word)
