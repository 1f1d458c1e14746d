"""Which texts repeat an earlier one: the first of a cluster stays, and only verified likeness to a kept text counts.

KodCode's rule compares a row with its nearest neighbour only and drops both of a pair; here exactly one of them
stays, and a chain of near-duplicates does not swallow texts that are far from the one that is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kodcode_hub.decontamination.candidates import candidates_among
from kodcode_hub.decontamination.shingles import Shingles, exact_threshold, jaccard, shingles_of
from kodcode_hub.errors import InputError
from kodcode_hub.record import Question, Rejected

DEFAULT_THRESHOLD = 0.8
_HIGHEST_LSH_THRESHOLD = 0.95
"""datasketch has no index for thresholds near 1; a lower one finds these pairs too, and verification drops the rest."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """What a text repeats."""

    of: int
    """Index of the text that stays."""
    similarity: Fraction
    """Exact Jaccard similarity of the two texts' shingles."""


@dataclass(frozen=True, slots=True)
class VerifiedPair:
    """Two sets of shingles whose exact similarity reaches the threshold; ``first`` < ``second``."""

    first: int
    second: int
    similarity: Fraction


def deduplicate(
    questions: Sequence[Question], *, threshold: float = DEFAULT_THRESHOLD
) -> tuple[list[Question], list[Rejected]]:
    """Keep one of each cluster of near-duplicate questions: the first, in the order given.

    Returns:
        The questions that stay, and the others, rejected as ``duplicate_of:<id>`` with their similarity to that
        question.

    Raises:
        InputError: a question without id, or two with the same (their rows, from 1, are named).
        UsageError: the threshold is not above 0, or above 1.
    """
    _require_unique_ids(questions)
    found = find_duplicates([question.text for question in questions], threshold=threshold)
    kept = [question for question, duplicate in zip(questions, found, strict=True) if duplicate is None]
    rejected = [
        Rejected(question.id, f"duplicate_of:{questions[hit.of].id}", {"similarity": float(hit.similarity)})
        for question, hit in zip(questions, found, strict=True)
        if hit is not None
    ]
    return kept, rejected


def find_duplicates(texts: Sequence[str], *, threshold: float = DEFAULT_THRESHOLD) -> list[Duplicate | None]:
    """For each text what it repeats, or None if it stays.

    Of several kept texts that are similar enough, the most similar is named, then the earliest. Texts with the same
    shingles are compared as one, so that any number of copies costs no more than their hashing. Near-duplicates are
    found with the probability of datasketch's index (0.87 at a similarity of exactly 0.8, rising steeply above),
    equal texts always.

    Raises:
        UsageError: the threshold is not above 0, or above 1.
    """
    groups = _group_equal(shingles_of(text) for text in texts)
    similar: dict[int, list[VerifiedPair]] = defaultdict(list)
    for pair in verified_pairs(list(groups), threshold=threshold):
        similar[pair.second].append(pair)
    result: list[Duplicate | None] = [None] * len(texts)
    positions = list(groups.values())
    kept: set[int] = set()
    for group, members in enumerate(positions):
        original = _most_similar_kept(similar[group], kept)
        if original is not None:
            duplicate = Duplicate(positions[original.first][0], original.similarity)
        else:
            kept.add(group)
            duplicate = Duplicate(members[0], Fraction(1))
        for member in members:
            result[member] = duplicate if member != duplicate.of else None
    return result


def verified_pairs(shingle_sets: Sequence[Shingles], *, threshold: float) -> list[VerifiedPair]:
    """All candidate pairs whose exact similarity reaches the threshold, in ascending order.

    Whether two sets make a pair depends on these two alone, not on the others or on any order.
    """
    exact = exact_threshold(threshold)
    candidates = candidates_among(shingle_sets, threshold=float(min(exact, Fraction(_HIGHEST_LSH_THRESHOLD))))
    pairs = (VerifiedPair(i, j, jaccard(shingle_sets[i], shingle_sets[j])) for i, j in candidates)
    return [pair for pair in pairs if pair.similarity >= exact]


def _group_equal(shingle_sets: Iterable[Shingles]) -> dict[Shingles, list[int]]:
    """Positions by their shingles, in order of first appearance; those without any word are left out."""
    groups: dict[Shingles, list[int]] = {}
    for position, shingles in enumerate(shingle_sets):
        if shingles:
            groups.setdefault(shingles, []).append(position)
    return groups


def _most_similar_kept(pairs: Iterable[VerifiedPair], kept: set[int]) -> VerifiedPair | None:
    return max(
        (pair for pair in pairs if pair.first in kept),
        key=lambda pair: (pair.similarity, -pair.first),
        default=None,
    )


def _require_unique_ids(questions: Sequence[Question]) -> None:
    rows: dict[str, int] = {}
    for row, question in enumerate(questions, start=1):
        if not question.id:
            raise InputError(f"question {row} has no id; without ids duplicates cannot be named")
        if rows.setdefault(question.id, row) != row:
            raise InputError(f"questions {rows[question.id]} and {row} have the same id {question.id!r}")
