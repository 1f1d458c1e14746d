"""Fenced code blocks of a reply, as models really write them.

Only lines that are fences are fences: a run of backticks inside a string of the code stays what it is.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

_OPENING = re.compile(r"^(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<language>[^\s`]*)[^`\r\n]*\r?$")
# Models lose a backtick or two of the first fence ("`python").
_MANGLED_OPENING = re.compile(r"^`{1,2}[ \t]*(?:python3?|py)[ \t]*\r?$")
_PYTHON = {"", "python", "python3", "py", "py3"}
_CLOSINGS_TRIED = 8


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block."""

    language: str
    code: str
    closed: bool

    @property
    def is_python(self) -> bool:
        """True for blocks marked as Python and for unmarked ones."""
        return self.language.lower() in _PYTHON


def fenced_blocks(text: str) -> list[Block]:
    """All fenced blocks of ``text``, in order."""
    return list(_scan(text.split("\n")))


def section_code(text: str) -> str | None:
    """The Python code of a section: its Python blocks one after the other, or the bare text where nothing is fenced.

    Returns None where there is no code at all. Blocks are joined because some models put a helper into one of its own.
    """
    lines = text.strip("\r\n").split("\n")
    if _MANGLED_OPENING.match(lines[0]):
        lines[0] = "```python"
    blocks = [block for block in _scan(lines) if block.is_python]
    marked = [block for block in blocks if block.language]
    if blocks and not _is_stray_closing(lines, blocks):
        code = "\n\n".join(block.code.strip("\r\n") for block in marked or blocks)
    else:
        code = "\n".join(line for line in lines if not _is_bare_fence(line)).strip("\r\n")
    return code if code.strip() else None


def parses(code: str) -> bool:
    """True if ``code`` is valid Python for this interpreter."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _scan(lines: list[str]) -> Iterator[Block]:
    index = 0
    while index < len(lines):
        opening = _OPENING.match(lines[index])
        if opening is None:
            index += 1
            continue
        end = _closing_line(lines, index, opening)
        body = lines[index + 1 : end if end is not None else len(lines)]
        yield Block(opening["language"], _dedent(body, opening["indent"]), closed=end is not None)
        index = len(lines) if end is None else end + 1


def _closing_line(lines: list[str], start: int, opening: re.Match[str]) -> int | None:
    """The first closing fence at which the code parses, else the first: code may hold a fence in a docstring."""
    closings = [
        index
        for index in range(start + 1, len(lines))
        if lines[index].strip().startswith(opening["fence"]) and not lines[index].strip().strip(opening["fence"][0])
    ]
    if opening["language"].lower() in _PYTHON:
        for index in closings[:_CLOSINGS_TRIED]:
            if parses(_dedent(lines[start + 1 : index], opening["indent"])):
                return index
    return closings[0] if closings else None


def _dedent(lines: list[str], indent: str) -> str:
    if not indent:
        return "\n".join(lines)
    return "\n".join(line.removeprefix(indent) for line in lines)


def _is_bare_fence(line: str) -> bool:
    return line.strip() in {"```", "~~~"}


def _is_stray_closing(lines: list[str], blocks: list[Block]) -> bool:
    """True where the only "block" is an unmarked fence on the last line: a closing whose opening is missing."""
    return len(blocks) == 1 and not blocks[0].code.strip() and not blocks[0].closed and _is_bare_fence(lines[-1])
