"""Words and SHA-1 compiled by numba: the fast twins of what ``shingle_hashes`` does with numpy and hashlib.

SHA-1 of a 30-byte text costs far less than the call that asks for it, so 64 texts are hashed at once: the loop over the
lanes has no branch and no inner loop, and LLVM turns it into vector instructions of whatever width the processor has.
(RFC 3174; the five words of state and the sixteen of the message lie behind one another, lane by lane.)

Everything a kernel calls stands in this file: numba's cache on disk knows of changes in this file only.
"""

from __future__ import annotations

import numpy as np
from numpy import uint32, uint64
from numpy.typing import NDArray

from kodcode_hub.decontamination.compiled import inlined, kernel

_State = tuple[uint32, uint32, uint32, uint32, uint32]
_Words = tuple[uint32, ...]

_LANES = 64
_BLOCK = 64
"""Bytes of a block of SHA-1."""
_STATE = 16 * _LANES
"""Where the state begins, behind the message's 16 words."""


@kernel
def write_words(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    letters: NDArray[np.uint8],
    words: NDArray[np.uint8],
    starts: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> tuple[int, int]:
    """Write the words of each text, one blank behind each, to ``words``; where each starts, and how many a text has.

    Text i is ``data[offsets[i]:offsets[i + 1]]``, and its last byte belongs to no word. ``letters`` gives the word's
    letter for a byte, or a blank. Behind the starts stands the end of the last word's blank.

    Returns:
        The number of words, and of bytes written.
    """
    size = 0
    number = 0
    inside = 0
    for text in range(len(offsets) - 1):
        before = number
        for position in range(offsets[text], offsets[text + 1]):
            # Without branches, which would be guessed wrong twice a word: what is not kept is overwritten.
            letter = letters[data[position]]
            is_word = int(letter != 32)
            words[size] = letter
            starts[number] = size
            number += is_word & ~inside
            size += is_word | inside
            inside = is_word
        counts[text] = number - before
    starts[number] = size
    return number, size


@kernel
def hash_spans(
    data: NDArray[np.uint8], begins: NDArray[np.int64], ends: NDArray[np.int64], hashes: NDArray[np.uint64]
) -> None:
    """First 8 bytes, little endian, of SHA-1 of each ``data[begins[i]:ends[i]]``, of any length.

    Behind the last there are at least 64 bytes, which are read but do not count.
    """
    block = np.empty(21 * _LANES, np.uint32)
    order = _short_first(begins, ends)
    for first in range(0, len(order), _LANES):
        spans = order[first : first + _LANES]
        longest = (ends[spans] - begins[spans]).max()
        for row, value in enumerate((0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)):
            block[_STATE + row * _LANES : _STATE + (row + 1) * _LANES] = value
        for number in range(_blocks(longest)):
            block[:_STATE] = 0
            rows = min(longest // 4 + 1 - 16 * number, 16)
            for lane, span in enumerate(spans):
                if number < _blocks(ends[span] - begins[span]):
                    _load_block(block, lane, data, begins[span], ends[span], number, rows)
            _compress(block)
            for lane, span in enumerate(spans):
                if number == _blocks(ends[span] - begins[span]) - 1:
                    low = _swapped(block[_STATE + lane])
                    high = _swapped(block[_STATE + _LANES + lane])
                    hashes[span] = np.uint64(low) | np.uint64(high) << np.uint64(32)


@inlined
def _short_first(begins: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Spans of one block, then the others: one long span costs all lanes beside it a second block."""
    order = np.empty(len(begins), np.int64)
    front, back = 0, len(order)
    for span in range(len(order)):
        if _blocks(ends[span] - begins[span]) == 1:
            order[front] = span
            front += 1
        else:
            back -= 1
            order[back] = span
    return order


@inlined
def _blocks(size: int) -> int:
    """A message is followed by at least one byte of padding and its length in 8 bytes."""
    return (size + 8) // _BLOCK + 1


@inlined
def _load_block(
    block: NDArray[np.uint32], lane: int, data: NDArray[np.uint8], begin: int, end: int, number: int, rows: int
) -> None:
    """Block ``number`` of the padded message as big-endian words; all but the first ``rows`` are 0 already.

    The number of rows is that of the longest message, for all lanes: a loop that ends elsewhere each time costs more.
    """
    position = begin + number * _BLOCK
    for row in range(rows):
        kept_bits = uint64(8 * min(max(end - position - 4 * row, 0), 4))
        mask = uint64(0xFFFFFFFF) << (uint64(32) - kept_bits)
        block[row * _LANES + lane] = uint32(_big_endian(data, position + 4 * row) & mask)
    left = end - position
    if 0 <= left < _BLOCK:
        block[(left // 4) * _LANES + lane] |= uint32(0x80) << uint32(24 - 8 * (left % 4))
    if left + 8 < _BLOCK:
        block[14 * _LANES + lane] = uint32((end - begin) >> 29)
        block[15 * _LANES + lane] = uint32((end - begin) << 3)


@inlined
def _big_endian(data: NDArray[np.uint8], position: int) -> uint32:
    i = uint64(position)
    return uint32(
        uint32(data[i]) << uint32(24)
        | uint32(data[i + uint64(1)]) << uint32(16)
        | uint32(data[i + uint64(2)]) << uint32(8)
        | uint32(data[i + uint64(3)])
    )


@inlined
def _swapped(word: uint32) -> uint32:
    outer = word >> uint32(24) | word << uint32(24)
    return uint32(outer | word >> uint32(8) & uint32(0xFF00) | word << uint32(8) & uint32(0xFF0000))


@inlined
def _compress(block: NDArray[np.uint32]) -> None:
    for i in range(_LANES):
        w = (
            _four(block, i)
            + _four(block, 4 * _LANES + i)
            + _four(block, 8 * _LANES + i)
            + _four(block, 12 * _LANES + i)
        )
        before = (*_four(block, _STATE + i), block[_STATE + 4 * _LANES + i])
        x = _next_words(w)
        y = _next_words(x)
        z = _next_words(y)
        schedule = w + x + y + z + _next_words(z)
        state = _twenty_rounds(before, schedule[:20], 0)
        state = _twenty_rounds(state, schedule[20:40], 1)
        state = _twenty_rounds(state, schedule[40:60], 2)
        state = _twenty_rounds(state, schedule[60:], 3)
        block[_STATE + i] = before[0] + state[0]
        block[_STATE + _LANES + i] = before[1] + state[1]
        block[_STATE + 2 * _LANES + i] = before[2] + state[2]
        block[_STATE + 3 * _LANES + i] = before[3] + state[3]
        block[_STATE + 4 * _LANES + i] = before[4] + state[4]


@inlined
def _four(block: NDArray[np.uint32], i: int) -> _Words:
    return block[i], block[i + _LANES], block[i + 2 * _LANES], block[i + 3 * _LANES]


@inlined
def _twenty_rounds(state: _State, w: _Words, phase: int) -> _State:
    state = _five_rounds(state, w[:5], phase)
    state = _five_rounds(state, w[5:10], phase)
    state = _five_rounds(state, w[10:15], phase)
    return _five_rounds(state, w[15:], phase)


@inlined
def _five_rounds(state: _State, w: _Words, phase: int) -> _State:
    """After five rounds every variable is at its place again, so that nothing is moved."""
    a, b, c, d, e = state
    e = uint32(e + _rotated(a, 5) + _mix(b, c, d, phase) + w[0])
    b = _rotated(b, 30)
    d = uint32(d + _rotated(e, 5) + _mix(a, b, c, phase) + w[1])
    a = _rotated(a, 30)
    c = uint32(c + _rotated(d, 5) + _mix(e, a, b, phase) + w[2])
    e = _rotated(e, 30)
    b = uint32(b + _rotated(c, 5) + _mix(d, e, a, phase) + w[3])
    d = _rotated(d, 30)
    a = uint32(a + _rotated(b, 5) + _mix(c, d, e, phase) + w[4])
    return a, b, _rotated(c, 30), d, e


@inlined
def _next_words(w: _Words) -> _Words:
    """The 16 words of the message schedule that follow these."""
    a = _rotated(w[13] ^ w[8] ^ w[2] ^ w[0], 1)
    b = _rotated(w[14] ^ w[9] ^ w[3] ^ w[1], 1)
    c = _rotated(w[15] ^ w[10] ^ w[4] ^ w[2], 1)
    d = _rotated(a ^ w[11] ^ w[5] ^ w[3], 1)
    e = _rotated(b ^ w[12] ^ w[6] ^ w[4], 1)
    f = _rotated(c ^ w[13] ^ w[7] ^ w[5], 1)
    g = _rotated(d ^ w[14] ^ w[8] ^ w[6], 1)
    h = _rotated(e ^ w[15] ^ w[9] ^ w[7], 1)
    i = _rotated(f ^ a ^ w[10] ^ w[8], 1)
    j = _rotated(g ^ b ^ w[11] ^ w[9], 1)
    k = _rotated(h ^ c ^ w[12] ^ w[10], 1)
    m = _rotated(i ^ d ^ w[13] ^ w[11], 1)
    n = _rotated(j ^ e ^ w[14] ^ w[12], 1)
    o = _rotated(k ^ f ^ w[15] ^ w[13], 1)
    p = _rotated(m ^ g ^ a ^ w[14], 1)
    return a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, _rotated(n ^ h ^ b ^ w[15], 1)


@inlined
def _rotated(word: uint32, by: int) -> uint32:
    return uint32((word << uint32(by)) | (word >> uint32(32 - by)))


@inlined
def _mix(b: uint32, c: uint32, d: uint32, phase: int) -> uint32:
    if phase == 0:
        return uint32((d ^ (b & (c ^ d))) + uint32(0x5A827999))
    if phase == 1:
        return uint32((b ^ c ^ d) + uint32(0x6ED9EBA1))
    if phase == 2:
        return uint32(((b & c) | (d & (b | c))) + uint32(0x8F1BBCDC))
    return uint32((b ^ c ^ d) + uint32(0xCA62C1D6))
