"""Who entered which stage and how they left: conservation by id, and the counts for progress and status."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from kodcode_hub.ledger.figures import StageCount
from kodcode_hub.record import Rejected

STAGES = (
    "synthesize",
    "annotate",
    "deduplicate",
    "decontaminate",
    "answer",
    "verify",
    "select",
    "restyle",
    "respond",
    "package",
)


class OutcomeStore(Protocol):
    """Where outcomes are kept (the ledger)."""

    def keep_outcome(self, stage: str, id_: str, subset: str, reason: str | None, evidence: dict[str, Any]) -> None:
        """Note how an id left a stage."""
        ...


class ConservationError(AssertionError):
    """An id left a stage that it never entered, left twice, or never left: a defect of ours, never of the data."""


@dataclass(slots=True)
class _Door:
    inside: set[str] = field(default_factory=set)
    entered: int = 0
    count: StageCount = field(default_factory=StageCount)


class Tally:
    """Counts ids through the stages; ``subset`` is the config name."""

    def __init__(self, store: OutcomeStore) -> None:
        self._store = store
        self._doors: dict[tuple[str, str], _Door] = {}

    def enter(self, stage: str, subset: str, ids: Iterable[str]) -> None:
        """``ids`` go into ``stage``."""
        door = self._door(stage, subset)
        for id_ in ids:
            if id_ in door.inside:
                raise ConservationError(f"{id_} entered {stage} of {subset} twice")
            door.inside.add(id_)
            door.entered += 1

    def keep(self, stage: str, subset: str, id_: str, evidence: dict[str, Any] | None = None) -> None:
        """``id_`` goes on to the next stage."""
        self._leave(stage, subset, id_, None, evidence or {})

    def reject(self, stage: str, subset: str, rejected: Rejected) -> None:
        """``rejected.id`` goes no further."""
        self._leave(stage, subset, rejected.id, rejected.reason, rejected.evidence)

    def sort_out(self, stage: str, subset: str, kept: Sequence[str], rejected: Sequence[Rejected]) -> None:
        """Note the result of a stage that takes everything at once."""
        for id_ in kept:
            self.keep(stage, subset, id_)
        for item in rejected:
            self.reject(stage, subset, item)

    def check(self) -> None:
        """Raise ConservationError unless everything that entered a stage has left it."""
        for (stage, subset), door in self._doors.items():
            if door.inside or door.entered != door.count.left:
                raise ConservationError(
                    f"{stage} of {subset}: {door.entered} in, {door.count.left} out, "
                    f"still inside: {sorted(door.inside)[:3]}"
                )

    def counts(self) -> dict[tuple[str, str], tuple[int, StageCount]]:
        """``(stage, subset)`` to entered and left, in the order of the stages."""
        ordered = sorted(self._doors, key=lambda key: (STAGES.index(key[0]), key[1]))
        return {key: (self._doors[key].entered, self._doors[key].count) for key in ordered}

    def entered(self) -> list[tuple[str, str, int]]:
        """``(subset, stage, entered)``, for the status of a run that is under way."""
        return [(subset, stage, door.entered) for (stage, subset), door in self._doors.items()]

    def _door(self, stage: str, subset: str) -> _Door:
        if stage not in STAGES:
            raise ConservationError(f"{stage!r} is no stage")
        return self._doors.setdefault((stage, subset), _Door())

    def _leave(self, stage: str, subset: str, id_: str, reason: str | None, evidence: dict[str, Any]) -> None:
        door = self._door(stage, subset)
        if id_ not in door.inside:
            raise ConservationError(f"{id_} left {stage} of {subset}, but was not in it")
        door.inside.remove(id_)
        door.count.add(reason.partition(":")[0] if reason is not None else None, 1)
        self._store.keep_outcome(stage, id_, subset, reason, evidence)
