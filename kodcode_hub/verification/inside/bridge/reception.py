"""Who reads the socket, and whose message it was, where either process has several threads.

A conversation is one thread here and one thread there that ask and answer in turn. Whoever waits for a message and
finds nobody reading reads, for the others too. Where a process has threads besides, an attendant reads when nobody
waits.
"""

from __future__ import annotations

import _thread
import builtins
import contextlib
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from .wire import Ended, Malformed, Wire

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_identify = threading.get_ident
_FINAL = (Ended, Malformed)

Message = tuple[str, int, int, list[Any], dict[str, Any]]
"""Operation, conversation, serial, values, and the news that the thread whose message it is has to heed."""


class Reception:
    """The messages that come in, sorted by conversation."""

    def __init__(
        self, wire: Wire, lock: threading.RLock, decode: Callable[[list[Any]], Message], serve: Callable[[int], None]
    ) -> None:
        """
        Args:
            lock: held while messages are decoded, which changes what this process knows of the other.
            serve: answers a conversation that the other side has opened; runs in a thread of its own.
        """
        self._wire = wire
        self._lock = lock
        self._decode = decode
        self._serve = serve
        self._changed = threading.Condition(threading.Lock())
        self._reader: int | None = None
        self._boxes: dict[int, deque[Message]] = {}
        self._failure: Exception | None = None
        self._is_attended = False

    def open(self, conversation: int) -> None:
        """A thread of this process will wait for the messages of this conversation."""
        with self._changed:
            self._boxes.setdefault(conversation, deque())

    def next(self, conversation: int) -> Message:
        """The next message of a conversation.

        Raises:
            Ended, Malformed: there will be none.
        """
        me = _identify()
        while True:
            with self._changed:
                box = self._boxes[conversation]
                while not box and self._reader is not None and self._reader != me:
                    self._wait()
                if box:
                    return box.popleft()
                if self._failure is not None:
                    raise self._failure
                outer, self._reader = self._reader, me
            # What was read is delivered before another may read: its owner would wait for what is here already. Reading
            # itself may ask the other side (for the hash of a key), and so read while it reads.
            message = self._read(conversation, outer)
            if message[1] == conversation:
                return message

    def attend(self) -> None:
        """From now on have messages read also while nobody waits for one."""
        if not self._is_attended:
            self._is_attended = True
            _thread.start_new_thread(self._attend, ())

    def _wait(self) -> None:
        limit_s = self._wire.timeout_s
        if not self._changed.wait(limit_s) and limit_s is not None:
            raise Ended

    def _read(self, conversation: int, outer: int | None) -> Message:
        failure: Exception | None = None
        raw: list[Any] = []
        try:
            raw = self._wire.receive()
            with self._lock:
                message = self._decode(raw)
            if message[1] != conversation:
                self._deliver(message)
            return message
        except _FINAL as error:
            failure = error
            raise
        except BaseException as error:
            if raw and raw[1:2] != [conversation]:  # it is lost to the thread that waits for it
                failure = Malformed(f"a message that cannot be read here: {type(error).__name__}")
            raise
        finally:
            with self._changed:
                self._reader = outer
                self._failure = self._failure or failure
                self._changed.notify_all()

    def _deliver(self, message: Message) -> None:
        conversation = message[1]
        with self._changed:
            is_new = conversation not in self._boxes
            self._boxes.setdefault(conversation, deque()).append(message)
            self._changed.notify_all()
        if is_new:
            _thread.start_new_thread(self._serve, (conversation,))

    def _attend(self) -> None:
        self.open(-1)
        with contextlib.suppress(Exception):  # it has been told to those who wait
            self.next(-1)
