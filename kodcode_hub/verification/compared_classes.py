"""Classes of the solution whose objects a test puts beside an operator as it made them. Pure.

An object whose class judges ``==`` itself can be equal to anything. That is what ``Vector(1, 2) == (1, 2)`` asks for,
and not what ``stack.pop() == 1`` or ``add(1, 2) == 3`` do, though those tests name ``Stack`` and ``add`` as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from kodcode_hub.verification.solution_names import NamesOfTest
from kodcode_hub.verification.syntax_tree import dotted_name, nodes_of

_TAKING_CLASSES = {"isinstance": 1, "issubclass": 1, "assertIsInstance": 1, "raises": 0, "assertRaises": 0}
"""Functions by the place of the class among their arguments."""
_OF_PLAIN_VALUES = frozenset(name for kind in (str, bytes, list, dict, set, tuple, int, float) for name in dir(kind))
_TRANSPARENT = (
    *(ast.Tuple, ast.List, ast.Set, ast.Dict, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.IfExp, ast.Starred, ast.Await),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.comprehension, ast.NamedExpr, ast.Subscript),
)
"""Expressions whose value may be, or hold, the value of a part of theirs."""
_GIVING_BACK = (ast.Return, ast.Yield, ast.YieldFrom)
_OF_PLAIN_RESULT = frozenset(
    {*("str", "repr", "len", "int", "float", "bool", "hash", "id", "type", "isinstance", "issubclass", "hasattr")}
    | {"callable", "any", "all", "format", "ord"}
)


def compared_classes(names: NamesOfTest) -> frozenset[str]:
    """Names under which the test makes objects of the solution's classes that its operators then meet."""
    candidates = _names_of_classes(names)
    if not candidates:
        return frozenset()
    made = _Made(names, candidates)
    for operand in _operands(names):
        made.follow(operand)
    return frozenset(made.found)


def _names_of_classes(names: NamesOfTest) -> frozenset[str]:
    """Names as classes have them, and others that the test uses as a class: in ``isinstance``, or for its objects."""
    capital = {word for word in names.nodes.words if word.lstrip("_")[:1].isupper()}
    taking = [] if names.nodes.words.isdisjoint(_TAKING_CLASSES) else names.calls
    asked = [part for call in taking for part in _class_argument(call)]
    asked += [handler.type for handler in names.nodes.of(ast.ExceptHandler) if handler.type]
    owners = [owner.value for owner in names.nodes.of(ast.Attribute) if owner.attr not in _OF_PLAIN_VALUES]
    made = [owner.func for owner in owners if isinstance(owner, ast.Call)]
    asked += [function for function in made if names.is_exported_by_solution(function)]
    return frozenset(names.without_foreign(capital.union(map(_last_name, nodes_of(*asked))) - {""}))


def _class_argument(call: ast.Call) -> list[ast.expr]:
    place = _TAKING_CLASSES.get(_last_name(call.func))
    return [] if place is None else call.args[place : place + 1]


def _operands(names: NamesOfTest) -> Iterable[ast.expr]:
    for comparison in names.nodes.of(ast.Compare):
        yield from (comparison.left, *comparison.comparators)
    for operation in names.nodes.of(ast.BinOp):
        yield from (operation.left, operation.right)
    for change in names.nodes.of(ast.AugAssign):
        yield from (change.target, change.value)
    for call in names.calls:
        if _last_name(call.func).startswith("assert"):
            yield from call.args


class _Made:
    """Follows an operand to the calls of classes that may have made its value, directly and not by a method."""

    def __init__(self, names: NamesOfTest, candidates: frozenset[str]) -> None:
        self.found: set[str] = set()
        self._names, self._candidates = names, candidates
        self._values: dict[str, list[ast.AST]] = {}
        for bound, values in names.bindings():
            for name in bound:
                self._values.setdefault(name, []).extend(values)

    def follow(self, operand: ast.expr) -> None:
        waiting: list[ast.AST] = [operand]
        while waiting:
            waiting += self._parts(waiting.pop())

    def _parts(self, node: ast.AST) -> Sequence[ast.AST]:
        if isinstance(node, ast.Name):
            return self._values.pop(node.id, ())  # each is followed once
        if isinstance(node, ast.Call):
            return self._parts_of_call(node)
        if isinstance(node, ast.Attribute):
            if node.attr[:1].isupper():  # Vector.ZERO
                self._enter(node.value)
            return self._values.pop(dotted_name(node), ())  # self.x
        if isinstance(node, _TRANSPARENT + _GIVING_BACK):
            return list(ast.iter_child_nodes(node))
        if isinstance(node, ast.stmt):  # of a function of the test
            return [part for part in ast.iter_child_nodes(node) if isinstance(part, (ast.stmt, *_GIVING_BACK))]
        return ()

    def _parts_of_call(self, call: ast.Call) -> Sequence[ast.AST]:
        function = call.func
        if _last_name(function) == "parametrize":
            return call.args
        if _last_name(function) in _OF_PLAIN_RESULT:
            return ()
        if isinstance(function, ast.Attribute) and not isinstance(function.value, ast.Name):
            return ()  # a method's result
        if self._names.is_exported_by_solution(function):
            self._enter(function)
            return ()
        if isinstance(function, ast.Attribute) and not self._names.is_imported(function):
            return ()
        return [function, *call.args]  # sorted([Card(2), Card(1)]), copy(card), a function of the test

    def _enter(self, node: ast.expr) -> None:
        if self._names.is_exported_by_solution(node):
            self.found |= self._candidates.intersection(dotted_name(node).split("."))


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
