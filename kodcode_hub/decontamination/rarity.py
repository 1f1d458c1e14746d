"""How many items of the benchmarks at hand have a name, a value or a run of code: what all have proves nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set

from kodcode_hub.decontamination.concepts import known_concepts
from kodcode_hub.decontamination.fingerprint import Fingerprint

_MOST_OWNERS_OF_CODE = 5
_MOST_OWNERS_OF_VALUE = 3


class Rarity:
    """Counts over all items."""

    def __init__(self, items: Iterable[Fingerprint]) -> None:
        self._names: Counter[int] = Counter()
        self._values: Counter[int] = Counter()
        self._code: Counter[int] = Counter()
        for item in items:
            self._names.update(item.names)
            self._values.update(item.values)
            self._code.update(item.code)

    def of_name(self, name: int) -> float:
        """1 where one item has it, 1/2 where two have."""
        return 1 / self._names[name] if name in self._names else 0.0

    def of_value(self, value: int) -> float:
        """1 where one item has it, 1/4 where two have, 0 where many do or none."""
        owners = self._values[value]
        return 1 / owners**2 if 0 < owners <= _MOST_OWNERS_OF_VALUE else 0.0

    def is_own_code(self, gram: int) -> bool:
        """Whether only few items have it."""
        return 0 < self._code[gram] <= _MOST_OWNERS_OF_CODE

    @staticmethod
    def share_by_weight(sought: Set[int], has: Set[int]) -> float:
        """Share of the weight of the concepts ``sought`` that are among ``has``."""
        total = known_concepts().weigh(sought)
        return known_concepts().weigh(sought & has) / total if total else 0.0
