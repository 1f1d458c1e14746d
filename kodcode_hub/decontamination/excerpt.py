"""The part of a text that a finding is about, for people to look at."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from kodcode_hub.decontamination.fingerprint import GRAM_WORDS

_WORD = re.compile("[a-z0-9_]+")
_LONGEST = 300


def matched_excerpt(text: str, grams: Set[int]) -> str:
    """The longest stretch of ``text`` whose runs of five words are all among ``grams``, as it stands there.

    At most 300 characters; the beginning of the text where no run is among them.
    """
    from kodcode_hub.decontamination.ngram_hashes import hash_words, ngram_hashes

    runs = ngram_hashes(hash_words([text], fast=False).of(0), GRAM_WORDS).tolist()
    first, length = _longest_run([run in grams for run in runs])
    if not length:
        return text.strip()[:_LONGEST]
    lowered = text.lower()
    words = list(_WORD.finditer(lowered))
    # Lower-casing changes the length of a few letters; then the lower-cased text is what the offsets fit.
    shown = text if len(lowered) == len(text) else lowered
    return shown[words[first].start() : words[first + length + GRAM_WORDS - 2].end()][:_LONGEST]


def _longest_run(flags: Sequence[bool]) -> tuple[int, int]:
    """Start and length of the longest run of True, the first of equal ones."""
    best = (0, 0)
    start = 0
    for position, flag in enumerate(flags):
        if not flag:
            start = position + 1
        elif position + 1 - start > best[1]:
            best = (start, position + 1 - start)
    return best
