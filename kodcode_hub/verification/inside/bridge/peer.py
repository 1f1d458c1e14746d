"""One end of the bridge: it asks, waits, answers what it is asked meanwhile, and knows whose objects are whose.

A message is ``[operation, conversation, serial, items, nodes, news]``; the last two may be missing. A reply carries the
serial of its request. ``news`` tells by the way what changed: output, warnings, forgotten twins, released handles.
"""

from __future__ import annotations

import _thread
import builtins
import os
import threading
from collections.abc import Callable
from itertools import count
from typing import Any

from . import mirrors
from .asking import Asking
from .descriptions import REBUILD, describe
from .faults import SolutionGone
from .policy import Policy
from .possessions import Possessions
from .reception import Message, Reception
from .twins import Twins
from .values import Reader, Writer
from .wire import Ended, Malformed, Wire

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_count_threads = _thread._count
_DEEPEST = 60
"""Calls within calls across the bridge; deeper ones are answered with a RecursionError, while there is stack left."""

Answer = Callable[..., Any]


class Peer(Asking, Possessions, Policy):
    """What both ends have in common. Subclasses hold the policy of their side."""

    def __init__(self, channel: int, *, first: int) -> None:
        super().__init__()
        self.wire = Wire(channel)
        self.twins = Twins(first=first)
        self.lock = threading.RLock()
        self._sending = threading.RLock()
        self.reception = Reception(self.wire, self.lock, self._take, self._serve_aside)
        self.broken = ""
        self.loop: Any = None
        """The event loop in which coroutines of this side run."""
        self.answers: dict[str, Answer] = {}
        self._parity = first
        self._next_serial = count(1).__next__
        self._next_conversation = count(2 + first, 2).__next__
        self._local = threading.local()
        self._local.conversation = 0
        self.reception.open(0)
        self._is_threaded = False
        self._threads_before = _count_threads()
        self._abandoned: set[int] = set()
        mirrors.peers.append(self)
        os.register_at_fork(after_in_child=self.leave)

    # Asking

    def request(self, operation: str, values: tuple[Any, ...]) -> Any:
        """Ask the other side and wait for its answer.

        Raises:
            SolutionGone: it cannot answer any more.
            BaseException: whatever it answers with.
        """
        if self.broken:
            raise SolutionGone(self.broken)
        conversation, serial = self._conversation(), self._next_serial()
        self._transmit(operation, conversation, serial, values)
        try:
            return self._await_reply(conversation, serial)
        except (Ended, Malformed) as error:
            raise SolutionGone(self._break(error)) from None
        except SolutionGone:
            raise
        except BaseException:
            self._abandoned.add(serial)
            raise

    # Waiting and answering

    def serve(self, conversation: int = 0) -> None:
        """Answer all requests of a conversation until the other side has gone.

        Raises:
            Ended: it has.
        """
        self._local.conversation = conversation
        while True:
            self._answer(self.reception.next(conversation))

    def _serve_aside(self, conversation: int) -> None:
        try:
            self.serve(conversation)
        except (Ended, Malformed, SolutionGone) as error:
            self._break(error)

    def _await_reply(self, conversation: int, serial: int) -> Any:
        while True:
            message = self.reception.next(conversation)
            operation, _, number, values, news = message
            if operation not in ("ok", "raise", "news"):
                self._answer(message)
                continue
            self.heed(news)
            if operation != "news":
                if number == serial:
                    break
                if number not in self._abandoned:
                    raise Malformed("a reply to nothing")
                self._abandoned.discard(number)
        if len(values) != 1:
            raise Malformed("a reply without a value")
        if operation == "ok":
            return values[0]
        if not isinstance(values[0], BaseException):
            raise Malformed("an exception that is none")
        raise self.as_raised_here(values[0])

    def _answer(self, message: Message) -> None:
        operation, _, serial, values, news = message
        answer = self.answers.get(operation)
        if answer is None:
            raise Malformed("an operation that does not exist")
        depth = self._local.depth = getattr(self._local, "depth", 0) + 1
        try:
            if depth > _DEEPEST:
                raise RecursionError("maximum recursion depth exceeded across the bridge")
            self.heed(news)
            result = answer(*values)
        except (SolutionGone, Ended, Malformed):
            raise
        except BaseException as error:  # noqa: BLE001 - it is the asking side's
            self._transmit_error(serial, error)
        else:
            try:
                self._transmit("ok", self._conversation(), serial, (result,))
            except Exception as error:  # noqa: BLE001 - the result cannot cross
                self._transmit_error(serial, error)
        finally:
            self._local.depth = depth - 1

    def _transmit_error(self, serial: int, error: BaseException) -> None:
        try:
            self._transmit("raise", self._conversation(), serial, (error,))
        except Exception as failure:  # noqa: BLE001 - its parts cannot cross
            told = TypeError(f"{type(error).__name__}: {failure}"[:2000])
            self._transmit("raise", self._conversation(), serial, (told,))

    def _transmit(self, operation: str, conversation: int, serial: int, values: tuple[Any, ...]) -> None:
        # What waits for the socket must not keep the other threads from reading: the other side may be waiting, too.
        with self._sending:
            with self.lock:
                news = self._own_news()
                writer = Writer(self)
                message = [operation, conversation, serial, writer.items(values)]
                nodes = writer.finish()
                writer.commit()
                self.told.update(writer.described)
            if nodes or news:
                message.append(nodes)
            if news:
                message.append(news)
            try:
                self.wire.send(message)
            except Ended as error:
                raise SolutionGone(self._break(error)) from None

    def _own_news(self) -> dict[str, Any]:
        news = self.news()
        if not self._is_threaded and _count_threads() > self._threads_before:
            self._attend()
            news["threads"] = True
        if len(self.twins) and self._parity == 0 and not self._is_threaded and (gone := self.twins.forget()):
            news["drop"] = gone
        if self.released:
            news["free"], self.released = self.released, []
        return news

    def _take(self, message: list[Any]) -> Message:
        try:
            operation, conversation, serial, items = message[:4]
            news: dict[str, Any] = message[5] if len(message) > 5 else {}
            if type(news) is not dict:
                raise Malformed("news that are none")
            if news:
                self.twins.drop(news.pop("drop", ()))
                self.free(news.pop("free", ()))
                if news.pop("threads", False) and not self._is_threaded:
                    self._attend()
            if type(conversation) is not int or type(serial) is not int or type(operation) is not str:
                raise Malformed("no head of a message")
            reader = Reader(self, message[4] if len(message) > 4 else [])
            values = reader.items(items)
        except (SolutionGone, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - what makes no sense raises anything
            raise Malformed(
                str(error) if isinstance(error, Malformed) else f"{type(error).__name__}: {error}"
            ) from None
        return operation, conversation, serial, values, news

    def _attend(self) -> None:
        self._is_threaded = True
        self.reception.attend()

    def _conversation(self) -> int:
        """The number of this thread's conversation; only the first thread of each process has number 0."""
        try:
            return self._local.conversation  # type: ignore[no-any-return]
        except AttributeError:
            number = self._local.conversation = self._next_conversation()
            self.reception.open(number)
            return number

    def _break(self, error: BaseException) -> str:
        if not self.broken:
            self.broken = "ended" if isinstance(error, Ended) else f"protocol: {error}"[:500]
        return self.broken

    def leave(self) -> None:
        """In a process that was forked off: the socket is not its to use."""
        self.broken = "this process was forked off, and the other end of the bridge is not its to use"

    # What does not cross by value

    def describe(self, writer: Writer, value: Any) -> list[Any]:
        """The node of an object that does not cross by value."""
        return describe(self, writer, value)

    def rebuild(self, reader: Reader, node: list[Any]) -> Any:
        """What stands here for the object of a node."""
        return REBUILD[node[0]](self, reader, node)

    def twin(self, number: Any) -> Any:
        twin = self.twins.get(number)
        if twin is None:
            raise Malformed("a twin that does not exist")
        return twin.value

    def check_number(self, number: Any) -> None:
        if type(number) is not int or number % 2 == self._parity:
            raise Malformed("a number that is not the sender's to give")
