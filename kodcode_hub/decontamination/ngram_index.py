"""Which texts share an n-gram with a benchmark's item, which item that is, and where in the text.

Nearly no n-gram of a question is one of a benchmark's. So a small table says of most that they are unknown, and only
what it lets pass is looked up among the sorted hashes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kodcode_hub.decontamination.ngram_hashes import (
    WordHashes,
    hash_by_batch,
    ngram_hashes,
    require_ngram_length,
    takes_numba,
)

_PLACES_EACH = 32
"""Places of a table for each known n-gram: of 100 unknown ones 3 pass numpy's table, and of 1,000 about 4 numba's."""
_FEWEST_PLACE_BITS = 10
_MOST_PLACE_BITS = 24
"""No table has more than 2**24 places (16 MB as bytes): a larger one would not stay in the processor's caches."""


class NgramIndex:
    """The n-grams of all items of some benchmarks."""

    def __init__(self, items: Sequence[NDArray[np.uint64]], *, n: int) -> None:
        """Take in the items.

        Args:
            items: the hashes of each item's n-grams (``ngram_hashes``), in any order, repeated or not; none is fine.
            n: words of an n-gram, the same as in ``items``.

        Raises:
            UsageError: n is below 1.
        """
        require_ngram_length(n)
        self.n = n
        self._items = [np.unique(item) for item in items]
        every = np.concatenate([np.empty(0, dtype=np.uint64), *self._items])
        owners = np.repeat(np.arange(len(self._items)), [len(item) for item in self._items])
        order = np.argsort(every, kind="stable")
        self._known, firsts = np.unique(every[order], return_index=True)
        self._firsts = np.append(firsts, len(every))
        """Known n-gram k is one of the items ``_owners[_firsts[k] : _firsts[k + 1]]``."""
        self._owners = owners[order]
        self._place_bits = min(
            _MOST_PLACE_BITS, max(_FEWEST_PLACE_BITS, (len(self._known) * _PLACES_EACH).bit_length())
        )
        self._places = _place_table(self._known, self._place_bits)
        self._filter = bit_filter(self._known, self._place_bits)

    def flags(self, texts: Sequence[str], *, fast: bool | None = None) -> NDArray[np.bool_]:
        """Whether a text has any n-gram of any item, shape (texts,).

        Args:
            texts: as they are; lowered and split here, in batches.
            fast: True takes numba's path, False numpy's, None chooses (``ngram_hashes.takes_numba``).

        Raises:
            UsageError: ``fast`` is True and numba cannot be loaded.
        """
        fast = takes_numba(texts, fast=fast)
        flag = self._flag_by_numba if fast else self._flag_by_numpy
        flags = np.zeros(len(texts), dtype=np.bool_)
        for first, words in hash_by_batch(texts, fast=fast):
            flag(words, flags[first : first + len(words)])
        return flags

    def shared(self, ngrams: NDArray[np.uint64]) -> list[tuple[int, int]]:
        """The items of which a text has n-grams.

        Args:
            ngrams: hashes of one text's n-grams, in any order, repeated or not.

        Returns:
            Item, and how many of its distinct n-grams the text has (at least 1); ascending by item.
        """
        at = _positions_among(self._known, np.unique(ngrams))
        runs = [self._owners[self._firsts[k] : self._firsts[k + 1]] for k in at[at >= 0].tolist()]
        if not runs:
            return []
        items, counts = np.unique(np.concatenate(runs), return_counts=True)
        return list(zip(items.tolist(), counts.tolist(), strict=True))

    def positions(self, ngrams: NDArray[np.uint64], item: int) -> NDArray[np.int64]:
        """Where in ``ngrams`` those of one item stand, ascending; with n-grams in order these are numbers of words."""
        return np.flatnonzero(_positions_among(self._items[item], ngrams) >= 0)

    def _flag_by_numba(self, words: WordHashes, flags: NDArray[np.bool_]) -> None:
        from kodcode_hub.decontamination.ngram_kernels import flag_texts

        shift = np.uint64(64 - self._place_bits + 6)
        flag_texts(words.hashes, words.offsets, self.n, self._filter, shift, self._known, flags)

    def _flag_by_numpy(self, words: WordHashes, flags: NDArray[np.bool_]) -> None:
        ngrams = ngram_hashes(words.hashes, self.n)
        maybe = np.flatnonzero(self._places[_places_of(ngrams, self._place_bits)])
        starts = maybe[_positions_among(self._known, ngrams[maybe]) >= 0]
        texts = np.searchsorted(words.offsets, starts, side="right") - 1
        # Words of a batch stand in one row, so that some n-grams begin in one text and end in another.
        flags[texts[starts + self.n <= words.offsets[texts + 1]]] = True


def bit_filter(known: NDArray[np.uint64], place_bits: int) -> NDArray[np.uint64]:
    """A Bloom filter of 2**place_bits bits: a hash's top bits name a word of 64 bits, its last 12 two bits of it."""
    words = np.zeros(2 ** (place_bits - 6), dtype=np.uint64)
    bits = np.uint64(1) << (known & np.uint64(63)) | np.uint64(1) << (known >> np.uint64(6) & np.uint64(63))
    np.bitwise_or.at(words, _places_of(known, place_bits - 6), bits)
    return words


def _place_table(known: NDArray[np.uint64], place_bits: int) -> NDArray[np.bool_]:
    """Which of the 2**place_bits ways in which hashes can begin occur; bytes, which numpy tests sooner than bits."""
    places = np.zeros(2**place_bits, dtype=np.bool_)
    places[_places_of(known, place_bits)] = True
    return places


def _places_of(hashes: NDArray[np.uint64], place_bits: int) -> NDArray[np.int64]:
    return (hashes >> np.uint64(64 - place_bits)).view(np.int64)


def _positions_among(ascending: NDArray[np.uint64], values: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The position of each value, or -1."""
    at = np.searchsorted(ascending, values)
    at[at == len(ascending)] = -1
    if len(ascending):
        at[ascending[at] != values] = -1
    return at
