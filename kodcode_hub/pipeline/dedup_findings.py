"""What ``kodcode dedup`` found for each row of its input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kodcode_hub.pipeline.dedup_against import EarlierFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kodcode_hub.decontamination.keepers import Keepers
    from kodcode_hub.decontamination.semantic import Nearest
    from kodcode_hub.pipeline.row_source import IdList


@dataclass(frozen=True, slots=True)
class Findings:
    """By the position of a row in the input, from 0. Behind the scenes the rows of earlier files come first."""

    ids: IdList
    keepers: Keepers
    earlier: Sequence[EarlierFile]
    without_words: int
    """Rows of the input that have none."""
    involved: int
    """Rows that had to be compared, those of earlier files too."""
    semantic: Mapping[int, Nearest] | None = None
    """What rows repeat by their embeddings, by position among all rows; None where no model was asked."""

    @property
    def rows(self) -> int:
        """How many the input has."""
        return len(self.ids) - self.first

    @property
    def first(self) -> int:
        """How many rows the earlier files have."""
        return sum(file.rows for file in self.earlier)

    @property
    def duplicates(self) -> int:
        """How many rows of the input repeat another one."""
        return int((self.keepers.rows >= 0).sum())

    def id(self, position: int) -> str:
        """Of a row of the input."""
        return self.ids[self.first + position]

    def columns(self, position: int) -> dict[str, str | float | None]:
        """What is added to a row of the input, by column."""
        match = self.keepers.match(self.first + position)
        added: dict[str, str | float | None] = {
            "duplicate_of": None if match is None else self.ids[match.row],
            "similarity": None if match is None else match.shared / match.union,
        }
        if self.semantic is not None:
            near = self.semantic.get(self.first + position)
            added["semantic_duplicate_of"] = None if near is None else self.ids[near.row]
            added["cosine"] = None if near is None else near.cosine
        return added

    def kept(self) -> NDArray[np.bool_]:
        """Whether each row of the input stays."""
        kept = self.keepers.rows[self.first :] < 0
        for row in self.semantic or ():
            kept[row - self.first] = False
        return kept

    def file_of(self, row: int) -> str | None:
        """The earlier file that a row of all is in; None for the input."""
        return next((str(file.path) for file in self.earlier if file.first <= row < file.first + file.rows), None)
