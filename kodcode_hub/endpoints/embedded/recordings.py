"""Recorded completions: read from replay files, and found again by what a prompt contains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from pathlib import Path
from typing import Literal

from kodcode_hub.endpoints.embedded.entries import STEPS, Detail, Recording, read_entry
from kodcode_hub.endpoints.embedded.matching import TextIndex
from kodcode_hub.endpoints.embedded.validation import DEFAULT_MODEL, Sampling
from kodcode_hub.errors import InputError
from kodcode_hub.files.rows import read_rows

__all__ = ["STEPS", "Recorded", "Recording", "Recordings", "Route", "load_recordings"]

Route = Literal["chat", "raw"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """The completion that a request gets; ``text`` is None for a reply without content."""

    text: str | None
    detail: Detail | None = None


class Recordings:
    """All entries of a replay, indexed; immutable.

    Args:
        entries: in the order of files and rows, which breaks ties.
    """

    def __init__(self, entries: Iterable[Recording]) -> None:
        # The longest texts in sum come first; sorting is stable, so the earlier of two equals stays first.
        self._ranked = sorted(entries, key=lambda entry: -sum(map(len, entry.contains)))
        self._whole: dict[tuple[Route, str], list[int]] = defaultdict(list)
        for rank, entry in enumerate(self._ranked):
            if entry.exact:
                self._whole["raw" if entry.raw_only else "chat", entry.contains[0]].append(rank)
        self._parts = [rank for rank, entry in enumerate(self._ranked) if not entry.exact]
        self._index = TextIndex([self._ranked[rank].contains for rank in self._parts])
        self._seeds = [_places_of_seeds(entry) for entry in self._ranked]
        models = {entry.model for entry in self._ranked}
        self._model = models.pop() if len(models) == 1 else None

    def __len__(self) -> int:
        return len(self._ranked)

    @property
    def model(self) -> str:
        """The model that all entries name, else what the embedded server calls itself."""
        return self._model or DEFAULT_MODEL

    def find(self, *, route: Route, prompt: str, seed: int, sampling: Sampling | None = None) -> Recorded | None:
        """The completion recorded for this prompt and seed, or None.

        Of the entries all of whose texts are in the prompt that with the longest texts in sum answers, else the
        earlier; of its n completions that of index ``seed % n``. Exact entries are meant for their own prompt alone,
        those whose details name seeds for these seeds, those with a sampling for requests of that sampling.
        """
        for rank in self._matches(route, prompt):
            entry = self._ranked[rank]
            if entry.sampling is not None and entry.sampling != sampling:
                continue
            seeds = self._seeds[rank]
            place = seed % len(entry.completions) if seeds is None else seeds.get(seed)
            if place is not None:
                return _recorded(entry, place)
        return None

    def reply(self, *, route: Route, prompt: str, seed: int) -> str | None:
        """The text alone of what :meth:`find` finds."""
        found = self.find(route=route, prompt=prompt, seed=seed)
        return found.text if found is not None else None

    def knows(self, *, route: Route, prompt: str) -> bool:
        """Whether there is an entry for this prompt, be it for other seeds or another sampling."""
        return next(self._matches(route, prompt), None) is not None

    def _matches(self, route: Route, prompt: str) -> Iterator[int]:
        parts = (self._parts[position] for position in self._index.matches(prompt))
        meant = (rank for rank in parts if route == "raw" or not self._ranked[rank].raw_only)
        return merge(self._whole.get((route, prompt), ()), meant)


def load_recordings(files: Sequence[Path]) -> Recordings:
    """All entries of the given replay files, in order.

    Raises:
        InputError: a file cannot be read, an entry is not what INTERFACE calls one, or two entries are of different
            models; names file and row.
    """
    return Recordings(_entries(files))


def _entries(files: Sequence[Path]) -> Iterator[Recording]:
    first_model: tuple[str, str] | None = None
    for file in files:
        for number, row in read_rows(file):
            where = f"{file}, row {number}"
            entry = read_entry(row, where)
            if entry.model is not None:
                first_model = first_model or (entry.model, where)
                _require_one_model(first_model, entry.model, where)
            yield entry


def _require_one_model(first: tuple[str, str], model: str, where: str) -> None:
    if model != first[0]:
        raise InputError(
            f"{where}: the model is {model!r}, but that of {first[1]} is {first[0]!r}; an endpoint has one model: "
            "export each into a file of its own (kodcode ledger export RUN --model NAME, or --step STEP), and give "
            "each file to the endpoint of its steps (--endpoint, --answer-endpoint ...)"
        )


def _places_of_seeds(entry: Recording) -> dict[int, int] | None:
    places = {detail.seed: place for place, detail in enumerate(entry.details) if detail.seed is not None}
    return places or None


def _recorded(entry: Recording, place: int) -> Recorded:
    if not entry.details:
        return Recorded(entry.completions[place])
    detail = entry.details[place]
    return Recorded(entry.completions[place] if detail.has_text else None, detail)
