"""The part of a text that a finding is about, for people to look at."""

from __future__ import annotations

import re

from kodcode_hub.decontamination.shingles import SHINGLE_WORDS, Shingles, shingle_sequence

_WORD = re.compile("[a-z0-9_]+")
_LONGEST = 300


def matched_excerpt(text: str, shingles: Shingles) -> str:
    """The longest stretch of ``text`` whose shingles are all among ``shingles``, as it stands there.

    At most 300 characters; empty if no shingle is among them.
    """
    lowered = text.lower()
    words = list(_WORD.finditer(lowered))
    first, length = _longest_run(
        [shingle in shingles for shingle in shingle_sequence([word.group() for word in words])]
    )
    if not length:
        return ""
    last = min(first + length + SHINGLE_WORDS - 2, len(words) - 1)
    # Lower-casing changes the length of a few letters; then the lower-cased text is what the offsets fit.
    shown = text if len(lowered) == len(text) else lowered
    return shown[words[first].start() : words[last].end()][:_LONGEST]


def _longest_run(flags: list[bool]) -> tuple[int, int]:
    """Start and length of the longest run of True, the first of equal ones."""
    best = (0, 0)
    start = 0
    for position, flag in enumerate(flags):
        if not flag:
            start = position + 1
        elif position + 1 - start > best[1]:
            best = (start, position + 1 - start)
    return best
