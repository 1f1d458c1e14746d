"""Which rows stay, decided in order: a row is dropped if it is similar enough to an earlier row that stays.

So the first of a cluster stays, and a chain of near-duplicates swallows no row that is far from all that stay. Rows of
earlier releases come first and all stay. Rows with the same shingles stand for each other, so that any number of copies
costs one comparison each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from kodcode_hub.decontamination.similar import EarlierRows, Match, most_similar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kodcode_hub.decontamination.buckets import Buckets
    from kodcode_hub.decontamination.shingle_store import ShinglesByRow

OnPair = Callable[[int, Match], None]
"""Is told a row and an earlier row that is similar to it."""

_ROWS_BETWEEN_REPORTS = 1000


@dataclass(frozen=True, slots=True)
class Keepers:
    """For each row the one that it repeats; shape (rows,) each."""

    rows: NDArray[np.int32]
    """-1 for a row that stays."""
    shared: NDArray[np.int32]
    """Shingles of both; 0 for a row that stays."""
    union: NDArray[np.int32]
    """Shingles of either."""

    def match(self, row: int) -> Match | None:
        """What ``row`` repeats; None if it stays."""
        if self.rows[row] < 0:
            return None
        return Match(int(self.rows[row]), int(self.shared[row]), int(self.union[row]))

    def drop(self, row: int, match: Match) -> None:
        """``row`` repeats the row of ``match``."""
        self.rows[row], self.shared[row], self.union[row] = match.row, match.shared, match.union


def choose_keepers(
    shingles: ShinglesByRow,
    buckets: Buckets,
    *,
    threshold: Fraction,
    earlier: int = 0,
    on_pair: OnPair | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Keepers:
    """Go through the rows that share a bucket with another one, in order; all others stay.

    Args:
        shingles: of each row.
        buckets: rows that share none are not compared.
        threshold: similarity from which a row repeats an earlier one.
        earlier: as many first rows stay whatever they are like.
        on_pair: is told every pair of similar rows but those among the ``earlier`` ones, ordered by the later row,
            then the earlier one. Without it rows are compared with those that stay alone, which is sooner done.
        on_progress: is told now and then how many of how many rows were looked at.
    """
    decision = _Decision(shingles, EarlierRows(shingles, buckets, threshold), _no_duplicates(len(shingles)), on_pair)
    involved = buckets.involved_rows()
    for done, row in enumerate(involved.tolist()):
        if on_progress is not None and done % _ROWS_BETWEEN_REPORTS == 0:
            on_progress(done, len(involved))
        decision.take(row, stays=row < earlier)
    return decision.keepers


class _Decision:
    def __init__(
        self, shingles: ShinglesByRow, compared: EarlierRows, keepers: Keepers, on_pair: OnPair | None
    ) -> None:
        self.keepers = keepers
        self._shingles = shingles
        self._compared = compared
        self._equal = _EqualRows(shingles)
        self._on_pair = on_pair

    def take(self, row: int, *, stays: bool) -> None:
        """Decide on one row."""
        own = self._shingles.of(row)
        first = self._equal.first_like(row, own)
        if not stays:
            keeper = self._keeper(row, own, first)
            if keeper is not None:
                self.keepers.drop(row, keeper)
        if first == row and (self._on_pair is not None or self._is_kept(row)):
            self._compared.add(row)
        if first != row and self._on_pair is not None:
            self._equal.add_copy(first, row)

    def _keeper(self, row: int, own: NDArray[np.uint64], first: int) -> Match | None:
        if self._on_pair is None and first != row and self._is_kept(first):
            return Match(first, len(own), len(own))
        matches = self._compared.matches(row, own)
        if self._on_pair is not None:
            self._tell_pairs(row, matches, self._on_pair)
        return most_similar([match for match in matches if self._is_kept(match.row)])

    def _tell_pairs(self, row: int, matches: list[Match], on_pair: OnPair) -> None:
        everyone = [(copy, match) for match in matches for copy in self._equal.rows_like(match.row)]
        for copy, match in sorted(everyone, key=lambda found: found[0]):
            on_pair(row, Match(copy, match.shared, match.union))

    def _is_kept(self, row: int) -> bool:
        return bool(self.keepers.rows[row] < 0)


class _EqualRows:
    """Finds rows with the same shingles."""

    def __init__(self, shingles: ShinglesByRow) -> None:
        self._shingles = shingles
        self._first: dict[int, int] = {}
        self._copies: dict[int, list[int]] = {}

    def first_like(self, row: int, own: NDArray[np.uint64]) -> int:
        """The earliest row with these shingles, which may be ``row`` itself."""
        import numpy as np

        first = self._first.setdefault(hash(own.tobytes()), row)
        return first if first == row or np.array_equal(self._shingles.of(first), own) else row

    def add_copy(self, first: int, row: int) -> None:
        self._copies.setdefault(first, []).append(row)

    def rows_like(self, first: int) -> list[int]:
        """All rows so far with the shingles of ``first``, ascending."""
        return [first, *self._copies.get(first, ())]


def _no_duplicates(rows: int) -> Keepers:
    import numpy as np

    return Keepers(np.full(rows, -1, dtype=np.int32), np.zeros(rows, dtype=np.int32), np.zeros(rows, dtype=np.int32))
