"""Writes the import that a test forgot into the test, where everybody can see it.

Most models write tests that use the solution's names without importing them; KodCode runs such tests with a star import
in front that it does not publish. Here the text that is run is the text that is published (DESIGN.md, section 3).
"""

from __future__ import annotations

import ast
import builtins
import re

from kodcode_hub.synthesis.bindings import Bindings, parse_module, top_level_bindings, used_globals

_BUILTINS = frozenset(dir(builtins))
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_STAR = "from solution import *"


def write_missing_imports(test: str, solution: str) -> tuple[str, tuple[str, ...]]:
    """``test`` with the imports it lacks, and the statements that were written into it.

    A name counts if the test uses it, does not bind it, and the solution binds it at top level. One that the solution
    imports is imported by the solution's own statement. Text that is not valid Python comes back as it is: its verdict
    will say so.
    """
    test_tree, solution_tree = parse_module(test), parse_module(solution)
    if test_tree is None or solution_tree is None:
        return test, ()
    try:
        used = used_globals(test)
    except SyntaxError:
        return test, ()
    own, offered = top_level_bindings(test_tree), top_level_bindings(solution_tree)
    missing = used - own.defined - _star_imported(own, offered)
    statements = _statements(missing, own, offered)
    if not statements:
        return test, ()
    return _insert(test, test_tree, statements), statements


def _star_imported(own: Bindings, offered: Bindings) -> frozenset[str]:
    """What a star import from the solution already brings: everything without a leading underscore."""
    if _STAR not in own.star_imports:
        return frozenset()
    return frozenset(name for name in offered.defined if not name.startswith("_"))


def _statements(missing: frozenset[str], own: Bindings, offered: Bindings) -> tuple[str, ...]:
    wanted = {name for name in missing & offered.defined if not _is_dunder(name)}
    from_solution = sorted(name for name in wanted if name not in offered.imported)
    statements = [f"from solution import {', '.join(from_solution)}"] if from_solution else []
    statements += sorted({offered.imported[name] for name in wanted if name in offered.imported})
    if _STAR not in own.star_imports and missing - offered.defined - _BUILTINS:
        # Where a name may come from a star import of the solution's, the test gets the same star import.
        statements += [star for star in dict.fromkeys(offered.star_imports) if star not in own.star_imports]
    return tuple(statements)


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _insert(test: str, tree: ast.Module, statements: tuple[str, ...]) -> str:
    lines = _LINE.findall(test)
    after = _header_lines(tree)
    head, tail = "".join(lines[:after]), "".join(lines[after:])
    newline = "\r\n" if "\r\n" in test else "\n"
    if head and not head.endswith(("\n", "\r")):
        head += newline
    first = lines[after] if after < len(lines) else ""
    gap = "" if not first.strip() or first.startswith(("import ", "from ")) else newline
    return head + newline.join(statements) + newline + gap + tail


def _header_lines(tree: ast.Module) -> int:
    """How many lines must stay first: the docstring and the ``__future__`` imports."""
    after = 0
    for position, statement in enumerate(tree.body):
        is_docstring = position == 0 and ast.get_docstring(tree, clean=False) is not None
        if not is_docstring and not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
            break
        after = statement.end_lineno or after
    return after
