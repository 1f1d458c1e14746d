"""Duplicates by embedding: texts whose vectors point the same way, whatever their words.

The threshold is a cosine, from -1 to 1, and nothing else: KodCode's rule calls a squared distance of 0.1 a cosine,
which is one of 0.95. Every text is compared with all that stay, by matrix products in blocks; no index misses any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kodcode_hub.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEFAULT_COSINE = 0.95
"""From which two rows repeat each other."""
REVIEW_COSINE = 0.8
"""From which a question and an item are near enough to be looked at."""
_ROUNDING = 1e-6
"""Products of equal unit vectors of 32-bit numbers are this near to 1."""
_COMPARED_AT_ONCE = 16_384
"""Vectors that stay, so that a block of products takes some 64 MB."""


class Embed(Protocol):
    """A model that turns texts into vectors."""

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector for each text, shape (texts, dimensions), in any length."""
        ...


@dataclass(frozen=True, slots=True)
class Nearest:
    """The vector that is most like another one."""

    row: int
    cosine: float


class SemanticKeepers:
    """Takes texts in order; one that is near enough to an earlier one that stays does not stay."""

    def __init__(self, threshold: float) -> None:
        """Begin with none.

        Raises:
            UsageError: the threshold is no cosine above 0.
        """
        require_cosine(threshold)
        self._threshold = threshold - _ROUNDING
        self._rows: list[int] = []
        self._blocks: list[NDArray[np.float32]] = []

    def keep(self, rows: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Add rows that stay, whatever they are like; ``vectors`` of unit length, shape (rows, dimensions)."""
        self._rows += rows
        self._blocks.append(vectors)

    def take(self, rows: Sequence[int], vectors: NDArray[np.float32]) -> list[Nearest | None]:
        """Decide on further rows: for each what it repeats, or None if it stays; of several the nearest."""
        import numpy as np

        found = self._nearest_before(vectors)
        products = vectors @ vectors.T
        stays = np.zeros(len(rows), dtype=np.bool_)
        for at in range(len(rows)):
            found[at] = self._nearer(found[at], products[at, :at], stays[:at], rows)
            stays[at] = found[at] is None
        self.keep([row for row, kept in zip(rows, stays, strict=True) if kept], vectors[stays])
        return found

    def _nearer(
        self, best: Nearest | None, products: NDArray[np.float32], stays: NDArray[np.bool_], rows: Sequence[int]
    ) -> Nearest | None:
        """``best``, or a row of the same batch that is still nearer."""
        import numpy as np

        if not stays.any():
            return best
        at = int(np.argmax(np.where(stays, products, -2.0)))
        cosine = float(products[at])
        if cosine < self._threshold or (best is not None and best.cosine >= cosine):
            return best
        return Nearest(rows[at], min(1.0, cosine))

    def _nearest_before(self, vectors: NDArray[np.float32]) -> list[Nearest | None]:
        import numpy as np

        best = np.full(len(vectors), -2.0, dtype=np.float32)
        where = np.zeros(len(vectors), dtype=np.int64)
        self._merge_blocks()
        first = 0
        for block in self._blocks:
            for start in range(0, len(block), _COMPARED_AT_ONCE):
                products = vectors @ block[start : start + _COMPARED_AT_ONCE].T
                at = np.argmax(products, axis=1)
                values = products[np.arange(len(vectors)), at]
                nearer = values > best
                best[nearer], where[nearer] = values[nearer], first + start + at[nearer]
            first += len(block)
        return [
            Nearest(self._rows[position], min(1.0, float(cosine))) if cosine >= self._threshold else None
            for position, cosine in zip(where.tolist(), best, strict=True)
        ]

    def _merge_blocks(self) -> None:
        """Many small blocks as few large ones: products of large ones are sooner done."""
        import numpy as np

        while len(self._blocks) > 1 and len(self._blocks[-2]) <= len(self._blocks[-1]):
            last = self._blocks.pop()
            self._blocks[-1] = np.concatenate([self._blocks[-1], last])


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same vectors in unit length; a vector of zeros stays what it is, and is like nothing."""
    import numpy as np

    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)


def require_cosine(threshold: float) -> None:
    """Check a threshold.

    Raises:
        UsageError: it is no cosine above 0.
    """
    if not 0 < threshold <= 1:
        raise UsageError(f"cosine {threshold} is no similarity of directions: give a number above 0 and up to 1")
