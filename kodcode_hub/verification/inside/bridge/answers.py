"""What either end answers about its own objects: calls, attributes, special methods, generators, coroutines."""

from __future__ import annotations

import asyncio
import builtins
import inspect
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .mirrors import SPECIAL_ATTRIBUTES
from .operators import PROTOCOL
from .wire import Malformed

if TYPE_CHECKING:
    from .peer import Answer, Peer

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_LONGEST_TEXT = 100_000
"""Characters of a repr that cross; a test's message shows fewer."""


class Answers:
    """The operations that both ends know."""

    def __init__(self, peer: Peer, check: Callable[[Any, str], None]) -> None:
        """``check`` raises AttributeError where the other side may not reach an attribute of this name."""
        self._peer = peer
        self._check = check

    def table(self) -> dict[str, Answer]:
        """The answers by operation."""
        return {
            "call": self.call,
            "await_call": lambda *rest: run_to_end(self._peer, self.call(*rest)),
            "await": lambda number: run_to_end(self._peer, self._peer.exported(number)),
            "get": self.get,
            "set": self.set,
            "del": self.delete,
            "dir": lambda owner: [name for name in dir(owner) if name[:2] != "__" or name in SPECIAL_ATTRIBUTES],
            "special": self.special,
            "advance": self.advance,
        }

    def call(self, number: int, count: int, *rest: Any) -> Any:
        """Call an object with ``count`` values, and the names and values that follow them."""
        named = rest[count:]
        return self._peer.exported(number)(*rest[:count], **dict(zip(named[::2], named[1::2], strict=True)))

    def get(self, owner: Any, name: str) -> Any:
        self._check(owner, name)
        return getattr(owner, name)

    def set(self, owner: Any, name: str, value: Any) -> None:
        self._check(owner, name)
        setattr(owner, name, value)

    def delete(self, owner: Any, name: str) -> None:
        self._check(owner, name)
        delattr(owner, name)

    def special(self, owner: Any, name: str, *args: Any) -> Any:
        """Call a method of Python's protocols."""
        if name not in PROTOCOL:
            raise Malformed("no special method of the bridge")
        result = getattr(type(owner), name)(owner, *args)
        if inspect.iscoroutine(result):
            return run_to_end(self._peer, result)
        return result[:_LONGEST_TEXT] if name == "__repr__" and type(result) is str else result

    def advance(self, number: int, method: str, argument: Any) -> tuple[bool, Any]:
        """Whether a generator has come to its end, and what it yields or returns."""
        driven = self._peer.exported(number)
        if method == "anext":
            try:
                return False, run_to_end(self._peer, driven.__anext__())
            except StopAsyncIteration:
                return True, None
        if method not in ("send", "throw", "close"):
            raise Malformed("no method of a generator")
        try:
            return False, driven.close() if method == "close" else getattr(driven, method)(argument)
        except StopIteration as end:
            return True, end.value


def run_to_end(peer: Peer, awaitable: Any) -> Any:
    """What a coroutine returns; what is no awaitable, itself.

    Always in the same event loop, as one program's locks and queues expect; where that loop is running (a coroutine of
    ours awaits the other side, which awaits one of ours), in a loop of its own in another thread.
    """
    if not inspect.isawaitable(awaitable):
        return awaitable
    if peer.loop is None:
        peer.loop = asyncio.new_event_loop()
    if not peer.loop.is_running() and not _in_a_loop():
        return peer.loop.run_until_complete(_as_coroutine(awaitable))
    results: list[Any] = []

    def run() -> None:
        try:
            results.append((True, asyncio.run(_as_coroutine(awaitable))))
        except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
            results.append((False, error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    good, result = results[0]
    if good:
        return result
    raise result


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def _as_coroutine(awaitable: Any) -> Any:
    return await awaitable
