"""Precision and recall of pairs of near-duplicates, where it is known which there are."""

from __future__ import annotations

import gzip
import json
from collections.abc import Set
from pathlib import Path

from benchmarks.dedup_figures import THRESHOLD
from benchmarks.figures import say
from benchmarks.plain_dedup import DEFAULT_WEIGHTS, bulk_pairs, exact_jaccard
from kodcode_hub.decontamination.duplicates import verified_pairs
from kodcode_hub.files.rows import read_rows

Pair = tuple[int, int]


def show_planted(questions: Path, planted: Path) -> None:
    """Ours, by hashing and exactly, and datasketch with its default weights, as it comes and verified."""
    rows = [row for _, row in read_rows(str(questions))]
    texts = [str(row["text"]) for row in rows]
    true = _true_pairs(planted, [int(row["id"]) for row in rows])
    say(f"duplicates: {len(rows)} questions, {len(true)} planted pairs with an exact Jaccard similarity >= {THRESHOLD}")
    for name, exact, wanted in (("ours", False, "1.0 / 0.985"), ("ours, --exact", True, "1.0 / 1.0")):
        found = {(pair.first, pair.second) for pair in verified_pairs(texts, threshold=THRESHOLD, exact=exact)}
        say(f"  {name:30} {_quality(found, true)}, wanted {wanted}")
    candidates = {(a, b) for a, b in bulk_pairs(texts, threshold=THRESHOLD, weights=DEFAULT_WEIGHTS).tolist()}
    say(f"  {'datasketch, default weights':30} {_quality(candidates, true)}")
    verified = {(a, b) for a, b in candidates if exact_jaccard(texts[a], texts[b]) >= THRESHOLD}
    say(f"  {'the same, verified exactly':30} {_quality(verified, true)}")


def _true_pairs(planted: Path, ids: list[int]) -> set[Pair]:
    """By position among the questions."""
    position = {identity: at for at, identity in enumerate(ids)}
    listed = json.loads(gzip.decompress(planted.read_bytes()))
    pairs = ((position[first], position[second]) for first, second, _, exact in listed if exact >= THRESHOLD)
    return {(min(pair), max(pair)) for pair in pairs}


def _quality(found: Set[Pair], true: Set[Pair]) -> str:
    right = len(found & true)
    return f"precision {right / max(1, len(found)):.4f}, recall {right / len(true):.4f}"
