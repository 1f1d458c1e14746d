"""A finished build in one table, subset by subset."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from kodcode_hub.ledger.figures import StageCount, pass_sequences, stage_counts
from kodcode_hub.record import difficulty_of
from kodcode_hub.verification.pass_at_k import mean_pass_at_k


@dataclass(frozen=True, slots=True)
class SubsetSummary:
    """What became of one subset's prompts."""

    subset: str
    prompts: int
    questions: int
    duplicates: int
    contaminated: int
    attempts: int
    pass_at_1: float | None
    """Unbiased, over all attempted questions, those without a pass included; None where nothing was attempted."""
    pass_at_n: float | None
    """Share of attempted questions with at least one pass."""
    easy: int
    medium: int
    hard: int
    failed: int
    rows: int
    sft_rows: int


def summarize(connection: sqlite3.Connection) -> list[SubsetSummary]:
    """One summary a subset, by name."""
    counts: dict[tuple[str, str], StageCount] = {}
    for subset, stage, reason, count in stage_counts(connection):
        counts.setdefault((subset, stage), StageCount()).add(reason, count)
    sequences = pass_sequences(connection)
    rows = _row_counts(connection)
    subsets = sorted({subset for subset, _ in counts})
    return [_summary(subset, counts, sequences.get(subset, []), rows) for subset in subsets]


def _summary(
    subset: str,
    counts: dict[tuple[str, str], StageCount],
    sequences: list[list[int]],
    rows: dict[tuple[str, str], int],
) -> SubsetSummary:
    def count(stage: str) -> StageCount:
        return counts.get((subset, stage), StageCount())

    passed = [sequence for sequence in sequences if any(sequence)]
    levels = [difficulty_of(sequence) for sequence in passed]
    return SubsetSummary(
        subset=subset,
        prompts=count("synthesize").left,
        questions=count("synthesize").kept,
        duplicates=count("deduplicate").rejected.get("duplicate_of", 0),
        contaminated=count("decontaminate").rejected.get("contaminated", 0),
        attempts=sum(map(len, sequences)),
        pass_at_1=mean_pass_at_k([(len(sequence), sum(sequence)) for sequence in sequences], 1) if sequences else None,
        pass_at_n=len(passed) / len(sequences) if sequences else None,
        easy=levels.count("easy"),
        medium=levels.count("medium"),
        hard=levels.count("hard"),
        failed=len(sequences) - len(passed),
        rows=rows.get((subset, "row"), 0),
        sft_rows=rows.get((subset, "sft"), 0),
    )


def _row_counts(connection: sqlite3.Connection) -> dict[tuple[str, str], int]:
    query = "SELECT config, kind, count(*) FROM rows GROUP BY config, kind"
    return {(config, kind): number for config, kind, number in connection.execute(query)}
