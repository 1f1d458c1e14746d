"""From an instruction to a completion task: signature, docstring, examples, and nothing of the solution."""

from __future__ import annotations

import ast
import doctest

from kodcode_hub.endpoints.protocol import Completion
from kodcode_hub.record import Rejected, Triplet
from kodcode_hub.synthesis.bindings import parse_module
from kodcode_hub.synthesis.fences import section_code
from kodcode_hub.synthesis.interface import interface_under_test
from kodcode_hub.synthesis.sections import find_section, is_encodable, strip_reasoning

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def parse_restyled(triplet: Triplet, completion: Completion) -> Triplet | Rejected:
    """The completion-style twin of ``triplet``, or why the reply is none.

    Reasons: ``truncated``, ``not_python``, ``signature_changed``, ``leaks_solution``, ``no_examples``. The twin has
    the same solution and tests; the caller verifies its examples.
    """
    stub = _stub(completion)
    if isinstance(stub, str):
        reason = _objection(stub, triplet)
        if reason is None:
            return triplet.restyled(stub)
    else:
        reason = stub.reason
    return Rejected(triplet.restyled("").id, reason)


def _stub(completion: Completion) -> str | Rejected:
    visible = strip_reasoning(completion.text or "")
    if visible is None or completion.finish != "stop":
        return Rejected("", "truncated")
    section = find_section(visible, "Completion")
    if section is None:
        return Rejected("", "not_python")
    if not section.closed:
        return Rejected("", "truncated")
    code = section_code(section.text)
    return code if code is not None and is_encodable(code) and "\0" not in code else Rejected("", "not_python")


def _objection(stub: str, triplet: Triplet) -> str | None:
    tree = parse_module(stub)
    if tree is None or not _definitions(tree):
        return "not_python"
    solution, test = triplet.chosen.solution or "", triplet.chosen.test or ""
    if not _keeps_signatures(stub, solution, test):
        return "signature_changed"
    if _has_body(tree):
        return "leaks_solution"
    return None if _has_examples(tree) else "no_examples"


def _keeps_signatures(stub: str, solution: str, test: str) -> bool:
    """Every function and class that the tests use is there with the same parameters."""
    offered = {item.function_name: item.parameter_list for item in interface_under_test(stub, test)}
    return all(offered.get(item.function_name) == item.parameter_list for item in interface_under_test(solution, test))


def _definitions(tree: ast.Module) -> list[_Definition]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]


def _has_body(tree: ast.Module) -> bool:
    """True if any function does more than document itself."""
    return any(
        not _is_placeholder(statement)
        for node in _definitions(tree)
        if not isinstance(node, ast.ClassDef)
        for statement in node.body
    )


def _is_placeholder(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Raise):
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _has_examples(tree: ast.Module) -> bool:
    """At least one example that doctest reads, with the result it expects on a line of its own."""
    parser = doctest.DocTestParser()
    for node in (tree, *_definitions(tree)):
        try:
            examples = parser.get_examples(ast.get_docstring(node) or "")
        except ValueError:
            continue
        if any(example.want and parse_module(example.source) is not None for example in examples):
            return True
    return False
