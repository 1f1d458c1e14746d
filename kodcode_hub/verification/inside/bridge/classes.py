"""How a class is described to the other process."""

from __future__ import annotations

import builtins
import collections
import collections.abc
import dataclasses
import enum
import types
from typing import TYPE_CHECKING, Any

from . import names
from .operators import PROTOCOL
from .words import words

if TYPE_CHECKING:
    from .peer import Peer
    from .values import Writer

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

VALUE_BASES = (
    *(int, float, complex, str, bytes, bytearray, tuple, list, set, frozenset),
    *(collections.OrderedDict, collections.defaultdict, collections.Counter, dict, collections.deque),
)
ENUM_BASES = {kind.__name__: kind for kind in (enum.IntFlag, enum.IntEnum, enum.StrEnum, enum.Flag, enum.Enum)}
MIXED = {kind.__name__: kind for kind in (int, str, float)}
ABCS = tuple(
    getattr(collections.abc, name)
    for name in ("MutableMapping", "Mapping", "MutableSequence", "Sequence", "MutableSet", "Set")
)
_TUPLE_OWN = words(
    "__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ __getitem__ __iter__ __len__ __contains__"
    " __getattribute__ __init__ __add__ __mul__ __getattr__ __sub__ __radd__"
)


def describe_class(peer: Peer, writer: Writer, kind: type) -> list[Any]:
    """The node of a class: ``["C", number, name, qualname, form, bases, special methods, members, facts]``."""
    number = peer.export(kind)
    if number in peer.told or number in writer.described:
        return ["C", number]
    own = peer.is_own(kind)
    form = form_of(peer, kind)
    bases = [[writer.reference(base)] for base in kind.__bases__ if _is_mirrored(peer, base)] if own else []
    special = _special_methods(peer, kind, own=own, form=form)
    writer.described.append(number)
    members = _members(peer, writer, kind) if own and peer.tells_members else {}
    doc = kind.__doc__ if peer.tells_signatures and type(kind.__doc__) is str else None
    return [
        *("C", number, kind.__name__, kind.__qualname__, form, bases),
        *(special, members, _facts(writer, kind, form), doc),
    ]


def _special_methods(peer: Peer, kind: type, *, own: bool, form: str) -> list[str]:
    """Those that the class defines itself or has from a base that is not mirrored."""
    if form == "enum":
        sources = [source for source in kind.__mro__ if peer.is_own(source)]
    elif form == "tuple":
        sources = [source for source in kind.__mro__ if peer.is_own(source) and "_make" not in vars(source)]
    else:
        sources = [source for source in kind.__mro__ if source is kind or not (own and _is_mirrored(peer, source))]
    return sorted({name for source in sources if source is not object for name in vars(source)} & PROTOCOL)


def _is_mirrored(peer: Peer, kind: type) -> bool:
    return peer.is_own(kind) or (issubclass(kind, BaseException) and kind is not object)


def form_of(peer: Peer, kind: type) -> str:
    """``error``, ``enum``, ``tuple`` (named tuples) or ``plain``."""
    if not peer.is_own(kind):
        return "plain"
    if issubclass(kind, BaseException):
        return "error"
    if issubclass(kind, enum.Enum):
        return "enum" if _is_plain_enum(kind) else "plain"
    return "tuple" if _is_plain_namedtuple(kind) else "plain"


def _is_plain_namedtuple(kind: type) -> bool:
    fields = getattr(kind, "_fields", None)
    if not issubclass(kind, tuple) or type(fields) is not tuple or type(kind) is not type:
        return False
    above = kind.__mro__[: kind.__mro__.index(tuple)]
    return not any(
        _TUPLE_OWN & vars(source).keys() or ("__new__" in vars(source) and "_fields" not in vars(source))
        for source in above
    )


def _is_plain_enum(kind: Any) -> bool:
    if type(kind) is not enum.EnumMeta or not kind.__members__:
        return False
    above = [source for source in kind.__mro__ if not names.name_of(source)]
    changed = {"__eq__", "__hash__", "__ne__", "__getattribute__", "__new__"}
    if any(changed & vars(source).keys() - {"__new__"} for source in above):
        return False
    members: dict[str, Any] = dict(kind.__members__)
    values = [member._value_ for member in members.values()]
    plain = all(type(value) in (int, str, float, bool, tuple, type(None)) for value in values)
    others = [b for b in kind.__mro__ if b not in above and b is not object and not issubclass(b, enum.Enum)]
    others = [base for base in others if base is not getattr(enum, "ReprEnum", None)]
    return plain and all(base in MIXED.values() for base in others)


def _members(peer: Peer, writer: Writer, kind: type) -> dict[str, list[Any]]:
    """Functions and properties: ``{name: [letter, item]}``. What else a class has is looked up when it is asked for."""
    members: dict[str, list[Any]] = {}
    for name, raw in vars(kind).items():
        if name[:2] == "__" and name[-2:] == "__":
            continue
        if type(raw) is property:
            members[name] = ["p", None]
        elif type(raw) in (staticmethod, classmethod) and type(raw.__func__) is types.FunctionType:
            members[name] = ["s" if type(raw) is staticmethod else "c", writer.item(raw.__func__)]
        elif type(raw) is types.FunctionType:
            members[name] = ["f", writer.item(raw)]
    return members


def _facts(writer: Writer, kind: Any, form: str) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if form == "tuple":
        defaults = kind._field_defaults
        facts["fields"] = list(kind._fields)
        facts["defaults"] = writer.items([defaults[name] for name in kind._fields if name in defaults])
    elif form == "enum":
        facts["members"] = {name: writer.item(member._value_) for name, member in kind.__members__.items()}
        facts["enum"] = next(name for name, base in ENUM_BASES.items() if issubclass(kind, base))
        facts["mixed"] = next((name for name, base in MIXED.items() if issubclass(kind, base)), "")
    else:
        facts["base"] = next((base.__name__ for base in VALUE_BASES if issubclass(kind, base)), "")
        facts["abc"] = next((base.__name__ for base in ABCS if base in kind.__mro__), "")
        facts["unhashable"] = kind.__hash__ is None
        if "__dataclass_fields__" in vars(kind):
            facts["dataclass"] = [
                [field.name, field.init, field.repr, field.compare] for field in dataclasses.fields(kind)
            ]
            facts["decided"] = _has_generated_equality(kind)
    return facts


def _has_generated_equality(kind: type) -> bool:
    equality = kind.__dict__.get("__eq__")
    return type(equality) is types.FunctionType and equality.__code__.co_filename == "<string>"
