"""What of a search is words, phrases and exclusions, and under which terms the index knows them.

The index knows a text as runs of letters and digits in lower case, those of questions by their stem: ``is_prime`` is
two terms one after the other, ``Palindromes`` in a question is ``palindrom``.
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
TERM = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a row must hold, or must not."""

    text: str
    """As it was written."""
    code: tuple[str, ...]
    """Its terms in solutions and tests; several stand one after the other."""
    question: tuple[str, ...]
    """Its terms in questions."""
    is_phrase: bool
    excluded: bool


def parse_words(query: str) -> list[Part]:
    """The parts of a search, at most 24; what holds no letter or digit is left out.

    ``"two words"`` is a phrase, ``-word`` excludes.
    """
    parts: list[Part] = []
    for match in _PART.finditer(query):
        text = match["phrase"] if match["phrase"] is not None else match["word"]
        code = code_terms(text)
        if code and len(parts) < MOST_PARTS:
            is_phrase, excluded = match["phrase"] is not None, match["minus"] is not None
            parts.append(Part(text.strip(), code, tuple(stem(term) for term in code), is_phrase, excluded))
    return parts


def code_terms(text: str) -> tuple[str, ...]:
    """The terms of a text."""
    return tuple(term for found in TERM.findall(text) if len((term := found.lower()).encode()) < LONGEST_TERM)


@lru_cache(maxsize=50_000)
def stem(term: str) -> str:
    """The stem of a word of English, as the index has it."""
    stems: Sequence[str] = question_analyzer().analyze(term)
    return stems[0] if len(stems) == 1 else term


@lru_cache(maxsize=1)
def question_analyzer() -> tantivy.TextAnalyzer:
    """How questions become terms."""
    import tantivy

    return code_builder().filter(tantivy.Filter.stemmer("english")).build()


@lru_cache(maxsize=1)
def code_analyzer() -> tantivy.TextAnalyzer:
    """How solutions and tests become terms."""
    return code_builder().build()


@lru_cache(maxsize=1)
def name_analyzer() -> tantivy.TextAnalyzer:
    """Names of several words, one behind the other."""
    import tantivy

    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def code_builder() -> tantivy.TextAnalyzerBuilder:
    """Runs of letters and digits, none longer than 60 bytes, in lower case."""
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    return builder.filter(tantivy.Filter.remove_long(LONGEST_TERM)).filter(tantivy.Filter.lowercase())
