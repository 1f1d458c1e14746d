"""Whose objects are whose: what this process has shown to the other, and what stands here for the other's."""

from __future__ import annotations

import builtins
import types
import weakref
from itertools import count
from typing import Any

from . import mirrors
from .functions import number_of_function
from .wire import Malformed

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]


class Possessions:
    """Objects by their numbers. Either side numbers its own.

    A handle that dies here releases its original there. Since another message with the original may be on its way, the
    release says how often it had come, and the original's process compares that with how often it was sent.
    """

    def __init__(self) -> None:
        self.told: set[int] = set()
        """Classes of ours that the other side has a description of; these are never released."""
        self.released: list[list[int]] = []
        """``[number, how often it came]`` of the other side's objects, to be told with the next message."""
        self._next_number = count(1).__next__
        self._own: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._times_sent: dict[int, int] = {}
        self._known: dict[int, Any] = {}
        self._times_received: dict[int, int] = {}
        self._foreign: dict[int, int] = {}

    def export(self, value: Any) -> int:
        """The number under which the other side knows this object of ours."""
        number = self._numbers.get(id(value))
        if number is None:
            number = self._numbers[id(value)] = self._next_number()
            self._own[number] = value
        self._times_sent[number] = self._times_sent.get(number, 0) + 1
        return number

    def exported(self, number: Any) -> Any:
        """Our object of this number.

        Raises:
            Malformed: there is none.
        """
        try:
            return self._own[number]
        except (KeyError, TypeError):
            raise Malformed("an object that was never given away") from None

    def known(self, number: int) -> Any:
        """What stands here for the other side's object of this number; None if nothing does."""
        found = self._known.get(number)
        if type(found) is weakref.ref:
            found = found()
        if found is not None:
            self._times_received[number] = self._times_received.get(number, 0) + 1
        return found

    def adopt(self, value: Any, number: int) -> None:
        """From now on ``value`` stands for the other side's object of this number."""
        if type(number) is not int:
            raise Malformed("no number of an object")
        if isinstance(type(value), mirrors.Mirror):
            object.__setattr__(value, "__bridge_number__", number)
            self._times_received[number] = 1
            self._known[number] = weakref.ref(value, lambda _: self._release(number))
        else:
            self._known[number] = value
            self._foreign[id(value)] = number

    def foreign_number(self, value: Any) -> int | None:
        """The other side's number of what ``value`` stands for; None if it is ours."""
        kind = type(value)
        if isinstance(kind, mirrors.Mirror):
            return mirrors.number_of(value)
        if kind is types.FunctionType:
            return number_of_function(value)
        return self._foreign.get(id(value))

    def free(self, released: Any) -> None:
        """Let go of what the other side has released."""
        for number, times in released:
            if self._times_sent.get(number) == times and number not in self.told:
                del self._times_sent[number]
                del self._numbers[id(self._own.pop(number))]

    def _release(self, number: int) -> None:
        self._known.pop(number, None)
        self.released.append([number, self._times_received.pop(number, 0)])
