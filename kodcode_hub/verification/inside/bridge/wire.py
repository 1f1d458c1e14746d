"""Frames on a stream socket: four bytes of length, then JSON in UTF-8. Nothing read here is run, imported or unpickled.

JSON's own scanner is written in C, knows six types and has no way to name a seventh; numbers, text and ``null`` are
exact on it (NaN and infinities in Python's spelling). What JSON cannot say is written as nodes (see ``values``).
"""

from __future__ import annotations

import builtins
import json
import json.encoder
import os
import select
import struct
import sys
import time
from typing import Any

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

LARGEST_FRAME = 256 << 20
"""Bytes; a larger one is refused before it is read."""
_CHUNK = 1 << 16
_DIGITS = sys.int_info.default_max_str_digits
"""Of an integer in JSON; a process that allows itself more must not send more to one that does not."""
_DIGITS_ARE_CHEAP = 10_000
"""Bits of an integer up to which JSON's decimal digits are allowed by every Python."""

_read, _write, _select, _clock = os.read, os.write, select.select, time.monotonic
_longest = sys.get_int_max_str_digits
_pack, _unpack = struct.Struct(">I").pack, struct.Struct(">I").unpack_from
_scan: Any = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


class Ended(Exception):
    """The other process closed its end."""


class Malformed(Exception):
    """The other process sent what no honest end of the bridge sends."""


class Wire:
    """One end of the socket. Not for several threads at once; an interrupted read can be taken up again."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._buffer = b""
        self.timeout_s: float | None = None
        """How long the other end may stay silent."""

    def send(self, message: list[Any]) -> None:
        """Write one message.

        Raises:
            Ended: nobody reads it.
        """
        try:
            text = _to_json(message if _longest() == _DIGITS else _with_long_integers(message))
        except ValueError:  # an integer of more digits than Python likes to write
            text = _to_json(_with_long_integers(message))
        body = text.encode("utf-8", "surrogatepass")
        data = _pack(len(body)) + body
        try:
            sent = _write(self._descriptor, data)
            rest = memoryview(data)
            while sent < len(data):
                sent += _write(self._descriptor, rest[sent : sent + (1 << 20)])
        except OSError:
            raise Ended from None

    def receive(self) -> list[Any]:
        """The next message.

        Raises:
            Ended: the other end is closed, or stayed silent for ``self.timeout_s``.
            Malformed: it is too large, or no JSON array.
        """
        self._fill(4)
        (length,) = _unpack(self._buffer)
        if length > LARGEST_FRAME:
            raise Malformed(f"a message of {length} bytes")
        self._fill(4 + length)
        body, self._buffer = self._buffer[4 : 4 + length], self._buffer[4 + length :]
        try:
            message, _ = _scan(body.decode("utf-8", "surrogatepass"), 0)
        except (ValueError, RecursionError, StopIteration):
            raise Malformed("a message that is not JSON") from None
        if type(message) is not list:
            raise Malformed("a message that is no array")
        return message

    def _fill(self, wanted: int) -> None:
        if len(self._buffer) >= wanted:
            return
        deadline = None if self.timeout_s is None else _clock() + self.timeout_s
        chunks = [self._buffer]
        have = len(self._buffer)
        try:
            while have < wanted:
                if deadline is not None and not _select([self._descriptor], [], [], max(0.0, deadline - _clock()))[0]:
                    raise Ended
                chunk = _read(self._descriptor, max(_CHUNK, min(wanted - have, 1 << 20)))
                if not chunk:
                    raise Ended
                chunks.append(chunk)
                have += len(chunk)
        except OSError:
            raise Ended from None
        finally:
            self._buffer = b"".join(chunks)


def _with_long_integers(value: Any) -> Any:
    """The message with each long integer as ``["i", hexadecimal digits]``."""
    if type(value) is int and value.bit_length() > _DIGITS_ARE_CHEAP:
        return ["i", format(value, "x")]
    if type(value) in (list, tuple):
        return [_with_long_integers(item) for item in value]
    if type(value) is dict:
        return {name: _with_long_integers(item) for name, item in value.items()}
    return value


def _to_json(message: list[Any]) -> str:
    return "".join(_encode(message, 0))


def _refuse(value: Any) -> Any:
    raise TypeError(f"{type(value).__name__} in a message of the bridge")


_make_encoder: Any = getattr(json.encoder, "c_make_encoder", None)
_quote: Any = json.encoder.encode_basestring
_encode: Any = (
    _make_encoder(None, _refuse, _quote, None, ":", ",", False, False, True)
    if _make_encoder
    else lambda message, _level: [json.dumps(message, ensure_ascii=False, check_circular=False)]
)
