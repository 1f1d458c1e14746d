"""The special methods of mirror classes, and the rule which of them S may answer.

What judges is answered by S only if the test got the handle's class from the solution by its name, and, beside a value
that is no handle, only if the test itself puts objects of that class beside operators. Else equality is
that of the handle (of the built-in value, where the class derives from a built-in type: T fetches it and compares),
order and arithmetic are a TypeError, and ``in`` iterates and compares in T.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from .mirrors import ClassInfo, info_of, number_of
from .words import words

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_ARITHMETIC = words("add sub mul matmul truediv floordiv mod divmod pow lshift rshift and xor or")
_JUDGING = frozenset(
    ["__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"]
    + [f"__{side}{name}__" for name in _ARITHMETIC for side in ("", "r", "i") if (side, name) != ("i", "divmod")]
)
_ASKED = words(
    "__iter__ __next__ __reversed__ __len__ __length_hint__ __getitem__ __setitem__ __delitem__ __enter__"
    " __bool__ __int__ __float__ __complex__ __index__ __bytes__ __round__ __trunc__ __floor__ __ceil__ __fspath__"
    " __neg__ __pos__ __abs__ __invert__ __aiter__ __array__"
)
_TEXTS = frozenset({"__str__", "__repr__", "__format__"})
_AWAITED = frozenset({"__aenter__", "__aexit__", "__anext__"})
_OTHERS = frozenset({"__call__", "__exit__", "__contains__", "__hash__", "__await__", "__class_getitem__"})
PROTOCOL = _JUDGING | _ASKED | _TEXTS | _AWAITED | _OTHERS
"""The special methods that cross the bridge."""
_COMPARED_BY_VALUE = ("__eq__", "__lt__", "__le__", "__gt__", "__ge__")

Operators = dict[str, Callable[..., Any]]


def is_judged_there(info: ClassInfo, mirror: type) -> bool:
    """Whether the objects' own process may answer what judges."""
    if info.judged is None:
        info.judged = info.peer.lets_judge(mirror)
    return info.judged


def make_operators(info: ClassInfo, special: list[str], *, unhashable: bool, compared: list[str] | None) -> Operators:
    """The special methods of a mirror class.

    Args:
        special: the names that its original defines.
        unhashable: objects of the original have no hash.
        compared: the fields by which a dataclass compares, if its equality is the generated one.
    """
    made: Operators = {}
    for name in special:
        if name in _JUDGING:
            made[name] = _judging(name)
        elif name in _ASKED or name in _TEXTS:
            made[name] = _asked(name)
        elif name in _AWAITED:
            made[name] = _awaited(name)
        elif name in _SINGLE:
            made[name] = _SINGLE[name]
    if info.base:
        made |= {name: made.get(name) or _judging(name) for name in _COMPARED_BY_VALUE}
    if "__eq__" in made or "__hash__" in made:
        made["__hash__"] = _hash(forwarded="__hash__" in special and not unhashable, unhashable=unhashable)
    if compared is not None:
        made["__eq__"] = _equal_by(compared)
        made.pop("__ne__", None)
        made["__hash__"] = _hash(forwarded="__hash__" in special and not unhashable, unhashable=unhashable)
    return made


def _asked(name: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any) -> Any:
        return info_of(type(self)).peer.special(self, name, args)

    return method


def _awaited(name: str) -> Callable[..., Any]:
    async def method(self: Any, *args: Any) -> Any:
        if name == "__aexit__":
            args = (*args[:2], None)
        return info_of(type(self)).peer.special(self, name, args)

    return method


def _judging(name: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any) -> Any:
        info = info_of(type(self))
        if is_judged_there(info, type(self)) and _may_meet(info, type(self), args):
            return info.peer.special(self, name, args)
        if not info.base:
            return NotImplemented
        plain = info.peer.plain(self, info.base)
        own = getattr(type(plain), name, None)
        args = tuple(_plainly(value) for value in args)
        return NotImplemented if own is None else own(plain, *args)

    return method


def _may_meet(info: ClassInfo, mirror: type, operands: tuple[Any, ...]) -> bool:
    """Whether the object may be put beside these: beside values of the test's only where the test does so itself.

    ``stack.pop() == 1`` must not be judged by a stack that ``pop`` returns.
    """
    return all(_is_mirrored(value) for value in operands) or info.peer.may_meet_values(mirror)


def _is_mirrored(value: Any) -> bool:
    return hasattr(type(value), "__bridge_class__")


def _plainly(value: Any) -> Any:
    """The built-in value of a handle that has one and may not judge itself."""
    mirror = type(value)
    info = type.__getattribute__(mirror, "__bridge_class__") if hasattr(mirror, "__bridge_class__") else None
    if info is None or not info.base or is_judged_there(info, mirror):
        return value
    return info.peer.plain(value, info.base)


def _equal_by(fields: list[str]) -> Callable[[Any, Any], Any]:
    def __eq__(self: Any, other: Any) -> Any:
        if type(self) is not type(other):
            return NotImplemented
        if self is other:
            return True
        peer = info_of(type(self)).peer
        return all(peer.get(self, name) == peer.get(other, name) for name in fields)

    return __eq__


def _hash(*, forwarded: bool, unhashable: bool) -> Callable[[Any], int]:
    def __hash__(self: Any) -> int:
        info = info_of(type(self))
        if is_judged_there(info, type(self)):
            if unhashable:
                raise TypeError(f"unhashable type: {type(self).__name__!r}")
            if forwarded:
                return info.peer.special(self, "__hash__", ())  # type: ignore[no-any-return]
        elif info.base:
            return hash(info.peer.plain(self, info.base))
        return object.__hash__(self)

    return __hash__


def _call(self: Any, /, *args: Any, **kwargs: Any) -> Any:
    return info_of(type(self)).peer.call(number_of(self), args, kwargs)


def _exit(self: Any, kind: Any, error: Any, _traceback: Any) -> Any:
    return info_of(type(self)).peer.special(self, "__exit__", (kind, error, None))


def _contains(self: Any, item: Any) -> bool:
    info = info_of(type(self))
    if is_judged_there(info, type(self)) and _may_meet(info, type(self), (item,)):
        return bool(info.peer.special(self, "__contains__", (item,)))
    if info.base:
        return item in info.peer.plain(self, info.base)
    return any(mine is item or mine == item for mine in self)


def _await(self: Any) -> Any:
    return info_of(type(self)).peer.awaitable(self).__await__()


def _class_getitem(cls: type, _item: Any) -> type:
    return cls


_SINGLE: Operators = {
    "__call__": _call,
    "__exit__": _exit,
    "__contains__": _contains,
    "__await__": _await,
    "__class_getitem__": classmethod(_class_getitem),  # type: ignore[dict-item]
}
