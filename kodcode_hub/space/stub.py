"""What an editor starts from: the functions that the tests call, without their bodies."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from kodcode_hub.browse.published_row import text_of


def stub_of(row: Mapping[str, Any]) -> str:
    """Declarations with their docstrings; where the row has none, those of the solution."""
    declared = [_declared(item) for item in row.get("test_info") or [] if isinstance(item, Mapping)]
    stubs = [stub for stub in declared if stub] or _from_solution(text_of(row, "solution"))
    return "\n\n\n".join(stubs) + "\n" if stubs else ""


def _declared(item: Mapping[str, Any]) -> str:
    declaration = text_of(item, "function_declaration").strip()
    if not declaration:
        return ""
    declaration = declaration if declaration.endswith(":") else f"{declaration}:"
    docstring = text_of(item, "docstring").strip()
    indent = " " * (len(declaration.splitlines()[-1]) - len(declaration.splitlines()[-1].lstrip()) + 4)
    # A docstring's own text may end it; then it is left out.
    lines = [f'{indent}"""{docstring}"""'] if docstring and '"""' not in docstring and "\\" not in docstring else []
    return "\n".join([declaration, *lines, f"{indent}..."])


def _from_solution(solution: str) -> list[str]:
    """Functions and classes of the top level, with methods."""
    try:
        tree = ast.parse(solution)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [
        ast.unparse(_emptied(node))
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]


def _emptied(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> ast.stmt:
    docstring = [node.body[0]] if ast.get_docstring(node) is not None else []
    if isinstance(node, ast.ClassDef):
        methods = [_emptied(item) for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
        node.body = [*docstring, *methods] or [ast.Expr(ast.Constant(...))]
    else:
        node.body = [*docstring, ast.Expr(ast.Constant(...))]
    return node
