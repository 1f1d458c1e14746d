from __future__ import annotations

import ast
import inspect
import textwrap
from types import ModuleType

import pytest

from kodcode_hub.verification import syntax_tree
from kodcode_hub.verification.syntax_tree import bound_names, dotted_name, nodes_of, parse_test

_LEFT_OUT = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


@pytest.mark.parametrize("module", [ast, inspect, textwrap, pytest, syntax_tree])
def test_the_nodes_are_those_of_ast_walk_in_its_order_without_operators(module: ModuleType) -> None:
    tree = ast.parse(inspect.getsource(module))

    assert nodes_of(tree) == [node for node in ast.walk(tree) if not isinstance(node, _LEFT_OUT)]


def test_rare_syntax_is_walked_too() -> None:
    tree = ast.parse(
        "match x:\n    case {'a': 1, **rest} | C(b=None) | [*c] | str() as d: global e\n"
        "f = {**g, 'h': f'{i!r:>{j}}'}\ndef k(*, l, m=1): nonlocal_ = lambda n, /, o=p: [q async for r in s if t]\n"
    )

    assert nodes_of(tree) == [node for node in ast.walk(tree) if not isinstance(node, _LEFT_OUT)]


def test_a_text_is_parsed_once_and_one_that_does_not_parse_is_none() -> None:
    assert parse_test("x = 1") is parse_test("x = 1")
    assert parse_test("x = ") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [("a.b.c", "a.b.c"), ("a().b(1).c", "a.b.c"), ("a", "a"), ("a[0].b", ""), ("'x'.join", ""), ("1", "")],
)
def test_dotted_names_go_through_calls(text: str, name: str) -> None:
    assert dotted_name(ast.parse(text, mode="eval").body) == name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a, (b, *c) = 1, (2,)", {"a", "b", "c"}),
        ("import a.b, c as d", {"a", "d"}),
        ("def a(b): c = 1", {"a"}),
        ("for a in b: d = 1", {"a", "d"}),
        ("with a as b, c as (d, e): pass", {"b", "d", "e"}),
        ("try: pass\nexcept A as a: pass", {"a"}),
        ("match x:\n    case [a, *b] | {'c': a, **b}: pass", {"a", "b"}),
        ("del a", {"a"}),
        ("a.b = c[0] = 1", set()),
    ],
)
def test_the_names_that_a_statement_binds(text: str, names: set[str]) -> None:
    assert set(bound_names(ast.parse(text).body[0])) == names
