"""Questions that repeat an item of a benchmark, whole or in large part, word for word.

Two signals over 5-word shingles: ``near_copy`` (the question as a whole is like the item: MinHash candidates, exact
Jaccard) and ``containment`` (the item's words stand somewhere in the question: exact, by an inverted index). Shingles
that many items share are the benchmark's template, not its content, and count for neither. Rephrased items are not
found this way.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kodcode_hub.decontamination.benchmarks import Benchmark
from kodcode_hub.decontamination.candidates import lsh_index
from kodcode_hub.decontamination.excerpt import matched_excerpt
from kodcode_hub.decontamination.minhash import signatures
from kodcode_hub.decontamination.shingles import Shingles, jaccard, shingles_of, shingles_of_words, words_of
from kodcode_hub.record import Question, Rejected

NEAR_COPY = Fraction(1, 2)
"""Jaccard similarity from which a question is a near copy of an item."""
NEAR_COPY_CANDIDATES = 0.4
"""Threshold of the index; lower, so that a pair at ``NEAR_COPY`` is a candidate with a probability of 0.996."""
CONTAINMENT = Fraction(7, 10)
"""Share of an item's shingles that a question must have."""
CONTAINMENT_SHINGLES = 8
"""An item with fewer shingles of its own counts as contained only if the question has all of them."""
WHOLE_ITEM_WORDS = 6
"""Shorter items ("Sort a list.") stand in innocent questions too."""
BOILERPLATE_ITEMS = 10
"""A shingle that more items than this share is boilerplate."""


@dataclass(frozen=True, slots=True)
class Match:
    """A benchmark item that a question repeats."""

    benchmark: str
    id: str
    method: str
    """``near_copy`` or ``containment``."""
    score: Fraction
    excerpt: str
    """The longest stretch of the question that stands in the item too."""


@dataclass(frozen=True, slots=True)
class _Item:
    benchmark: str
    id: str
    words: int
    all: Shingles
    own: Shingles
    """Without boilerplate."""


def decontaminate(
    questions: Sequence[Question], *, benchmarks: Sequence[Benchmark] | BenchmarkIndex
) -> tuple[list[Question], list[Rejected]]:
    """Take out the questions that repeat an item of a benchmark.

    Args:
        questions: in any order; each is judged by itself.
        benchmarks: or their index, where one serves several calls.

    Returns:
        The clean questions, and the others, rejected as ``contaminated:<benchmark>/<item id>`` with the best match as
        evidence.
    """
    index = benchmarks if isinstance(benchmarks, BenchmarkIndex) else BenchmarkIndex(benchmarks)
    clean: list[Question] = []
    rejected: list[Rejected] = []
    for question in questions:
        match = index.best_match(question.text)
        if match is None:
            clean.append(question)
        else:
            rejected.append(Rejected(question.id, f"contaminated:{match.benchmark}/{match.id}", _evidence(match)))
    return clean, rejected


class BenchmarkIndex:
    """All items of some benchmarks, ready to be compared with."""

    def __init__(self, benchmarks: Sequence[Benchmark]) -> None:
        texts = [
            (benchmark.name, identity, words_of(text)) for benchmark in benchmarks for identity, text in benchmark.items
        ]
        sets = [shingles_of_words(words) for _, _, words in texts]
        spread = Counter(shingle for shingles in sets for shingle in shingles)
        self._boilerplate = frozenset(shingle for shingle, items in spread.items() if items > BOILERPLATE_ITEMS)
        self._items = [
            _Item(name, identity, len(words), shingles, shingles - self._boilerplate)
            for (name, identity, words), shingles in zip(texts, sets, strict=True)
        ]
        self._holders: dict[str, list[int]] = defaultdict(list)
        for position, item in enumerate(self._items):
            for shingle in item.own:
                self._holders[shingle].append(position)
        self._near = lsh_index(threshold=NEAR_COPY_CANDIDATES)
        filled = [position for position, item in enumerate(self._items) if item.all]
        hashes = signatures(self._telling(self._items[position].all) for position in filled)
        for position, signature in zip(filled, hashes, strict=True):
            self._near.insert(position, signature)

    def best_match(self, text: str) -> Match | None:
        """The item with the highest score, or None; of equal scores a near copy wins, then the earliest item."""
        shingles = shingles_of(text)
        if not shingles:
            return None
        found = [*self._near_copies(shingles), *self._contained(shingles)]
        if not found:
            return None
        score, position, method = min(found, key=lambda hit: (-hit[0], hit[2] != "near_copy", hit[1]))
        item = self._items[position]
        excerpt = matched_excerpt(text, item.own or item.all)
        return Match(item.benchmark, item.id, method, score, excerpt)

    def _telling(self, shingles: Shingles) -> Shingles:
        """Without boilerplate; a text that is nothing but boilerplate is compared as it is."""
        return shingles - self._boilerplate or shingles

    def _near_copies(self, shingles: Shingles) -> Iterator[tuple[Fraction, int, str]]:
        telling = self._telling(shingles)
        for position in self._near.query(signatures([telling])[0]):
            score = jaccard(telling, self._telling(self._items[position].all))
            if score >= NEAR_COPY:
                yield score, position, "near_copy"

    def _contained(self, shingles: Shingles) -> Iterator[tuple[Fraction, int, str]]:
        shared = Counter(position for shingle in shingles for position in self._holders.get(shingle, ()))
        for position, count in shared.items():
            item = self._items[position]
            score = Fraction(count, len(item.own))
            whole = item.words >= WHOLE_ITEM_WORDS and item.all <= shingles
            if whole or (len(item.own) >= CONTAINMENT_SHINGLES and score >= CONTAINMENT):
                yield score, position, "containment"


def _evidence(match: Match) -> dict[str, object]:
    return {
        "benchmark": match.benchmark,
        "id": match.id,
        "method": match.method,
        "score": float(match.score),
        "excerpt": match.excerpt,
    }
