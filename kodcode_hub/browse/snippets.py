"""The piece of a text in which the words that were searched for stand, with the words marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kodcode_hub.browse.search_words import Part, stem

Pieces = list[tuple[str, bool]]
"""Text, and whether it was searched for; together one line."""

LENGTH = 180
_BEFORE = 50
_MOST_HITS = 200
_ALPHANUMERIC = r"[^\W_]"
_BLANKS = re.compile(r"\s+")
_EDGE = 12
"""How far a snippet's border is moved so that no word is cut."""
_TITLE = 120
_NO_TITLE = re.compile(r"^[#>*\s]+|\*\*|__|`")


@dataclass(frozen=True, slots=True)
class Marker:
    """Finds the words of one search in texts."""

    candidates: re.Pattern[str] | None
    terms: frozenset[str]

    def hits(self, text: str) -> list[tuple[int, int]]:
        """Where the words stand, in order, at most 200."""
        if self.candidates is None:
            return []
        found = []
        for match in self.candidates.finditer(text):
            if stem(match[0].lower()) in self.terms:
                found.append(match.span())
                if len(found) >= _MOST_HITS:
                    break
        return found


def make_marker(parts: Sequence[Part]) -> Marker:
    """A marker for the parts of a search that rows must hold."""
    terms = frozenset(term for part in parts if not part.excluded for term in part.terms)
    # A stem begins as its words do, but for an ending: its first letters find candidates, and the stem decides.
    beginnings = sorted({term[: max(2, len(term) - 2)] for term in terms}, key=len, reverse=True)
    if not beginnings:
        return Marker(None, terms)
    listed = "|".join(map(re.escape, beginnings))
    return Marker(re.compile(f"(?<!{_ALPHANUMERIC})(?:{listed}){_ALPHANUMERIC}*", re.IGNORECASE), terms)


def snippet(text: str, hits: Sequence[tuple[int, int]]) -> Pieces:
    """Some 180 characters around most hits; the beginning where there are none."""
    start = _start(text, hits)
    end = min(len(text), start + LENGTH)
    start, end = _move_to_words(text, start, end)
    pieces: Pieces = [("…", False)] if start > 0 else []
    at = start
    for first, last in hits:
        if first >= start and last <= end:
            pieces += [(_one_line(text[at:first]), False), (_one_line(text[first:last]), True)]
            at = last
    pieces.append((_one_line(text[at:end]) + ("…" if end < len(text) else ""), False))
    return [piece for piece in pieces if piece[0]]


def title(question: str) -> str:
    """The first line that says something, without marks of Markdown."""
    for line in question[:4000].splitlines():
        bare = _one_line(_NO_TITLE.sub("", line)).strip(" *:-=")
        if len(bare) > 2:
            return bare if len(bare) <= _TITLE else bare[: _TITLE - 1].rsplit(" ", 1)[0] + "…"
    return ""


def _start(text: str, hits: Sequence[tuple[int, int]]) -> int:
    """Where most different words are near, the first of such places."""
    best, most = 0, 0
    for index, (first, _) in enumerate(hits):
        start = max(0, first - _BEFORE)
        near = {text[a:b].lower() for a, b in hits[index : index + 20] if b <= start + LENGTH}
        if len(near) > most:
            best, most = start, len(near)
    return best


def _move_to_words(text: str, start: int, end: int) -> tuple[int, int]:
    if start > 0:
        blank = text.find(" ", start, start + _EDGE)
        start = blank + 1 if blank >= 0 else start
    if end < len(text):
        blank = text.rfind(" ", end - _EDGE, end)
        end = blank if blank > start else end
    return start, end


def _one_line(text: str) -> str:
    return _BLANKS.sub(" ", text)
