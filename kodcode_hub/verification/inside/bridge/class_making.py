"""What is made of the description of a class of the other process."""

from __future__ import annotations

import builtins
import collections
import dataclasses
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .classes import ABCS, ENUM_BASES, MIXED, VALUE_BASES
from .faults import ForeignOutcome
from .mirrors import ClassInfo, Handle, HandleError, Mirror, info_of
from .operators import PROTOCOL, make_operators
from .wire import Malformed

if TYPE_CHECKING:
    from .peer import Peer
    from .values import Reader

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]


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
        next(base for base in ABCS if base.__name__ == facts["abc"]).register(made)
    return made


_TEXT_OF_THE_OTHER = property(lambda self: info_of(type(self)).peer.get(self, "__doc__"))


def _class_of_value(name: str, namespace: dict[str, Any], base: str) -> property:
    """What isinstance() finds where the class of an object derives from a built-in type.

    The mirror class itself does not: functions in C would look into its objects, and find them empty.
    """
    kind: Any = next(kind for kind in VALUE_BASES if kind.__name__ == base)
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
    mixed, base = MIXED.get(facts["mixed"]), ENUM_BASES[facts["enum"]]
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
