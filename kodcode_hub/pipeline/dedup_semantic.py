"""Rows that repeat an earlier one by an embedding model, of those that shingles let stay: a finding of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from kodcode_hub.decontamination.semantic import Embed, Nearest, SemanticKeepers
from kodcode_hub.files.rows import checked_text, read_rows
from kodcode_hub.pipeline.dedup_findings import Findings
from kodcode_hub.pipeline.dedup_settings import DedupSettings
from kodcode_hub.pipeline.row_source import RowSource

if TYPE_CHECKING:
    from kodcode_hub.decontamination.keepers import Keepers

_EMBEDDED_AT_ONCE = 512

Text = tuple[int, str]
"""Position of a row among all, earlier files first, and what it says."""


def find_semantic_duplicates(
    rows: RowSource,
    findings: Findings,
    without_words: Sequence[int],
    *,
    embed: Embed,
    settings: DedupSettings,
    on_progress: Callable[[int], None],
) -> dict[int, Nearest]:
    """For rows of the input that repeat an earlier one by their embeddings: which, and how near.

    Rows of earlier files all stay; a row that repeats another one by its shingles is not compared.

    Args:
        rows: of the input.
        findings: by shingles.
        without_words: positions of rows that are like nothing.
        embed: gives vectors of unit length.
        settings: name the column, the earlier files and the cosine.
        on_progress: is told how many rows of the input were looked at.
    """
    silent = frozenset(without_words)
    keepers = SemanticKeepers(settings.cosine)
    for batch in _batches(_earlier_texts(findings, settings, silent)):
        keepers.keep([row for row, _ in batch], embed([text for _, text in batch]))
    found: dict[int, Nearest] = {}
    for batch in _batches(_own_texts(rows, findings, settings, silent)):
        nearest = keepers.take([row for row, _ in batch], embed([text for _, text in batch]))
        found.update((row, near) for (row, _), near in zip(batch, nearest, strict=True) if near is not None)
        on_progress(batch[-1][0] - findings.first + 1)
    return found


def _earlier_texts(findings: Findings, settings: DedupSettings, silent: frozenset[int]) -> Iterator[Text]:
    for file in findings.earlier:
        kept = (numbered for numbered in read_rows(file.path) if numbered[1].get("duplicate_of") is None)
        for row, (number, content) in enumerate(kept, start=file.first):
            if row not in silent:
                yield row, checked_text(content, settings.column, number=number, source=str(file.path))


def _own_texts(rows: RowSource, findings: Findings, settings: DedupSettings, silent: frozenset[int]) -> Iterator[Text]:
    keepers: Keepers = findings.keepers
    for row, (number, content) in enumerate(rows.rows(), start=findings.first):
        if keepers.rows[row] < 0 and row not in silent:
            yield row, checked_text(content, settings.column, number=number, source=rows.name)


def _batches(texts: Iterator[Text]) -> Iterator[list[Text]]:
    while batch := list(islice(texts, _EMBEDDED_AT_ONCE)):
        yield batch
