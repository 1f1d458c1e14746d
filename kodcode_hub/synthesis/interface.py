"""What a test uses of its solution (``test_info``): what a question must state and a response must keep."""

from __future__ import annotations

import ast
from contextlib import suppress
from dataclasses import dataclass

from kodcode_hub.synthesis.bindings import parse_module, used_globals

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Declaration:
    """One function or class that the tests use, in the shape of the column ``test_info``."""

    function_name: str
    parameter_list: str
    """``(a, /, b=1, *, c)``; for a class that of its ``__init__`` without ``self``."""
    function_declaration: str
    """``def f(a: int) -> int:``; for a class its line, and one for each public method."""
    docstring: str

    def as_row(self) -> dict[str, str]:
        """The published form."""
        return {
            "function_name": self.function_name,
            "parameter_list": self.parameter_list,
            "function_declaration": self.function_declaration,
            "docstring": self.docstring,
        }


def interface_under_test(solution: str, test: str) -> tuple[Declaration, ...]:
    """The top-level functions and classes of ``solution`` that ``test`` imports, in the solution's order.

    Read from the test's imports, never guessed from the first function of the solution: that may be a helper.
    """
    solution_tree, test_tree = parse_module(solution), parse_module(test)
    if solution_tree is None or test_tree is None:
        return ()
    wanted = _names_taken(test_tree, test)
    return tuple(_declaration(node) for node in _last_definitions(solution_tree) if node.name in wanted)


def _names_taken(tree: ast.Module, test: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "solution" and not node.level:
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in _modules(tree):
            names.add(node.attr)
    if "*" in names:
        with suppress(SyntaxError):
            names |= used_globals(test)
    return names


def _modules(tree: ast.Module) -> set[str]:
    """The names under which the test knows the module ``solution`` itself."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == "solution"
    }


def _last_definitions(tree: ast.Module) -> list[_Function | ast.ClassDef]:
    """Top-level definitions; of several of one name the last, which is the one that Python keeps."""
    last: dict[str, _Function | ast.ClassDef] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            last.pop(node.name, None)
            last[node.name] = node
    return list(last.values())


def _declaration(node: _Function | ast.ClassDef) -> Declaration:
    docstring = ast.get_docstring(node) or ""
    if isinstance(node, ast.ClassDef):
        lines = [_class_line(node), *(f"    {function_line(method)}" for method in _public_methods(node))]
        return Declaration(node.name, _class_parameters(node), "\n".join(lines), docstring)
    return Declaration(node.name, parameter_list(node), function_line(node), docstring)


def function_line(node: _Function) -> str:
    """The declaration of a function with every kind of parameter and its annotations, on one line."""
    word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{word} {node.name}({ast.unparse(node.args)}){returns}:"


def parameter_list(node: _Function, *, skip_first: bool = False) -> str:
    """Parameters without annotations: ``(a, /, b=1, *, c, d=2)``."""
    arguments = parse_module(f"def _({ast.unparse(node.args)}): pass")
    assert arguments is not None
    function = arguments.body[0]
    assert isinstance(function, ast.FunctionDef)
    args = function.args
    for argument in (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg):
        if argument is not None:
            argument.annotation = None
    if skip_first and (args.posonlyargs or args.args):
        (args.posonlyargs or args.args).pop(0)
    return f"({ast.unparse(args)})"


def _class_line(node: ast.ClassDef) -> str:
    bases = [ast.unparse(base) for base in node.bases] + [ast.unparse(keyword) for keyword in node.keywords]
    return f"class {node.name}({', '.join(bases)}):" if bases else f"class {node.name}:"


def _public_methods(node: ast.ClassDef) -> list[_Function]:
    return [
        member
        for member in node.body
        if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef)
        and (member.name == "__init__" or not member.name.startswith("_"))
    ]


def _class_parameters(node: ast.ClassDef) -> str:
    made = next((method for method in _public_methods(node) if method.name == "__init__"), None)
    return parameter_list(made, skip_first=True) if made else "()"
