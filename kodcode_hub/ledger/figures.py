"""Figures of a run, counted in its ledger."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kodcode_hub.ledger.pages import Settled


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
    """What was asked and what it took."""

    sent: int = 0
    """Every try counts."""
    delivered: int = 0
    dead: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def retried(self) -> int:
        """Requests that were sent again."""
        return self.sent - self.delivered - self.dead

    def __add__(self, other: RequestFigures) -> RequestFigures:
        return RequestFigures(
            self.sent + other.sent,
            self.delivered + other.delivered,
            self.dead + other.dead,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )


_ADD = """
    INSERT INTO traffic VALUES (?,?,?,?,?,?) ON CONFLICT (step, model) DO UPDATE SET
        delivered = delivered + excluded.delivered, sent = sent + excluded.sent,
        prompt_tokens = prompt_tokens + excluded.prompt_tokens,
        completion_tokens = completion_tokens + excluded.completion_tokens
"""

ByModel = dict[tuple[str, str], RequestFigures]
"""``(step, model)`` to its figures."""


def stage_counts(connection: sqlite3.Connection) -> Iterator[tuple[str, str, str | None, int]]:
    """``(subset, stage, reason, count)``; the reason is None for what was kept and has no detail otherwise."""
    query = """
        SELECT subset, stage,
               CASE WHEN instr(reason, ':') THEN substr(reason, 1, instr(reason, ':') - 1) ELSE reason END AS kind,
               count(*)
        FROM outcomes GROUP BY subset, stage, kind ORDER BY subset, stage, kind
    """
    return iter(connection.execute(query).fetchall())


def model_figures(connection: sqlite3.Connection) -> ByModel:
    """Requests and tokens over the whole life of the run, by step and model; takes no longer for a large run."""
    figures: ByModel = {}
    query = "SELECT step, model, sent, delivered, prompt_tokens, completion_tokens FROM traffic"
    for step, model, sent, delivered, prompt, completion in connection.execute(query):
        figures[step, model] = RequestFigures(sent, delivered, 0, prompt, completion)
    query = "SELECT step, model, sum(tries), count(*) FROM dead_letters GROUP BY step, model"
    for step, model, sent, dead in connection.execute(query):
        figures[step, model] = figures.get((step, model), RequestFigures()) + RequestFigures(sent, dead=dead)
    return dict(sorted(figures.items()))


def count_completions(connection: sqlite3.Connection, settled: Sequence[Settled]) -> None:
    """Add completions to the figures, in the transaction that holds them: nobody has to go through millions later."""
    counted: ByModel = {}
    for item in settled:
        key, reply = (item.asked.step, item.asked.model), item.completion
        one = RequestFigures(reply.tries, 1, 0, reply.prompt_tokens, reply.completion_tokens)
        counted[key] = counted.get(key, RequestFigures()) + one
    rows = [
        (*key, sums.delivered, sums.sent, sums.prompt_tokens, sums.completion_tokens) for key, sums in counted.items()
    ]
    connection.executemany(_ADD, rows)


def request_figures(connection: sqlite3.Connection) -> RequestFigures:
    """Requests and tokens over the whole life of the run."""
    return sum(model_figures(connection).values(), RequestFigures())


def dead_letters(connection: sqlite3.Connection) -> list[dict[str, object]]:
    """By step, subset and HTTP status: how many requests died, and the error of one of them."""
    query = """
        SELECT step, subset, status, count(*), (
            SELECT error FROM dead_letters AS one
            WHERE one.step = died.step AND one.subset = died.subset AND one.status IS died.status LIMIT 1
        ) FROM dead_letters AS died GROUP BY step, subset, status ORDER BY step, subset, status
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
