"""What a test changes around the solution: working folder, environment, limits, seeds, and Python's functions replaced.

In one interpreter such a change is seen by the solution at once; here it is told before the next request. Nothing is
looked at unless the test's source mentions what would change it.
"""

from __future__ import annotations

import builtins
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .words import words

if TYPE_CHECKING:
    from .peer import Peer

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_REPLACERS = frozenset({"patch", "monkeypatch", "mock", "mocker", "setattr"})
_REPLACED = (
    *(("builtins", name) for name in ("print", "open")),
    *(("time", name) for name in ("sleep", "time", "perf_counter", "monotonic", "time_ns")),
    *(("random", name) for name in words("random randint choice choices shuffle uniform sample randrange gauss")),
    *(("os", name) for name in ["listdir", "remove", "makedirs", "mkdir", "rename", "getenv", "system", "walk"]),
    *(("os.path", name) for name in ["exists", "isfile", "isdir", "getsize"]),
    *(("subprocess", name) for name in ("run", "Popen", "check_output", "call")),
    *(("urllib.request", "urlopen"), ("requests", "get"), ("requests", "post"), ("secrets", "choice")),
    *(("uuid", "uuid4"), ("getpass", "getpass"), ("socket", "socket")),
)
"""Functions that tests replace under their full name, and that the solution then has to find replaced."""


def _working_folder() -> str:
    try:
        return str(Path.cwd())
    except OSError:
        return ""


_LOOKS: tuple[tuple[frozenset[str], str, Callable[[], Any]], ...] = (
    (frozenset({"chdir"}), "cwd", _working_folder),
    (frozenset({"environ", "setenv", "delenv", "putenv"}), "environ", lambda: dict(os.environ)),
    (frozenset({"setrecursionlimit"}), "recursion", sys.getrecursionlimit),
    (frozenset({"set_int_max_str_digits"}), "digits", sys.get_int_max_str_digits),
    (frozenset({"seed"}), "random", random.getstate),
)


class Surroundings:
    """What the test's process last told of its surroundings."""

    def __init__(self, named: frozenset[str]) -> None:
        self._looks = [(what, look) for mentions, what, look in _LOOKS if mentions & named]
        self._told = {what: look() for what, look in self._looks}
        self._asks_for_random = "random" in self._told
        self._originals: dict[tuple[str, str], Any] = {}
        self._replaced: dict[tuple[str, str], Any] = {}
        self._watches_functions = bool(_REPLACERS & named)
        if self._watches_functions:
            self._originals = {at: value for at in _REPLACED if (value := _function_at(at)) is not None}
        self.are_watched = bool(self._looks) or self._watches_functions

    def tell(self, request: Callable[[str, tuple[Any, ...]], Any]) -> None:
        """Tell what has changed since the last time."""
        changed = {}
        for what, look in self._looks:
            value = look()
            if value != self._told[what]:
                changed[what] = self._told[what] = value
        if changed:
            request("surroundings", (changed,))
        for at, original in self._originals.items():
            value = _function_at(at)
            if value is not (self._replaced.get(at) or original):
                if value is original:
                    del self._replaced[at]
                    request("restore", at)
                else:
                    self._replaced[at] = value
                    request("replace", (*at, value))

    def learn(self, request: Callable[[str, tuple[Any, ...]], Any]) -> None:
        """Ask for what the solution has changed: the numbers that follow a seed follow each other on both sides."""
        if self._asks_for_random:
            random.setstate(request("random", ()))
            self._told["random"] = random.getstate()


class Surrounded:
    """The answers of the solution's process."""

    def __init__(self, peer: Peer) -> None:
        self._originals: dict[tuple[str, str], Any] = {}
        peer.answers |= {
            "surroundings": self._take_over,
            "replace": self._replace,
            "restore": self._restore,
            "random": random.getstate,
        }

    def _take_over(self, changed: dict[str, Any]) -> None:
        for what, value in changed.items():
            _TAKE_OVER[what](value)

    def _replace(self, module: str, name: str, value: Any) -> None:
        original = _function_at((module, name))
        if original is not None:
            self._originals.setdefault((module, name), original)
            setattr(sys.modules[module], name, value)

    def _restore(self, module: str, name: str) -> None:
        if (module, name) in self._originals:
            setattr(sys.modules[module], name, self._originals.pop((module, name)))


def _function_at(at: tuple[str, str]) -> Any:
    return getattr(sys.modules.get(at[0]), at[1], None)


def _change_environment(wanted: dict[str, str]) -> None:
    for name in os.environ.keys() - wanted.keys():
        del os.environ[name]
    os.environ.update(wanted)


_TAKE_OVER: dict[str, Callable[[Any], Any]] = {
    "cwd": os.chdir,
    "environ": _change_environment,
    "recursion": sys.setrecursionlimit,
    "digits": sys.set_int_max_str_digits,
    "random": random.setstate,
}
