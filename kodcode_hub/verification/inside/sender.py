"""The only writer of a trial's report: numbered lines of JSON with the trial's nonce."""

from __future__ import annotations

import builtins
import contextlib
import fcntl
import json.encoder
import os
from collections.abc import Callable
from itertools import count

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

Send = Callable[..., None]

_OUT_OF_THE_WAY = (512, 128, 16)
_CHANNEL_LOST = 97


def make_sender(channel: int, nonce: str) -> Send:
    """A function ``send(kind, **fields)`` that uses nothing that can be replaced from outside.

    It works in the process that made it only: a fork of the tested code that runs on into pytest ends without a word.
    """
    write, quote, leave, process_id = os.write, json.encoder.encode_basestring_ascii, os._exit, os.getpid
    owner, next_number = os.getpid(), count().__next__

    def encode(value: str | float | bool | None) -> str:
        if isinstance(value, str):
            return quote(value)
        if value is None or isinstance(value, bool):
            return {None: "null", True: "true", False: "false"}[value]
        return f"{value:d}" if isinstance(value, int) else f"{value:.6f}"

    def send(kind: str, **fields: str | float | bool | None) -> None:
        if process_id() != owner:
            leave(_CHANNEL_LOST)
        line = f'{{"nonce":"{nonce}","seq":{next_number()},"kind":"{kind}"'
        for name, value in fields.items():
            line += f',"{name}":{encode(value)}'
        data = (line + "}\n").encode("ascii")
        try:
            while data:
                data = data[write(channel, data) :]
        except OSError:
            leave(_CHANNEL_LOST)

    return send


def move_out_of_the_way(descriptor: int) -> int:
    """The same open file under a high number.

    Code that closes "all" descriptors, or writes to the low ones, is often honest; the high ones it seldom means.
    """
    for lowest in _OUT_OF_THE_WAY:
        with contextlib.suppress(OSError):
            moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, lowest)
            os.close(descriptor)
            return moved
    return descriptor
