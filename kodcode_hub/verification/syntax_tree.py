"""A test file's text as a tree of syntax: parsed once for all who read it before its trial. Pure."""

from __future__ import annotations

import ast
import warnings
from collections import defaultdict
from functools import lru_cache
from typing import TypeVar

_Node = TypeVar("_Node", bound=ast.AST)

_LEAVES = (ast.Constant, ast.MatchSingleton, ast.Global, ast.Nonlocal)
_PLAIN_FIELDS = frozenset(
    {*("id", "attr", "arg", "name", "asname", "module", "level", "kind", "rest", "kwd_attrs", "type_comment")}
    | {"ctx", "op", "ops", "simple", "is_async", "conversion", "tag", "type_ignores"}
)
"""Fields that hold texts, numbers, operators and contexts."""


class _FieldsOfNodes(dict[type[ast.AST], tuple[str, ...]]):
    """For each class of nodes the fields that hold nodes, filled as they are met."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        names = () if issubclass(kind, _LEAVES) else kind._fields
        self[kind] = tuple(name for name in names if name not in _PLAIN_FIELDS)
        return self[kind]


_FIELDS = _FieldsOfNodes()

_READERS_AT_A_TIME = 8
"""Trees kept: the readers of one test follow one another, in as many threads as there are workers."""


@lru_cache(_READERS_AT_A_TIME)
def parse_test(test: str) -> ast.Module | None:
    """The text's tree, never to be changed; None where this Python cannot parse it (the trials' may)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes and the like are the file's own matter
            return ast.parse(test.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(_READERS_AT_A_TIME)
def nodes_by_kind(tree: ast.Module) -> Nodes:
    """Every node of the tree, gathered once for all who read it."""
    return Nodes(tree)


class Nodes:
    """The nodes of a tree by their class, parents before children, siblings in the order of the text."""

    def __init__(self, tree: ast.Module) -> None:
        self._kinds: defaultdict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        for node in nodes_of(tree):
            self._kinds[node.__class__].append(node)
        self.words = self._words()
        """Names, attributes and what is imported, with the parts of dotted names."""

    def of(self, kind: type[_Node]) -> list[_Node]:
        return self._kinds.get(kind, [])  # type: ignore[return-value]

    def _words(self) -> frozenset[str]:
        words = {name.id for name in self.of(ast.Name)} | {attribute.attr for attribute in self.of(ast.Attribute)}
        imported = [alias.name for alias in self.of(ast.alias)] + [
            node.module or "" for node in self.of(ast.ImportFrom)
        ]
        return frozenset(words.union(*(name.split(".") for name in imported)))


def nodes_of(*roots: ast.AST) -> list[ast.AST]:
    """What ``ast.walk`` gives, at a third of its cost, without operators and the contexts of names."""
    nodes, fields = list(roots), _FIELDS
    for node in nodes:  # grows while it is read
        for field in fields[node.__class__]:
            value = getattr(node, field)
            if value.__class__ is list:
                nodes.extend(filter(None, value))  # the keys of {**x} among them
            elif value is not None:
                nodes.append(value)
    return nodes


def dotted_name(node: ast.AST) -> str:
    """``a.b.c`` for such an expression, and for one with calls in it (``a().b.c``); "" where no name begins it."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Name):
            parts.append(node.id)
            return ".".join(reversed(parts))
        else:
            return ""


def bound_names(statement: ast.stmt) -> list[str]:
    """Every name that the statement binds or deletes, in whatever scope; of a definition only its own."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    names: list[str] = []
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.append(name)
            case ast.alias(name=name, asname=alias):
                names.append(alias or name.partition(".")[0])
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.append(name)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.ExceptHandler(name=str(name)):
                names.append(name)
            case ast.MatchMapping(rest=str(name)):
                names.append(name)
    return names
