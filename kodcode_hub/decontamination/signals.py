"""All that is measured of one question beside one benchmark item: words, tasks, code, names, examples in common."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass

from kodcode_hub.decontamination.fingerprint import GRAM_WORDS, Fingerprint, Passage
from kodcode_hub.decontamination.likeness import Asked, Likeness, Sought, best_likeness
from kodcode_hub.decontamination.rarity import Rarity

_FEWEST_FOLDED, _FEWEST_NAMED = 16, 6
"""Shorter code is compared with its names; still shorter code (``return sum(x)``) is nobody's."""
_FEWEST_OWN = 4
"""Code with fewer runs that other items have not is nobody's either."""
_RARE_VALUES = 3
"""So many values that no other item has make the full score."""
_LONGEST = (8, 10, 13)


@dataclass(frozen=True, slots=True)
class Signals:
    """One question beside one item. Every score is a share from 0 to 1 where nothing else is said."""

    near_copy: float
    """Jaccard similarity of the runs of five words of the two whole texts."""
    ngram_8: float
    """Share of the item's runs of eight words that the question has; the same for ten and thirteen."""
    ngram_10: float
    ngram_13: float
    containment: float
    """Share of the weight of what the item asks that stands in runs of five words which the question has too."""
    contained: float
    """That weight itself, up to 6."""
    uncontained: float
    """Weight of the heaviest word that is not in such a run."""
    containment_all: float
    """The same share for the item's whole text, in the form of it that agrees best."""
    code: float
    """Share of the runs of code of the item's solution that the question has."""
    examples: float
    """Values of the item's examples that the question has, weighted by how few items have them."""
    same_name: float
    """1 over the number of items whose function has the name that the question's has."""
    named: float
    """Share, by weight, of the concepts in the item's name that the question speaks of."""
    task: Likeness

    def by_name(self) -> dict[str, float]:
        """All of them as one table."""
        return {name: float(value) for name, value in {**asdict(self), **asdict(self.task)}.items() if name != "task"}


class Suspect:
    """A question's fingerprint with what every comparison needs of it."""

    def __init__(self, fingerprint: Fingerprint) -> None:
        self.fingerprint = fingerprint
        self.asked = Asked(fingerprint)
        self.grams = frozenset(fingerprint.passages[-1].grams)
        self.concepts = self.asked.all.concepts | fingerprint.name_concepts


def measure(suspect: Suspect, item: Fingerprint, *, sought: Sought, rarity: Rarity) -> Signals:
    """Compare one question with one item."""
    statement, *wholes = item.passages
    asked = _covered(statement, suspect.grams)
    whole = max((_covered(passage, suspect.grams) for passage in wholes), key=lambda covered: covered.share)
    shares = [_share_of_longer(wholes, suspect.grams, n) for n in _LONGEST]
    return Signals(
        near_copy=max(_jaccard(suspect.grams, frozenset(passage.grams)) for passage in wholes),
        ngram_8=shares[0],
        ngram_10=shares[1],
        ngram_13=shares[2],
        containment=asked.share,
        contained=min(6.0, asked.weight),
        uncontained=asked.heaviest_left,
        containment_all=whole.share,
        code=_code(suspect.fingerprint, item, rarity),
        examples=min(
            1.0, sum(rarity.of_value(value) for value in suspect.fingerprint.values & item.values) / _RARE_VALUES
        ),
        same_name=max((rarity.of_name(name) for name in suspect.fingerprint.names & item.names), default=0.0),
        named=rarity.share_by_weight(item.name_concepts, suspect.concepts),
        task=best_likeness(suspect.asked, sought),
    )


@dataclass(frozen=True, slots=True)
class _Covered:
    share: float
    weight: float
    heaviest_left: float


def _covered(passage: Passage, grams: frozenset[int]) -> _Covered:
    """How much of a passage, by weight, stands in runs of five words that are among ``grams``."""
    if grams.isdisjoint(passage.grams):
        return _Covered(0.0, 0.0, max(passage.weights, default=0.0))
    covered = [False] * len(passage.weights)
    for start, gram in enumerate(passage.grams):
        if gram in grams:
            covered[start : start + GRAM_WORDS] = [True] * GRAM_WORDS
    weight = sum(weight for weight, inside in zip(passage.weights, covered, strict=True) if inside)
    left = max((weight for weight, inside in zip(passage.weights, covered, strict=True) if not inside), default=0.0)
    total = sum(passage.weights)
    return _Covered(weight / total if total else 0.0, weight, left)


def _share_of_longer(passages: Sequence[Passage], grams: frozenset[int], words: int) -> float:
    """Share of the runs of ``words`` words of a passage, all of whose runs of five are among ``grams``: the best."""
    apart = words - GRAM_WORDS
    return max(_runs(passage.grams, grams, apart) / max(1, len(passage.grams) - apart) for passage in passages)


def _runs(ordered: Sequence[int], grams: frozenset[int], apart: int) -> int:
    """How many places of ``ordered`` are followed by ``apart`` more, all of them among ``grams``."""
    if grams.isdisjoint(ordered):
        return 0
    found = length = 0
    for gram in ordered:
        length = length + 1 if gram in grams else 0
        found += length > apart
    return found


def _jaccard(one: Set[int], other: Set[int]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def _code(question: Fingerprint, item: Fingerprint, rarity: Rarity) -> float:
    """The share of the item's code that the question has, of all of it or of what is its own: the smaller one."""
    if len(item.code) < _FEWEST_FOLDED:
        enough = len(item.named_code) >= _FEWEST_NAMED
        return len(item.named_code & question.named_code) / len(item.named_code) if enough else 0.0
    if item.code.isdisjoint(question.code):
        return 0.0
    own = {gram for gram in item.code if rarity.is_own_code(gram)}
    if len(own) < _FEWEST_OWN:
        return 0.0
    return min(len(sought & question.code) / len(sought) for sought in (own, item.code))
