"""What deduplication and decontamination find on labelled data, where that lies beside the project."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from kodcode_hub.decontamination.contamination import ContaminationCheck
from kodcode_hub.decontamination.decision import Setting
from kodcode_hub.decontamination.duplicates import verified_pairs
from kodcode_hub.files.rows import read_rows
from kodcode_hub.pipeline.benchmark_files import load_benchmarks

SHARED = Path(__file__).resolve().parents[3] / "shared"

BENCHMARKS = ("humaneval", "mbpp", "bigcodebench", "livecodebench_fewshot")

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled data (../shared) is not here")


@needs_shared
@pytest.mark.parametrize(("exact", "recall"), [(False, 0.985), (True, 1.0)])
def test_planted_duplicates_are_found_and_nothing_else(exact: bool, recall: float) -> None:
    rows = [row for _, row in read_rows(SHARED / "duplicates" / "questions-10k.jsonl.gz")]
    planted = json.loads(gzip.decompress((SHARED / "duplicates" / "planted-10k.json.gz").read_bytes()))
    true = {(first, second): jaccard for first, second, _, jaccard in planted if jaccard >= 0.7}
    pairs = verified_pairs([row["text"] for row in rows], threshold=0.7, exact=exact)
    found = {(rows[pair.first]["id"], rows[pair.second]["id"]): float(pair.similarity) for pair in pairs}
    assert found.keys() <= true.keys()
    assert all(abs(found[pair] - true[pair]) < 1e-12 for pair in found)
    assert len(found) >= recall * len(true)


@needs_shared
def test_the_labelled_contamination_cases_are_told_apart() -> None:
    rows = [row for _, row in read_rows(SHARED / "contamination" / "cases.dev.jsonl")]
    benchmarks = load_benchmarks([f"{name}={SHARED}/benchmarks/{name}.jsonl.gz" for name in BENCHMARKS])
    wanted: dict[Setting, tuple[float, float]] = {"strict": (0.99, 0.92), "balanced": (0.95, 0.97)}
    for setting, (least_precision, least_recall) in wanted.items():
        check = ContaminationCheck(benchmarks, setting=setting)
        findings = {row["id"]: check.judge(row["text"]) for row in rows}
        flagged = [row for row in rows if findings[row["id"]].verdict == "contaminated"]
        right = sum(row["contaminated"] for row in flagged)
        assert right / len(flagged) >= least_precision
        assert right / sum(row["contaminated"] for row in rows) >= least_recall
        copied = [row for row in rows if row["kind"] in {"verbatim", "reformatted", "renamed", "partial"}]
        assert all(row in flagged for row in copied)


@needs_shared
@pytest.mark.slow
def test_every_item_of_a_benchmark_is_found_as_a_row() -> None:
    benchmarks = load_benchmarks([f"{name}={SHARED}/benchmarks/{name}.jsonl.gz" for name in BENCHMARKS])
    check = ContaminationCheck(benchmarks)
    missed = [
        identity
        for benchmark in benchmarks
        for identity, text in benchmark.texts.items()
        if check.judge(text).verdict != "contaminated"
    ]
    assert missed == []
