"""What two texts are compared by: the set of their 5-word shingles, and the Jaccard similarity of two such sets.

Words are the runs of ``[a-z0-9_]`` in the lower-cased text, so that spacing, punctuation, case and Markdown do not
count; a shingle is 5 consecutive words joined by one blank. A shorter text is one shingle of all its words; a text
without words has no shingles and is like nothing, not even another such text.
"""

from __future__ import annotations

import re
from collections.abc import Set
from fractions import Fraction

from kodcode_hub.errors import UsageError

NORMALISATION = "lower-words-1"
"""Name of the rule above; it changes whenever the shingles of any text would."""

SHINGLE_WORDS = 5

Shingles = frozenset[str]

_WORD = re.compile("[a-z0-9_]+")


def shingles_of(text: str) -> Shingles:
    """The shingles of ``text``."""
    return shingles_of_words(words_of(text))


def words_of(text: str) -> list[str]:
    """The normalised words of ``text``, in order."""
    return _WORD.findall(text.lower())


def shingles_of_words(words: list[str]) -> Shingles:
    """The shingles of a text that is given by its words."""
    return frozenset(shingle_sequence(words))


def shingle_sequence(words: list[str]) -> list[str]:
    """All shingles in order, repeated ones too; the one at index i begins with word i."""
    if not words:
        return []
    return [" ".join(words[start : start + SHINGLE_WORDS]) for start in range(max(1, len(words) - SHINGLE_WORDS + 1))]


def jaccard(first: Set[str], second: Set[str]) -> Fraction:
    """Shared shingles over all shingles of both, exactly; 0 if either has none."""
    shared = len(first & second)
    return Fraction(shared, len(first) + len(second) - shared) if shared else Fraction(0)


def exact_threshold(threshold: float | Fraction) -> Fraction:
    """The number that was written: 0.8 becomes 4/5, which the float nearest to it exceeds by 4e-17.

    Raises:
        UsageError: not above 0, or above 1.
    """
    exact = threshold if isinstance(threshold, Fraction) else _as_written(threshold)
    if exact is None or not 0 < exact <= 1:
        raise UsageError(f"threshold {threshold} is not a similarity: give a number above 0 and up to 1, such as 0.8")
    return exact


def _as_written(number: float) -> Fraction | None:
    try:
        return Fraction(repr(float(number)))
    except ValueError:  # nan and inf
        return None
