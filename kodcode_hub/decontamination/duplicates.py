"""Which texts repeat an earlier one: the first of a cluster stays, and only verified likeness to a kept text counts.

KodCode's rule compares a row with its nearest neighbour only and drops both of a pair; here exactly one of them
stays, and a chain of near-duplicates does not swallow texts that are far from the one that is kept. These functions
hold all texts in memory; ``kodcode dedup`` (``pipeline/dedup_file.py``) does the same to files of any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from kodcode_hub.decontamination.banded_keys import add_band_keys, bands_for
from kodcode_hub.decontamination.buckets import Buckets, KeyList
from kodcode_hub.decontamination.exact_join import prefix_keys
from kodcode_hub.decontamination.keepers import choose_keepers
from kodcode_hub.decontamination.shingles import exact_threshold
from kodcode_hub.decontamination.similar import Match
from kodcode_hub.errors import InputError
from kodcode_hub.record import Question, Rejected

if TYPE_CHECKING:
    from kodcode_hub.decontamination.shingle_hashes import ShingleHashes

DEFAULT_THRESHOLD = 0.8


@dataclass(frozen=True, slots=True)
class Duplicate:
    """What a text repeats."""

    of: int
    """Index of the text that stays."""
    similarity: Fraction
    """Exact Jaccard similarity of the two texts' shingles."""


@dataclass(frozen=True, slots=True)
class VerifiedPair:
    """Two texts whose exact similarity reaches the threshold; ``first`` < ``second``."""

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


def find_duplicates(
    texts: Sequence[str], *, threshold: float = DEFAULT_THRESHOLD, exact: bool = False
) -> list[Duplicate | None]:
    """For each text what it repeats, or None if it stays.

    A text repeats an earlier one that stays and is similar enough; of several the most similar is named, then the
    earliest. Texts without words stay.

    Args:
        texts: in the order in which they were there.
        threshold: similarity from which a text is a duplicate.
        exact: compare all pairs that can reach the threshold. Without it near-duplicates are found with the
            probability of datasketch's index (0.87 at a similarity of exactly 0.8, rising steeply above), equal texts
            always.

    Raises:
        UsageError: the threshold is not above 0, or above 1.
    """
    wanted = exact_threshold(threshold)
    shingles, buckets = _hashed(texts, wanted, exact=exact)
    keepers = choose_keepers(shingles, buckets, threshold=wanted)
    found = map(keepers.match, range(len(texts)))
    return [None if match is None else Duplicate(match.row, match.similarity) for match in found]


def verified_pairs(texts: Sequence[str], *, threshold: float, exact: bool = False) -> list[VerifiedPair]:
    """All pairs of texts whose exact similarity reaches the threshold, in ascending order.

    Whether two texts make a pair depends on these two alone, not on the others or on any order.

    Args:
        texts: texts without words are in no pair.
        threshold: similarity that makes a pair.
        exact: miss none; without it those pairs that datasketch's index gives are compared.

    Raises:
        UsageError: the threshold is not above 0, or above 1.
    """
    wanted = exact_threshold(threshold)
    pairs: list[VerifiedPair] = []

    def add(row: int, match: Match) -> None:
        pairs.append(VerifiedPair(match.row, row, match.similarity))

    shingles, buckets = _hashed(texts, wanted, exact=exact)
    choose_keepers(shingles, buckets, threshold=wanted, on_pair=add)
    return sorted(pairs, key=lambda pair: (pair.first, pair.second))


def _hashed(texts: Sequence[str], threshold: Fraction, *, exact: bool) -> tuple[ShingleHashes, Buckets]:
    import numpy as np

    from kodcode_hub.decontamination.minhash import signature_matrix
    from kodcode_hub.decontamination.shingle_hashes import hash_shingles

    shingles = hash_shingles(texts)
    if exact:
        return shingles, prefix_keys(lambda: [shingles], threshold).buckets()
    keys = KeyList()
    add_band_keys(keys, signature_matrix(shingles), np.diff(shingles.offsets), bands_for(threshold))
    return shingles, keys.buckets()


def _require_unique_ids(questions: Sequence[Question]) -> None:
    rows: dict[str, int] = {}
    for row, question in enumerate(questions, start=1):
        if not question.id:
            raise InputError(f"question {row} has no id; without ids duplicates cannot be named")
        if rows.setdefault(question.id, row) != row:
            raise InputError(f"questions {rows[question.id]} and {row} have the same id {question.id!r}")
