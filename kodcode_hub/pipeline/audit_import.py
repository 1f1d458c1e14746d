"""How a published test reaches its solution: by the line that KodCode hides, or by a module's name that is wrong."""

from __future__ import annotations

import ast
import re

from kodcode_hub.synthesis.bindings import parse_module, top_level_bindings

STAR_IMPORT = "from solution import *"

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def with_hidden_import(test: str) -> str | None:
    """``test`` with the star import before it; None where it stands there already.

    KodCode puts it at the very top. Here it comes behind the docstring and ``__future__`` imports, without which these
    would not compile, so that a test is not blamed for the place. A text that is no Python gets it at the top.
    """
    text = test.removeprefix("\ufeff")
    tree = parse_module(text)
    body = tree.body if tree is not None else []
    if any(_is_star_import(statement) for statement in body):
        return None
    lines = _LINE.findall(text)
    after = _lines_that_stay_first(body)
    head = "".join(lines[:after])
    newline = "\r\n" if "\r\n" in text else "\n"
    if head and not head.endswith(("\n", "\r")):
        head += newline
    return head + STAR_IMPORT + newline + "".join(lines[after:])


def stands_for_solution(module: str, test: str, solution: str) -> bool:
    """Whether ``test`` imports from ``module`` what the solution defines: then it is no package that is missing."""
    tree, defining = parse_module(test), parse_module(solution)
    if tree is None or defining is None:
        return False
    asked: set[str] = set()
    for statement in ast.walk(tree):
        match statement:
            case ast.ImportFrom(module=name, level=0) if name == module:
                asked |= {alias.name for alias in statement.names}
            case ast.Import() if any(alias.name == module for alias in statement.names):
                asked.add(module)
    return bool(asked) and asked <= top_level_bindings(defining).defined


def _is_star_import(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.ImportFrom)
        and statement.module == "solution"
        and not statement.level
        and any(alias.name == "*" for alias in statement.names)
    )


def _lines_that_stay_first(body: list[ast.stmt]) -> int:
    after = 0
    for position, statement in enumerate(body):
        is_docstring = (
            position == 0
            and isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Constant)
            and isinstance(statement.value.value, str)
        )
        if not is_docstring and not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
            break
        after = statement.end_lineno or after
    return after
