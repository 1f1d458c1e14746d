"""What of a search is words, phrases and exclusions, and under which terms the index knows them.

The index knows a text as runs of letters and digits in lower case, by their stem: ``is_prime`` is two terms one after
the other, ``Palindromes`` is ``palindrom``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tantivy

MOST_PARTS = 24
LONGEST_TERM = 60
_PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_TERM = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a row must hold, or must not."""

    text: str
    """As it was written."""
    terms: tuple[str, ...]
    """As the index has them; several stand one after the other."""
    is_phrase: bool
    excluded: bool


def parse_words(query: str) -> list[Part]:
    """The parts of a search, at most 24; what holds no letter or digit is left out.

    ``"two words"`` is a phrase, ``-word`` excludes.
    """
    parts: list[Part] = []
    for match in _PART.finditer(query):
        text = match["phrase"] if match["phrase"] is not None else match["word"]
        terms = terms_of(text)
        if terms and len(parts) < MOST_PARTS:
            parts.append(Part(text.strip(), terms, match["phrase"] is not None, match["minus"] is not None))
    return parts


def terms_of(text: str) -> tuple[str, ...]:
    """The terms of a text."""
    words = (word.lower() for word in _TERM.findall(text))
    return tuple(stem(word) for word in words if len(word.encode()) < LONGEST_TERM)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a word in lower case, as the index has it."""
    stems: Sequence[str] = text_analyzer().analyze(word)
    return stems[0] if len(stems) == 1 else word


@lru_cache(maxsize=1)
def text_analyzer() -> tantivy.TextAnalyzer:
    """Runs of letters and digits, none longer than 60 bytes, in lower case, by their stem in English."""
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.remove_long(LONGEST_TERM)).filter(tantivy.Filter.lowercase())
    return builder.filter(tantivy.Filter.stemmer("english")).build()


@lru_cache(maxsize=1)
def name_analyzer() -> tantivy.TextAnalyzer:
    """Names of several words, one behind the other."""
    import tantivy

    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
