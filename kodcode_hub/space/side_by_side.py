"""Two texts side by side, line by line, as safe HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from kodcode_hub.space.code_html import highlighted_lines, safe_text, source_lines

Kind = Literal["same", "changed", "removed", "added", "gap"]
Line = tuple[int, str]
"""Its number from 1, and HTML."""

_AROUND = 3
_MOST_PAIRS = 2_000_000
"""Of lines that are compared; of longer texts all between the first and the last difference differs."""
_LONGEST_LINE = 400
_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One line of both; of a ``gap`` only how many equal lines were left out."""

    kind: Kind
    left: Line | None = None
    right: Line | None = None
    skipped: int = 0

    def as_json(self) -> dict[str, Any]:
        """For the page."""
        return {"kind": self.kind, "left": self.left, "right": self.right, "skipped": self.skipped}


def compare(left: str, right: str) -> list[DiffRow]:
    """The lines of both beside each other; equal ones farther than 3 lines from a difference become a gap.

    Args:
        left: code of anybody's.
        right: likewise.
    """
    lines = source_lines(left), source_lines(right)
    coloured = highlighted_lines(left), highlighted_lines(right)
    rows: list[DiffRow] = []
    for kind, first, last, start, end in _blocks(*lines):
        if kind == "equal":
            rows += [
                DiffRow(
                    "same",
                    (first + index + 1, coloured[0][first + index]),
                    (start + index + 1, coloured[1][start + index]),
                )
                for index in range(last - first)
            ]
        else:
            rows += _differing(lines, coloured, range(first, last), range(start, end))
    return list(_with_gaps(rows))


def _blocks(left: Sequence[str], right: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    head = 0
    while head < min(len(left), len(right)) and left[head] == right[head]:
        head += 1
    tail = 0
    while tail < min(len(left), len(right)) - head and left[-1 - tail] == right[-1 - tail]:
        tail += 1
    middle = left[head : len(left) - tail], right[head : len(right) - tail]
    if len(middle[0]) * len(middle[1]) > _MOST_PAIRS:
        inner = [("replace", 0, len(middle[0]), 0, len(middle[1]))]
    else:
        # Lines that stand everywhere, such as empty ones, are no anchors: with them it would take minutes.
        inner = list(SequenceMatcher(None, *middle).get_opcodes())
    shifted = [(kind, a + head, b + head, c + head, d + head) for kind, a, b, c, d in inner]
    ends = len(left) - tail, len(left), len(right) - tail, len(right)
    return [("equal", 0, head, 0, head), *shifted, ("equal", *ends)]


def _differing(
    lines: tuple[list[str], list[str]], coloured: tuple[list[str], list[str]], left: range, right: range
) -> Iterator[DiffRow]:
    """Lines of both in pairs while there are any, then those that only one has."""
    pairs = min(len(left), len(right))
    for index in range(pairs):
        here, there = left[index], right[index]
        marked = _marked(lines[0][here], lines[1][there])
        yield DiffRow("changed", (here + 1, marked[0]), (there + 1, marked[1]))
    for index in left[pairs:]:
        yield DiffRow("removed", left=(index + 1, coloured[0][index]))
    for index in right[pairs:]:
        yield DiffRow("added", right=(index + 1, coloured[1][index]))


def _marked(left: str, right: str) -> tuple[str, str]:
    """Both lines with what differs marked, word by word."""
    if max(len(left), len(right)) > _LONGEST_LINE:
        return _mark(left), _mark(right)
    words = _WORD.findall(left), _WORD.findall(right)
    texts = ["", ""]
    for kind, *ends in SequenceMatcher(None, *words, autojunk=False).get_opcodes():
        for side in (0, 1):
            piece = "".join(words[side][ends[2 * side] : ends[2 * side + 1]])
            texts[side] += safe_text(piece) if kind == "equal" else _mark(piece)
    return texts[0], texts[1]


def _mark(text: str) -> str:
    return f"<mark>{safe_text(text)}</mark>" if text else ""


def _with_gaps(rows: Sequence[DiffRow]) -> Iterator[DiffRow]:
    near = set()
    for index, row in enumerate(rows):
        if row.kind != "same":
            near |= set(range(index - _AROUND, index + _AROUND + 1))
    skipped = 0
    for index, row in enumerate(rows):
        if index not in near:
            skipped += 1
            continue
        if skipped:
            yield DiffRow("gap", skipped=skipped)
        skipped = 0
        yield row
    if skipped:
        yield DiffRow("gap", skipped=skipped)
