"""Contamination by shared n-grams in plain Python: what is usually done, and what ours is compared with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

Gram = tuple[str, ...]

_WORD = re.compile("[a-z0-9_]+")


def joined_grams(items: Iterable[str], n: int) -> set[str]:
    """The n-grams of all items, each as one string."""
    return {gram for item in items for gram in _joined(item, n)}


def flags_by_joined(texts: Sequence[str], known: set[str], n: int) -> list[bool]:
    """Whether a text has any of the known n-grams: the set of its own ones beside theirs."""
    return [not known.isdisjoint(set(_joined(text, n))) for text in texts]


def tuple_grams(items: Iterable[str], n: int) -> set[Gram]:
    """The n-grams of all items, each as a tuple of words."""
    return {gram for item in items for gram in _tuples(item, n)}


def flags_by_tuples(texts: Sequence[str], known: set[Gram], n: int) -> list[bool]:
    """The same, as fast as plain Python was found to do it: tuples out of ``zip``, up to the first that is known."""
    return [not known.isdisjoint(_tuples(text, n)) for text in texts]


def _joined(text: str, n: int) -> Iterable[str]:
    words = _WORD.findall(text.lower())
    return (" ".join(words[start : start + n]) for start in range(len(words) - n + 1))


def _tuples(text: str, n: int) -> Iterable[Gram]:
    words = _WORD.findall(text.lower())
    return zip(*(words[skipped:] for skipped in range(n)), strict=False)
