"""Fit the weights of the contamination decision to labelled cases, and say how well they do on cases not seen.

    python -m benchmarks.fit_decision --benchmark humaneval=humaneval.jsonl.gz ... --cases cases.jsonl [more.jsonl:0.3]

A case has ``text``, ``contaminated``, ``benchmark_id`` (null where it is clean) and ``note``. The first file is what
is judged by five-fold cross-validation, in which all cases made of one item are in one fold; further files are only
learned from, with the weight behind the colon. A pair of a contaminated case and another item than its own says
nothing: it may be the same task, too. Prints precision and recall at several thresholds, and writes
``decision.toml`` with ``--write``.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kodcode_hub.decontamination.benchmark_index import BenchmarkIndex
from kodcode_hub.decontamination.decision import evidence_of, is_flipped
from kodcode_hub.decontamination.fingerprint import fingerprint_text
from kodcode_hub.decontamination.signals import Suspect, measure
from kodcode_hub.pipeline.benchmark_files import load_benchmarks

TABLE = Path(__file__).parents[1] / "kodcode_hub" / "decontamination" / "decision.toml"
FOLDS, SEEDS = 5, 6
STRENGTH = 0.1
"""Inverse of the regularisation, on evidence scaled to unit variance."""
NEGATIVES = 3.0
"""Weight of all pairs of one clean case together."""
THRESHOLDS = {"strict": 2.3, "balanced": 0.9, "review": -0.7}
"""As logits: chosen from the printed table, above the figures that were asked for in precision and in recall."""


@dataclass
class Pairs:
    """All candidate pairs of some cases: a row of ``evidence`` for each."""

    cases: list[dict[str, Any]]
    evidence: NDArray[np.float64]
    case: NDArray[np.int64]
    item: NDArray[np.str_]
    flipped: NDArray[np.bool_]
    same: NDArray[np.bool_]
    used: NDArray[np.bool_]
    weight: NDArray[np.float64]


def compare_all(path: Path, index: BenchmarkIndex) -> Pairs:
    """Every case of a file beside its candidates."""
    cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found: list[tuple[int, str, bool, list[float]]] = []
    for number, case in enumerate(cases):
        suspect = Suspect(fingerprint_text(case["text"]))
        for item in index.candidates(suspect):
            signals = measure(suspect, item.fingerprint, sought=item.sought, rarity=index.rarity)
            found.append((number, item.fingerprint.id, is_flipped(signals), list(evidence_of(signals).values())))
    return _as_pairs(cases, found)


def _as_pairs(cases: list[dict[str, Any]], found: Sequence[tuple[int, str, bool, list[float]]]) -> Pairs:
    case = np.array([hit[0] for hit in found])
    item = np.array([hit[1] for hit in found])
    flipped = np.array([hit[2] for hit in found])
    contaminated = np.array([bool(one["contaminated"]) for one in cases])
    own = np.array([one["benchmark_id"] or "" for one in cases])
    same = contaminated[case] & (item == own[case])
    used = (~contaminated[case] | same) & ~flipped
    weight = np.where(same, 1.0, NEGATIVES / np.bincount(case, minlength=len(cases))[case])
    return Pairs(cases, np.array([hit[3] for hit in found]), case, item, flipped, same, used, weight)


Model = tuple[NDArray[np.float64], float]


def fit(parts: Sequence[tuple[Pairs, NDArray[np.bool_], float]]) -> Model:
    """Weights and intercept for the evidence as it is."""
    from sklearn.linear_model import LogisticRegression

    evidence = np.concatenate([pairs.evidence[chosen] for pairs, chosen, _ in parts])
    same = np.concatenate([pairs.same[chosen] for pairs, chosen, _ in parts])
    weight = np.concatenate([pairs.weight[chosen] * factor for pairs, chosen, factor in parts])
    scale = evidence.std(axis=0) + 1e-12
    model = LogisticRegression(C=STRENGTH, max_iter=1000).fit(evidence / scale, same, sample_weight=weight)
    return model.coef_[0] / scale, float(model.intercept_[0])


def judge(pairs: Pairs, model: Model) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """For each case the logit of its best pair that is not flipped, and the item that is named."""
    logits = pairs.evidence @ model[0] + model[1]
    logits[pairs.flipped] -= 100.0
    best, named = np.full(len(pairs.cases), -200.0), np.full(len(pairs.cases), "", dtype=object)
    # Ascending, and of equal ones the earlier item last, so that it stays.
    for pair in np.lexsort((-np.arange(len(logits)), logits)):
        best[pairs.case[pair]], named[pairs.case[pair]] = logits[pair], pairs.item[pair]
    return best, named.astype(str)


def cross_validate(
    judged: Pairs, others: Sequence[tuple[Pairs, NDArray[np.bool_], float]], seed: int
) -> tuple[Any, Any]:
    """Scores of the cases by models that have not seen any case of their item, in any of the files."""
    keys = [origin(case) for case in judged.cases]
    order = sorted(set(keys))
    random.Random(seed).shuffle(order)
    fold_of = {key: place % FOLDS for place, key in enumerate(order)}
    fold = np.array([fold_of[key] for key in keys])
    scores, named = np.zeros(len(keys)), np.full(len(keys), "", dtype=object)
    for number in range(FOLDS):
        parts = [(judged, judged.used & (fold[judged.case] != number), 1.0)]
        for pairs, used, weight in others:
            unseen = np.array([fold_of.get(origin(case)) != number for case in pairs.cases])
            parts.append((pairs, used & unseen[pairs.case], weight))
        model = fit(parts)
        best, items = judge(judged, model)
        scores[fold == number], named[fold == number] = best[fold == number], items[fold == number]
    return scores, named


def origin(case: dict[str, Any]) -> str:
    """The item that a case was made of, a flipped one too, whose note names it last; else the case itself."""
    note = str(case.get("note") or "")
    return case["benchmark_id"] or (note.split()[-1] if "made" in note else note) or case["text"]


def report(judged: Pairs, results: Sequence[tuple[Any, Any]]) -> None:
    """Precision and recall by threshold, and how often the right item is named; means over the seeds."""
    labels = np.array([bool(case["contaminated"]) for case in judged.cases])
    own = np.array([case["benchmark_id"] or "" for case in judged.cases])
    sys.stdout.write(f"{'logit':>6} {'precision':>10} {'recall':>8}\n")
    for threshold in np.arange(-1.4, 2.7, 0.2):
        flags = [scores >= threshold for scores, _ in results]
        precision = np.mean([labels[flag].mean() for flag in flags])
        recall = np.mean([flag[labels].mean() for flag in flags])
        sys.stdout.write(f"{threshold:6.1f} {precision:10.4f} {recall:8.4f}\n")
    sys.stdout.write(f"right item named: {np.mean([(named == own)[labels].mean() for _, named in results]):.4f}\n")


def write(model: Model, names: Sequence[str], sources: str) -> None:
    """The table that the package reads."""
    chances = {name: round(1 / (1 + float(np.exp(-logit))), 4) for name, logit in THRESHOLDS.items()}
    lines = [
        "# How much each piece of evidence weighs, and from which score on a row is what.",
        "# Made by benchmarks/fit_decision.py.",
        f"# Fitted to {sources}.",
        f"intercept = {model[1]:.3f}",
        "",
        "[weights]",
        *(f"{name} = {weight:.3f}" for name, weight in zip(names, model[0], strict=True)),
        "",
        "[thresholds]",
        *(f"{name} = {chance}" for name, chance in chances.items()),
    ]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--benchmark", action="append", required=True, metavar="NAME=PATH")
    parser.add_argument("--cases", nargs="+", required=True, metavar="FILE[:WEIGHT]")
    parser.add_argument("--write", metavar="WHAT", help="write decision.toml; WHAT says in it what it was fitted to")
    arguments = parser.parse_args()
    index = BenchmarkIndex([benchmark.fingerprints for benchmark in load_benchmarks(arguments.benchmark)])
    first, *rest = (case.partition(":") for case in arguments.cases)
    judged = compare_all(Path(first[0]), index)
    more = [(compare_all(Path(path), index), float(weight or 1)) for path, _, weight in rest]
    others = [(pairs, pairs.used, weight) for pairs, weight in more]
    report(judged, [cross_validate(judged, others, seed) for seed in range(SEEDS)])
    model = fit([(judged, judged.used, 1.0), *others])
    names = list(evidence_names())
    weights = {name: round(float(weight), 3) for name, weight in zip(names, model[0], strict=True)}
    sys.stdout.write(f"{weights} {model[1]:.3f}\n")
    if arguments.write:
        write(model, names, arguments.write)


def evidence_names() -> Sequence[str]:
    """In the order in which ``evidence_of`` gives them."""
    from kodcode_hub.decontamination.likeness import Likeness
    from kodcode_hub.decontamination.signals import Signals

    shares = [field.name for field in fields(Signals) if field.name != "task"]
    return list(evidence_of(Signals(**dict.fromkeys(shares, 0.0), task=Likeness())))


if __name__ == "__main__":
    main()
