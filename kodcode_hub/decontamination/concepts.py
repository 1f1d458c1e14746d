"""The words of a task as concepts: synonyms are one, words that every task has are none.

"Return the count of capital letters in the text" and "Find how many upper case characters a string has" have nearly
the same concepts. Which words mean the same, which are opposites and which say little stands in ``concepts.toml``;
how often a concept occurs among 2,282 tasks of benchmarks, from which its weight comes, in
``concept_frequencies.tsv``.

In fingerprints a concept is a 64-bit hash, so that a benchmark can be compared with whose text is not here.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from hashlib import blake2b, sha256
from importlib.resources import files
from typing import TypedDict

_PIECE = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+(?:\.\d+)?")
_ANY = "~"
_VOWEL = re.compile("[aeiouy]")
_PHRASE_PART = re.compile(r"~|[a-z]+|\d+")
_UNKNOWN = 0.6
"""What a word weighs that is in no task of the benchmarks and only one of two texts has: often it is only wording."""
_NOTHING = "void"
_WHOLE = frozenset({"note", "notes", "plane", "planes"})
"""Words whose stem would be another word."""
_LIGHT = 0.35
"""What a light concept weighs, as a share of its weight by frequency."""


class Vocabulary(TypedDict):
    """What ``concepts.toml`` holds."""

    void: str
    light: str
    same: dict[str, list[str]]
    opposites: dict[str, list[list[str]]]


class Concepts:
    """A vocabulary, ready to be looked up."""

    def __init__(self, vocabulary: Vocabulary, frequencies: Mapping[str, int], *, tasks: int) -> None:
        """Take in a vocabulary.

        Args:
            frequencies: in how many tasks a concept occurs; one that is not there occurs in none.
            tasks: among how many.
        """
        self._void = {stem(word) for word in vocabulary["void"].split()}
        self._phrases = _phrases_by_first_word(vocabulary["same"])
        light = set(vocabulary["light"].split())
        self._weights = {
            concept_hash(concept): _weight(count, tasks) * (_LIGHT if concept in light else 1.0)
            for concept, count in (dict.fromkeys(light, 0) | dict(frequencies)).items()
        }
        self.opposites: dict[int, frozenset[int]] = _both_ways(vocabulary["opposites"]["pairs"])
        """By a concept's hash, the hashes of its opposites."""

    def of(self, text: str) -> list[str]:
        """The concepts of ``text`` in order, repeated ones too."""
        return list(self._read([stem(piece) for piece in pieces(text)]))

    def weight(self, concept: int) -> float:
        """How much a concept, given by its hash, tells about a task: 0 for one that all have, 1 for a rare one."""
        return self._weights.get(concept, 1.0)

    def weigh(self, concepts: Iterable[int]) -> float:
        """The sum of the weights."""
        return sum(self._weights.get(concept, 1.0) for concept in concepts)

    def weigh_more(self, concepts: Iterable[int]) -> float:
        """The sum of the weights of what one text says more than another: of words that no task has, each a part."""
        return sum(self._weights.get(concept, _UNKNOWN) for concept in concepts)

    @lru_cache(maxsize=1 << 16)  # noqa: B019  there is one vocabulary, which lives as long as the process
    def word_weight(self, word: str) -> float:
        """The weight of the heaviest concept in one word, such as ``max_sum``; 0 for a word that says nothing."""
        return max((self.weight(concept_hash(concept)) for concept in self.of(word)), default=0.0)

    def _read(self, stems: Sequence[str]) -> Iterator[str]:
        position = 0
        while position < len(stems):
            concept, length = self._longest(stems, position)
            position += length
            if concept != _NOTHING:
                yield concept

    def _longest(self, stems: Sequence[str], position: int) -> tuple[str, int]:
        for phrase, concept in self._phrases.get(stems[position], ()):
            there = stems[position : position + len(phrase)]
            if len(there) == len(phrase) and all(a in (b, _ANY) for a, b in zip(phrase, there, strict=True)):
                return concept, len(phrase)
        word = stems[position]
        # Single letters are names of values.
        void = word in self._void or (len(word) == 1 and not word.isdigit())
        return (_NOTHING if void else word), 1


def pieces(text: str) -> list[str]:
    """The words of prose and of the names in it, lower-cased: ``maxSum_of`` is max, sum, of."""
    return [piece.lower() for piece in _PIECE.findall(text)]


@lru_cache(maxsize=1 << 16)
def concept_hash(concept: str) -> int:
    """64 bits that stand for a concept or any other short text."""
    return int.from_bytes(blake2b(concept.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """``word`` without its inflection: one form for ``divides``, ``divided``, ``dividing``.

    Only inflection: the usual stemmers make "positive" and "position" one word, or "combine" and "combination".
    """
    if len(word) <= 3 or word in _WHOLE or not word.isalpha():
        return word
    word = _without_ending(_without_plural(word))
    if word.endswith("i"):
        word = word[:-1] + "y"
    if len(word) > 3:
        word = word.removesuffix("e")
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


@cache
def known_concepts() -> Concepts:
    """The vocabulary that comes with the package."""
    vocabulary, frequencies = _texts()
    counts = dict(line.split("\t") for line in frequencies.splitlines() if not line.startswith("#"))
    tasks = int(counts.pop("tasks"))
    loaded: Vocabulary = tomllib.loads(vocabulary)  # type: ignore[assignment]
    return Concepts(loaded, {concept: int(count) for concept, count in counts.items()}, tasks=tasks)


@cache
def vocabulary_version() -> str:
    """Eight hex digits that change with the vocabulary."""
    return sha256("".join(_texts()).encode()).hexdigest()[:8]


def _texts() -> tuple[str, str]:
    folder = files("kodcode_hub.decontamination")
    names = ("concepts.toml", "concept_frequencies.tsv")
    vocabulary, frequencies = (folder.joinpath(name).read_text(encoding="utf-8") for name in names)
    return vocabulary, frequencies


def _weight(count: int, tasks: int) -> float:
    return math.log((tasks + 1) / (count + 1)) / math.log(tasks + 1)


def _phrases_by_first_word(same: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """By the stem of the first word, the phrases that begin with it and their concepts; the longest first."""
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for concept, texts in same.items():
        for text in texts:
            stems = tuple(part if part == _ANY else stem(part) for part in _PHRASE_PART.findall(text.lower()))
            phrases.setdefault(stems[0], []).append((stems, concept))
    for known in phrases.values():
        known.sort(key=lambda entry: -len(entry[0]))
    return phrases


def _both_ways(pairs: Iterable[Sequence[str]]) -> dict[int, frozenset[int]]:
    opposites: dict[int, set[int]] = {}
    for one, other in pairs:
        opposites.setdefault(concept_hash(one), set()).add(concept_hash(other))
        opposites.setdefault(concept_hash(other), set()).add(concept_hash(one))
    return {concept: frozenset(others) for concept, others in opposites.items()}


def _without_plural(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _without_ending(word: str) -> str:
    for ending in ("ing", "ed"):
        before = word.removesuffix(ending)
        if before != word and len(before) > 2 and _VOWEL.search(before):
            return before
    return word
