"""Classes of the solution that would judge themselves: who asks decides whose answer counts.

An object that says yes to every ``==`` passes every test. So the methods by which classes of the solution compare and
calculate are wrapped as soon as such a class is made. The solution's own code gets the answers of the methods that it
wrote. A test gets them too where it names the class, or where both sides are the solution's. Else it gets what the
nearest base class says that the solution did not make: the built-in value's answer, or ``object``'s.
"""

from __future__ import annotations

import builtins
import sys
import weakref
from collections.abc import Callable
from types import FunctionType
from typing import Any

from .bridge.words import words
from .callers import make_is_not_solutions

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_CALCULATIONS = words("add sub mul matmul truediv floordiv mod divmod pow lshift rshift and xor or")
_BINARY = frozenset(
    ["__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"]
    + [f"__{side}{name}__" for name in _CALCULATIONS for side in ("", "r", "i")]
)
_OF_VALUES = frozenset(
    {"__abs__", "__neg__", "__pos__", "__invert__", "__round__", "__float__", "__int__", "__index__"}
)
"""What a number answers of its value; where there is no built-in value below, the solution's answer stands."""
_CHECKS = frozenset({"__instancecheck__", "__subclasscheck__", "__array_function__", "__array_ufunc__"})
JUDGING = _BINARY | _OF_VALUES | _CHECKS | {"__contains__", "__bool__", "__getattribute__", "__class__"}
"""The methods that are wrapped."""

_mro_of = type.__dict__["__mro__"].__get__
_name_of = type.__dict__["__name__"].__get__
_contents_of = type.__dict__["__dict__"].__get__


class ClassGuard:
    """The classes that the solution's code made in this process."""

    def __init__(self, solution: str, test: str, is_named: Callable[[type, str], bool]) -> None:
        """
        Args:
            solution: the path of its file, as its code has it.
            test: that of the test's.
            is_named: whether the test names a class of this name, and means it.
        """
        self._solution, self._is_named = solution, is_named
        self._is_asked_by_test = make_is_not_solutions(solution, test)
        self._made: dict[int, weakref.ref[type]] = {}

    def watch(self) -> None:
        """From now on, guard each class as it is made."""
        plain, solution, add = builtins.__build_class__, self._solution, self.add

        def __build_class__(body: Any, name: str, /, *bases: Any, **keywords: Any) -> Any:
            made = plain(body, name, *bases, **keywords)
            if body.__code__.co_filename == solution and isinstance(made, type):
                add(made)
            return made

        builtins.__build_class__ = __build_class__

    def add(self, made: type) -> None:
        """Guard one class."""
        key, forget = id(made), self._made.pop
        self._made[key] = weakref.ref(made, lambda _: forget(key, None))
        self._guard(made)

    def guard_changed(self) -> None:
        """Guard what was written into the classes since they were made."""
        for reference in list(self._made.values()):
            made = reference()
            if made is not None:
                self._guard(made)

    def is_own(self, kind: type) -> bool:
        """Whether the solution made the class, or one that it derives from."""
        made = self._made
        return any(id(base) in made for base in _mro_of(kind))

    def _guard(self, made: type) -> None:
        for name, value in list(_contents_of(made).items()):
            if name in JUDGING and value is not None and not _is_guard(value):
                guard = self._wrapped(name, value)
                type.__setattr__(made, name, property(guard) if name == "__class__" else guard)

    def _wrapped(self, name: str, original: Any) -> Any:
        solution, asked_by_test, answer = self._solution, self._is_asked_by_test, self._answer
        frame_of = sys._getframe
        is_function = type(original) is FunctionType

        def guard(self: Any, /, *args: Any, **keywords: Any) -> Any:
            frame = frame_of(1)
            if frame.f_code.co_filename != solution and asked_by_test(frame):
                return answer(self, name, original, args, keywords)
            if is_function:
                return original(self, *args, **keywords)
            return _ask(original, self, name, args, keywords)

        for told in ("__name__", "__qualname__", "__doc__", "__module__"):
            if is_function:
                setattr(guard, told, getattr(original, told))
        return guard

    def _answer(self, asked: Any, name: str, original: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        kind = type(asked)
        if name == "__class__":
            return kind
        if name == "__getattribute__":
            return kind if args == ("__class__",) else _ask(original, asked, name, args, keywords)
        if name == "__bool__" or self._may_judge(kind, name, args):
            return _ask(original, asked, name, args, keywords)
        for base in _mro_of(kind):
            if id(base) not in self._made and name in _contents_of(base):
                return _ask(_contents_of(base)[name], asked, name, args, keywords)
        if name in _OF_VALUES:
            return _ask(original, asked, name, args, keywords)
        if name == "__contains__":
            return any(mine is args[0] or mine == args[0] for mine in asked)
        return NotImplemented

    def _may_judge(self, kind: type, name: str, args: tuple[Any, ...]) -> bool:
        if self._is_named(kind, _name_of(kind)):
            return True
        return name in _BINARY and len(args) > 0 and self.is_own(type(args[0]))


def _ask(method: Any, asked: Any, name: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    if name == "__class__" and type(method) is property:
        return method.__get__(asked, type(asked))
    if hasattr(type(method), "__get__"):
        method = method.__get__(asked, type(asked))
    return method(*args, **keywords)


def _is_guard(value: Any) -> bool:
    if type(value) is property:
        value = value.fget
    return type(value) is FunctionType and value.__code__ is _GUARD


def _code_of_guard() -> Any:
    def is_guard(constant: Any) -> bool:
        return getattr(constant, "co_name", "") == "guard"

    return next(filter(is_guard, ClassGuard._wrapped.__code__.co_consts))


_GUARD = _code_of_guard()
