"""What stands here for a function of the other process, a generator, a coroutine."""

from __future__ import annotations

import builtins
import types
from collections.abc import AsyncIterator, Callable, Generator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .peer import Peer

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]


def make_function(peer: Peer, number: int, *, name: str, qualname: str, is_async: bool) -> types.FunctionType:
    """A Python function that calls the other process's. A coroutine function there runs to its end in one call."""
    function = _async_function(peer, number) if is_async else _function(peer.call, number)
    function.__name__, function.__qualname__, function.__module__ = name, qualname, peer.module
    return function


def _function(call: Callable[..., Any], number: int) -> types.FunctionType:
    def function(*args: Any, **kwargs: Any) -> Any:
        return call(number, args, kwargs)

    return function  # type: ignore[return-value]


def _async_function(peer: Peer, number: int) -> types.FunctionType:
    async def function(*args: Any, **kwargs: Any) -> Any:
        return peer.call(number, args, kwargs, awaited=True)

    return function  # type: ignore[return-value]


_CODES = frozenset({_function(print, 0).__code__, _async_function(None, 0).__code__})  # type: ignore[arg-type]


def number_of_function(value: types.FunctionType) -> int | None:
    """The number of the function that ``value`` stands for; None for a function of this process.

    By its code and its closure: functools.wraps copies attributes to other functions.
    """
    if value.__code__ not in _CODES or value.__closure__ is None:
        return None
    return value.__closure__[value.__code__.co_freevars.index("number")].cell_contents  # type: ignore[no-any-return]


def make_generator(peer: Peer, number: int) -> Generator[Any, Any, Any]:
    """A generator that drives the other process's."""

    def generator() -> Generator[Any, Any, Any]:
        method, argument = "send", None
        while True:
            done, value = peer.request("advance", (number, method, argument))
            if done:
                return value
            try:
                argument = yield value
                method = "send"
            except GeneratorExit:
                peer.request("advance", (number, "close", None))
                raise
            except BaseException as error:  # noqa: BLE001 - whatever was thrown in is thrown in there
                method, argument = "throw", error

    return generator()


def make_async_generator(peer: Peer, number: int) -> AsyncIterator[Any]:
    async def async_generator() -> AsyncIterator[Any]:
        while True:
            done, value = peer.request("advance", (number, "anext", None))
            if done:
                return
            yield value

    return async_generator()


def make_coroutine(peer: Peer, number: int) -> Any:
    async def coroutine() -> Any:
        return peer.request("await", (number,))

    return coroutine()
