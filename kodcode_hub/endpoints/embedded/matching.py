"""Which of many sets of texts are contained in a prompt, without looking at all of them. Pure.

Every set is filed under one gram: :data:`GRAM` characters that begin with a word inside its longest text. Of a few such
grams it is the rarest, so that thousands of texts with the same beginning do not share one drawer. Wherever the longest
text stands in a prompt, that word begins there too; so only the grams at the prompt's words are looked up, and only
the sets filed under one of them are compared. Sets without such a gram (short texts) are compared with every prompt.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

GRAM = 16
_CHOICES = 8
"""Grams of a text to choose from."""

# The character before is part of the pattern: what stands before a text in a prompt could join its first word.
_WORD = re.compile(r"(?<=\W)\w")


class TextIndex:
    """Sets of texts, known by their position in the sequence that they were given in.

    Args:
        sets: a prompt matches a set if it contains all its texts; an empty set matches every prompt.
    """

    def __init__(self, sets: Sequence[tuple[str, ...]]) -> None:
        self._sets = sets
        self._everywhere: list[int] = []
        self._drawers: dict[str, list[int]] = defaultdict(list)
        choices = [_grams_to_choose_from(max(texts, key=len, default="")) for texts in sets]
        frequency = Counter(gram for grams in choices for gram in grams)
        for position, grams in enumerate(choices):
            drawer = self._drawers[min(grams, key=frequency.__getitem__)] if grams else self._everywhere
            drawer.append(position)

    def matches(self, prompt: str) -> Iterator[int]:
        """Positions of all sets whose texts the prompt contains, ascending."""
        grams = {gram for gram in _grams(prompt) if gram in self._drawers}
        candidates = [position for gram in grams for position in self._drawers[gram]]
        found: dict[str, bool] = {}
        for position in sorted([*candidates, *self._everywhere]):
            if all(_is_in(prompt, text, found) for text in self._sets[position]):
                yield position


def _grams(prompt: str) -> set[str]:
    return {prompt[match.start() : match.start() + GRAM] for match in _WORD.finditer(prompt)}


def _grams_to_choose_from(text: str) -> tuple[str, ...]:
    last = len(text) - GRAM
    places = (last * choice // (_CHOICES - 1) for choice in range(_CHOICES))
    starts = (match.start() for place in places if place >= 0 and (match := _WORD.search(text, place)))
    return tuple(dict.fromkeys(text[start : start + GRAM] for start in starts if start <= last))


def _is_in(prompt: str, text: str, found: dict[str, bool]) -> bool:
    # Many sets share a text (a delimiter, a question asked in several steps): it is looked for once a prompt.
    if text not in found:
        found[text] = text in prompt
    return found[text]
