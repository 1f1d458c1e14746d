"""Two texts side by side: which lines are the same, which were changed, and which pieces of them.

Lines that both texts have exactly once are matched first, as in the patience diff; what lies between is matched by the
longest common subsequence. ``difflib`` was not taken: without its junk heuristic equal lines make it cubic. Here the
comparisons are counted, and what is left when they are used up counts as changed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise, zip_longest
from typing import Any, Literal

from kodcode_hub.space.code_html import Piece, Span, line_html, line_pieces

Kind = Literal["same", "changed", "removed", "added", "gap"]
Pair = tuple[int, int]

CONTEXT_LINES = 3
MOST_COMPARISONS = 1_000_000
"""Of lines in one call, and as many of words: about half a second."""
MOST_IN_A_BLOCK = 40_000
"""Of two blocks of lines between matched ones, 200 by 200; longer ones count as changed."""
_DEEPEST = 8
_WORD = re.compile(r"\w+|\s+|.")
_LEAST_ALIKE = 0.4
"""Two lines that share a smaller part of their characters are other lines: no parts of them are marked."""
_MOST_MARKED = 50
"""Parts of a line; with more of them nothing is marked, as nobody reads that."""


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One row: a line of each text, or of one of them, or the place of unchanged lines that are not shown."""

    kind: Kind
    left: tuple[int, str] | None
    """The line's number from 1, and the line as HTML."""
    right: tuple[int, str] | None
    skipped: int = 0
    """How many unchanged lines a gap stands for."""

    def as_json(self) -> dict[str, Any]:
        """The row as the routes answer it."""
        left, right = (None if side is None else list(side) for side in (self.left, self.right))
        return {"kind": self.kind, "left": left, "right": right, "skipped": self.skipped}


def compare(left: str, right: str) -> list[DiffRow]:
    """The rows of two Python texts; how their lines end does not count.

    Unchanged lines farther than 3 from a change become gaps, unless a gap would stand for one line only. Changed lines
    are coloured like all others, and what of them differs stands in ``<del>`` on the left and ``<ins>`` on the right.

    The work is bounded by a million comparisons of lines and as many of words, whatever the texts are. What is not
    compared any more counts as changed, line by line, and its words are not marked.
    """
    sides = _Side.of(left, "del"), _Side.of(right, "ins")
    words = Budget()
    matched = matching_pairs(sides[0].lines, sides[1].lines, Budget())
    steps = _steps(matched, (len(sides[0].lines), len(sides[1].lines)))
    return [_row(step, *sides, words) for step in _with_gaps(steps)]


@dataclass(slots=True)
class Budget:
    """How many comparisons may still be made."""

    comparisons: int = MOST_COMPARISONS

    def take(self, number: int) -> bool:
        """True if so many were left; they are used up then."""
        if number > min(self.comparisons, MOST_IN_A_BLOCK):
            return False
        self.comparisons -= number
        return True


def matching_pairs(left: Sequence[Hashable], right: Sequence[Hashable], budget: Budget) -> list[Pair]:
    """Positions of equal items, rising on both sides."""
    return list(_Matcher(left, right, budget).between((0, 0), (len(left), len(right)), 0))


@dataclass(frozen=True, slots=True)
class _Matcher:
    left: Sequence[Hashable]
    right: Sequence[Hashable]
    budget: Budget

    def between(self, start: Pair, end: Pair, depth: int) -> Iterator[Pair]:
        """The pairs of two blocks: first and last items that are equal, and those of what remains."""
        (i, j), (last_i, last_j) = start, end
        while i < last_i and j < last_j and self.left[i] == self.right[j]:
            yield i, j
            i, j = i + 1, j + 1
        while i < last_i and j < last_j and self.left[last_i - 1] == self.right[last_j - 1]:
            last_i, last_j = last_i - 1, last_j - 1
        if i < last_i and j < last_j:
            yield from self._inside((i, j), (last_i, last_j), depth)
        yield from zip(range(last_i, end[0]), range(last_j, end[1]), strict=True)

    def _inside(self, start: Pair, end: Pair, depth: int) -> Iterator[Pair]:
        anchors = self._anchors(start, end) if depth < _DEEPEST else []
        if not anchors:
            yield from self._common_subsequence(start, end)
            return
        for (i, j), anchor in pairwise([(start[0] - 1, start[1] - 1), *anchors, end]):
            yield from self.between((i + 1, j + 1), anchor, depth + 1)
            if anchor != end:
                yield anchor

    def _anchors(self, start: Pair, end: Pair) -> list[Pair]:
        """The longest rising row of items that each side has exactly once."""
        left, right = self.left[start[0] : end[0]], self.right[start[1] : end[1]]
        once = {item for item, count in Counter(left).items() if count == 1}
        once &= {item for item, count in Counter(right).items() if count == 1}
        places = {item: j for j, item in enumerate(right, start[1]) if item in once}
        return _longest_rising([(i, places[item]) for i, item in enumerate(left, start[0]) if item in once])

    def _common_subsequence(self, start: Pair, end: Pair) -> Iterator[Pair]:
        rows, columns = end[0] - start[0], end[1] - start[1]
        if not self.budget.take(rows * columns):
            return
        lengths = [[0] * (columns + 1) for _ in range(rows + 1)]
        for i in reversed(range(rows)):
            item, below, row = self.left[start[0] + i], lengths[i + 1], lengths[i]
            for j in reversed(range(columns)):
                row[j] = below[j + 1] + 1 if item == self.right[start[1] + j] else max(below[j], row[j + 1])
        i = j = 0
        while lengths[i][j]:
            if lengths[i + 1][j] == lengths[i][j]:
                i += 1
            elif lengths[i][j + 1] == lengths[i][j]:
                j += 1
            else:  # without either of them one is lost: they are a pair
                yield start[0] + i, start[1] + j
                i, j = i + 1, j + 1


def _longest_rising(pairs: Sequence[Pair]) -> list[Pair]:
    """The longest part of pairs, which rise on the left, that rises on the right too."""
    lowest: list[int] = []  # for each length, the lowest right side that a row of this length can end with
    ends: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(lowest, j)
        before.append(ends[length - 1] if length else -1)
        lowest[length : length + 1] = [j]
        ends[length : length + 1] = [number]
    number = ends[-1] if ends else -1
    chain = []
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


@dataclass(frozen=True, slots=True)
class _Step:
    """A row before it is HTML: positions from 0."""

    kind: Kind
    left: int | None
    right: int | None
    skipped: int = 0


def _steps(matched: Sequence[Pair], end: Pair) -> Iterator[_Step]:
    i = j = 0
    for next_i, next_j in [*matched, end]:
        for one, other in zip_longest(range(i, next_i), range(j, next_j)):
            yield _Step("added" if one is None else "removed" if other is None else "changed", one, other)
        if (next_i, next_j) != end:
            yield _Step("same", next_i, next_j)
        i, j = next_i + 1, next_j + 1


def _with_gaps(steps: Iterable[_Step]) -> Iterator[_Step]:
    runs = [list(run) for _, run in groupby(steps, key=lambda step: step.kind == "same")]
    for number, run in enumerate(runs):
        head = CONTEXT_LINES if number else 0
        tail = CONTEXT_LINES if number < len(runs) - 1 else 0
        hidden = len(run) - head - tail
        if run[0].kind != "same" or hidden < 2:
            yield from run
        else:
            yield from run[:head]
            yield _Step("gap", None, None, hidden)
            yield from run[len(run) - tail :]


@dataclass(frozen=True, slots=True)
class _Side:
    """One text, as it is compared and as it is shown."""

    pieces: list[list[Piece]]
    lines: list[str]
    mark: str

    @staticmethod
    def of(text: str, mark: str) -> _Side:
        pieces = line_pieces(text)
        return _Side(pieces, ["".join(piece for _, piece in line) for line in pieces], mark)

    def shown(self, position: int | None, marked: Sequence[Span] = ()) -> tuple[int, str] | None:
        return None if position is None else (position + 1, line_html(self.pieces[position], marked, self.mark))


def _row(step: _Step, left: _Side, right: _Side, words: Budget) -> DiffRow:
    marked: tuple[Sequence[Span], Sequence[Span]] = ((), ())
    if step.left is not None and step.right is not None and step.kind == "changed":
        marked = _differing(left.lines[step.left], right.lines[step.right], words)
    return DiffRow(step.kind, left.shown(step.left, marked[0]), right.shown(step.right, marked[1]), step.skipped)


def _differing(left: str, right: str, budget: Budget) -> tuple[list[Span], list[Span]]:
    """The parts of each line that the other does not have; none where hardly anything is the same."""
    words = _WORD.findall(left), _WORD.findall(right)
    same = matching_pairs(*words, budget)
    if 2 * sum(len(words[0][i]) for i, _ in same) < _LEAST_ALIKE * (len(left) + len(right)):
        return [], []
    spans = _spans(left, words[0], {i for i, _ in same}), _spans(right, words[1], {j for _, j in same})
    return spans if max(map(len, spans)) <= _MOST_MARKED else ([], [])


def _spans(line: str, words: Sequence[str], same: set[int]) -> list[Span]:
    """Where the words that are not the same stand; two with nothing but space between are one."""
    spans: list[Span] = []
    start = 0
    for number, word in enumerate(words):
        end = start + len(word)
        if number not in same and spans and not line[spans[-1][1] : start].strip():
            spans[-1] = (spans[-1][0], end)
        elif number not in same:
            spans.append((start, end))
        start = end
    return spans
