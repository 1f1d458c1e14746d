"""What changed between the release that is shown and other revisions of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from kodcode_hub.errors import UsageError

Compare = Callable[[], Mapping[str, Any]]
"""Gives the JSON answer of ``kodcode diff`` from a revision to the one that is shown."""

_MOST_IDS = 100


class Revisions:
    """Other revisions, compared when they are asked for and then remembered.

    Args:
        shown: name of the release that is shown.
        others: name → how it is compared.
    """

    def __init__(self, shown: str, others: Mapping[str, Compare]) -> None:
        self._shown, self._others = shown, dict(others)
        self._known: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def names(self) -> list[str]:
        """Of the others."""
        return list(self._others)

    def compare(self, name: str) -> dict[str, Any]:
        """From that revision to the one that is shown; at most 100 ids of each kind.

        Raises:
            UsageError: there is no such revision.
            KodcodeError: it cannot be read.
        """
        if name not in self._others:
            raise UsageError(
                f"no revision {name[:60]!r} to compare with; there are {', '.join(self._others) or 'none'}"
            )
        with self._lock:  # one comparison at a time: each may read two releases
            if name not in self._known:
                self._known[name] = {"from": name, "to": self._shown, **_shortened(self._others[name]())}
            return self._known[name]


def _shortened(diff: Mapping[str, Any]) -> dict[str, Any]:
    ids = diff["ids"]
    return {
        **{name: diff[name] for name in ("rows", "configs", "columns")},
        "ids": {
            "added": list(ids["added"])[:_MOST_IDS],
            "removed": list(ids["removed"])[:_MOST_IDS],
            "changed": dict(list(ids["changed"].items())[:_MOST_IDS]),
        },
    }
