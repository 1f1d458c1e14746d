"""Which names a module uses, and which it binds, read from its syntax tree without running it."""

from __future__ import annotations

import ast
import symtable
import warnings
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportedName:
    """The statement that binds one name, such as ``from math import gcd as g``."""

    name: str
    statement: str


@dataclass(frozen=True, slots=True)
class Bindings:
    """What a module binds at its top level."""

    defined: frozenset[str]
    """Names bound in any way: definitions, assignments, imports, also inside ``if`` and ``try``."""
    imported: dict[str, str]
    """Of these, names bound by plain import statements alone: name to statement."""
    star_imports: tuple[str, ...]
    """``from x import *`` statements, in order."""


def parse_module(code: str) -> ast.Module | None:
    """The syntax tree of ``code``; None if it is not valid Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def used_globals(code: str) -> frozenset[str]:
    """Names that ``code`` reads from its module scope or from builtins, in any of its scopes.

    Raises:
        SyntaxError: ``code`` parses, but its scopes do not hold (a ``nonlocal`` without a binding).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = symtable.symtable(code, "<module>", "exec")
    used: set[str] = set()
    pending = [table]
    while pending:
        scope = pending.pop()
        pending.extend(scope.get_children())
        used.update(
            symbol.get_name()
            for symbol in scope.get_symbols()
            if symbol.is_referenced() and (symbol.is_global() or scope is table)
        )
    return frozenset(used)


def top_level_bindings(tree: ast.Module) -> Bindings:
    """What the module binds at its top level; bodies of functions and classes are not entered."""
    imported: dict[str, str] = {}
    otherwise: set[str] = set()
    stars: list[str] = []
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
                continue
            for binding in _import_bindings(statement):
                if binding.name == "*":
                    stars.append(binding.statement)
                else:
                    imported[binding.name] = binding.statement
        else:
            otherwise |= _bound_names(statement)
    plain = {name: statement for name, statement in imported.items() if name not in otherwise}
    return Bindings(frozenset(otherwise | set(imported)), plain, tuple(stars))


def _import_bindings(statement: ast.Import | ast.ImportFrom) -> list[ImportedName]:
    if isinstance(statement, ast.Import):
        return [
            ImportedName(alias.asname or alias.name.partition(".")[0], ast.unparse(ast.Import([alias])))
            for alias in statement.names
        ]
    return [
        ImportedName(
            alias.asname or alias.name, ast.unparse(ast.ImportFrom(statement.module, [alias], statement.level))
        )
        for alias in statement.names
    ]


def _bound_names(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    names: set[str] = set()
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            continue
        if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            names.update(binding.name for binding in _import_bindings(node) if binding.name != "*")
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            names.add(node.name)
        pending.extend(ast.iter_child_nodes(node))
    return names
