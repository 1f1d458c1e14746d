"""Standard streams, input and warnings of the solution's process, which appear in the test's."""

from __future__ import annotations

import builtins
import io
import logging
import sys
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .peer import Peer

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_HELD_CHARACTERS = 1 << 16
"""Output that is held back until the next message; more is sent at once."""


class Told:
    """What is to be told to the test's process with the next message."""

    def __init__(self, flush: Callable[[], None]) -> None:
        """``flush`` sends a message of its own, where the other side waits for one."""
        self._flush = flush
        self._held = 0
        self.output: list[Any] = []
        """``[1 or 2, text]``, in order."""
        self.warnings: list[Any] = []
        """``[class, text]``"""
        self.logs: list[Any] = []
        """``[[name of the logger, level], text]``"""

    def write(self, stream: int, text: str) -> None:
        if self.output and self.output[-1][0] == stream:
            self.output[-1][1] += text
        else:
            self.output.append([stream, text])
        self._held += len(text)
        if self._held > _HELD_CHARACTERS:
            self._flush()

    def take(self) -> tuple[list[Any], list[Any], list[Any]]:
        told = self.output, self.warnings, self.logs
        self.output, self.warnings, self.logs, self._held = [], [], [], 0
        return told


class ForwardedOutput(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr``: its text appears in the stream of the same name in the test's process."""

    encoding = "utf-8"
    errors = "strict"
    newlines = None
    mode = "w"

    def __init__(self, told: Told, descriptor: int) -> None:
        self._told = told
        self._descriptor = descriptor
        self.name = "<stdout>" if descriptor == 1 else "<stderr>"
        self.buffer = _ForwardedBytes(self)

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._told.write(self._descriptor, str(text))
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def reconfigure(self, **_options: Any) -> None:
        """As a text file's; nothing here depends on it."""


class _ForwardedBytes(io.RawIOBase):
    def __init__(self, text: ForwardedOutput) -> None:
        self._text = text

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._text.write(bytes(data).decode("utf-8", "replace"))
        return len(data)


class ForwardedInput(io.TextIOBase):
    """``sys.stdin``: lines are asked of the test's process, as its own ``sys.stdin`` has them at that moment."""

    encoding = "utf-8"
    name = "<stdin>"

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    def readable(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        return self._peer.request("stdin", ("readline", -1 if size is None else size))  # type: ignore[no-any-return]

    def read(self, size: int | None = -1, /) -> str:
        return self._peer.request("stdin", ("read", -1 if size is None else size))  # type: ignore[no-any-return]

    def fileno(self) -> int:
        return 0


class _LogForwarder(logging.Handler):
    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        self._told.logs.append([[record.name, record.levelno], self.format(record)])


def forward_logs(told: Told) -> None:
    """Tell all log records; what level is shown, the test's process decides."""
    root = logging.getLogger()
    root.addHandler(_LogForwarder(told))
    root.setLevel(1)


def forward_streams(peer: Peer, told: Told) -> None:
    """Put the forwarding streams, input and warnings in the place of this process's own."""

    def forwarded_input(prompt: object = "", /) -> Any:
        """As the built-in function, in the test's process."""
        return peer.request("input", (str(prompt),)) if sys.stdin is stdin else own_input(prompt)

    def show(message: Any, category: Any, *_rest: Any, **_more: Any) -> None:
        told.warnings.append([category, str(message)])

    own_input, stdin = builtins.input, ForwardedInput(peer)
    forwarded_input.__name__ = forwarded_input.__qualname__ = "input"
    sys.stdin = stdin
    sys.stdout = sys.__stdout__ = ForwardedOutput(told, 1)  # type: ignore[misc, assignment]
    sys.stderr = sys.__stderr__ = ForwardedOutput(told, 2)  # type: ignore[misc, assignment]
    builtins.input = forwarded_input
    warnings.resetwarnings()
    warnings.simplefilter("always")
    warnings.showwarning = show
