"""One row beside the benchmark items that it matches: ``kodcode decontaminate --show``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kodcode_hub.decontamination.benchmarks import Benchmark
from kodcode_hub.errors import InputError
from kodcode_hub.pipeline.benchmark_store import find_item_text
from kodcode_hub.pipeline.decontaminate_file import DecontaminateSettings, judged_texts, load_meanings
from kodcode_hub.pipeline.decontaminate_output import match_json
from kodcode_hub.pipeline.judging_workers import JudgedText
from kodcode_hub.pipeline.row_source import open_source

if TYPE_CHECKING:
    from kodcode_hub.decontamination.contamination import Finding, Match


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


def show_row(
    source: Path | str, identity: str, *, benchmarks: Sequence[Benchmark], settings: DecontaminateSettings
) -> ShownRow:
    """Judge the one row with this id.

    Raises:
        InputError: no row has it, or the rows up to it cannot be read.
    """
    from kodcode_hub.decontamination.contamination import ContaminationCheck

    with open_source(source) as rows:
        item = next((item for item in judged_texts(rows, settings.column) if item.id == identity), None)
    if item is None:
        raise InputError(f"{rows.name} has no row with the id {identity!r}")
    finding = ContaminationCheck(benchmarks, setting=settings.setting).judge(item.text, code=item.code)
    meanings = load_meanings(benchmarks, settings)
    if meanings is not None:
        finding = meanings.lift([item.text], [finding])[0]
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
