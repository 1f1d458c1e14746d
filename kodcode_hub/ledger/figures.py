"""Figures of a run, counted in its ledger."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class StageCount:
    """How many ids left a stage, and how."""

    kept: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    """By reason without its detail: ``duplicate_of``, ``no_passing_trial`` ..."""

    @property
    def left(self) -> int:
        """Kept and rejected together."""
        return self.kept + sum(self.rejected.values())

    def add(self, reason: str | None, count: int) -> None:
        """Count ``count`` more ids that left with ``reason`` (None: kept)."""
        if reason is None:
            self.kept += count
        else:
            self.rejected[reason] = self.rejected.get(reason, 0) + count

    def merge(self, other: StageCount) -> None:
        """Count everything that ``other`` counted."""
        self.add(None, other.kept)
        for reason, count in other.rejected.items():
            self.add(reason, count)


@dataclass(frozen=True, slots=True)
class RequestFigures:
    """What was asked and what it cost."""

    sent: int
    delivered: int
    retried: int
    dead: int
    prompt_tokens: int
    completion_tokens: int


def stage_counts(connection: sqlite3.Connection) -> Iterator[tuple[str, str, str | None, int]]:
    """``(subset, stage, reason, count)``; the reason is None for what was kept and has no detail otherwise."""
    query = """
        SELECT subset, stage,
               CASE WHEN instr(reason, ':') THEN substr(reason, 1, instr(reason, ':') - 1) ELSE reason END AS kind,
               count(*)
        FROM outcomes GROUP BY subset, stage, kind ORDER BY subset, stage, kind
    """
    return iter(connection.execute(query).fetchall())


def request_figures(connection: sqlite3.Connection) -> RequestFigures:
    """Requests and tokens over the whole life of the run."""
    query = "SELECT count(*), ifnull(sum(tries), 0), ifnull(sum(prompt_tokens), 0), ifnull(sum(completion_tokens), 0)"
    delivered, sent, prompt, completion = connection.execute(f"{query} FROM completions").fetchone()
    dead, dead_sent = connection.execute("SELECT count(*), ifnull(sum(tries), 0) FROM dead_letters").fetchone()
    total = sent + dead_sent
    return RequestFigures(total, delivered, total - delivered - dead, dead, prompt, completion)


def dead_letters(connection: sqlite3.Connection) -> list[dict[str, object]]:
    """By step, subset and HTTP status: how many requests died, and the error of one of them."""
    query = """
        SELECT step, subset, status, count(*), min(error) FROM dead_letters
        GROUP BY step, subset, status ORDER BY step, subset, status
    """
    names = ("step", "subset", "status", "count", "example")
    return [dict(zip(names, row, strict=True)) for row in connection.execute(query)]


def pass_sequences(connection: sqlite3.Connection) -> dict[str, list[list[int]]]:
    """By subset, the pass sequence of every question that was attempted, also of those without a pass."""
    sequences: dict[str, list[list[int]]] = {}
    query = "SELECT subset, evidence FROM outcomes WHERE stage='select' ORDER BY subset, id"
    for subset, evidence in connection.execute(query):
        sequences.setdefault(subset, []).append(json.loads(evidence)["pass_sequence"])
    return sequences


def contaminated_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """By benchmark, how many questions were rejected because of it."""
    counts: dict[str, int] = {}
    query = "SELECT evidence FROM outcomes WHERE stage='decontaminate' AND reason IS NOT NULL"
    for (evidence,) in connection.execute(query):
        name = json.loads(evidence)["benchmark"]
        counts[name] = counts.get(name, 0) + 1
    return counts
