"""From a reply to a trial: a solution with its tests."""

from __future__ import annotations

from kodcode_hub.endpoints.protocol import Completion
from kodcode_hub.record import Trial
from kodcode_hub.synthesis.fences import fenced_blocks, parses, section_code
from kodcode_hub.synthesis.imports import write_missing_imports
from kodcode_hub.synthesis.sections import Section, find_section, is_encodable, strip_reasoning


def parse_answer(completion: Completion, *, index: int, teacher: str) -> Trial:
    """The trial that ``completion`` holds; one that cannot be read is an attempt too, with the reason ``unparsed``.

    The test that comes out imports what it uses of the solution; this text is executed and published from here on.
    """
    solution, test = _solution_and_test(completion)
    if solution is None or test is None:
        return Trial(index, reason="unparsed", teacher=teacher)
    test, imports = write_missing_imports(test, solution)
    return Trial(index, solution, test, imports_written=imports, teacher=teacher)


def _solution_and_test(completion: Completion) -> tuple[str | None, str | None]:
    visible = strip_reasoning(completion.text or "")
    if completion.finish != "stop" or visible is None or not is_encodable(visible):
        return None, None
    return _code_of(find_section(visible, "Solution")), _code_of(find_section(visible, "Test"))


def _code_of(section: Section | None) -> str | None:
    """A section without its closing delimiter counts if its code is visibly complete: fence closed, valid Python."""
    if section is None:
        return None
    code = section_code(section.text)
    if section.closed or code is None:
        return code
    blocks = fenced_blocks(section.text)
    return code if blocks and all(block.closed for block in blocks) and parses(code) else None
