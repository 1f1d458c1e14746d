"""How a class is described to the other process, and what is made there of a description."""

from __future__ import annotations

import builtins
import collections
import collections.abc
import dataclasses
import enum
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import names
from .faults import ForeignOutcome
from .mirrors import ClassInfo, Handle, HandleError, Mirror, info_of
from .operators import PROTOCOL, make_operators
from .wire import Malformed
from .words import words

if TYPE_CHECKING:
    from .peer import Peer
    from .values import Reader, Writer

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_VALUE_BASES = (
    *(int, float, complex, str, bytes, bytearray, tuple, list, set, frozenset),
    *(collections.OrderedDict, collections.defaultdict, collections.Counter, dict, collections.deque),
)
_ENUM_BASES = {kind.__name__: kind for kind in (enum.IntFlag, enum.IntEnum, enum.StrEnum, enum.Flag, enum.Enum)}
_MIXED = {kind.__name__: kind for kind in (int, str, float)}
_ABCS = tuple(
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
    return plain and all(base in _MIXED.values() for base in others)


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
        facts["enum"] = next(name for name, base in _ENUM_BASES.items() if issubclass(kind, base))
        facts["mixed"] = next((name for name, base in _MIXED.items() if issubclass(kind, base)), "")
    else:
        facts["base"] = next((base.__name__ for base in _VALUE_BASES if issubclass(kind, base)), "")
        facts["abc"] = next((base.__name__ for base in _ABCS if base in kind.__mro__), "")
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


def build_class(peer: Peer, reader: Reader, node: list[Any]) -> type:
    """The mirror class of a description.

    Raises:
        Exception: of whatever type; the description is malformed.
    """
    _, number, name, qualname, form, base_items, special, members, facts, doc = node
    if not PROTOCOL.issuperset(special) or type(name) is not str or type(qualname) is not str:
        raise Malformed("no description of a class")
    namespace: dict[str, Any] = {"__module__": peer.module, "__qualname__": qualname, "__doc__": doc}
    for member, (letter, item) in members.items():
        if member[:2] == "__" and member[-2:] == "__":
            raise Malformed("a special method among the members")
        namespace[member] = _member(peer, member, letter, reader.item(item))
    bases = tuple(reader.item(item) for item in base_items)
    made = _MAKERS[form](peer, reader, (name, number), bases, namespace, special, facts)
    peer.adopt(made, number)
    return made


def _member(peer: Peer, name: str, letter: str, function: Any) -> Any:
    if letter == "p":
        return property(
            lambda self: peer.get(self, name),
            lambda self, value: peer.set(self, name, value),
            lambda self: peer.delete(self, name),
        )
    if not callable(function):
        raise Malformed("a method that is no function")
    return function if letter == "f" else {"s": staticmethod, "c": classmethod}[letter](function)


def _make_plain(
    peer: Peer, reader: Reader, named: tuple[str, int], bases: Any, namespace: Any, special: Any, facts: Any
) -> type:
    info = ClassInfo(peer, named[1], base=facts["base"], doc=namespace["__doc__"])
    fields = [_field(*field) for field in facts.get("dataclass", ())]
    compared = [field.name for field in fields if field.compare] if facts.get("decided") else None
    namespace |= make_operators(info, special, unhashable=facts["unhashable"], compared=compared)
    namespace |= {"__bridge_class__": info, "__slots__": (), "__doc__": _TEXT_OF_THE_OTHER}
    if info.base:
        namespace["__class__"] = _class_of_value(named[0], namespace, info.base)
    if "dataclass" in facts:
        namespace["__dataclass_fields__"] = {field.name: field for field in fields}
        namespace["__dataclass_params__"] = None
    bases = tuple(base for base in bases if isinstance(base, Mirror)) or (Handle,)
    made = Mirror(named[0], bases, namespace)
    if facts["abc"]:
        next(base for base in _ABCS if base.__name__ == facts["abc"]).register(made)
    return made


_TEXT_OF_THE_OTHER = property(lambda self: info_of(type(self)).peer.get(self, "__doc__"))


def _class_of_value(name: str, namespace: dict[str, Any], base: str) -> property:
    """What isinstance() finds where the class of an object derives from a built-in type.

    The mirror class itself does not: functions in C would look into its objects, and find them empty.
    """
    kind: Any = next(kind for kind in _VALUE_BASES if kind.__name__ == base)
    stated = type(name, (kind,), {"__module__": namespace["__module__"], "__qualname__": namespace["__qualname__"]})
    return property(lambda self: stated)


def _field(name: str, init: bool, shown: bool, compare: bool) -> Any:
    field: Any = dataclasses.field(init=init is True, repr=shown is True, compare=compare is True)
    field.name, field.type, field._field_type = name, object, dataclasses._FIELD  # type: ignore[attr-defined]
    return field


def _make_error(
    peer: Peer, reader: Reader, named: tuple[str, int], bases: Any, namespace: Any, special: Any, facts: Any
) -> type:
    info = ClassInfo(peer, named[1], base="", doc=namespace["__doc__"])
    # Equality and hash of exceptions stay Python's own: a test that catches one does not compare it.
    shown = [name for name in special if name in ("__str__", "__repr__")]
    namespace |= make_operators(info, shown, unhashable=False, compared=None)
    namespace["__bridge_class__"] = info
    kept = [base for base in bases if issubclass(base, BaseException)]
    kept = [base if peer.may_be_raised(base) else ForeignOutcome for base in kept] or [ForeignOutcome]
    if not any(isinstance(base, Mirror) for base in kept):
        kept.insert(0, HandleError)
    return Mirror(named[0], tuple(dict.fromkeys(kept)), namespace)


def _make_tuple(
    peer: Peer, reader: Reader, named: tuple[str, int], bases: Any, namespace: Any, special: Any, facts: Any
) -> type:
    defaults = reader.items(facts["defaults"])
    make: Any = collections.namedtuple
    plain = make(named[0], facts["fields"], defaults=defaults, module=peer.module)
    shown = {name: _shown(peer, name) for name in ("__str__", "__repr__") if name in special}
    for own in [base for base in bases if not isinstance(base, Mirror)]:
        namespace = {**{key: value for key, value in vars(own).items() if key[:2] != "__"}, **namespace}
    for name in facts["fields"]:
        namespace.pop(name, None)
    made: type = type(named[0], (plain,), {**namespace, **shown, "__slots__": ()})
    return made


def _make_enum(
    peer: Peer, reader: Reader, named: tuple[str, int], bases: Any, namespace: Any, special: Any, facts: Any
) -> type:
    mixed, base = _MIXED.get(facts["mixed"]), _ENUM_BASES[facts["enum"]]
    parents: tuple[type, ...] = (base,) if mixed is None or issubclass(base, mixed) else (mixed, base)
    functions = {name: value for name, value in namespace.items() if value is not None}
    functions |= {name: _shown(peer, name) for name in ("__str__", "__repr__", "__format__") if name in special}

    def body(target: dict[str, Any]) -> None:
        for key, value in functions.items():
            target[key] = value
        target["__getattr__"] = lambda self, name: _of_member(peer, self, name)

    methods: Any = types.new_class(named[0], parents, {}, body)
    members = [(name, reader.item(item)) for name, item in facts["members"].items()]
    made: type = methods(named[0], members, module=peer.module)
    made.__qualname__ = namespace["__qualname__"]
    return made


def _of_member(peer: Peer, member: Any, name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"{type(member).__name__!r} object has no attribute {name!r}", name=name)
    return peer.get(member, name)


def _shown(peer: Peer, name: str) -> Callable[..., str]:
    return lambda self, *args: str(peer.special(self, name, args))


_MAKERS: dict[str, Callable[..., type]] = {
    "plain": _make_plain,
    "error": _make_error,
    "tuple": _make_tuple,
    "enum": _make_enum,
}
