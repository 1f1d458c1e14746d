"""S's end of the bridge: holds the solution, and does what T asks.

Nothing here protects T: this process is the solution's, which can do with it what it likes.
"""

from __future__ import annotations

import contextlib
import copy
import enum
import importlib.util
import os
import pickle
import sys
import traceback
import types
from typing import Any, NoReturn, Protocol

from . import names
from .answers import Answers
from .classes import form_of
from .peer import Peer
from .streams import Told, forward_logs, forward_streams
from .surroundings import Surrounded
from .values import Writer
from .wire import Ended

_MODULE = "solution"


class Measure(Protocol):
    """What counts the statements that ran."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def percent(self) -> int | None: ...

    def missing(self) -> str: ...


def serve(channel: int, path: str, *, measure: Measure) -> NoReturn:
    """Serve the file at ``path`` as module ``solution`` over the socket ``channel``; ends the process with its peer.

    What the solution has registered for its exit is not run, and its threads are not waited for.
    """
    leave, write, describe = os._exit, os.write, traceback.format_exc
    try:
        Server(channel, path, measure).serve()
    except Ended:
        leave(0)
    except BaseException:  # noqa: BLE001 - a fault of the bridge, or of what the solution made of it
        with contextlib.suppress(OSError):
            write(2, describe().encode("utf-8", "backslashreplace"))
    finally:
        leave(1)
    raise AssertionError("unreachable")


class Server(Peer):
    """The end of the bridge that holds the solution."""

    module = "test_solution"
    tells_members = True

    def __init__(self, channel: int, path: str, measure: Measure) -> None:
        super().__init__(channel, first=1)
        self._path = path
        self._measure = measure
        self._modules: dict[str, types.ModuleType] = {}
        self._forms: dict[type, str] = {}
        self._told = Told(self._flush)
        self.answers = {
            **Answers(self, lambda owner, name: None).table(),
            "import": self._import,
            "names": self._names,
            "fetch": self._fetch,
            "module_get": lambda name: getattr(self._solution(), name),
            "module_set": lambda name, value: setattr(self._solution(), name, value),
            "module_del": lambda name: delattr(self._solution(), name),
            "module_dir": lambda: dir(self._solution()),
            "module_vars": lambda: {n: v for n, v in vars(self._solution()).items() if not n.startswith("__")},
            "class_data": _class_data,
            "plain": _plain_value,
            "copy": copy.copy,
            "deepcopy": copy.deepcopy,
            "pickle": pickle.dumps,
            "unpickle": pickle.loads,
            "finish": self._finish,
        }
        Surrounded(self)
        forward_streams(self, self._told)

    def _import(self, tells_signatures: bool, tells_logs: bool) -> None:
        self.tells_signatures = tells_signatures
        if tells_logs:
            forward_logs(self._told)
        spec = importlib.util.spec_from_file_location(_MODULE, self._path)
        if spec is None or spec.loader is None:
            raise ModuleNotFoundError(f"No module named {_MODULE!r}", name=_MODULE)
        module = self._modules.get(_MODULE) or importlib.util.module_from_spec(spec)
        sys.modules[_MODULE] = module
        self._measure.start()
        try:
            spec.loader.exec_module(module)
        except BaseException:
            sys.modules.pop(_MODULE, None)
            raise
        self._modules[_MODULE] = sys.modules.get(_MODULE, module)

    def _solution(self) -> types.ModuleType:
        return self._modules[_MODULE]

    def _names(self) -> list[str]:
        module = self._solution()
        exported = getattr(module, "__all__", None)
        if exported is None:
            exported = [name for name in vars(module) if not name.startswith("_")]
        return [name for name in exported if isinstance(name, str)]

    def _fetch(self, wanted: list[str]) -> list[tuple[str, Any]]:
        module = self._solution()
        return [(name, getattr(module, name)) for name in wanted if hasattr(module, name)]

    def _finish(self) -> dict[str, Any]:
        self._measure.stop()
        return {"percent": self._measure.percent(), "missing": self._measure.missing()}

    # Policy

    def news(self) -> dict[str, Any]:
        output, warned, logged = self._told.take()
        news: dict[str, Any] = {}
        if output:
            news["out"] = output
        if logged:
            news["logs"] = logged
        if warned:
            news["warn"] = [[_category(kind), text] for kind, text in warned]
        return news

    def may_leave_by_name(self, name: str, value: Any) -> bool:
        return names.may_cross(name, value)

    def describe_value_of_own_class(self, writer: Writer, value: Any) -> list[Any] | None:
        kind = type(value)
        if not issubclass(kind, (tuple, enum.Enum)):
            return None
        form = self._forms.get(kind)
        if form is None:
            form = self._forms[kind] = form_of(self, kind)
        if form == "tuple":
            return ["nt", writer.class_item(kind), writer.items(list(value))]
        if form == "enum":
            return ["en", writer.class_item(kind), value._name_, writer.item(value._value_)]
        return None

    def request(self, operation: str, values: tuple[Any, ...]) -> Any:
        if self.broken:
            raise RuntimeError("only the solution's first process can reach the test's objects")
        return super().request(operation, values)

    def _transmit(self, operation: str, conversation: int, serial: int, values: tuple[Any, ...]) -> None:
        if self.broken:  # a fork of the solution's that has run on into here
            os._exit(1)
        super()._transmit(operation, conversation, serial, values)

    def _flush(self) -> None:
        if not self.broken:
            self._transmit("news", self._conversation(), 0, ())

    def leave(self) -> None:
        super().leave()
        self._told = Told(lambda: None)
        with contextlib.suppress(OSError, ValueError):
            sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
            sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115


def _class_data(kind: type) -> dict[str, Any]:
    """What a class holds besides the functions that its description lists."""
    return {name: value for name, value in vars(kind).items() if name[:2] != "__" and not callable(value)}


def _category(kind: type) -> str:
    """The name of the nearest class of warnings that is Python's."""
    for base in kind.__mro__:
        name = names.name_of(base)
        if name is not None:
            return name
    return "builtins:UserWarning"


def _plain_value(value: Any, base: str) -> Any:
    kind: Any = next(
        kind for kind in type(value).__mro__ if kind.__name__ == base and names.is_pythons(kind.__module__)
    )
    if issubclass(kind, dict):
        plain = kind()
        for key in dict.__iter__(value):
            plain[key] = dict.__getitem__(value, key)
        return plain
    if kind in (int, float, complex):
        return kind.__add__(value, 0)
    if kind is str:
        return "".join(str.__iter__(value))
    return kind(kind.__iter__(value)) if hasattr(kind, "__iter__") else kind(value)
