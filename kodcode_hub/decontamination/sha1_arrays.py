"""SHA-1 of thousands of short texts side by side, with numpy (RFC 3174)."""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PADDING = 64
"""Bytes that may be read behind the last word."""
_ONE_BLOCK = 55
"""Bytes that SHA-1 hashes with one block."""
_FEWEST_AT_ONCE = 2048
_MOST_AT_ONCE = 8192
"""Shingles that numpy hashes at a time: fewer are dearer than calls of hashlib, more leave the cache."""
_SHA1_START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
_SHA1_CONSTANTS = (0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6)


def hash_spans(words: NDArray[np.uint8], begins: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.uint64]:
    """First 8 bytes, little endian, of SHA-1 of each ``words[begins[i]:ends[i]]``, of any length.

    Thousands of short shingles are one computation with numpy; a call of hashlib for each takes twice as long.
    """
    import numpy as np

    hashes = np.empty(len(begins), np.uint64)
    sizes = ends - begins
    short = np.flatnonzero(sizes <= _ONE_BLOCK)
    padded = np.concatenate([words, np.zeros(_PADDING, np.uint8)])
    done = 0
    while len(short) - done >= _FEWEST_AT_ONCE:
        some = short[done : done + _MOST_AT_ONCE]
        hashes[some] = _hash_short_spans(padded, begins[some], sizes[some])
        done += len(some)
    data = words.tobytes()
    rest = np.concatenate([short[done:], np.flatnonzero(sizes > _ONE_BLOCK)])
    spans = zip(begins[rest].tolist(), ends[rest].tolist(), strict=True)
    digests = b"".join([sha1(data[begin:end]).digest()[:8] for begin, end in spans])
    hashes[rest] = np.frombuffer(digests, "<u8")
    return hashes


def _hash_short_spans(
    data: NDArray[np.uint8], begins: NDArray[np.int64], sizes: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """SHA-1 (RFC 3174) of messages of one block, side by side."""
    import numpy as np

    blocks = np.lib.stride_tricks.sliding_window_view(data, 64)[begins]
    blocks *= np.arange(64) < sizes[:, None]
    blocks[np.arange(len(blocks)), sizes] = 0x80
    words = list(blocks.view(">u4").T.astype(np.uint32, order="C"))
    words[15] = (8 * sizes).astype(np.uint32)
    a, b, c, d, e = (np.full(len(blocks), value, np.uint32) for value in _SHA1_START)
    for number in range(80):
        word = words[number % 16]
        if number >= 16:
            for back in (3, 8, 14):
                word ^= words[(number - back) % 16]
            _rotate(word, 1)
        mixed = _mix(b, c, d, number // 20)
        mixed += e
        mixed += word
        mixed += a << 5
        mixed += a >> 27
        _rotate(b, 30)
        a, b, c, d, e = mixed, a, b, c, d
    low = (a + np.uint32(_SHA1_START[0])).byteswap().astype(np.uint64)
    return low | (b + np.uint32(_SHA1_START[1])).byteswap().astype(np.uint64) << np.uint64(32)


def _mix(b: NDArray[np.uint32], c: NDArray[np.uint32], d: NDArray[np.uint32], phase: int) -> NDArray[np.uint32]:
    """The function of three words and the constant of a round."""
    import numpy as np

    if phase == 0:
        mixed = c ^ d
        mixed &= b
        mixed ^= d
    elif phase == 2:
        mixed = b | c
        mixed &= d
        mixed |= b & c
    else:
        mixed = b ^ c
        mixed ^= d
    mixed += np.uint32(_SHA1_CONSTANTS[phase])
    return mixed


def _rotate(words: NDArray[np.uint32], by: int) -> None:
    carried = words >> (32 - by)
    words <<= by
    words |= carried
