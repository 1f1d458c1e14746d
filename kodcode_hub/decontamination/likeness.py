"""How like a benchmark's item what a question asks is: the concepts of their sentences, side by side.

An item may be asked for in one sentence of a long question, and a question may say in one sentence what the item
says in five. So every run of the question's sentences is compared with the item's beginnings, and the pair that
agrees best counts.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from kodcode_hub.decontamination.concepts import concept_hash, known_concepts
from kodcode_hub.decontamination.fingerprint import Fingerprint, Sentence

_Part = TypeVar("_Part", int, tuple[int, int])

_MOST_SENTENCES = 60
"""Of a question are read."""
_LEAST_BEGINNING = 0.8
"""Weight from which an item's first sentences count as its task."""
_LATER = 0.03
"""What each sentence before a run takes from it: what is asked stands at the beginning more often than not."""
_LATEST = 0.1
_RICHER = 0.05
"""What the weight that both have, up to 2, gives to a run: a rich agreement is worth more than a poor one."""
_NEGATION, _NULL = concept_hash("negation"), concept_hash("null")
_SHORT, _LONG = (0.55, 0.7), (0.8, 0.9)
"""Likeness of two sentences, and of longer texts, from which opposites count; and from which it counts that they stand
in another order, or that only one of two sentences has a negation."""
_APART = 3
"""Two concepts are a pair if the second is among this many behind the first."""


@dataclass(frozen=True)
class Stretch:
    """Some sentences that stand one behind the other."""

    sentences: tuple[Sentence, ...]
    start: int

    @cached_property
    def order(self) -> list[int]:
        """Concepts in order."""
        return [concept for sentence in self.sentences for concept in sentence.concepts]

    @cached_property
    def concepts(self) -> frozenset[int]:
        """Without repetition."""
        return frozenset(self.order)

    @cached_property
    def weight(self) -> float:
        """Of its concepts."""
        return known_concepts().weigh(self.concepts)

    @cached_property
    def stems(self) -> frozenset[int]:
        """Of its words."""
        return frozenset[int]().union(*(sentence.stems for sentence in self.sentences))

    @cached_property
    def pairs(self) -> frozenset[tuple[int, int]]:
        """Concepts that follow one another closely."""
        order = self.order
        return frozenset(
            (first, second) for at, first in enumerate(order) for second in order[at + 1 : at + 1 + _APART]
        )


@dataclass(frozen=True, slots=True)
class Likeness:
    """A run of a question's sentences beside the beginning of an item that it agrees with best; by weight."""

    likeness: float = 0.0
    """What both have, over the mean of what each has (Dice)."""
    recall: float = 0.0
    """Share of the item's beginning that the question has."""
    precision: float = 0.0
    """Share of the question's run that the item has."""
    words: float = 0.0
    """Dice of the words as they stand, without synonyms."""
    order: float = 0.0
    """Dice of the pairs of concepts that follow one another."""
    shared: float = 0.0
    """Weight that both have, up to 2."""
    asked: float = 0.0
    """Weight of the item's beginning, up to 2.5."""
    begun: float = 0.0
    """Share of the item that this beginning is."""
    lacking: float = 0.0
    """Weight of the heaviest concept that the question lacks."""
    added: float = 0.0
    """Weight of the heaviest concept that the item lacks."""
    exchanged: float = 0.0
    """Weight that both have of their own: the smaller of the two."""
    elsewhere: float = 0.0
    """Logarithm of 1 + the weight that the rest of the question adds."""
    first: float = 0.0
    """1 where the run is the question's beginning."""
    opposites: int = 0
    """Concepts of the run that stand where the item has their opposite; a negation that only one of both has is one."""


class Asked:
    """A question's sentences as the runs of them that are compared."""

    def __init__(self, question: Fingerprint) -> None:
        sentences = (question.sentences + question.details)[:_MOST_SENTENCES]
        self.all = Stretch(sentences, 0)
        self._sentences = sentences
        self._runs: dict[tuple[int, int], Stretch] = {(0, len(sentences)): self.all}

    def runs(self, longest: int, concepts: frozenset[int]) -> Iterator[Stretch]:
        """Runs of up to ``longest`` sentences whose first has one of ``concepts``, and all sentences as one."""
        for start, sentence in enumerate(self._sentences):
            if not concepts.isdisjoint(sentence.concepts):
                for end in range(start + 1, min(len(self._sentences), start + longest) + 1):
                    yield self._run(start, end)
        if self._sentences:
            yield self.all

    def _run(self, start: int, end: int) -> Stretch:
        run = self._runs.get((start, end))
        if run is None:
            run = self._runs[start, end] = Stretch(self._sentences[start:end], start)
        return run


class Sought:
    """An item's beginnings: its first sentence, its first two, all."""

    def __init__(self, item: Fingerprint) -> None:
        count = len(item.sentences)
        self.all = Stretch(item.sentences, 0)
        self.with_details = Stretch(item.sentences + item.details, 0)
        beginnings = [Stretch(item.sentences[:length], 0) for length in sorted({1, 2} & set(range(count)))]
        self.beginnings = [*(one for one in beginnings if one.weight >= _LEAST_BEGINNING), self.all]


def best_likeness(asked: Asked, sought: Sought) -> Likeness:
    """Compare a question with an item; all zero where they have no concept in common."""
    best: tuple[float, Stretch, Stretch] | None = None
    for beginning in sought.beginnings:
        for run in asked.runs(max(2, len(beginning.sentences) + 1), beginning.concepts):
            merit = _merit(run, beginning)
            if merit is not None and (best is None or merit > best[0]):
                best = merit, run, beginning
    return Likeness() if best is None else _likeness(best[1], best[2], asked=asked, sought=sought)


def _merit(run: Stretch, beginning: Stretch) -> float | None:
    shared = known_concepts().weigh(run.concepts & beginning.concepts)
    if not shared:
        return None
    dice = 2 * shared / (_weight_beside(run, beginning, shared) + beginning.weight)
    return dice - min(_LATEST, _LATER * run.start) + _RICHER * min(2.0, shared)


def count_opposites(run: Stretch, beginning: Stretch) -> int:
    """Where two stretches that are nearly the same say the opposite of one another.

    Where little agrees, one word is the opposite of some other by chance, and so it counts for nothing.
    """
    shared = known_concepts().weigh(run.concepts & beginning.concepts)
    weight = _weight_beside(run, beginning, shared) + beginning.weight
    likeness = 2 * shared / weight if weight else 0.0
    is_short = len(run.sentences) == len(beginning.sentences) == 1
    much, nearly_all = _SHORT if is_short else _LONG
    count = _opposites(run.order, beginning.order) if likeness >= much else 0
    if likeness >= nearly_all:
        count += (is_short and _is_negated(run, beginning)) + _turned_round(run.order, beginning.order)
    return count


def _weight_beside(run: Stretch, beginning: Stretch, shared: float) -> float:
    """What a run weighs beside a beginning, of which ``shared`` is in both."""
    return shared + known_concepts().weigh_more(run.concepts - beginning.concepts)


def _likeness(run: Stretch, beginning: Stretch, *, asked: Asked, sought: Sought) -> Likeness:
    weigh, weight = known_concepts().weigh, known_concepts().weight
    shared = weigh(run.concepts & beginning.concepts)
    added, lacking = run.concepts - beginning.concepts, beginning.concepts - run.concepts
    weight_of_run = _weight_beside(run, beginning, shared)
    likeness = 2 * shared / (weight_of_run + beginning.weight)
    elsewhere = weigh(asked.all.concepts - beginning.concepts - run.concepts)
    return Likeness(
        likeness=likeness,
        recall=shared / beginning.weight,
        precision=shared / weight_of_run,
        words=_dice(run.stems, beginning.stems),
        order=_dice(run.pairs, beginning.pairs),
        shared=min(2.0, shared),
        asked=min(2.5, beginning.weight),
        begun=beginning.weight / sought.all.weight,
        lacking=max(map(weight, lacking), default=0.0),
        added=max(map(weight, added), default=0.0),
        exchanged=min(weigh(added), weigh(lacking)),
        elsewhere=math.log1p(elsewhere),
        first=float(run.start == 0),
        opposites=max(count_opposites(run, beginning), count_opposites(asked.all, sought.with_details)),
    )


def _dice(one: frozenset[_Part], other: frozenset[_Part]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0


def _opposites(run: Sequence[int], beginning: Sequence[int]) -> int:
    """How many concepts the run has and the beginning has not, which has an opposite of theirs more often."""
    has, sought = Counter(run), Counter(beginning)
    lacking = {concept for concept in sought if sought[concept] > has[concept]}
    opposites = known_concepts().opposites
    more = (concept for concept in has if concept not in sought)
    return sum(1 for concept in more if not lacking.isdisjoint(opposites.get(concept, ())))


def _is_negated(run: Stretch, beginning: Stretch) -> bool:
    """Whether one of both has a negation; ``None`` where there is nothing is one too."""
    one, other = (_NEGATION in stretch.concepts or _NULL in stretch.concepts for stretch in (run, beginning))
    return one != other


def _turned_round(run: Sequence[int], beginning: Sequence[int]) -> bool:
    """Whether two opposites that both have stand in the other order."""
    opposites = known_concepts().opposites
    for place, concept in enumerate(beginning):
        for other in opposites.get(concept, frozenset()).intersection(beginning[place + 1 :]):
            if concept in run and other in run and beginning.index(concept) < beginning.index(other):
                return run.index(concept) > run.index(other)
    return False
