"""Numba's path of ``ngram_hashes`` and ``ngram_index``: the same results, several times sooner.

Loaded only where numba is wanted. Nothing here branches on single letters: where words begin is found out for 64 bytes
at a time, for a wrong guess of the processor at each end of a word would cost as much as hashing that word.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from kodcode_hub.decontamination.ngram_hashes import BASE, INCREMENT, MIX, TextBatch

P = ParamSpec("P")
R = TypeVar("R")


def _compiled(function: Callable[P, R]) -> Callable[P, R]:
    try:
        return cast("Callable[P, R]", numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # no folder for numba's cache can be written: compile in each process
        return cast("Callable[P, R]", numba.njit(nogil=True)(function))


# Kernels hold these as constants, and numba's cache notices a change of this file only, not of where they come from.
_ONE = np.uint64(1)
_SIX_BITS = np.uint64(63)
_ALL = np.uint64(2**64 - 1)
_INCREMENT = np.uint64(INCREMENT)
_BASE = np.uint64(BASE)
_SHIFT_1, _SHIFT_2, _SHIFT_3 = (np.uint64(shift) for shift, _ in MIX)
_FACTOR_1, _FACTOR_2 = (np.uint64(factor) for _, factor in MIX[:2])

_SEVEN_BITS_EACH = np.uint64(0x7F7F7F7F7F7F7F7F)
_TOP_BIT_EACH = np.uint64(0x8080808080808080)
_GATHER = np.uint64(0x0102040810204080)
"""Times eight bytes of 0 or 1, it has these as its top byte's bits."""
_DE_BRUIJN = 0x03F79D71B4CB0A89
"""Times a power of two, its top six bits tell which."""
_BIT_NUMBERS = np.zeros(64, dtype=np.int64)
for _number in range(64):
    _BIT_NUMBERS[(_DE_BRUIJN << _number) % 2**64 >> 58] = _number
_TELL = np.uint64(_DE_BRUIJN)


class WordHasher:
    """Hashes batch after batch with the same memory, for the pages of new memory would take longer than the hashing."""

    def __init__(self) -> None:
        self._make_room(0)

    def hash_batch(self, batch: TextBatch) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Hashes of a batch's words (valid until the next batch), and the texts' offsets among them."""
        size = len(batch.letters)
        if size > len(self._lowered):
            self._make_room(size)
        offsets = np.empty(len(batch.bounds), dtype=np.int64)
        letters = np.frombuffer(batch.letters, dtype=np.uint8)
        _lower(letters, self._lowered)
        eights = self._lowered.view(np.uint64)[: size // 8]
        words = _find_words(eights, self._edges)
        _hash_found(eights, self._edges, words, self._hashes)
        _find_offsets(self._edges, words, batch.bounds, offsets)
        return self._hashes[:words], offsets

    def _make_room(self, size: int) -> None:
        self._lowered = np.empty(size, dtype=np.uint8)
        self._edges = np.empty(size + 1, dtype=np.int64)
        self._hashes = np.empty(size // 2 + 1, dtype=np.uint64)


@_compiled
def flag_texts(
    hashes: NDArray[np.uint64],
    offsets: NDArray[np.int64],
    n: int,
    filter_words: NDArray[np.uint64],
    filter_shift: np.uint64,
    known: NDArray[np.uint64],
    flags: NDArray[np.bool_],
) -> None:
    """Set ``flags`` of the texts of which an n-gram is among ``known``.

    Args:
        hashes: of the texts' words.
        offsets: of the texts among them.
        n: words of an n-gram.
        filter_words: 64 bits each, see ``ngram_index.bit_filter``.
        filter_shift: makes an index into them of a hash.
        known: ascending.
        flags: False before.
    """
    ngrams = _hash_ngrams(hashes, n)
    for text in range(len(offsets) - 1):
        for value in ngrams[offsets[text] : max(offsets[text], offsets[text + 1] - n + 1)]:
            bits = filter_words[value >> filter_shift]
            maybe = (bits >> (value & _SIX_BITS)) & (bits >> ((value >> np.uint64(6)) & _SIX_BITS)) & _ONE
            if maybe and _is_known(value, known):
                flags[text] = True
                break


@_compiled
def _lower(letters: NDArray[np.uint8], lowered: NDArray[np.uint8]) -> None:
    """Letters of words in lower case, and NUL for all else."""
    for position in range(len(letters)):
        letter = letters[position]
        small = np.uint8(letter | np.uint8(32))
        kept = np.uint8(0)
        if np.uint8(small - np.uint8(97)) < np.uint8(26):
            kept = small
        if np.uint8(letter - np.uint8(48)) < np.uint8(10) or letter == np.uint8(95):
            kept = letter
        lowered[position] = kept


@_compiled
def _find_words(eights: NDArray[np.uint64], edges: NDArray[np.int64]) -> int:
    """Fill in where words begin and end, in turn.

    Returns:
        The number of words.
    """
    found = 0
    before = np.uint64(0)
    for block in range(0, len(eights), 8):
        in_word = np.uint64(0)
        for part in range(8):
            ones = ((eights[block + part] + _SEVEN_BITS_EACH) & _TOP_BIT_EACH) >> np.uint64(7)
            in_word |= ((ones * _GATHER) >> np.uint64(56)) << np.uint64(8 * part)
        changes = in_word ^ ((in_word << _ONE) | before)
        before = in_word >> _SIX_BITS
        while changes:
            others = changes & (changes - _ONE)
            edges[found] = 8 * block + _BIT_NUMBERS[((changes ^ others) * _TELL) >> np.uint64(58)]
            found += 1
            changes = others
    return found >> 1


@_compiled
def _mix(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> _SHIFT_1)) * _FACTOR_1
    value = (value ^ (value >> _SHIFT_2)) * _FACTOR_2
    return value ^ (value >> _SHIFT_3)


@_compiled
def _read_letters(eights: NDArray[np.uint64], position: int, count: int) -> np.uint64:
    """Up to 8 of the ``count`` letters from a position on, padded with NUL."""
    number = np.uint64(position >> 3)
    shift = np.uint64(8 * (position & 7))
    # Two shifts, for one by 64 bits is undefined.
    letters = (eights[number] >> shift) | ((eights[number + _ONE] << _ONE) << (_SIX_BITS - shift))
    return np.uint64(letters & (_ALL >> np.uint64(64 - 8 * min(count, 8))))


@_compiled
def _hash_found(eights: NDArray[np.uint64], edges: NDArray[np.int64], words: int, hashes: NDArray[np.uint64]) -> None:
    # Loops of their own: the second works on several words at once, and the first does not ask for a word's length.
    long_words = np.empty(words + 1, dtype=np.int64)
    found = 0
    for word in range(words):
        start = edges[2 * word]
        length = edges[2 * word + 1] - start
        hashes[word] = _read_letters(eights, start, length)
        long_words[found] = word
        found += length > 8
    for word in range(words):
        hashes[word] = _mix(hashes[word] + _INCREMENT)
    for word in long_words[:found]:
        hashes[word] += _hash_rest(eights, edges[2 * word], edges[2 * word + 1])


@_compiled
def _hash_rest(eights: NDArray[np.uint64], start: int, end: int) -> np.uint64:
    """The share that the letters from the ninth on have in a longer word's hash."""
    total = np.uint64(0)
    summand = _INCREMENT
    for position in range(start + 8, end, 8):
        summand += _INCREMENT
        total += _mix(_read_letters(eights, position, end - position) + summand)
    return total


@_compiled
def _find_offsets(edges: NDArray[np.int64], words: int, bounds: NDArray[np.int64], offsets: NDArray[np.int64]) -> None:
    """How many words begin before each bound."""
    word = 0
    for text in range(len(bounds)):
        while word < words and edges[2 * word] < bounds[text]:
            word += 1
        offsets[text] = word


@_compiled
def _is_known(value: np.uint64, known: NDArray[np.uint64]) -> bool:
    low, high = 0, len(known)
    while low < high:
        middle = (low + high) >> 1
        if known[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low < len(known) and known[low] == value


@_compiled
def _hash_ngrams(hashes: NDArray[np.uint64], n: int) -> NDArray[np.uint64]:
    """``ngram_hashes.ngram_hashes``, in the same steps."""
    sums = hashes
    length = digit = 1
    factor = _BASE
    while 2 * digit <= n:
        digit *= 2
    while digit > 1:
        digit >>= 1
        sums = _lengthen(sums, factor, sums[length:])
        length *= 2
        factor *= factor
        if n & digit:
            sums = _lengthen(sums, _BASE, hashes[length:])
            length += 1
            factor *= _BASE
    mark = np.uint64(n) * _INCREMENT
    ngrams = np.empty(len(sums), dtype=np.uint64)
    for position in range(len(sums)):
        ngrams[position] = _mix(sums[position] + mark)
    return ngrams


@_compiled
def _lengthen(sums: NDArray[np.uint64], factor: np.uint64, by: NDArray[np.uint64]) -> NDArray[np.uint64]:
    longer = np.empty(min(len(sums), len(by)), dtype=np.uint64)
    for position in range(len(longer)):
        longer[position] = sums[position] * factor + by[position]
    return longer
