"""The nodes of what does not cross by value, and what is made of them at the other end."""

from __future__ import annotations

import builtins
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import functions, mirrors, names
from .class_making import build_class
from .classes import describe_class
from .faults import describe_error, rebuild_error
from .frames import describe_frame
from .signatures import apply_signature, describe_signature
from .wire import Malformed

if TYPE_CHECKING:
    from .peer import Peer
    from .values import Reader, Writer

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_FUNCTION_KINDS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
)
_IS_COROUTINE = 0x80


def describe(peer: Peer, writer: Writer, value: Any) -> list[Any]:
    """The node of an object that does not cross by value."""
    number = peer.foreign_number(value)
    if number is not None:
        return ["y", number]
    kind = type(value)
    if isinstance(value, (type, types.ModuleType, *_FUNCTION_KINDS)):
        name = names.name_of(value)
        if name is not None and peer.may_leave_by_name(name, value):
            return ["N", name]
    if isinstance(value, type):
        return describe_class(peer, writer, value)
    if peer.foreign_number(kind) is not None:
        return _value_of_foreign_class(writer, value)
    peer.check_may_leave(value)
    if isinstance(value, BaseException):
        return describe_error(peer, writer, value)
    if peer.tells_members and (node := peer.describe_value_of_own_class(writer, value)) is not None:
        return node
    if kind is types.FunctionType:
        return _describe_function(peer, writer, value)
    if kind.__module__.partition(".")[0] == "pandas" and (node := describe_frame(writer, value)) is not None:
        return node
    if kind in _DRIVEN:
        return [_DRIVEN[kind], peer.export(value)]
    return ["m", peer.export(value), writer.class_item(kind)]


_DRIVEN = {types.GeneratorType: "g", types.AsyncGeneratorType: "ag", types.CoroutineType: "k"}


def _describe_function(peer: Peer, writer: Writer, function: types.FunctionType) -> list[Any]:
    """``["f", number, name, qualname, whether it is a coroutine function, signature, attributes]``"""
    is_async = bool(function.__code__.co_flags & _IS_COROUTINE)
    has_attributes = peer.tells_members and bool(function.__dict__.keys() - {"__wrapped__"})
    # The very dictionary of the function's attributes: it is kept in step with that of the mirror function. Not where
    # the mirror function holds a signature of its own among them.
    attributes = function.__dict__ if has_attributes and not peer.tells_signatures else None
    told = describe_signature(writer, function, has_attributes=has_attributes) if peer.tells_signatures else None
    number = peer.export(function)
    return ["f", number, function.__name__, function.__qualname__, is_async, told, writer.item(attributes)]


def _value_of_foreign_class(writer: Writer, value: Any) -> list[Any]:
    if isinstance(value, tuple):
        return ["nt", [writer.reference(type(value))], writer.items(list(value))]
    return ["en", [writer.reference(type(value))], value._name_, writer.item(value._value_)]


def _rebuild_function(peer: Peer, reader: Reader, node: list[Any]) -> Any:
    _, number, name, qualname, is_async, told, attributes = node
    known = peer.known(number)
    if known is None:
        known = functions.make_function(peer, number, name=name, qualname=qualname, is_async=is_async is True)
        peer.adopt(known, number)
        if told is not None:
            apply_signature(reader, known, told)
        elif attributes is not None:
            known.__dict__ = reader.item(attributes)
    return known


def _rebuild_driven(peer: Peer, reader: Reader, node: list[Any]) -> Any:
    known = peer.known(node[1])
    if known is None:
        make: Any = {"g": functions.make_generator, "ag": functions.make_async_generator, "k": functions.make_coroutine}
        known = make[node[0]](peer, node[1])
        peer.adopt(known, node[1])
    return known


def _rebuild_handle(peer: Peer, reader: Reader, node: list[Any]) -> Any:
    _, number, class_item = node
    known = peer.known(number)
    if known is None:
        mirror = reader.item(class_item)
        if not isinstance(mirror, mirrors.Mirror):
            raise Malformed("a handle of a class that is no mirror")
        known = object.__new__(mirror)  # type: ignore[arg-type]
        peer.adopt(known, number)
    return known


def _rebuild_class(peer: Peer, reader: Reader, node: list[Any]) -> Any:
    known = peer.known(node[1])
    return build_class(peer, reader, node) if known is None else known


def _rebuild_named_tuple(peer: Peer, reader: Reader, node: list[Any]) -> Any:
    kind = reader.item(node[1])
    if not isinstance(kind, type) or not issubclass(kind, tuple) or isinstance(kind, mirrors.Mirror):
        raise Malformed("no class of named tuples")
    values = reader.items(node[2])
    if len(values) != len(kind._fields):  # type: ignore[attr-defined]
        raise Malformed("a named tuple of another length")
    return tuple.__new__(kind, values)


def _rebuild_member(peer: Peer, reader: Reader, node: list[Any]) -> Any:
    kind: Any = reader.item(node[1])
    name, value = node[2], reader.item(node[3])
    return kind[name] if name in kind.__members__ else kind(value)


REBUILD: dict[str, Callable[[Peer, Reader, list[Any]], Any]] = {
    "y": lambda peer, reader, node: peer.exported(node[1]),
    "f": _rebuild_function,
    **dict.fromkeys(("g", "ag", "k"), _rebuild_driven),
    "m": _rebuild_handle,
    "C": _rebuild_class,
    "X": rebuild_error,
    "nt": _rebuild_named_tuple,
    "en": _rebuild_member,
}
