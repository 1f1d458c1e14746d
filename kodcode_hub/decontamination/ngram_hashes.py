"""Texts as 64-bit hashes of their words, and n-grams as hashes of n consecutive words' hashes.

N-gram overlap compares sets of n-grams; equal hashes stand for equal n-grams, and with 64 bits none is equal by chance
in practice (with 10**5 n-grams of benchmarks and 10**8 of questions the expected number of such hits is 10**-6).

Hashes are stored in fingerprints, so they never change under one name. ``word-hashes-1`` is, modulo 2**64:

- Words are those of ``shingles.words_of``. A word's bytes are padded with NUL to a multiple of 8 and read as
  little-endian integers c_0, c_1, ...; its hash is the sum of mix(c_j + (j + 1) * G), where mix is the finaliser of
  SplitMix64 and G = 0x9E3779B97F4A7C15 its increment. mix is a bijection: words of up to 8 letters never collide.
- The hash of an n-gram of words with the hashes w_0 ... w_(n-1) is mix(n * G + sum of w_i * B**(n - 1 - i)) with
  B = 0xD1342543DE82EF95, so that the order of words counts, and n too.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kodcode_hub.errors import UsageError

SCHEME = "word-hashes-1"
"""Name of the rule above; with ``shingles.NORMALISATION`` it says which hashes may be compared."""

INCREMENT = 0x9E3779B97F4A7C15
BASE = 0xD1342543DE82EF95
"""Odd, and 5 modulo 8, so that its powers repeat as late as those of any number modulo 2**64."""
MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1))
"""Steps of SplitMix64's finaliser: h = (h ^ h >> shift) * factor."""

NUMBA_PAYS = 150_000_000
"""Characters from which ``fast=None`` loads numba. That takes about 0.5 s (2 s once, when the kernels are compiled) and
saves 2 ns a character in ``hash_words`` and 4.5 ns in ``NgramIndex.flags``."""
LOADED_NUMBA_PAYS = 10_000_000
"""The same where numba is in use already; then only the compiled kernels have to be read."""

_BATCH_TEXTS = 512
_BATCH_CHARACTERS = 1 << 19
"""Texts are taken in batches of at most this size, so that the arrays of one stay in the processor's cache."""
_SLACK = 16
"""Separators behind a batch, so that 8 letters can be read from every position."""
_LETTERS_OF_WORDS = bytes(
    letter if re.match(rb"[a-z0-9_]", bytes([letter])) else 0 for letter in bytes(range(256)).lower()
)
_FIRST_LETTERS = np.array([(1 << 8 * count) - 1 for count in range(9)], dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class WordHashes:
    """The words of some texts, in order, repeated ones too."""

    hashes: NDArray[np.uint64]
    """Shape (words of all texts,)."""
    offsets: NDArray[np.int64]
    """Shape (texts + 1,): text i has ``hashes[offsets[i] : offsets[i + 1]]``."""

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def of(self, position: int) -> NDArray[np.uint64]:
        """The hashes of one text's words, in order."""
        return self.hashes[self.offsets[position] : self.offsets[position + 1]]


@dataclass(frozen=True, slots=True)
class TextBatch:
    """Consecutive texts as one run of ASCII bytes, neither lowered nor split yet."""

    first: int
    """Position of the first text among all."""
    letters: bytes
    """A separator before and after every text, at least ``_SLACK`` of them at the end; a multiple of 64 bytes."""
    bounds: NDArray[np.int64]
    """Shape (texts + 1,): text i begins at ``bounds[i]`` and ends before the separator at ``bounds[i + 1] - 1``."""


def hash_words(texts: Sequence[str], *, fast: bool | None = None) -> WordHashes:
    """Hash the words of ``texts``; the result does not depend on ``fast`` nor on the machine.

    Args:
        texts: any, lone surrogates too.
        fast: True takes numba's path, False numpy's, None chooses by what is installed and by the texts' size.

    Raises:
        UsageError: ``fast`` is True and numba cannot be loaded.
    """
    # An array of a batch may be overwritten by the next one.
    parts = [(words.hashes.copy(), np.diff(words.offsets)) for _, words in hash_by_batch(texts, fast=fast)]
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    if not parts:
        return WordHashes(np.empty(0, dtype=np.uint64), offsets)
    np.cumsum(np.concatenate([counts for _, counts in parts]), out=offsets[1:])
    return WordHashes(np.concatenate([hashes for hashes, _ in parts]), offsets)


def ngram_hashes(words: NDArray[np.uint64], n: int) -> NDArray[np.uint64]:
    """The hashes of one text's n-grams in order of position, repeated ones too.

    Args:
        words: the hashes of its words, shape (words,).

    Returns:
        Shape (max(0, words - n + 1),); the one at index i begins with word i.

    Raises:
        UsageError: n is below 1.
    """
    require_ngram_length(n)
    if len(words) < n:
        return np.empty(0, dtype=np.uint64)
    sums, length = words, 1
    for binary_digit in f"{n:b}"[1:]:
        sums, length = _lengthen(sums, length, by=sums, words=length), 2 * length
        if binary_digit == "1":
            sums, length = _lengthen(sums, length, by=words, words=1), length + 1
    return _mix(sums + np.uint64(n * INCREMENT % 2**64))


def require_ngram_length(n: int) -> None:
    """Raise UsageError unless n-grams of ``n`` words can be."""
    if n < 1:
        raise UsageError(f"an n-gram of {n} words cannot be: give a length of at least 1, such as 8")


def hash_by_batch(texts: Sequence[str], *, fast: bool | None = None) -> Iterator[tuple[int, WordHashes]]:
    """``hash_words`` without holding the words of all texts.

    Yields:
        The position of a batch's first text, and the batch's words; these are valid only until the next is asked for.
    """
    if takes_numba(texts, fast=fast):
        from kodcode_hub.decontamination.ngram_kernels import WordHasher

        hash_batch = WordHasher().hash_batch
    else:
        hash_batch = _hash_batch
    for batch in _batches_of(texts):
        yield batch.first, WordHashes(*hash_batch(batch))


def takes_numba(texts: Sequence[str], *, fast: bool | None) -> bool:
    """Whether numba's path is to be taken, see ``hash_words``; then numba is loaded.

    Raises:
        UsageError: ``fast`` is True and numba cannot be loaded.
    """
    if fast is None:
        enough = LOADED_NUMBA_PAYS if "numba" in sys.modules else NUMBA_PAYS
        if sum(map(len, texts)) < enough:
            return False
    elif not fast:
        return False
    try:
        import numba  # noqa: F401
    except ImportError as error:
        if fast is None:
            return False
        raise UsageError(
            f"the fast path needs numba ({error}): install kodcode-hub[fast], or do without fast=True"
        ) from error
    return True


def _batches_of(texts: Sequence[str]) -> Iterator[TextBatch]:
    for start in range(0, len(texts), _BATCH_TEXTS):
        part = texts[start : start + _BATCH_TEXTS]
        ends = np.cumsum(np.fromiter(map(len, part), dtype=np.int64, count=len(part)))
        first = before = 0
        while first < len(part):
            last = max(first + 1, int(np.searchsorted(ends, before + _BATCH_CHARACTERS, side="right")))
            yield _batch(part[first:last], start + first)
            first, before = last, int(ends[last - 1])


def _batch(texts: Sequence[str], first: int) -> TextBatch:
    lines = [text if text.isascii() else _to_ascii(text) for text in texts]
    letters = "\n".join(["", *lines, ""]).encode("ascii")
    letters += b"\n" * (_SLACK + -(len(letters) + _SLACK) % 64)
    bounds = np.ones(len(lines) + 1, dtype=np.int64)
    bounds[1:] += np.cumsum(np.fromiter(map(len, lines), dtype=np.int64, count=len(lines)) + 1)
    return TextBatch(first, letters, bounds)


def _to_ascii(text: str) -> str:
    """What is beyond ASCII is in no word, and separates words as well as "?" does."""
    # Only these two have ASCII letters in their lower case; to lower every text would take three times longer.
    if "\N{KELVIN SIGN}" in text or "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}" in text:
        text = text.lower()
    return text.encode("ascii", errors="replace").decode("ascii")


def _hash_batch(batch: TextBatch) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Hashes and offsets of a batch's words, by numpy."""
    letters = np.frombuffer(batch.letters.translate(_LETTERS_OF_WORDS), dtype=np.uint8)
    in_word = letters != 0
    edges = np.flatnonzero(in_word[1:] != in_word[:-1]) + 1
    starts, lengths = edges[0::2], edges[1::2] - edges[0::2]
    eights = np.ndarray(len(letters) - 7, dtype="<u8", buffer=letters, strides=(1,))
    hashes = _mix((eights[starts] & _FIRST_LETTERS[np.minimum(lengths, 8)]) + np.uint64(INCREMENT))
    long = np.flatnonzero(lengths > 8)
    if len(long):
        hashes[long] += _hash_rest(eights, starts[long], lengths[long])
    return hashes, np.searchsorted(starts, batch.bounds)


def _hash_rest(eights: NDArray[np.uint64], starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The share that the letters from the ninth on have in the hashes of longer words."""
    counts = (lengths - 1) >> 3
    firsts = np.cumsum(counts) - counts
    numbers = np.arange(counts.sum()) - np.repeat(firsts, counts) + 1
    chunks = eights[np.repeat(starts, counts) + 8 * numbers]
    chunks &= _FIRST_LETTERS[np.minimum(np.repeat(lengths, counts) - 8 * numbers, 8)]
    chunks += (numbers + 1).astype(np.uint64) * np.uint64(INCREMENT)
    return np.add.reduceat(_mix(chunks), firsts)


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finaliser, in place."""
    shifted = np.empty_like(values)
    for shift, factor in MIX:
        np.right_shift(values, np.uint64(shift), out=shifted)
        values ^= shifted
        if factor != 1:
            values *= np.uint64(factor)
    return values


def _lengthen(sums: NDArray[np.uint64], length: int, *, by: NDArray[np.uint64], words: int) -> NDArray[np.uint64]:
    """From the sums of ``length`` words at each position and those of ``words`` words, the sums of both in a row."""
    positions = min(len(sums), len(by) - length)
    longer = sums[:positions] * np.uint64(pow(BASE, words, 2**64))
    longer += by[length : length + positions]
    return longer
