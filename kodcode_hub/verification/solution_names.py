"""Which names of a test file stand for things of the solution, as far as its text tells. Pure.

Names are taken file-wide, whatever their scope, and once touched by the solution they stay so: a reader who has to
know what may come from the solution errs on that side.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from functools import cached_property

from kodcode_hub.verification.syntax_tree import Nodes, dotted_name, nodes_of

_BUILTIN_NAMES = frozenset(vars(builtins)) | {"__file__"}
_IMPORTERS = frozenset({"import_module", "__import__", "importorskip"})

_BINDING_KINDS: tuple[type[ast.AST], ...] = (
    *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.AsyncFor, ast.comprehension, ast.withitem),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Call),
)
_Binding = tuple[frozenset[str], frozenset[str]]
"""Names that are bound, and the names that stand in what they are bound to."""


class NamesOfTest:
    """What the names of one test file refer to."""

    def __init__(self, nodes: Nodes) -> None:
        self.nodes = nodes
        self.calls = nodes.of(ast.Call)
        self.star = False
        """The file has ``from solution import *``."""
        self._other_stars = False
        self._imports: dict[str, str] = {}
        self._enter_imports()
        for assignment in nodes.of(ast.Assign):
            self._enter_alias(assignment)

    def origin(self, node: ast.AST) -> str:
        """The dotted name of ``node`` as imported: ``unittest.mock.patch`` for ``mock.patch``; "" if it has none."""
        first, dot, rest = dotted_name(node).partition(".")
        return self._imports.get(first, first) + dot + rest

    def imported_from(self, package: str) -> bool:
        return any(_is_within(origin, package) for origin in self._imports.values())

    def names_for(self, words: frozenset[str]) -> set[str]:
        """The file's names for whatever is called one of ``words`` in modules other than the solution."""
        foreign = {name: origin for name, origin in self._imports.items() if not _is_within(origin, "solution")}
        found = {name for name, origin in foreign.items() if origin.rpartition(".")[2] in words}
        return found.union(words - self._imports.keys()) if self._other_stars else found

    def without_foreign(self, words: set[str]) -> set[str]:
        """Those of ``words`` that are neither built in nor imported from modules other than the solution."""
        foreign = {name for name, origin in self._imports.items() if not _is_within(origin, "solution")}
        return words - _BUILTIN_NAMES - foreign

    def is_imported(self, node: ast.AST) -> bool:
        """True for a name, dotted or not, that starts with what an import brought, be it the star import."""
        first = dotted_name(node).partition(".")[0]
        return first in self._imports or (self.star and first in self._unbound)

    def comes_from_solution(self, node: ast.AST) -> bool:
        """True where a name within ``node`` may hold the solution's module, a part of it, or what it returned."""
        return not self._names_of_solution.isdisjoint(_mentioned(node))

    def comes_from_outside(self, node: ast.AST) -> bool:
        """The same, and also what was read from files or captured, which the solution may have written."""
        return not self._names_from_outside.isdisjoint(_mentioned(node))

    def is_exported_by_solution(self, node: ast.AST) -> bool:
        """True for the solution's module, its attributes, and names that only its star import can have brought."""
        name = dotted_name(node)
        return _is_within(self.origin(node), "solution") or (self.star and name.partition(".")[0] in self._unbound)

    @cached_property
    def _functions(self) -> dict[str, ast.arguments]:
        functions = {node.name: node.args for node in self.nodes.of(ast.FunctionDef)}
        return functions | {node.name: node.args for node in self.nodes.of(ast.AsyncFunctionDef)}

    @cached_property
    def _unbound(self) -> frozenset[str]:
        """Names that are used, and neither bound in this file nor built in."""
        names = self.nodes.of(ast.Name)
        bound = _BUILTIN_NAMES.union(self._imports)
        bound |= {node.id for node in names if isinstance(node.ctx, ast.Store)}
        bound |= {node.arg for node in self.nodes.of(ast.arg)}
        bound |= {node.name for node in self.nodes.of(ast.ClassDef)} | self._functions.keys()
        bound |= {node.name or "" for node in self.nodes.of(ast.ExceptHandler)}
        bound |= {node.name or "" for node in self.nodes.of(ast.MatchAs)}
        return frozenset({node.id for node in names} - bound)

    @cached_property
    def _names_of_solution(self) -> frozenset[str]:
        exported = {name for name, origin in self._imports.items() if _is_within(origin, "solution")}
        return self._spread(exported | {"solution"} | (self._unbound if self.star else set()))

    @cached_property
    def _names_from_outside(self) -> frozenset[str]:
        return self._spread(self._names_of_solution | {"open", ".read", ".read_text", ".read_bytes", ".readouterr"})

    def _spread(self, names: set[str] | frozenset[str]) -> frozenset[str]:
        spread = set(names)
        while True:
            before = len(spread)
            for bound, mentioned in self._bindings:
                if not spread.isdisjoint(mentioned):
                    spread |= bound
            if len(spread) == before:
                return frozenset(spread)

    @cached_property
    def _bindings(self) -> list[_Binding]:
        return [(frozenset(names), frozenset(_mentioned(*values))) for names, values in self.bindings()]

    def bindings(self) -> Iterable[tuple[set[str], list[ast.AST]]]:
        """Names of the file, and what each may be bound to: values, what is iterated over, arguments, a body."""
        for kind in _BINDING_KINDS:
            for node in self.nodes.of(kind):
                yield from _bindings_of(node, self._functions)

    def _enter_imports(self) -> None:
        for plain in self.nodes.of(ast.Import):
            for alias in plain.names:
                name = alias.asname or alias.name.partition(".")[0]
                self._imports[name] = alias.name if alias.asname else name
        for node in self.nodes.of(ast.ImportFrom):
            for alias in node.names:
                if alias.name != "*":
                    origin = f"{node.module}.{alias.name}" if node.module else alias.name
                    self._imports[alias.asname or alias.name] = origin
                elif node.module == "solution":
                    self.star = True
                else:
                    self._other_stars = True

    def _enter_alias(self, assignment: ast.Assign) -> None:
        """Take ``name = module.attribute`` and ``name = import_module("module")`` for imports."""
        match assignment:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name() | ast.Attribute() as value):
                if dotted_name(value).partition(".")[0] in self._imports:
                    self._imports[name] = self.origin(value)
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Subscript(value=modules, slice=ast.Constant(value=str(module)))
            ):
                if dotted_name(modules) == "sys.modules":
                    self._imports[name] = module
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Call(func=function, args=[ast.Constant(value=str(module))])
            ):
                if dotted_name(function).rpartition(".")[2] in _IMPORTERS:
                    self._imports[name] = module


def _is_within(origin: str, package: str) -> bool:
    return origin == package or origin.startswith(package + ".")


def _bindings_of(node: ast.AST, functions: dict[str, ast.arguments]) -> Iterable[tuple[set[str], list[ast.AST]]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            yield _targets(*targets), [value]
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(target=target, value=value):
            yield _targets(target), [value]
        case ast.NamedExpr(target=target, value=value):
            yield _targets(target), [value]
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            yield _targets(target), [value]
        case ast.comprehension(target=target, iter=value):
            yield _targets(target), [value]
        case ast.withitem(optional_vars=ast.expr() as target, context_expr=value):
            yield _targets(target), [value]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield {name}, [*node.body, *node.decorator_list]
            for decorator in node.decorator_list:  # parameters are named in a text
                yield _words_in_strings(decorator), [decorator]
        case ast.ClassDef(name=name):
            yield {name}, [*node.body, *node.bases]
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords) if name in functions:
            parameters = [node for node in nodes_of(functions[name]) if isinstance(node, ast.arg)]
            yield {parameter.arg for parameter in parameters}, [*arguments, *keywords]


def _targets(*targets: ast.AST) -> set[str]:
    """The names that an assignment to ``targets`` reaches; of ``x.y = ...`` and ``x[y] = ...`` that is ``x``."""
    names: set[str] = set()
    for target in targets:
        if isinstance(target, ast.Tuple | ast.List):
            names |= _targets(*target.elts)
        elif isinstance(target, ast.Starred | ast.Subscript):
            names |= _targets(target.value)
        elif isinstance(target, ast.Attribute) and _is_own_attribute(target):
            names.add(f"self.{target.attr}")
        elif isinstance(target, ast.Name):
            names.add(target.id)
    return names


def _mentioned(*roots: ast.AST) -> Iterable[str]:
    """Names, ``self.x`` for what an instance of the file's own classes holds, and ``.x`` for attributes."""
    for node in nodes_of(*roots):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield f".{node.attr}"
            if _is_own_attribute(node):
                yield f"self.{node.attr}"


def _is_own_attribute(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")


def _words_in_strings(node: ast.AST) -> set[str]:
    texts = [
        inner.value for inner in nodes_of(node) if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
    ]
    return {word.strip() for text in texts for word in text.split(",") if word.strip().isidentifier()}
