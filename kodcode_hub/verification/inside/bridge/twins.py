"""Containers that both processes hold a copy of, and that are kept in step at every message.

A list that a test hands over and the solution keeps, an attribute that the test appends to, a module's global: in one
interpreter these are one object. Here they are twins, one in each process, under one number. Each side remembers what
its twin looked like at the last message and sends it along when it looks different. T forgets a pair when nothing of
the test refers to its half any more, or when keeping all in step would cost too much; it tells S with its next message.
"""

from __future__ import annotations

import builtins
import sys
import types
from array import array
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from operator import is_
from typing import Any, NamedTuple

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

KEPT_ITEMS = 2048
"""Items in all twins together that are compared at every message; beyond it the oldest pairs are forgotten."""
_REFERENCES_OF_OURS = 3
"""To a twin that nobody else holds: from the record, the local variable and the argument of getrefcount."""

_getrefcount = sys.getrefcount


class Kind(NamedTuple):
    """How containers of one exact type are remembered, compared and filled."""

    letter: str
    look: Callable[[Any], Any]
    """What it holds, as a shallow copy."""
    unchanged: Callable[[Any, Any], bool]
    """Whether it still holds the very same objects as at that look."""
    fill: Callable[[Any, list[Any]], None]
    """Make it hold the values that came in a node."""


class Twin:
    """One half of a pair."""

    __slots__ = ("kind", "look", "number", "size", "value")

    def __init__(self, number: int, value: Any, kind: Kind) -> None:
        self.number = number
        self.value = value
        self.kind = kind
        self.look_again()

    def look_again(self) -> None:
        self.look = self.kind.look(self.value)
        self.size = self.look.size if self.kind is NUMPY else len(self.look)


class Twins:
    """The halves in this process."""

    def __init__(self, *, first: int) -> None:
        """``first``: 0 or 1; the two processes give even and odd numbers."""
        self._next = first
        self._by_number: dict[int, Twin] = {}
        self._by_id: dict[int, Twin] = {}

    def number(self) -> int:
        """A new number."""
        self._next += 2
        return self._next

    def of(self, value: Any) -> Twin | None:
        """The record of this very object."""
        return self._by_id.get(id(value))

    def get(self, number: int) -> Twin | None:
        return self._by_number.get(number)

    def add(self, twin: Twin) -> None:
        self._by_number[twin.number] = self._by_id[id(twin.value)] = twin

    def changed(self) -> list[Twin]:
        """Those that look different from the last message."""
        return [twin for twin in self._by_number.values() if not twin.kind.unchanged(twin.value, twin.look)]

    def drop(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            twin = self._by_number.pop(number, None)
            if twin is not None:
                del self._by_id[id(twin.value)]

    def forget(self) -> list[int]:
        """Drop the pairs that nobody here needs, and the oldest beyond ``KEPT_ITEMS``; their numbers.

        What has changed since the last message stays for one more: ``thing.items.append(1)`` leaves nothing behind that
        refers to the list.
        """
        numbers = []
        total = 0
        for twin in reversed(self._by_number.values()):
            value = twin.value
            total += 4 + twin.size
            needless = total > KEPT_ITEMS or _getrefcount(value) <= _REFERENCES_OF_OURS
            if needless and twin.kind.unchanged(value, twin.look):
                numbers.append(twin.number)
        self.drop(numbers)
        return numbers

    def __len__(self) -> int:
        return len(self._by_number)


def _same_items(value: Any, look: list[Any]) -> bool:
    return len(value) == len(look) and all(map(is_, value, look))


def _same_entries(value: Any, look: tuple[Any, ...]) -> bool:
    half = len(look) >> 1
    return len(value) == half and all(map(is_, (*value, *value.values()), look))


def _look_at_entries(value: Any) -> tuple[Any, ...]:
    return (*value, *value.values())


def _fill_list(value: list[Any], items: list[Any]) -> None:
    value[:] = items


def _fill_deque(value: deque[Any], items: list[Any]) -> None:
    value.clear()
    value.extend(items)


def _fill_set(value: set[Any], items: list[Any]) -> None:
    value.clear()
    value.update(items)


def _fill_dict(value: dict[Any, Any], items: list[Any]) -> None:
    half = len(items) >> 1
    value.clear()
    for key, item in zip(items[:half], items[half:], strict=True):
        value[key] = item


def _fill_bytes(value: Any, items: list[Any]) -> None:
    if type(items[0]) is not type(value):
        raise TypeError("another type of bytes")
    value[:] = items[0]


def _fill_namespace(value: types.SimpleNamespace, items: list[Any]) -> None:
    vars(value).clear()
    _fill_dict(vars(value), items)


def _look_at_array(value: Any) -> Any:
    return value.copy()


def _same_array(value: Any, look: Any) -> bool:
    return bool(value.shape == look.shape and value.dtype == look.dtype and value.tobytes() == look.tobytes())


def _fill_array(value: Any, items: list[Any]) -> None:
    value[...] = items[0]


def _copy_bytes(value: Any) -> Any:
    return value[:]


def _same_bytes(value: Any, look: Any) -> bool:
    return bool(value == look)


KINDS: dict[type, Kind] = {
    list: Kind("l", list, _same_items, _fill_list),
    dict: Kind("d", _look_at_entries, _same_entries, _fill_dict),
    set: Kind("s", list, _same_items, _fill_set),
    bytearray: Kind("ba", _copy_bytes, _same_bytes, _fill_bytes),
    deque: Kind("dq", list, _same_items, _fill_deque),
    OrderedDict: Kind("od", _look_at_entries, _same_entries, _fill_dict),
    defaultdict: Kind("dd", _look_at_entries, _same_entries, _fill_dict),
    Counter: Kind("co", _look_at_entries, _same_entries, _fill_dict),
    array: Kind("ar", _copy_bytes, _same_bytes, _fill_bytes),
    types.SimpleNamespace: Kind(
        "ns",
        lambda value: _look_at_entries(vars(value)),
        lambda value, look: _same_entries(vars(value), look),
        _fill_namespace,
    ),
}
NUMPY = Kind("np", _look_at_array, _same_array, _fill_array)
