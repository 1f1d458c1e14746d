"""Exceptions: how they are written, and how they are made again without a line of the other side's code."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from . import names
from .wire import Malformed

if TYPE_CHECKING:
    from .peer import Peer
    from .values import Reader, Writer

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_SLOTS: dict[type[BaseException], tuple[str, ...]] = {
    SystemExit: ("code",),
    StopIteration: ("value",),
    ImportError: ("name", "path", "msg"),
    NameError: ("name",),
    AttributeError: ("name",),
    SyntaxError: ("msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset"),
    UnicodeDecodeError: ("encoding", "object", "start", "end", "reason"),
    UnicodeEncodeError: ("encoding", "object", "start", "end", "reason"),
    UnicodeTranslateError: ("object", "start", "end", "reason"),
    OSError: ("filename", "filename2"),
}
"""What exceptions keep outside of ``args`` and of their dictionary."""


class SolutionGone(BaseException):
    """The solution's process has ended, or broke the protocol.

    No ``except Exception`` of a test takes it for an answer.
    """


class ForeignOutcome(RuntimeError):
    """The solution raised what ends, skips or fails a test by its mere name."""


FOREIGN_OUTCOME = "bridge:ForeignOutcome"


def describe_error(peer: Peer, writer: Writer, error: BaseException) -> list[Any]:
    """The node of an exception: class, args and plain state."""
    kind = type(error)
    name = names.name_of(kind)
    if peer.is_own(kind) and not names.is_outcome(kind):
        class_item = writer.class_item(kind)
        return ["X", peer.export(error), class_item, writer.items(list(error.args)), [], [], _cause(writer, error)]
    if names.is_outcome(kind):
        text = f"{kind.__qualname__}: {error}"[:2000]
        return ["X", 0, [writer.node_of_name(FOREIGN_OUTCOME)], [text], [], [], None]
    if name is None or not peer.may_leave_by_name(name, kind):
        nearest = next(found for base in kind.__mro__ if (found := _known_name(peer, base)))
        return ["X", 0, _plain_class_item(writer, nearest), [str(error)[:2000]], [], [], _cause(writer, error)]
    state = {slot: getattr(error, slot, None) for base in kind.__mro__ for slot in _SLOTS.get(base, ())}
    state |= {key: value for key, value in vars(error).items() if _is_public(key)}
    state = {key: value for key, value in state.items() if value is not None}
    args = [_plain_class_item(writer, name), writer.items(list(error.args)), list(state)]
    return ["X", 0, *args, writer.items(list(state.values())), _cause(writer, error)]


def _known_name(peer: Peer, kind: type) -> str:
    """The name under which the other side finds the class; empty if it does not. All find ``Exception``."""
    name = names.name_of(kind) if names.is_plain_error(kind) else None
    return name if name and peer.may_leave_by_name(name, kind) else ""


def rebuild_error(peer: Peer, reader: Reader, node: list[Any]) -> BaseException:
    """The exception of a node."""
    _, number, class_item, args, keys, values, cause = node
    if number and (known := peer.known(number)) is not None:
        return known  # type: ignore[no-any-return]
    kind = reader.item(class_item)
    if not isinstance(kind, type) or not issubclass(kind, BaseException):
        raise Malformed("an exception of a class that is none")
    arguments = tuple(reader.items(args))
    error = kind.__new__(kind, *arguments)
    object.__setattr__(error, "args", arguments)
    if number:
        peer.adopt(error, number)
    for key, value in zip(keys, reader.items(values), strict=True):
        if type(key) is not str or not _is_public(key):
            raise Malformed("an attribute that no exception of the bridge has")
        object.__setattr__(error, key, value)
    if cause is not None and isinstance(reason := reader.item(cause), BaseException):
        error.__cause__ = reason
    return error


def _is_public(key: Any) -> bool:
    return type(key) is str and (not key.startswith("__") or key == "__notes__")


def _plain_class_item(writer: Writer, name: str) -> list[int]:
    return [writer.node_of_name(name)]


def _cause(writer: Writer, error: BaseException) -> Any:
    return None if error.__cause__ is None else writer.item(error.__cause__)
