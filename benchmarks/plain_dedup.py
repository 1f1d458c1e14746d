"""Near-duplicates with datasketch alone, as its documentation shows it: what our candidates are compared with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NUM_PERM, SEED = 128, 1
RECALL_WEIGHTS, DEFAULT_WEIGHTS = (0.1, 0.9), (0.5, 0.5)

_WORD = re.compile("[a-z0-9_]+")


def shingle_bytes(text: str) -> set[bytes]:
    """The 5-word shingles of a text; a shorter text is one shingle, one without words has none."""
    words = _WORD.findall(text.lower())
    starts = range(max(1, len(words) - 4)) if words else range(0)
    return {" ".join(words[start : start + 5]).encode() for start in starts}


def bulk_pairs(
    texts: Sequence[str], *, threshold: float, weights: tuple[float, float] = RECALL_WEIGHTS
) -> NDArray[np.int64]:
    """Candidates from ``MinHash.bulk`` and ``MinHashLSH``; shape (n, 2), ascending, the smaller index first."""
    from datasketch import MinHash

    # The sets are made one by one: a list of all of them would only cost memory.
    hashes = MinHash.bulk(map(shingle_bytes, texts), num_perm=NUM_PERM, seed=SEED, scheme="affine32")
    return _pairs(hashes, threshold, weights)


def naive_pairs(texts: Sequence[str], *, threshold: float) -> NDArray[np.int64]:
    """The same with one ``update`` for each shingle."""
    return _pairs(map(_updated, texts), threshold, RECALL_WEIGHTS)


def exact_jaccard(first: str, second: str) -> float:
    """Of two texts' shingles."""
    one, other = shingle_bytes(first), shingle_bytes(second)
    return len(one & other) / len(one | other)


def estimated_jaccards(texts: Sequence[str], items: Sequence[str]) -> NDArray[np.float64]:
    """For each text the highest similarity with any item, as their MinHash signatures estimate it; shape (texts,)."""
    known, asked = _signatures(items), _signatures(texts)
    return np.array([np.mean(known == row, axis=1).max() for row in asked])


def _updated(text: str) -> Any:
    from datasketch import MinHash

    own = MinHash(num_perm=NUM_PERM, seed=SEED, scheme="affine32")
    for shingle in shingle_bytes(text):
        own.update(shingle)
    return own


def _pairs(hashes: Iterable[Any], threshold: float, weights: tuple[float, float]) -> NDArray[np.int64]:
    from datasketch import MinHashLSH

    index = MinHashLSH(threshold=threshold, num_perm=NUM_PERM, weights=weights)

    def found() -> Iterator[tuple[int, int]]:
        for position, own in enumerate(hashes):
            if not own.is_empty():
                yield from ((other, position) for other in index.query(own))
                index.insert(position, own)

    return np.array(sorted(found()), dtype=np.int64).reshape(-1, 2)


def _signatures(texts: Sequence[str]) -> NDArray[np.uint64]:
    from datasketch import MinHash

    hashes = MinHash.bulk(map(shingle_bytes, texts), num_perm=NUM_PERM, seed=SEED, scheme="affine32")
    return np.array([own.hashvalues for own in hashes])
