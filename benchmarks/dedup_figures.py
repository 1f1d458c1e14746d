"""Candidate pairs beside datasketch's: CPU time, and memory in a process for each."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import ratio_text, run_alternately, say
from benchmarks.generated_questions import changed_questions, read_texts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

THRESHOLD = 0.7
NAIVE_RUN, NAIVE_EVERY = 20, 200
"""The naive way takes too long for all rows: it gets runs of neighbours, among which there are pairs."""

WARM_UP = [f"write a function that returns the number {number} as text" for number in range(50)]

FAST, PLAIN, BULK, NAIVE = "ours, numba", "ours, numpy", "datasketch, bulk", "datasketch, naive"


def show_speed(questions: Path, rows: int, repeat: int) -> None:
    """CPU time of all ways on the same texts, and whether their pairs are the same."""
    texts = list(changed_questions(read_texts(questions), rows))
    chosen = [position for position in range(rows) if position % NAIVE_EVERY < NAIVE_RUN]
    part = [texts[position] for position in chosen]
    ways = {name: partial(_warmed_up(name), texts) for name in (FAST, PLAIN, BULK)}
    measured = run_alternately(ways | {NAIVE: partial(_warmed_up(NAIVE), part)}, rounds=repeat)
    say(f"dedup: {rows} questions (naive: {len(part)} of them), t = {THRESHOLD}, {repeat} rounds; kernels loaded")
    for name, found in measured.items():
        each = found.median_s / (len(part) if name == NAIVE else rows)
        say(f"  {name:18} {1e6 * each:8.2f} us a question")
    for name, wanted in ((FAST, "20"), (PLAIN, "2.5")):
        say(f"  {name} before bulk: {ratio_text(measured[BULK], measured[name])}, wanted {wanted}")
    work = rows / len(part)
    for name, wanted in ((FAST, "100"), (PLAIN, "-")):
        say(f"  {name} before naive: {ratio_text(measured[NAIVE], measured[name], work=work)}, wanted {wanted}")
    reference = measured[BULK].result.tolist()
    same = all(measured[name].result.tolist() == reference for name in (FAST, PLAIN))
    in_part = [pair for pair in reference if all(position % NAIVE_EVERY < NAIVE_RUN for position in pair)]
    same = same and [[chosen[a], chosen[b]] for a, b in measured[NAIVE].result.tolist()] == in_part
    said = "identical in all ways" if same else "NOT IDENTICAL"
    say(f"  pairs: {len(reference)}, {len(in_part)} of them among the naive way's rows; {said}, wanted identical")


def show_memory(questions: Path, rows: int) -> None:
    """Peak memory of each way, and what of it is above the imports, the kernels and the texts."""
    say(f"memory: {rows} questions, t = {THRESHOLD}, each way in a process of its own; MB resident")
    peaks, grown = {}, {}
    for name in (FAST, PLAIN, BULK):
        words = ["-m", "benchmarks.decontamination", "--questions", str(questions), "--rows", str(rows)]
        done = subprocess.run(
            [sys.executable, *words, "--only", "memory", "--probe", name], stdout=subprocess.PIPE, text=True, check=True
        )
        before, peaks[name] = json.loads(done.stdout)
        grown[name] = peaks[name] - before
        say(f"  {name:18} peak {peaks[name]:7.0f}, {grown[name]:7.0f} of it above imports, kernels and texts")
    for name in (FAST, PLAIN):
        say(
            f"  {name} to datasketch's: {peaks[name] / peaks[BULK]:.2f} of the peak, "
            f"{grown[name] / grown[BULK]:.2f} of what it grew by; wanted 0.33"
        )


def show_own_memory(way: str, questions: Path, rows: int) -> None:
    """In the process that is measured: MB resident before the search, and at its peak."""
    texts = list(changed_questions(read_texts(questions), rows))
    search = _warmed_up(way)
    before = _resident_mb()
    search(texts)
    # Not inherited: the parent of this process was smaller than this one is with its imports alone.
    say(json.dumps([before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def _warmed_up(name: str) -> Callable[[Sequence[str]], NDArray[np.int64]]:
    """One way to find candidates: its imports are done, and its kernels loaded."""
    from benchmarks.plain_dedup import bulk_pairs, naive_pairs
    from kodcode_hub.decontamination import candidate_pairs

    ways: dict[str, Callable[[Sequence[str]], NDArray[np.int64]]] = {
        FAST: partial(candidate_pairs, threshold=THRESHOLD, fast=True),
        PLAIN: partial(candidate_pairs, threshold=THRESHOLD, fast=False),
        BULK: partial(bulk_pairs, threshold=THRESHOLD),
        NAIVE: partial(naive_pairs, threshold=THRESHOLD),
    }
    ways[name](WARM_UP)
    return ways[name]


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20
