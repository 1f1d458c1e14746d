"""What deduplication and decontamination find on labelled data, where that lies beside the project."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from kodcode_hub.decontamination.duplicates import verified_pairs
from kodcode_hub.decontamination.overlap import BenchmarkIndex
from kodcode_hub.decontamination.shingles import shingles_of
from kodcode_hub.files.rows import read_rows
from kodcode_hub.pipeline.benchmark_files import load_benchmarks

SHARED = Path(__file__).resolve().parents[3] / "shared"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled data (../shared) is not here")


@needs_shared
def test_planted_duplicates_are_found_and_nothing_else() -> None:
    rows = [row for _, row in read_rows(SHARED / "duplicates" / "questions-10k.jsonl.gz")]
    planted = json.loads(gzip.decompress((SHARED / "duplicates" / "planted-10k.json.gz").read_bytes()))
    true = {(first, second): exact for first, second, _, exact in planted if exact >= 0.7}
    pairs = verified_pairs([shingles_of(row["text"]) for row in rows], threshold=0.7)
    found = {(rows[pair.first]["id"], rows[pair.second]["id"]): float(pair.similarity) for pair in pairs}
    assert found.keys() <= true.keys()
    assert all(abs(found[pair] - true[pair]) < 1e-12 for pair in found)
    assert len(found) >= 0.985 * len(true)


@needs_shared
def test_the_labelled_contamination_cases_are_told_apart_as_far_as_word_for_word_goes() -> None:
    names = ("humaneval", "mbpp", "bigcodebench", "livecodebench_fewshot")
    index = BenchmarkIndex(load_benchmarks([f"{name}={SHARED}/benchmarks/{name}.jsonl.gz" for name in names]))
    rows = [row for _, row in read_rows(SHARED / "contamination" / "cases.dev.jsonl")]
    flagged = [row for row in rows if index.best_match(row["text"]) is not None]
    right = sum(row["contaminated"] for row in flagged)
    assert right / len(flagged) >= 0.95
    assert right / sum(row["contaminated"] for row in rows) >= 0.45
    word_for_word = {"verbatim", "reformatted", "embedded", "partial"}
    assert all(row in flagged for row in rows if row["kind"] in word_for_word)
