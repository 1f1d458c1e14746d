"""What stands here for an object of the other process: handles, and their classes.

A handle's class never lies: ``type(x)`` and ``x.__class__`` are the mirror of the class that the object really has, and
no hook of that class (``__instancecheck__``, ``__class__``, ``__getattribute__``, ``__array_ufunc__``) is asked.
"""

from __future__ import annotations

import builtins
import types
from typing import TYPE_CHECKING, Any

from .words import words

if TYPE_CHECKING:
    from .peer import Peer

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

SPECIAL_ATTRIBUTES = words(
    "__dict__ __doc__ __name__ __qualname__ __wrapped__ __slots__ __annotations__ __defaults__ __kwdefaults__"
    " __members__ __abstractmethods__ __match_args__ __version__ __author__ __all__ __self__ __func__ __args__"
    " __origin__ __signature__ __call__ __init__ __type_params__ __notes__ __post_init__ __total__ __orig_bases__"
)
"""The special names that may be looked up as attributes; the protocols of Python have a list of their own."""

peers: list[Peer] = []
"""This process's ends of bridges, for what is pickled and cannot say whose it is."""

_number_of = object.__getattribute__


def number_of(value: Any) -> int:
    """The number of the object that ``value``, a handle, stands for."""
    return _number_of(value, "__bridge_number__")  # type: ignore[no-any-return]


class ClassInfo:
    """What a mirror class stands for."""

    __slots__ = ("base", "doc", "judged", "named", "number", "peer")

    def __init__(self, peer: Peer, number: int, *, base: str, doc: str | None) -> None:
        self.peer = peer
        self.number = number
        self.base = base
        """The built-in type of values from which the class derives, if any."""
        self.doc = doc
        self.named = False
        """The test got the class from the solution under its name."""
        self.judged: bool | None = None


def info_of(mirror: type) -> ClassInfo:
    return type.__getattribute__(mirror, "__bridge_class__")  # type: ignore[no-any-return]


def namespace_of(mirror: type) -> Any:
    """What this process itself holds in a mirror class."""
    return _namespace(mirror)


_namespace = type.__dict__["__dict__"].__get__


def _refuse_special(owner: str, name: str) -> None:
    if name[:2] == "__" and name[-2:] == "__" and name not in SPECIAL_ATTRIBUTES:
        raise AttributeError(f"{owner!r} object has no attribute {name!r}", name=name)


class Mirror(type):
    # The class of mirror classes: attributes that are not mirrored, and construction, go to the other process.

    @property  # type: ignore[misc]
    def __dict__(cls) -> Any:  # type: ignore[override]
        """What vars() and monkeypatch look into."""
        own, info = namespace_of(cls), info_of(cls)
        return types.MappingProxyType({**own, **info.peer.request("class_data", (cls,))}) if info else own

    @property
    def __doc__(cls) -> Any:  # type: ignore[override]
        info = info_of(cls)
        return info.doc if info else None

    def __getattr__(cls, name: str) -> Any:
        _refuse_special("type", name)
        info = info_of(cls)
        return info.peer.get(cls, name)

    def __setattr__(cls, name: str, value: Any) -> None:
        if name[:2] == "__" and name not in namespace_of(cls) and not callable(value):
            type.__setattr__(cls, name, value)  # __abstractmethods__, __parameters__: Python's own
            return
        info_of(cls).peer.set(cls, name, value)
        for kind in cls.__mro__:  # from now on it is looked up there
            if isinstance(kind, Mirror) and info_of(kind) is not None and name in namespace_of(kind):
                type.__delattr__(kind, name)

    def __delattr__(cls, name: str) -> None:
        info_of(cls).peer.delete(cls, name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        info = info_of(cls)
        return info.peer.call(info.number, args, kwargs)

    def __dir__(cls) -> list[str]:
        return info_of(cls).peer.dir(cls)


def _no_subclass(cls: type) -> None:
    if "__bridge_class__" not in namespace_of(cls):
        raise TypeError(
            f"{cls.__name__!r} derives from a class of the solution, which runs in a process of its own: "
            "run this test in mode same"
        )


class _Object:
    # What handles and mirrored exceptions have in common.
    __slots__ = ()

    def __init_subclass__(cls) -> None:
        _no_subclass(cls)

    def __getattr__(self, name: str) -> Any:
        _refuse_special(type(self).__name__, name)
        return info_of(type(self)).peer.get(self, name)

    def __dir__(self) -> list[str]:
        return info_of(type(self)).peer.dir(self)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return restore, (info_of(type(self)).peer.request("pickle", (self,)),)


class Handle(_Object, metaclass=Mirror):
    # An object of the other process; no text here, since it would be looked up before the other's.
    __slots__ = ("__bridge_number__", "__weakref__")
    __bridge_class__ = None

    def __setattr__(self, name: str, value: Any) -> None:
        info_of(type(self)).peer.set(self, name, value)

    def __delattr__(self, name: str) -> None:
        info_of(type(self)).peer.delete(self, name)

    def __copy__(self) -> Any:
        return info_of(type(self)).peer.request("copy", (self,))

    def __deepcopy__(self, memo: Any) -> Any:
        return info_of(type(self)).peer.request("deepcopy", (self,))


class HandleError(_Object):
    """What mirrors of exception classes have in the place of ``Handle``, which no exception can derive from."""

    __slots__ = ()
    __bridge_class__ = None

    def __setattr__(self, name: str, value: Any) -> None:
        if name[:2] == "__":  # __traceback__, __cause__, __notes__: of the exception that is raised here
            object.__setattr__(self, name, value)
        else:
            info_of(type(self)).peer.set(self, name, value)


def restore(pickled: bytes) -> Any:
    """The handle of an object that the other process has pickled, and unpickles."""
    return peers[-1].request("unpickle", (pickled,))
