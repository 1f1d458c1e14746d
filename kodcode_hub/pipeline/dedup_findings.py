"""What ``kodcode dedup`` found for each row of its input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kodcode_hub.pipeline.dedup_against import EarlierFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kodcode_hub.decontamination.keepers import Keepers
    from kodcode_hub.pipeline.dedup_rows import IdList


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

    def columns(self, position: int) -> tuple[str | None, float | None]:
        """``duplicate_of`` and ``similarity`` of a row of the input."""
        match = self.keepers.match(self.first + position)
        return (None, None) if match is None else (self.ids[match.row], match.shared / match.union)

    def kept(self) -> NDArray[np.bool_]:
        """Whether each row of the input stays."""
        return self.keepers.rows[self.first :] < 0

    def file_of(self, row: int) -> str | None:
        """The earlier file that a row of all is in; None for the input."""
        return next((str(file.path) for file in self.earlier if file.first <= row < file.first + file.rows), None)
