"""Which items of the benchmarks a question may be: the few that are worth a full comparison."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kodcode_hub.decontamination.concepts import known_concepts
from kodcode_hub.decontamination.fingerprint import Fingerprint
from kodcode_hub.decontamination.likeness import Sought
from kodcode_hub.decontamination.rarity import Rarity
from kodcode_hub.decontamination.signals import Suspect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_BY_TASK = 10
"""Candidates by each of the three ways of comparing concepts."""
_LEAST_LIKENESS = 0.25
_MOST_BY_WORDS = 5
_OPENING = 2
"""Sentences in which a question usually says what it wants."""
_POOR = 0.3
"""Weight that is added to an item's, so that one with a single light concept is not everybody's."""


@dataclass(frozen=True, slots=True)
class IndexedItem:
    """One item of one benchmark."""

    benchmark: int
    """Position of its benchmark."""
    fingerprint: Fingerprint
    sought: Sought


class BenchmarkIndex:
    """All items of some benchmarks, ready to be searched."""

    def __init__(self, benchmarks: Sequence[Sequence[Fingerprint]]) -> None:
        import numpy as np

        from kodcode_hub.decontamination.ngram_index import NgramIndex

        self.items = [
            IndexedItem(number, fingerprint, Sought(fingerprint))
            for number, fingerprints in enumerate(benchmarks)
            for fingerprint in fingerprints
        ]
        fingerprints = [item.fingerprint for item in self.items]
        self.rarity = Rarity(fingerprints)
        self._words = NgramIndex([_hashes(_grams(item)) for item in fingerprints], n=5)
        self._code = NgramIndex([_hashes(filter(self.rarity.is_own_code, item.code)) for item in fingerprints], n=6)
        self._weights = np.array([item.sought.all.weight for item in self.items], dtype=np.float64)
        self._by_concept = _postings([_all_concepts(item) for item in fingerprints])
        self._by_name = _postings([item.names for item in fingerprints])

    def candidates(self, suspect: Suspect) -> list[IndexedItem]:
        """The items that the question may be, each once, in the order of the benchmarks."""
        if not self.items:
            return []
        found: dict[int, None] = dict.fromkeys(self._by_task(suspect))
        for index, grams in (
            (self._words, suspect.fingerprint.passages[-1].grams),
            (self._code, suspect.fingerprint.code),
        ):
            shared = sorted(index.shared(_hashes(grams)), key=lambda hit: (-hit[1], hit[0]))
            found.update(dict.fromkeys(item for item, _ in shared[:_MOST_BY_WORDS]))
        for name in sorted(suspect.fingerprint.names):
            found.update(dict.fromkeys(self._by_name[name].tolist() if name in self._by_name else ()))
        return [self.items[position] for position in sorted(found)]

    def _by_task(self, suspect: Suspect) -> list[int]:
        opening = frozenset(
            concept for sentence in suspect.fingerprint.sentences[:_OPENING] for concept in sentence.concepts
        )
        everything, at_first = self._shared_weight(suspect.concepts), self._shared_weight(opening)
        weigh = known_concepts().weigh
        scores = (
            everything / (self._weights + _POOR),
            2 * everything / (self._weights + max(_POOR, weigh(suspect.concepts))),
            2 * at_first / (self._weights + max(_POOR, weigh(opening))),
        )
        return [position for score in scores for position in _best(score)]

    def _shared_weight(self, concepts: Set[int]) -> NDArray[np.float64]:
        import numpy as np

        shared = np.zeros(len(self.items))
        for concept in sorted(concepts):
            if concept in self._by_concept:
                shared[self._by_concept[concept]] += known_concepts().weight(concept)
        return shared


def _best(score: NDArray[np.float64]) -> list[int]:
    import numpy as np

    most = min(_MOST_BY_TASK, len(score))
    best = np.argpartition(-score, most - 1)[:most]
    return [int(position) for position in sorted(best) if score[position] >= _LEAST_LIKENESS]


def _grams(item: Fingerprint) -> Iterable[int]:
    return (gram for passage in item.passages for gram in passage.grams)


def _all_concepts(item: Fingerprint) -> set[int]:
    sentences = item.sentences + item.details
    return {concept for sentence in sentences for concept in sentence.concepts} | item.name_concepts


def _hashes(values: Iterable[int]) -> NDArray[np.uint64]:
    import numpy as np

    return np.fromiter(values, dtype=np.uint64)


def _postings(items: Sequence[Iterable[int]]) -> Mapping[int, NDArray[np.int64]]:
    import numpy as np

    postings: dict[int, list[int]] = {}
    for position, keys in enumerate(items):
        for key in keys:
            postings.setdefault(key, []).append(position)
    return {key: np.array(positions, dtype=np.int64) for key, positions in postings.items()}
