"""``kodcode decontaminate``: a file of any size, each row of which is compared with every item of the benchmarks.

The rows are read twice: to check them, so that a row that cannot be used is found before anything is judged, and to
judge and write them. Memory holds the benchmarks, the ids, and the rows under way.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, BinaryIO

from kodcode_hub.decontamination.benchmarks import Benchmark
from kodcode_hub.decontamination.semantic import REVIEW_COSINE
from kodcode_hub.errors import UsageError
from kodcode_hub.files.atomic import write_atomically
from kodcode_hub.files.row_writer import is_stream
from kodcode_hub.files.rows import Row, checked_text, is_same_file
from kodcode_hub.pipeline.contamination_report import ContaminationCounts, contamination_report, counts_json
from kodcode_hub.pipeline.decontaminate_output import ADDED_COLUMNS, write_judged
from kodcode_hub.pipeline.embedding_model import load_embedding_model
from kodcode_hub.pipeline.judging_workers import FEW_ROWS, JudgedText, judge_rows
from kodcode_hub.pipeline.marked_rows import ColumnTypes, changed, is_parquet
from kodcode_hub.pipeline.row_listener import RowListener
from kodcode_hub.pipeline.row_source import IdList, RowSource, id_of, open_source

if TYPE_CHECKING:
    from kodcode_hub.decontamination.contamination import Finding
    from kodcode_hub.decontamination.decision import Setting
    from kodcode_hub.decontamination.meanings import MeaningCheck

CODE_COLUMN = "solution"
"""Compared with the solutions of items, where a row has text in it."""
_SUBSET_COLUMN = "subset"
_ROWS_AT_A_TIME = 1024
_ROWS_BETWEEN_UPDATES = 32
_EMBEDDED_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class DecontaminateSettings:
    """How rows are judged."""

    column: str = "question"
    setting: Setting = "strict"
    workers: int = 1
    """Processes for more than a few rows; findings do not depend on them."""
    few_rows: int = FEW_ROWS
    """Up to so many rows this process does it alone."""
    semantic: Path | None = None
    """Folder of an embedding model, by which clean rows are looked at once more."""
    cosine: float = REVIEW_COSINE
    """From which such a row is for review."""


@dataclass(frozen=True, slots=True)
class DecontaminateResult:
    """What a finished decontamination found."""

    counts: ContaminationCounts
    benchmarks: Sequence[Benchmark]
    setting: Setting
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """The JSON answer of ``kodcode decontaminate``."""
        figures = counts_json(self.counts, self.benchmarks)
        return {**figures, "setting": self.setting, "seconds": round(self.seconds, 3)}


def decontaminate_file(
    source: Path | str,
    out: Path | str,
    *,
    benchmarks: Sequence[Benchmark],
    settings: DecontaminateSettings,
    report: Path | None = None,
    listener: RowListener | None = None,
) -> DecontaminateResult:
    """Judge every row of ``source`` and write all rows with what was found.

    Args:
        source: a file of rows with an id and text; ``-`` is standard input, of which a copy is made on disk.
        out: takes its name when it is whole; ``-``, pipes and devices get each row as it is judged.
        benchmarks: that each row is compared with.
        settings: how.
        report: a JSON file of figures, written too.
        listener: is told the progress.

    Raises:
        InputError: ``source`` cannot be read, or a row cannot be used.
        UsageError: an output cannot be written or would overwrite another file.
    """
    started = monotonic()
    _refuse_clashes(source, out, report)
    meanings = load_meanings(benchmarks, settings, listener)
    with ExitStack() as stack:
        rows = stack.enter_context(open_source(source))
        types = ColumnTypes(rows.name, ADDED_COLUMNS) if is_parquet(out) and not is_parquet(source) else None
        ids = _check_rows(rows, settings.column, types, listener)
        stream: BinaryIO | None = stack.enter_context(write_atomically(report)) if report is not None else None
        workers = settings.workers if len(ids) > settings.few_rows else 1
        judged = judge_rows(
            _rows_again(rows, ids, settings.column), benchmarks=benchmarks, setting=settings.setting, workers=workers
        )
        stack.enter_context(closing(judged))
        if meanings is not None:
            judged = stack.enter_context(closing(_lifted(judged, meanings)))
        counts = ContaminationCounts()
        write_judged(_counted(judged, counts, len(ids), listener), source, out, types)
        if stream is not None:
            stream.write(_report_text(counts, benchmarks, settings))
    return DecontaminateResult(counts, benchmarks, settings.setting, monotonic() - started)


def load_meanings(
    benchmarks: Sequence[Benchmark], settings: DecontaminateSettings, listener: RowListener | None = None
) -> MeaningCheck | None:
    """The embedding model that the settings name, with the benchmarks' items.

    Raises:
        InputError: there is no such model.
        UsageError: the cosine is none, or the library that reads the model is not installed.
    """
    if settings.semantic is None:
        return None
    from kodcode_hub.decontamination.meanings import MeaningCheck

    meanings = MeaningCheck(benchmarks, embed=load_embedding_model(settings.semantic), cosine=settings.cosine)
    if listener is not None and meanings.without_text:
        listener.note(f"not compared by meaning, as their texts are not here: {', '.join(meanings.without_text)}")
    return meanings


def judged_texts(rows: RowSource, column: str) -> Iterator[JudgedText]:
    """What is judged of each row.

    Raises:
        InputError: a row has no id, or no text in ``column``.
    """
    for number, row in rows.rows():
        text = checked_text(row, column, number=number, source=rows.name)
        code = row.get(CODE_COLUMN)
        identity = id_of(row, number=number, source=rows.name)
        yield JudgedText(number, identity, row, text, code if isinstance(code, str) and column != CODE_COLUMN else "")


def _check_rows(rows: RowSource, column: str, types: ColumnTypes | None, listener: RowListener | None) -> IdList:
    """Look at all rows; returns their ids, which are unique."""
    ids = IdList()
    batch: list[Row] = []
    for item in judged_texts(rows, column):
        ids.add(item.id, item.number)
        if types is not None:
            batch.append(item.row)
            if len(batch) >= _ROWS_AT_A_TIME:
                types.add(batch)
                batch = []
        if listener is not None and len(ids) % _ROWS_AT_A_TIME == 0:
            listener.update("reading", len(ids), None)
    if types is not None and batch:
        types.add(batch)
    ids.require_unique(0, source=rows.name)
    return ids


def _rows_again(rows: RowSource, ids: IdList, column: str) -> Iterator[JudgedText]:
    position = 0
    for item in judged_texts(rows, column):
        if position == len(ids) or ids[position] != item.id:
            raise changed(rows.name)
        yield item
        position += 1
    if position != len(ids):
        raise changed(rows.name)


def _lifted(
    judged: Iterator[tuple[JudgedText, Finding]], meanings: MeaningCheck
) -> Generator[tuple[JudgedText, Finding]]:
    while batch := list(islice(judged, _EMBEDDED_AT_ONCE)):
        findings = meanings.lift([item.text for item, _ in batch], [finding for _, finding in batch])
        yield from zip((item for item, _ in batch), findings, strict=True)


def _counted(
    judged: Iterator[tuple[JudgedText, Finding]],
    counts: ContaminationCounts,
    total: int,
    listener: RowListener | None,
) -> Iterator[tuple[JudgedText, Finding]]:
    for item, finding in judged:
        subset = item.row.get(_SUBSET_COLUMN)
        counts.add(item.id, finding, subset=subset if isinstance(subset, str) else None)
        if listener is not None and counts.rows % _ROWS_BETWEEN_UPDATES == 0:
            listener.update("judging", counts.rows, total)
        yield item, finding


def _report_text(
    counts: ContaminationCounts, benchmarks: Sequence[Benchmark], settings: DecontaminateSettings
) -> bytes:
    report = contamination_report(counts, benchmarks, setting=settings.setting, column=settings.column)
    return (json.dumps(report, indent=2) + "\n").encode("ascii")


def _refuse_clashes(source: Path | str, out: Path | str, report: Path | None) -> None:
    """Before anything is read: what cannot be written, and what would overwrite another file."""
    is_stream(out)
    if report is not None and report.is_dir():
        raise UsageError(f"cannot write {report}: it is a folder; choose another name")
    for name, path in (("--out", out), ("--report", report)):
        if path is not None and is_same_file(path, source):
            raise UsageError(f"{name} {path} is the input itself: give it another name")
    if report is not None and is_same_file(report, out):
        raise UsageError(f"--report {report} is the file of --out: give it another name")
