"""Every reason that the code can give stands in ``docs/pipeline.md`` with its stage, and no other does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from kodcode_hub.pipeline.asker import Unanswered
from tests.docs.examples import ROOT
from tests.docs.test_pages import code_in, read, table

PACKAGE = ROOT / "kodcode_hub"
STAGE_OF_MODULE = {
    "synthesis/question.py": "synthesize",
    "synthesis/annotation.py": "annotate",
    "decontamination/duplicates.py": "deduplicate",
    "decontamination/contamination.py": "decontaminate",
    "verification/select.py": "select",
    "synthesis/restyle.py": "restyle",
    "synthesis/response.py": "respond",
    "pipeline/stages.py": "any that asks",
    "pipeline/finished_rows.py": "package",
}
OBJECTION = "_objection"
"""Functions of this name return the reason itself, or None."""


def reasons_in(path: Path) -> Iterator[str]:
    """The reasons of all ``Rejected(id, reason, ...)`` in a module, without what follows the colon."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    objections = [
        value.value
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and function.name == OBJECTION
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and node.value is not None
        for value in ast.walk(node.value)
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
    ]
    yield from objections
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Rejected"):
            continue
        reason = call.args[1]
        match reason:
            case ast.Constant(value=str(text)):
                yield text
            case ast.IfExp(body=ast.Constant(value=str(text)), orelse=ast.Constant(value=str(other))):
                yield from (text, other)
            case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
                yield text.partition(":")[0]
            case ast.Name(id="completion") | ast.Attribute(value=ast.Name(id="Unanswered")):
                yield from map(str, Unanswered)
            case ast.Attribute(attr="reason"):
                pass  # handed on from another Rejected
            case ast.Name(id="reason") if objections:
                pass  # of an objection
            case _:
                raise AssertionError(f"{path.name}, line {call.lineno}: this test cannot tell the reason")


def reasons_of_the_code() -> set[tuple[str, str]]:
    found = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE).as_posix()
        for reason in reasons_in(path):
            assert module in STAGE_OF_MODULE, f"{module} rejects as {reason}: name its stage here"
            found.add((STAGE_OF_MODULE[module], reason))
    return found


def test_every_reason_is_explained_and_no_other() -> None:
    rows = table(read("pipeline.md"), "| stage | reason |")
    documented = {(re.sub("`", "", cells[0]), code_in(cells[1])[0].partition(":")[0]) for cells in rows}
    assert documented == reasons_of_the_code()


def test_what_is_no_rejection_is_explained_too() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py")))
    flags = set(re.findall(r'\.flagged\("(\w+)"\)', sources))
    trial_reasons = set(re.findall(r'Trial\([^()]*reason="(\w+)"', sources))
    assert flags
    assert trial_reasons
    assert [name for name in sorted(flags | trial_reasons) if f"`{name}`" not in read("pipeline.md")] == []
