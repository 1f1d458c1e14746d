"""Writing and reading of what crosses by value, with its exact type.

A message's values are *items*: ``null``, a truth value, a number, a text, or ``[i]`` for node ``i`` of the message.
Nodes stand in a flat table, so that no nesting is too deep; an immutable value's node comes after its parts'. A node
is ``[letters, ...]``; a container's is ``[letters, number of the twin, items, extra]``. One object has one node.
"""

from __future__ import annotations

import builtins
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import names
from .twins import KINDS, NUMPY, Kind, Twin
from .wire import Malformed

if TYPE_CHECKING:
    from .peer import Peer

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

PLAIN = frozenset({type(None), bool, int, float, str})
"""The types that JSON says exactly."""
_all_plain = PLAIN.issuperset
_ABSENT = object()


class Writer:
    """The nodes of one message that is being made."""

    def __init__(self, peer: Peer) -> None:
        self.peer: Peer = peer
        self.nodes: list[Any] = []
        self.fresh: list[Twin] = []
        """Twins that the other side learns of by this message."""
        self.described: list[int] = []
        """Classes and functions that it learns of."""
        self._memo: dict[int, int] = {}
        self._kept: list[Any] = []
        self._classes: dict[type, int] = {}
        self._unfilled: list[tuple[list[Any], Any, Kind]] = []
        self.updated = peer.twins.changed() if len(peer.twins) else []
        for twin in self.updated:
            self._begin(twin.value, twin.number, twin.kind)

    def items(self, values: Any) -> list[Any]:
        """The items of a list of values."""
        if _all_plain(map(type, values)):
            return values if type(values) is list else list(values)
        return [value if type(value) in PLAIN else [self.reference(value)] for value in values]

    def item(self, value: Any) -> Any:
        return value if type(value) in PLAIN else [self.reference(value)]

    def reference(self, value: Any) -> int:
        """The index of the value's node, which is made if there is none."""
        known = self._memo.get(id(value))
        if known is not None:
            return known
        kind = KINDS.get(type(value)) or (NUMPY if _is_plain_array(value) else None)
        if kind is not None:
            twin = self.peer.twins.of(value)
            if twin is None:
                return self._begin(value, self.peer.twins.number(), kind, fresh=True)
            return self._append(value, ["@", twin.number])
        write = IMMUTABLE.get(type(value)) or _writer_of_numpy(value)
        return self._append(value, write(self, value) if write else self.peer.describe(self, value))

    def class_item(self, kind: type) -> list[int]:
        """The item of a class as the class of a handle, which has a mirror even where the class itself has a name."""
        number = self.peer.foreign_number(kind)
        if number is not None or self.peer.is_own(kind):
            return [self.reference(kind)]
        known = self._classes.get(kind)
        if known is None:
            node = describe_class(self.peer, self, kind)
            self.nodes.append(node)
            known = self._classes[kind] = len(self.nodes) - 1
        return [known]

    def node_of_name(self, name: str) -> int:
        """The index of a node for what Python has under this name."""
        self.nodes.append(["N", name])
        return len(self.nodes) - 1

    def finish(self) -> list[Any]:
        """Fill the containers' nodes, and return all nodes."""
        while self._unfilled:
            node, value, kind = self._unfilled.pop()
            node[2], *extra = _CONTENT[kind.letter](self, value)
            node.extend(extra)
        return self.nodes

    def commit(self) -> None:
        """The message is on its way: an answer may mention what it tells."""
        for twin in self.updated:
            twin.look_again()
        for twin in self.fresh:
            self.peer.twins.add(twin)

    def _begin(self, value: Any, number: int, kind: Kind, *, fresh: bool = False) -> int:
        if fresh:
            self.fresh.append(Twin(number, value, kind))
        node = [kind.letter, number, None]
        self._unfilled.append((node, value, kind))
        return self._append(value, node)

    def _append(self, value: Any, node: list[Any]) -> int:
        self._kept.append(value)
        self.nodes.append(node)
        self._memo[id(value)] = len(self.nodes) - 1
        return len(self.nodes) - 1


class Reader:
    """The values of one message that came."""

    def __init__(self, peer: Peer, nodes: list[Any]) -> None:
        """Make the values of all nodes.

        Raises:
            Exception: of whatever type; the message is malformed.
        """
        self.peer: Peer = peer
        self._values: list[Any] = [_ABSENT] * len(nodes)
        self._containers: dict[int, Any] = {}
        containers, values, shells = [], self._values, _SHELLS
        for index, node in enumerate(nodes):
            if node[0] in shells:
                values[index] = self._containers[id(node)] = self._shell(node)
                containers.append((values[index], node))
        for index, node in enumerate(nodes):
            if values[index] is _ABSENT:
                values[index] = (_BUILD.get(node[0]) or peer.rebuild)(self, node)
        for value, node in containers:
            self._fill(value, node)

    def items(self, items: Any) -> list[Any]:
        """The values of a list of items."""
        if type(items) is not list:
            raise Malformed("no list of items")
        if _all_plain(map(type, items)):
            return items
        return [item if type(item) in PLAIN else self.item(item) for item in items]

    def item(self, item: Any) -> Any:
        if type(item) in PLAIN:
            return item
        if type(item) is list and len(item) == 1:
            return self.value(item[0])
        if type(item) is list and len(item) == 2 and item[0] == "i":
            return int(item[1], 16)
        raise Malformed("no item")

    def value(self, index: Any) -> Any:
        value = self._values[index] if type(index) is int and index >= 0 else _ABSENT
        if value is _ABSENT:
            raise Malformed("a node before its parts")
        return value

    def container(self, node: list[Any]) -> Any:
        """The container whose node this is; its parts may not be there yet."""
        return self._containers[id(node)]

    def _shell(self, node: list[Any]) -> Any:
        twin = self.peer.twins.get(node[1])
        if twin is not None:
            if twin.kind.letter != node[0]:
                raise Malformed("a container of another type than its twin")
            return twin.value
        self.peer.check_number(node[1])
        return _SHELLS[node[0]](self, node)

    def _fill(self, value: Any, node: list[Any]) -> None:
        kind = NUMPY if node[0] == "np" else KINDS[type(value)]
        kind.fill(value, _FILLING[node[0]](self, node) if node[0] in _FILLING else self.items(node[2]))
        twin = self.peer.twins.get(node[1])
        if twin is None:
            if type(node[1]) is not int:
                raise Malformed("no number of a twin")
            self.peer.twins.add(Twin(node[1], value, kind))
        else:
            twin.look_again()


def _is_plain_array(value: Any) -> bool:
    kind = type(value)
    return (
        kind.__module__ == "numpy"
        and kind is names.numpy().ndarray
        and value.dtype.kind in "biufcSUmM"
        and value.ndim > 0
    )


def _writer_of_numpy(value: Any) -> Callable[[Writer, Any], list[Any]] | None:
    kind = type(value)
    if kind.__module__ != "numpy":
        return None
    numpy = names.numpy()
    if kind is numpy.ndarray:
        if value.dtype.kind == "O":
            return lambda w, v: ["npo", list(v.shape), w.items(list(v.flat))]
        return (lambda w, v: ["np0", v.dtype.str, to_text(v.tobytes())]) if value.dtype.kind in "biufcSUmM" else None
    if issubclass(kind, numpy.generic) and value.dtype.kind in "biufcSUmM":
        return lambda w, v: ["nps", v.dtype.str, to_text(v.tobytes())]
    if isinstance(value, numpy.dtype) and value.kind in "biufcSUmMO":
        return lambda w, v: ["npd", v.str]
    return None


def to_text(data: Any) -> str:
    return b2a_base64(data, newline=False).decode("ascii")


def from_text(text: Any) -> bytes:
    if type(text) is not str:
        raise Malformed("no bytes")
    return a2b_base64(text)


from .classes import describe_class  # noqa: E402
from .containers import CONTENT as _CONTENT  # noqa: E402 - tables of functions on the classes above
from .containers import FILLING as _FILLING  # noqa: E402
from .containers import SHELLS as _SHELLS  # noqa: E402
from .immutables import BUILD as _BUILD  # noqa: E402
from .immutables import IMMUTABLE  # noqa: E402
