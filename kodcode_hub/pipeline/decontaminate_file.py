"""``kodcode decontaminate``: a file of any size, each row of which is compared with every item of the benchmarks.

The rows are read twice: to check them, so that a row that cannot be used is found before anything is judged, and to
judge and write them. Memory holds the benchmarks, the ids, and the rows under way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, BinaryIO

from kodcode_hub.decontamination.benchmarks import Benchmark
from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.files.atomic import write_atomically
from kodcode_hub.files.row_writer import is_stream
from kodcode_hub.files.rows import Row, checked_text
from kodcode_hub.pipeline.benchmark_store import find_item_text
from kodcode_hub.pipeline.contamination_report import ContaminationCounts, contamination_report, counts_json
from kodcode_hub.pipeline.decontaminate_output import ColumnTypes, match_json, write_judged
from kodcode_hub.pipeline.dedup_output import changed, is_parquet
from kodcode_hub.pipeline.dedup_rows import IdList, RowSource, id_of, open_source
from kodcode_hub.pipeline.dedup_settings import DedupListener
from kodcode_hub.pipeline.judging_workers import FEW_ROWS, JudgedText, judge_rows

if TYPE_CHECKING:
    from kodcode_hub.decontamination.contamination import Finding, Match
    from kodcode_hub.decontamination.decision import Setting

CODE_COLUMN = "solution"
"""Compared with the solutions of items, where a row has text in it."""
_SUBSET_COLUMN = "subset"
_ROWS_AT_A_TIME = 1024
_ROWS_BETWEEN_UPDATES = 32


@dataclass(frozen=True, slots=True)
class DecontaminateSettings:
    """How rows are judged."""

    column: str = "question"
    setting: Setting = "strict"
    workers: int = 1
    """Processes for more than a few rows; findings do not depend on them."""
    few_rows: int = FEW_ROWS
    """Up to so many rows this process does it alone."""


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


@dataclass(frozen=True, slots=True)
class MatchedItem:
    """A benchmark's item beside a row."""

    item_text: str | None
    """None where only its fingerprint is known."""
    item_excerpt: str
    """The span of it that stands in the row too; empty where none does."""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row beside the items that it matches."""

    item: JudgedText
    finding: Finding
    matched: tuple[MatchedItem, ...]
    """One for each match of the finding."""

    def as_json(self) -> dict[str, Any]:
        """The JSON answer of ``kodcode decontaminate --show``."""
        matches = zip(self.finding.matches, self.matched, strict=True)
        return {
            "id": self.item.id,
            "verdict": self.finding.verdict,
            "text": self.item.text,
            "matches": [match_json(match) | asdict(matched) for match, matched in matches],
        }


def decontaminate_file(
    source: Path | str,
    out: Path | str,
    *,
    benchmarks: Sequence[Benchmark],
    settings: DecontaminateSettings,
    report: Path | None = None,
    listener: DedupListener | None = None,
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
    with ExitStack() as stack:
        rows = stack.enter_context(open_source(source))
        types = ColumnTypes(rows.name) if is_parquet(out) and not is_parquet(source) else None
        ids = _check_rows(rows, settings.column, types, listener)
        stream: BinaryIO | None = stack.enter_context(write_atomically(report)) if report is not None else None
        workers = settings.workers if len(ids) > settings.few_rows else 1
        judged = judge_rows(
            _rows_again(rows, ids, settings.column), benchmarks=benchmarks, setting=settings.setting, workers=workers
        )
        stack.enter_context(closing(judged))
        counts = ContaminationCounts()
        write_judged(_counted(judged, counts, len(ids), listener), source, out, types)
        if stream is not None:
            stream.write(_report_text(counts, benchmarks, settings))
    return DecontaminateResult(counts, benchmarks, settings.setting, monotonic() - started)


def show_row(
    source: Path | str, identity: str, *, benchmarks: Sequence[Benchmark], settings: DecontaminateSettings
) -> ShownRow:
    """Judge the one row with this id.

    Raises:
        InputError: no row has it, or the rows up to it cannot be read.
    """
    from kodcode_hub.decontamination.contamination import ContaminationCheck

    with open_source(source) as rows:
        item = next((item for item in _judged_texts(rows, settings.column) if item.id == identity), None)
    if item is None:
        raise InputError(f"{rows.name} has no row with the id {identity!r}")
    finding = ContaminationCheck(benchmarks, setting=settings.setting).judge(item.text, code=item.code)
    by_name = {benchmark.name: benchmark for benchmark in benchmarks}
    matched = (_matched_item(match, by_name[match.benchmark], item.text) for match in finding.matches)
    return ShownRow(item, finding, tuple(matched))


def _matched_item(match: Match, benchmark: Benchmark, text: str) -> MatchedItem:
    from kodcode_hub.decontamination.excerpt import matched_excerpt
    from kodcode_hub.decontamination.fingerprint import fingerprint_text

    found = find_item_text(benchmark, match.id)
    grams = frozenset(fingerprint_text(text).passages[-1].grams)
    known = {gram for passage in fingerprint_text(found or "").passages for gram in passage.grams}
    return MatchedItem(found, matched_excerpt(found, grams) if found is not None and grams & known else "")


def _check_rows(rows: RowSource, column: str, types: ColumnTypes | None, listener: DedupListener | None) -> IdList:
    """Look at all rows; returns their ids, which are unique."""
    ids = IdList()
    batch: list[Row] = []
    for item in _judged_texts(rows, column):
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
    for item in _judged_texts(rows, column):
        if position == len(ids) or ids[position] != item.id:
            raise changed(rows.name)
        yield item
        position += 1
    if position != len(ids):
        raise changed(rows.name)


def _judged_texts(rows: RowSource, column: str) -> Iterator[JudgedText]:
    for number, row in rows.rows():
        text = checked_text(row, column, number=number, source=rows.name)
        code = row.get(CODE_COLUMN)
        identity = id_of(row, number=number, source=rows.name)
        yield JudgedText(number, identity, row, text, code if isinstance(code, str) and column != CODE_COLUMN else "")


def _counted(
    judged: Iterator[tuple[JudgedText, Finding]],
    counts: ContaminationCounts,
    total: int,
    listener: DedupListener | None,
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
        if path is not None and _is_same_file(path, source):
            raise UsageError(f"{name} {path} is the input itself: give it another name")
    if report is not None and _is_same_file(report, out):
        raise UsageError(f"--report {report} is the file of --out: give it another name")


def _is_same_file(path: Path | str, other: Path | str) -> bool:
    if "-" in (str(path), str(other)):
        return False
    first, second = Path(path), Path(other)
    if first.exists() and not first.is_file():
        return False  # a device or a pipe may take several
    return first.resolve() == second.resolve() or (first.is_file() and second.is_file() and first.samefile(second))
