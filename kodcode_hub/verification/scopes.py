"""The module and the classes of a test file, with what stands in them and what they inherit from one another. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from kodcode_hub.verification.solution_names import NamesOfTest
from kodcode_hub.verification.syntax_tree import bound_names

Function = ast.FunctionDef | ast.AsyncFunctionDef

_BASES_WITHOUT_TESTS = frozenset(
    {*("object", "TestCase", "IsolatedAsyncioTestCase", "ABC", "Generic", "Protocol", "NamedTuple", "TypedDict")}
    | {"Enum", "IntEnum", "StrEnum", "Exception"}
)


@dataclass(slots=True)
class Scope:
    """The module (path "") or a class of the file."""

    path: str
    """As in pytest's node ids: ``TestA``, ``TestA::TestInner``."""
    definition: ast.ClassDef | None
    statements: list[ast.stmt]
    """Those of its body, and of the bodies of conditions, loops and the like, definitions among them."""
    bases: list[Scope] = field(default_factory=list)
    """Those of the same file."""
    inherits_unread: bool = False
    """A base comes from elsewhere, and not from the solution, of which nothing is collected."""

    @property
    def functions(self) -> list[Function]:
        return [statement for statement in self.statements if isinstance(statement, Function)]

    def with_bases(self) -> list[Scope]:
        """The class, its bases, and theirs, each once."""
        found = [self]
        for scope in found:  # grows while it is read
            found.extend(base for base in scope.bases if all(base is not known for known in found))
        return found

    def names(self) -> set[str]:
        """What the scope itself binds, imports aside."""
        plain = (statement for statement in self.statements if not isinstance(statement, ast.Import | ast.ImportFrom))
        return {name for statement in plain for name in bound_names(statement)}


def read_scopes(tree: ast.Module, names: NamesOfTest) -> list[Scope]:
    """The module's scope, then those of its classes, outer before inner."""
    scopes = [Scope("", None, list(statements_of(tree.body)))]
    for scope in scopes:  # grows while it is read
        for statement in scope.statements:
            if isinstance(statement, ast.ClassDef):
                path = f"{scope.path}::{statement.name}" if scope.path else statement.name
                scopes.append(Scope(path, statement, list(statements_of(statement.body))))
    _enter_bases(scopes, names)
    return scopes


def statements_of(body: list[ast.stmt]) -> Iterable[ast.stmt]:
    """The statements of one scope in the text's order, each compound one before what stands in it."""
    waiting = body[::-1]
    while waiting:
        statement = waiting.pop()
        yield statement
        if _is_compound(statement):
            parts = [part for part in vars(statement).values() if isinstance(part, list)]
            inner = [item for part in parts for item in part]
            inner = [deeper for item in inner for deeper in getattr(item, "body", [item])]  # of handlers and cases
            waiting.extend(item for item in reversed(inner) if isinstance(item, ast.stmt))


def _is_compound(statement: ast.stmt) -> bool:
    return (hasattr(statement, "body") and not isinstance(statement, Function | ast.ClassDef)) or isinstance(
        statement, ast.Match
    )


def _enter_bases(scopes: list[Scope], names: NamesOfTest) -> None:
    classes = {scope.definition.name: scope for scope in scopes if scope.definition}
    for scope in scopes:
        for base in scope.definition.bases if scope.definition else ():
            named = base.value if isinstance(base, ast.Subscript) else base
            known = classes.get(named.id) if isinstance(named, ast.Name) else None
            if known is not None:
                scope.bases.append(known)
            elif not names.is_exported_by_solution(named):
                origin = names.origin(named) if isinstance(named, ast.Name | ast.Attribute) else ""
                scope.inherits_unread |= origin.rpartition(".")[2] not in _BASES_WITHOUT_TESTS
        scope.inherits_unread |= bool(scope.definition and scope.definition.keywords)
