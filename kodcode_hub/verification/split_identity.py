"""Whether a test asks for the identity of containers, which cross by value, or derives from the solution. Pure."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable

from kodcode_hub.verification.solution_names import NamesOfTest
from kodcode_hub.verification.syntax_tree import dotted_name

_IDENTITY_ASSERTIONS = frozenset({"assertIs", "assertIsNot"})
_CONTAINER_METHODS = frozenset(
    {*("append", "extend", "insert", "sort", "reverse", "remove", "clear", "update", "setdefault"), "add", "discard"}
)
_CONTAINER_FUNCTIONS = frozenset({"list", "dict", "set", "sorted"})
_DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)


def identity_of_containers(names: NamesOfTest) -> str:
    """The reason, if two things that both come from the solution must be one list, set or dict, or two."""
    pairs = [pair for comparison in names.nodes.of(ast.Compare) for pair in _identity_pairs(comparison)]
    pairs += [pair for call in names.calls for pair in _asserted_pairs(call)]
    pairs = [pair for pair in pairs if _both_cross(names, pair)]
    uses = [*names.nodes.of(ast.Compare), *names.nodes.of(ast.Subscript), *names.calls] if pairs else []
    containers = {_key(found) for node in uses for found in _used_as_container(node)} - {""} - _objects(names)
    for pair in pairs:
        if any(_key(side) in containers for side in pair):
            return f"it asks whether {ast.unparse(pair[0])} and {ast.unparse(pair[1])} are one container"
    return ""


def subclasses_of_solution(names: NamesOfTest) -> str:
    """The reason, if a class of the test has a base that the solution brings."""
    bases = [base for definition in names.nodes.of(ast.ClassDef) for base in definition.bases]
    for call in names.calls:
        match call:
            case ast.Call(func=ast.Name(id="type"), args=[_, ast.Tuple(elts=elements), _]):
                bases += elements
    for base in bases:
        named = base.value if isinstance(base, ast.Subscript) else base
        if names.is_exported_by_solution(named) and not _is_of_stdlib(named):
            return f"it derives a class from the solution's {ast.unparse(named)}"
    return ""


def _is_of_stdlib(node: ast.expr) -> bool:
    """True for ``unittest.TestCase`` and the like, where the solution's star import brings the module."""
    first, dot, _ = dotted_name(node).partition(".")
    return bool(dot) and first in sys.stdlib_module_names


def _identity_pairs(comparison: ast.Compare) -> Iterable[tuple[ast.expr, ast.expr]]:
    sides = [comparison.left, *comparison.comparators]
    for operator, one, other in zip(comparison.ops, sides, comparison.comparators, strict=False):
        if isinstance(operator, ast.Is | ast.IsNot) and not isinstance(other, ast.Constant):
            yield one, other
        elif isinstance(operator, ast.Eq | ast.NotEq):
            yield from _pair_of_ids(one, other)


def _asserted_pairs(call: ast.Call) -> Iterable[tuple[ast.expr, ast.expr]]:
    if isinstance(call.func, ast.Attribute) and call.func.attr in _IDENTITY_ASSERTIONS and len(call.args) > 1:
        yield call.args[0], call.args[1]


def _pair_of_ids(one: ast.expr, other: ast.expr) -> Iterable[tuple[ast.expr, ast.expr]]:
    if isinstance(one, ast.Call) and isinstance(other, ast.Call):
        match one, other:
            case ast.Call(func=ast.Name(id="id"), args=[first]), ast.Call(func=ast.Name(id="id"), args=[second]):
                yield first, second


def _both_cross(names: NamesOfTest, pair: tuple[ast.expr, ast.expr]) -> bool:
    return all(names.comes_from_solution(side) and dotted_name(side) != "type" for side in pair)


def _used_as_container(node: ast.AST) -> Iterable[ast.expr]:
    """Expressions that the test treats as a list, set or dict somewhere, by what it does with them."""
    match node:
        case ast.Compare(left=left, comparators=others):
            sides = [left, *others]
            if any(isinstance(side, _DISPLAYS) for side in sides):
                yield from sides
        case ast.Subscript(value=ast.Name() | ast.Attribute() as value):
            yield value
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in _CONTAINER_METHODS:
            yield value
        case ast.Call(func=ast.Name(id="isinstance"), args=[value, ast.Name(id=kind)]) if kind in _CONTAINER_FUNCTIONS:
            yield value


def _objects(names: NamesOfTest) -> set[str]:
    """Variables that hold objects of the solution's classes, which may be indexed and changed like containers."""
    return {
        _key(target)
        for assignment in names.nodes.of(ast.Assign)
        if isinstance(assignment.value, ast.Call)
        and dotted_name(assignment.value.func).rpartition(".")[2][:1].isupper()
        for target in assignment.targets
    }


def _key(node: ast.expr) -> str:
    """By which name the same thing is found elsewhere: a variable, an attribute of whatever, a function's result."""
    match node:
        case ast.Attribute(attr=name):
            return f".{name}"
        case ast.Name(id=name):
            return name
        case ast.Call(func=function):
            return f"{_key(function)}()" if _key(function) else ""
    return ""
