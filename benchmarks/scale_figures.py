"""What whole commands cost on files of growing size: CPU time a row, and memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import say
from benchmarks.generated_questions import changed_questions, read_texts, write_rows

NEAR_COPIES = 0.1
LARGEST, MOST_MB = 447_000, 1000
"""KodCode's questions, and the memory that so many may take."""
FEW, MANY = 200, 2000
"""Rows of two runs of ``kodcode decontaminate``: what the larger one costs more is that of its rows alone."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one command with all its children."""

    cpu_s: float
    peak_mb: float


def show_dedup(questions: Path, sizes: Sequence[int]) -> None:
    """``kodcode dedup`` on files of each size, the smaller before the larger."""
    base = read_texts(questions)
    say(f"scale: kodcode dedup, t = 0.8; {NEAR_COPIES:.0%} of the repeated questions are near copies of an earlier one")
    done: list[tuple[int, Cost]] = []
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name, "rows.jsonl"), Path(name, "marked.jsonl")
        _load_kernels(Path(name), base)
        for rows in sorted(sizes):
            write_rows(source, changed_questions(base, rows, near_copies=NEAR_COPIES))
            cost = run_command("dedup", str(source), "--out", str(target), "--quiet")
            further = ""
            if done:
                before, least = done[-1]
                further = f"; {1e6 * (cost.cpu_s - least.cpu_s) / (rows - before):6.1f} us a further row"
            wanted = f", wanted < {MOST_MB} MB" if rows == LARGEST else ""
            say(
                f"  {rows:9} rows: CPU {cost.cpu_s:7.2f} s, {1e6 * cost.cpu_s / rows:6.1f} us a row{further}; "
                f"peak {cost.peak_mb:.0f} MB{wanted}"
            )
            done.append((rows, cost))


def show_decontaminate(questions: Path, benchmark: Sequence[str]) -> None:
    """``kodcode decontaminate`` in one process, with the reading of its benchmarks and without."""
    base = read_texts(questions)
    options = [word for one in benchmark for word in ("--benchmark", one)]
    costs = {}
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name, "rows.jsonl"), Path(name, "marked.jsonl")
        for rows in (FEW, MANY):
            write_rows(source, changed_questions(base, rows))
            costs[rows] = run_command(
                "decontaminate", str(source), "--out", str(target), "--quiet", "--workers", "1", *options
            )
    each = (costs[MANY].cpu_s - costs[FEW].cpu_s) / (MANY - FEW)
    say(
        f"scale: kodcode decontaminate, {MANY} rows, one worker: CPU {costs[MANY].cpu_s:.2f} s with the reading of the "
        f"benchmarks; {1000 * each:.2f} ms a row; peak {costs[MANY].peak_mb:.0f} MB"
    )


def run_command(*words: str) -> Cost:
    """One ``kodcode`` command, which must succeed; the peak is that of the largest of its processes."""
    command = [sys.executable, "-m", "kodcode_hub.cli.app", *words]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    with process.stderr as stream:
        said = stream.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"kodcode {' '.join(words)} ended with {process.returncode}:\n{said[-2000:]}")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if used.ru_maxrss <= own:
        # A new process inherits the peak of the one that starts it.
        raise SystemExit(f"this process took {own / 1024:.0f} MB itself: the memory of its children cannot be told")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _load_kernels(folder: Path, base: Sequence[str]) -> None:
    """Compiled once on a machine and kept: no size shall pay for it."""
    source = folder / "first.jsonl"
    write_rows(source, changed_questions(base, 3 * len(base)))
    run_command("dedup", str(source), "--out", str(folder / "first_marked.jsonl"), "--quiet")
