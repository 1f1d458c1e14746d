"""T's end of the bridge: module ``solution`` as the test file sees it."""

from __future__ import annotations

import builtins
import logging
import re
import sys
import warnings
from collections.abc import Callable
from typing import Any

from . import names
from .answers import Answers
from .callbacks import check_may_leave, check_reachable
from .faults import ForeignOutcome, SolutionGone
from .mirrors import Mirror, info_of, number_of
from .peer import Peer
from .solution_module import MODULE, Finder
from .surroundings import Surroundings
from .wire import Malformed
from .words import words

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

__all__ = ["Bridge", "ForeignOutcome", "SolutionGone", "install"]

_FINISH_WITHIN_S = 2.0
_ASKING_FOR_SIGNATURES = words(
    "__doc__ getdoc help signature getfullargspec getcallargs __annotations__ get_type_hints get_annotations"
)
_ASKING_FOR_LOGS = words("caplog assertLogs assertNoLogs getLogger")

_UNCHANGING = words("int float complex str bytes bool tuple frozenset")

Star = Callable[[list[str]], list[str]]

_NUMBERS = re.compile(r"[0-9 ]*")


def install(channel: int, *, named: frozenset[str], compared: frozenset[str], star: Star) -> Bridge:
    """Make ``import solution`` give a proxy for the module that the process behind ``channel`` serves.

    Args:
        channel: descriptor of a stream socket.
        named: all identifiers of the test's source. A class of the solution among them may answer comparisons.
        compared: names of the classes whose objects the test itself puts beside operators: these may meet any value.
        star: of all exported names, those that ``from solution import *`` binds.
    """
    bridge = Bridge(channel, named=named, compared=compared, star=star)
    sys.meta_path.insert(0, Finder(bridge))
    return bridge


class Bridge(Peer):
    """The end of the bridge that judges."""

    module = MODULE

    def __init__(self, channel: int, *, named: frozenset[str], compared: frozenset[str], star: Star) -> None:
        super().__init__(channel, first=0)
        self._named, self._compared = named, compared
        self._star = star
        self._star_values: dict[str, Any] = {}
        self._imported = False
        self.tells_signatures = bool(named & _ASKING_FOR_SIGNATURES)
        self._surroundings = Surroundings(named)
        self._is_telling = False
        self._plain_values: dict[int, Any] = {}
        self.answers = {**Answers(self, check_reachable).table(), "input": _input, "stdin": _read_stdin}

    def finish(self) -> dict[str, Any]:
        """Ask the solution's process for its last words: ``{"percent": int or None, "missing": str}``. Never raises."""
        report: dict[str, Any] = {"percent": None, "missing": ""}
        if not self._imported or self.broken:
            return report
        try:
            self.wire.timeout_s = _FINISH_WITHIN_S
            said = self.request("finish", ())
            percent = said.get("percent") if type(said) is dict else None
            report["percent"] = percent if type(percent) is int and 0 <= percent <= 100 else None
            missing = said.get("missing") if type(said) is dict else None
            report["missing"] = missing if type(missing) is str and _NUMBERS.fullmatch(missing) else ""
        except BaseException:  # noqa: BLE001 - whatever the solution's process answers
            self.broken = self.broken or "ended"
        return report

    def request(self, operation: str, values: tuple[Any, ...]) -> Any:
        if not self._surroundings.are_watched or self._is_telling:
            return super().request(operation, values)
        self._is_telling = True
        try:
            self._surroundings.tell(super().request)
        finally:
            self._is_telling = False
        try:
            return super().request(operation, values)
        finally:
            if not self.broken:
                self._surroundings.learn(super().request)

    # The module

    def load(self) -> None:
        """Have the solution imported in its process, or imported again."""
        self._imported = True
        self.request("import", (self.tells_signatures, bool(self._named & _ASKING_FOR_LOGS)))

    def exported_names(self) -> list[str]:
        """The names that a star import binds. Their values are fetched with them, for the import that follows."""
        wanted = self._star([name for name in self.request("names", ()) if type(name) is str])
        self._star_values = {name: value for name, value in self.request("fetch", (wanted,)) if name in wanted}
        return [name for name in wanted if name in self._star_values]

    def attribute(self, name: str) -> Any:
        if name in self._star_values:
            return self._star_values.pop(name)
        return self.request("module_get", (name,))

    # Policy

    def get(self, owner: Any, name: str) -> Any:
        value = super().get(owner, name)
        if isinstance(value, Mirror) and isinstance(owner, Mirror) and name in self._named and self.lets_judge(owner):
            info_of(value).named = True
        return value

    def lets_judge(self, mirror: type) -> bool:
        return any(
            info_of(kind) is not None and self._is_named(kind) for kind in mirror.__mro__ if isinstance(kind, Mirror)
        )

    def may_meet_values(self, mirror: type) -> bool:
        return any(kind.__name__ in self._compared for kind in mirror.__mro__ if isinstance(kind, Mirror))

    def _is_named(self, kind: type) -> bool:
        """Whether the test got this class by its name, which looks like a class's and not like a function's."""
        info, name = info_of(kind), kind.__name__
        if name in self._named and not info.named and name != name.lower():
            try:
                info.named = self.request("module_get", (name,)) is kind
            except Exception:  # noqa: BLE001 - the module has no such name
                return False
        return info.named

    def plain(self, handle: Any, base: str) -> Any:
        number = number_of(handle)
        if number in self._plain_values:
            return self._plain_values[number]
        value = self.request("plain", (handle, base))
        if type(value).__name__ != base or type(value).__module__ not in ("builtins", "collections"):
            raise SolutionGone(self._break(Malformed("a value of another type than its class claims")))
        if base in _UNCHANGING:  # asked once: an object must not be one number now and another later
            self._plain_values[number] = value
        return value

    def may_come_by_name(self, name: str, value: Any) -> bool:
        return names.may_cross(name, value)

    def may_be_raised(self, kind: type) -> bool:
        return isinstance(kind, Mirror) or names.is_plain_error(kind)

    def check_may_leave(self, value: Any) -> None:
        check_may_leave(value)

    def as_raised_here(self, error: BaseException) -> BaseException:
        kind = type(error)
        if names.is_outcome(kind) and kind.__name__ != "Failed":  # a callback of the test may say that it failed
            return ForeignOutcome(f"{kind.__name__}: {error}")
        return error

    def heed(self, news: dict[str, Any]) -> None:
        for stream, text in _pairs(news.get("out", [])):
            (sys.stderr if stream == 2 else sys.stdout).write(text)
        for category, text in _pairs(news.get("warn", [])):
            warnings.warn(text, _warning_class(category), stacklevel=7)
        for record, text in _pairs(news.get("logs", [])):
            _log(record, text)


def _pairs(told: Any) -> list[tuple[Any, str]]:
    """``[[thing, text], ...]``, made sure of."""
    if type(told) is not list or not all(type(p) is list and len(p) == 2 and type(p[1]) is str for p in told):
        raise Malformed("news that are none")
    return [(thing, text) for thing, text in told]


def _log(record: Any, text: str) -> None:
    """Hand a record of the solution's to the test's own loggers and handlers."""
    if type(record) is not list or list(map(type, record)) != [str, int]:
        raise Malformed("no record of a log")
    name, level = record
    logger = logging.getLogger(name)
    if logger.isEnabledFor(level):
        logger.handle(logger.makeRecord(name, level, f"{MODULE}.py", 0, text, (), None))


def _warning_class(name: Any) -> type[Warning]:
    try:
        kind = names.find(name) if type(name) is str else None
    except LookupError:
        kind = None
    return kind if isinstance(kind, type) and issubclass(kind, Warning) else UserWarning


def _input(prompt: Any) -> Any:
    return builtins.input(prompt) if prompt else builtins.input()


def _read_stdin(method: str, size: int) -> Any:
    if method not in ("read", "readline"):
        raise Malformed("no way to read")
    return getattr(sys.stdin, method)() if size < 0 else getattr(sys.stdin, method)(size)
