"""The rows that ``kodcode audit`` reads: what each claims, checked; and the choice of a sample."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.files.rows import Row, checked_text, display_name, optional_id, read_rows, type_name
from kodcode_hub.pipeline.audit_source import AuditSource
from kodcode_hub.pipeline.verify_rows import reopened
from kodcode_hub.record import content_hash

_RESPONSES = ("r1", "4o")
"""What the columns of KodCode's SFT data begin with: ``r1_solution``, ``r1_correctness``."""
_TRUTH = {"true": True, "false": False}
"""KodCode's own data have text there."""


@dataclass(frozen=True, slots=True)
class Claim:
    """That a solution passes the row's test, or that it does not."""

    column: str
    """Where the solution stands."""
    solution: str
    passes: bool


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One published row."""

    id: str
    test: str
    claims: tuple[Claim, ...]
    """The first is that of the row itself: its ``solution`` passes. Those of an SFT row's responses follow."""

    @property
    def solution(self) -> str:
        """The published solution."""
        return self.claims[0].solution

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is read of the row."""
        return (
            self.id,
            self.test,
            *chain.from_iterable((claim.column, claim.solution, str(claim.passes)) for claim in self.claims),
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which rows of a source are audited."""

    total: int | None
    """How many; None while a pipe is read."""
    positions: frozenset[int] | None
    """Counted from 0; None for all."""


def choose_rows(source: AuditSource, *, sample: int | None) -> Chosen:
    """Read all rows once, which checks them, and choose ``sample`` of them by the hashes of their ids.

    A row is in the sample or not whatever its place; a larger sample holds every smaller one.

    Raises:
        InputError: as :func:`read_audit_rows`.
        UsageError: a sample is asked for of what can be read only once.
    """
    if source.is_read_once:
        if sample is not None:
            raise UsageError(f"--sample reads all rows before it chooses, and {source.name} can be read only once")
        return Chosen(None, None)
    if sample is None:
        return Chosen(sum(1 for _ in read_audit_rows(source)), None)
    hashed = ((content_hash(row.id), position) for position, row in enumerate(read_audit_rows(source)))
    positions = frozenset(position for _, position in heapq.nsmallest(sample, hashed))
    return Chosen(len(positions), positions)


def read_audit_rows(source: AuditSource, chosen: Chosen | None = None) -> Iterator[AuditRow]:
    """The rows of all files, in order; those that are not ``chosen`` are left out.

    Raises:
        InputError: a file or row cannot be used; the message names both. Missing or repeated ids, columns that are
            missing or of another type, no row at all.
    """
    positions = chosen.positions if chosen is not None else None
    for position, row in enumerate(_all_rows(source)):
        if positions is None or position in positions:
            yield row


def _all_rows(source: AuditSource) -> Iterator[AuditRow]:
    seen: dict[str, tuple[int, int]] = {}
    for index, file in enumerate(source.files):
        name = display_name(file)
        for number, row in read_rows(reopened(file)):
            identity = optional_id(row, ("question_id", "id"), number=number, source=name)
            if identity is None:
                raise InputError(f"{name}, row {number} has no id: give every row a unique 'question_id'")
            earlier = seen.setdefault(identity, (index, number))
            if earlier != (index, number):
                raise InputError(
                    f"{name}, row {number} has the id {identity!r} of row {earlier[1]} of "
                    f"{display_name(source.files[earlier[0]])}; ids must be unique{_hint(source)}"
                )
            yield _audit_row(row, identity, number=number, source=name)


def _hint(source: AuditSource) -> str:
    return " (configs that share rows are audited one by one, by --config)" if len(source.files) > 1 else ""


def _audit_row(row: Row, identity: str, *, number: int, source: str) -> AuditRow:
    solution = checked_text(row, "solution", number=number, source=source)
    column = "test_code" if row.get("test") is None and "test_code" in row else "test"
    test = checked_text(row, column, number=number, source=source)
    claims = [Claim("solution", solution, True)]
    for prefix in _RESPONSES:
        answer, correctness = f"{prefix}_solution", f"{prefix}_correctness"
        if row.get(answer) is not None and row.get(correctness) is not None:
            text = checked_text(row, answer, number=number, source=source)
            claims.append(Claim(answer, text, _truth(row[correctness], correctness, number=number, source=source)))
    return AuditRow(identity, test, tuple(claims))


def _truth(value: object, column: str, *, number: int, source: str) -> bool:
    found = _TRUTH.get(value.strip().lower()) if isinstance(value, str) else value
    if not isinstance(found, bool):
        shown = repr(value[:40]) if isinstance(value, str) else type_name(value)
        raise InputError(f"{source}, row {number}: column {column!r} is {shown}; it says True or False")
    return found
