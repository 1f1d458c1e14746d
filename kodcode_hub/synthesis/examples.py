"""A test that the examples in a completion task hold for its solution."""

from __future__ import annotations

import ast

from kodcode_hub.synthesis.bindings import parse_module

_TEST = """import doctest

import solution

DOCSTRINGS = {docstrings}


def test_examples_hold():
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    report = []
    for name, docstring in DOCSTRINGS.items():
        examples = doctest.DocTestParser().get_doctest(docstring, dict(vars(solution)), name, None, 0)
        runner.run(examples, out=report.append)
    assert runner.failures == 0, "".join(report)
    assert runner.tries > 0
"""


def examples_test(stub: str) -> str:
    """The source of a pytest file that runs the doctest examples of ``stub`` against the module ``solution``."""
    tree = parse_module(stub) or ast.Module([], [])
    docstrings = {
        node.name: docstring
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and (docstring := ast.get_docstring(node))
        and ">>>" in docstring
    }
    return _TEST.format(docstrings=ascii(docstrings))
