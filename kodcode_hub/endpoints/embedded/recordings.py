"""Recorded completions: read from replay files, and found again by what a prompt contains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kodcode_hub.endpoints.embedded.matching import TextIndex
from kodcode_hub.errors import InputError
from kodcode_hub.files.rows import read_rows

Route = Literal["chat", "raw"]

STEPS = ("question", "answer", "complete", "respond", "tag")
"""What a recorded completion was asked for."""

_KEYS = frozenset({"step", "contains", "completions", "route", "subset", "id"})


@dataclass(frozen=True, slots=True)
class Recording:
    """One entry of a replay file.

    Args:
        contains: a prompt with all these texts is meant; with none, every prompt of the route.
        completions: one for each sample; never empty.
        raw_only: whether only raw completions are answered.
    """

    contains: tuple[str, ...]
    completions: tuple[str, ...]
    raw_only: bool = False


class Recordings:
    """All entries of a replay, indexed; immutable.

    Args:
        entries: in the order of files and rows, which breaks ties.
    """

    def __init__(self, entries: Iterable[Recording]) -> None:
        # The longest texts in sum come first; sorting is stable, so the earlier of two equals stays first.
        self._ranked = sorted(entries, key=lambda entry: -sum(map(len, entry.contains)))
        self._index = TextIndex([entry.contains for entry in self._ranked])

    def __len__(self) -> int:
        return len(self._ranked)

    def reply(self, *, route: Route, prompt: str, seed: int) -> str | None:
        """The completion recorded for this prompt and seed, or None.

        Of the entries all of whose texts are in the prompt that with the longest texts in sum answers, else the
        earlier; of its n completions that of index ``seed % n``.
        """
        for rank in self._index.matches(prompt):
            entry = self._ranked[rank]
            if route == "raw" or not entry.raw_only:
                return entry.completions[seed % len(entry.completions)]
        return None


def load_recordings(files: Sequence[Path]) -> Recordings:
    """All entries of the given replay files, in order.

    Raises:
        InputError: a file cannot be read, or an entry is not what INTERFACE calls one; names file and row.
    """
    return Recordings(_recording(row, f"{file}, row {number}") for file in files for number, row in read_rows(file))


def _recording(row: Mapping[str, Any], where: str) -> Recording:
    if unknown := sorted(row.keys() - _KEYS):
        raise InputError(f"{where}: a recording has no {unknown[0]!r}; it has {', '.join(sorted(_KEYS))}")
    if row.get("step") not in STEPS:
        raise InputError(f"{where}: 'step' is {row.get('step')!r:.80}; it is one of {', '.join(STEPS)}")
    if row.get("route") not in (None, "raw"):
        raise InputError(f"{where}: 'route' is {row['route']!r:.80}; it is 'raw', or left out for every route")
    contains, completions = _texts(row, "contains", where), _texts(row, "completions", where)
    if not completions:
        raise InputError(f"{where}: 'completions' is empty; a recording holds at least one")
    return Recording(contains, completions, raw_only=row.get("route") == "raw")


def _texts(row: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    value = row.get(name)
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise InputError(f"{where}: {name!r} is missing or not a list of texts")
    return tuple(value)
