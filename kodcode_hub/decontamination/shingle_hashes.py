"""Shingles as 64-bit hashes, for whole batches of texts at once.

The rule of what a shingle is stands in ``shingles``; this module does the same to thousands of texts at a time. In the
normalised words of a text, joined by single blanks, every shingle is one stretch of bytes, so that none is copied.
Only ASCII makes words, and the bytes of other letters only separate them. But two of these letters become ASCII in
lower case, the Kelvin sign (U+212A) and the dotted capital I (U+0130): a text that has one is lowered first.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING

from kodcode_hub.decontamination.sha1_arrays import hash_spans
from kodcode_hub.decontamination.shingles import SHINGLE_WORDS
from kodcode_hub.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BATCH_CHARACTERS = 1 << 19
_FAST_FROM_CHARACTERS = 10_000_000
"""numpy needs most of a second; loading numba and its stored kernels takes 0.35 s, compiling them once 4.5 s."""
_PADDING = 64
"""Bytes that may be read behind the last word."""


@dataclass(frozen=True, slots=True)
class ShingleHashes:
    """The distinct shingles of n texts, by their hashes.

    A hash is the first 8 bytes of SHA-1 of the shingle in UTF-8, little endian; its low 32 bits are what datasketch
    hashes to.
    """

    hashes: NDArray[np.uint64]
    """Of all texts, one after the other; ascending and distinct within each."""
    offsets: NDArray[np.int64]
    """Shape (n + 1,): text i has ``hashes[offsets[i]:offsets[i + 1]]``."""

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def of(self, position: int) -> NDArray[np.uint64]:
        """The hashes of one text, counted from 0."""
        return self.hashes[self.offsets[position] : self.offsets[position + 1]]


def hash_shingles(texts: Sequence[str], *, fast: bool | None = None) -> ShingleHashes:
    """The shingles of each text.

    Args:
        texts: any number, of any length.
        fast: True computes with numba, False with numpy and hashlib, to the same result. None takes numba where it is
            installed, if its kernels are loaded already or there are at least 10 million characters, with which it wins
            back what loading it costs.

    Raises:
        UsageError: ``fast`` is True and numba is not installed.
    """
    return _joined(list(hash_batches(texts, fast=fast)))


def hash_batches(texts: Sequence[str], *, fast: bool | None = None, distinct: bool = True) -> Iterator[ShingleHashes]:
    """The same, some thousand texts at a time, in order.

    With ``distinct=False`` hashes stand in their text's order, repeated ones too: enough for signatures, and sooner.
    """
    fast = choose_fast(fast, size=sum(map(len, texts)), pays_from=_FAST_FROM_CHARACTERS)
    for batch in _batches(texts):
        hashes, offsets = _hash_batch(batch, fast=fast)
        yield _sorted_distinct(hashes, offsets) if distinct else ShingleHashes(hashes, offsets)


def choose_fast(fast: bool | None, *, size: int, pays_from: int) -> bool:
    """Whether to compute with numba; ``pays_from`` is the size at which loading it pays.

    Raises:
        UsageError: ``fast`` is True and numba is not installed.
    """
    if fast and not _numba_is_installed():
        raise UsageError("numba is not installed: pip install 'kodcode-hub[fast]', or compute without fast=True")
    if fast is None:
        loaded = f"{__package__}.shingle_kernels" in sys.modules
        return loaded or (size >= pays_from and _numba_is_installed())
    return fast


@cache
def _numba_is_installed() -> bool:
    return find_spec("numba") is not None


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    begin = size = 0
    for position, text in enumerate(texts):
        size += len(text)
        if size >= _BATCH_CHARACTERS:
            yield texts[begin : position + 1]
            begin, size = position + 1, 0
    if begin < len(texts):
        yield texts[begin:]


def _hash_batch(texts: Sequence[str], *, fast: bool) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    import numpy as np

    encoded = [
        (text.lower() if "\u212a" in text or "\u0130" in text else text).encode("utf-8", "surrogatepass")
        for text in texts
    ]
    # One byte, never a word's, behind each text: words end with their text.
    data = np.frombuffer(b" ".join([*encoded, b""]), np.uint8)
    offsets = np.arange(len(texts) + 1, dtype=np.int64)
    offsets[1:] += np.cumsum(list(map(len, encoded)))
    words, starts, counts = _write_words_fast(data, offsets) if fast else _write_words(data, offsets)
    begins, ends, shingle_offsets = _shingle_spans(starts, counts)
    return _hash_spans_fast(words, begins, ends) if fast else hash_spans(words, begins, ends), shingle_offsets


def _write_words(
    data: NDArray[np.uint8], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """The words of all texts, one blank behind each; where each starts (and the end); how many each text has."""
    import numpy as np

    letters = _letters()[data]
    is_word = letters != ord(" ")
    kept = is_word.copy()
    kept[1:] |= is_word[:-1]
    words = letters[kept]
    starts = np.concatenate([[0], np.flatnonzero(words == ord(" ")) + 1])
    # As many words end before a text does as blanks were kept before it.
    ended = np.flatnonzero(kept & ~is_word)
    return words, starts, np.diff(np.searchsorted(ended, offsets))


def _write_words_fast(
    data: NDArray[np.uint8], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    import numpy as np

    from kodcode_hub.decontamination.shingle_kernels import write_words

    words = np.empty(len(data) + _PADDING, np.uint8)
    starts = np.empty(len(data) // 2 + 1, np.int64)
    counts = np.empty(len(offsets) - 1, np.int64)
    number, size = write_words(data, offsets, _letters(), words, starts, counts)
    return words[: size + _PADDING], starts[: number + 1], counts


def _shingle_spans(
    starts: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Where each shingle begins and ends among the words, and the index of each text's first (and the end)."""
    import numpy as np

    numbers = np.where(counts > 0, np.maximum(counts - SHINGLE_WORDS + 1, 1), 0)
    offsets = np.concatenate([[0], np.cumsum(numbers)])
    words_before = np.cumsum(counts) - counts
    first = np.arange(offsets[-1]) + np.repeat(words_before - offsets[:-1], numbers)
    behind = first + np.repeat(np.minimum(counts, SHINGLE_WORDS), numbers)
    return starts[first], starts[behind] - 1, offsets


def _hash_spans_fast(
    words: NDArray[np.uint8], begins: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.uint64]:
    import numpy as np

    from kodcode_hub.decontamination.shingle_kernels import hash_spans

    hashes = np.empty(len(begins), np.uint64)
    hash_spans(words, begins, ends, hashes)
    return hashes


def _sorted_distinct(hashes: NDArray[np.uint64], offsets: NDArray[np.int64]) -> ShingleHashes:
    """Sort the hashes of each text, in place, and drop repeated ones."""
    import numpy as np

    bounds = offsets.tolist()
    for begin, end in pairwise(bounds):
        hashes[begin:end].sort()
    kept = np.ones(len(hashes) + 1, np.bool_)
    np.not_equal(hashes[1:], hashes[:-1], out=kept[1:-1])
    kept[offsets] = True  # the first of a text, whatever the one before it ends with
    return ShingleHashes(hashes[kept[:-1]], np.concatenate([[0], np.cumsum(kept)])[offsets])


@cache
def _letters() -> NDArray[np.uint8]:
    """For each byte the letter that it is in a word, or a blank."""
    import numpy as np

    letters = np.full(256, ord(" "), np.uint8)
    for letter in b"abcdefghijklmnopqrstuvwxyz0123456789_":
        letters[letter] = letter
    letters[65:91] = letters[97:123]
    return letters


def _joined(batches: list[ShingleHashes]) -> ShingleHashes:
    import numpy as np

    sizes = [np.zeros(1, np.int64), *(np.diff(batch.offsets) for batch in batches)]
    hashes = np.concatenate([np.empty(0, np.uint64), *(batch.hashes for batch in batches)])
    return ShingleHashes(hashes, np.cumsum(np.concatenate(sizes)))
