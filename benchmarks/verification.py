"""KodCode's way to run a trial beside ours: CPU time, verdicts, coverage, alternately on the same trials in one run.

    python -m benchmarks.verification FILE [--trials N] [--seed N] [--tier NAME] [--mode MODE ...]

FILE has a row for each trial with ``solution`` and ``test`` (and ``recorded``, which is shown where verdicts differ).
KodCode's way is a fresh ``timeout 30 pytest --cov=solution`` in a folder of its own, the verdict from the exit code. It
runs the code of FILE as you, with your files and network: run it where that may be.

CPU is user and system time of everything: for KodCode's way that of the processes started; for ours that of the
zygote, its trials, and this process while it sends, listens and judges. A worker's start is in the trial that needs it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kodcode_hub.files.rows import read_rows
from kodcode_hub.verification.environment import trial_variables
from kodcode_hub.verification.protocol import Limits
from kodcode_hub.verification.self_test import choose_isolation
from kodcode_hub.verification.warm_sandbox import WarmSandbox

_CHUNK = 10

Row = dict[str, Any]
Result = tuple[str, int | None]
"""Verdict and coverage."""


@dataclass
class Way:
    """One way to run trials, and what each of them took."""

    name: str
    run: Callable[[Row], tuple[Result, float]]
    """Gives the result and the CPU seconds."""
    cpu_s: list[float] = field(default_factory=list)
    wall_s: float = 0.0
    results: list[Result] = field(default_factory=list)

    def run_chunk(self, rows: list[Row]) -> None:
        """Run some trials and add what they took."""
        started = time.perf_counter()
        for row in rows:
            result, cpu_s = self.run(row)
            self.results.append(result)
            self.cpu_s.append(cpu_s)
        self.wall_s += time.perf_counter() - started


def main() -> None:
    """Run all ways over the same trials, chunk by chunk, and print the ratios."""
    asked = _arguments()
    rows = [row for _, row in read_rows(asked.file) if not _timed_out(row)]
    rows = random.Random(asked.seed).sample(rows, min(asked.trials, len(rows)))
    with ExitStack() as things, tempfile.TemporaryDirectory() as folder:
        tier = asked.tier or choose_isolation("auto", sys.executable, Path(folder))
        kodcode = Way("KodCode's method", lambda row: _run_kodcode(row, Path(folder)))
        ways = [kodcode, *(_our_way(things, mode, tier, Path(folder)) for mode in asked.mode)]
        for start in range(0, len(rows), _CHUNK):
            for way in ways:
                way.run_chunk(rows[start : start + _CHUNK])
        _show(ways, rows)


def _show(ways: list[Way], rows: list[Row]) -> None:
    kodcode, *ours = ways
    for way in ways:
        total, median = sum(way.cpu_s), statistics.median(way.cpu_s)
        ratios = [theirs / mine for theirs, mine in zip(kodcode.cpu_s, way.cpu_s, strict=True)]
        print(  # noqa: T201
            f"{way.name}: CPU a trial {1000 * median:.1f} ms median, {1000 * total / len(rows):.1f} ms mean; "
            f"ratio {statistics.median(ratios):.1f} median of pairs, {sum(kodcode.cpu_s) / total:.1f} of the sums; "
            f"wall {1000 * way.wall_s / len(rows):.1f} ms mean"
        )
    for way in ours:
        pairs = list(zip(rows, kodcode.results, way.results, strict=True))
        both = [(a, b) for _, a, b in pairs if a[0] == b[0] == "pass"]
        print(f"{way.name}: {sum(_agree(a, b) for _, a, b in pairs)} of {len(pairs)} verdicts equal; ", end="")  # noqa: T201
        print(f"coverage of {sum(a[1] == b[1] for a, b in both)} of {len(both)} that pass in both equal")  # noqa: T201
        for row, theirs, mine in pairs:
            if not _agree(theirs, mine) or (theirs[0] == mine[0] == "pass" and theirs[1] != mine[1]):
                print(f"  {row.get('id')}: KodCode's method {theirs}, ours {mine}, recorded {row.get('recorded')}")  # noqa: T201


def _timed_out(row: Row) -> bool:
    """Recorded as a time-out: it would cost every way its whole limit, and say nothing of them."""
    return bool((row.get("recorded") or {}).get("verdict") == "timeout")


def _agree(theirs: Result, ours: Result) -> bool:
    return (theirs[0] == "pass") == (ours[0] == "pass")


def _our_way(things: ExitStack, mode: str, tier: Any, folder: Path) -> Way:
    sandbox = things.enter_context(WarmSandbox(Limits(), scratch=folder, isolation=tier, mode=mode))  # type: ignore[arg-type]

    loop = asyncio.new_event_loop()
    things.callback(loop.close)

    def run(row: Row) -> tuple[Result, float]:
        before = time.process_time() + _cpu_of_family()
        verdict = loop.run_until_complete(sandbox.run(row["solution"], row["test"]))
        spent = time.process_time() + _cpu_of_family() - before
        return (verdict.verdict, verdict.coverage), spent + verdict.cpu_seconds

    simple = {"solution": "x = 1\n", "test": "from solution import x\ndef test(): assert x == 1\n"}
    _, spent = run(simple)
    print(f"{mode}, {tier}: the first trial, with the start of a worker, took {1000 * spent:.0f} ms CPU")  # noqa: T201
    return Way(f"ours, {mode}, {tier}", run)


def _run_kodcode(row: Row, scratch: Path) -> tuple[Result, float]:
    before = _cpu_of_children()
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        folder = Path(name)
        (folder / "solution.py").write_text(row["solution"], encoding="utf-8", errors="replace")
        (folder / "test_solution.py").write_text(row["test"], encoding="utf-8", errors="replace")
        pytest = [sys.executable, "-B", "-m", "pytest", "-p", "pytest_cov", "--cov=solution", "test_solution.py"]
        done = subprocess.run(
            ["timeout", "--kill-after=10", "30", *pytest],
            cwd=folder,
            # no other plugin of this environment: they would cost the comparison
            env=trial_variables(sys.executable, folder) | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        printed = done.stdout.decode("utf-8", "replace")
    covered = re.search(r"^TOTAL.*?(\d+)%$", printed, re.MULTILINE)
    name = {0: "pass", 124: "timeout"}.get(done.returncode, "fail")
    return (name, int(covered[1]) if covered else None), _cpu_of_children() - before


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _cpu_of_family() -> float:
    """CPU seconds of the living processes below this one, to the nanosecond; trials, which are dead, tell theirs."""
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in _family()) / 1e9


def _family() -> Iterator[str]:
    unseen = [str(os.getpid())]
    while unseen:
        for task in Path(f"/proc/{unseen.pop()}/task").iterdir():
            children = (task / "children").read_text().split()
            unseen += children
            yield from children


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verification")
    parser.add_argument("file", type=Path)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--tier", choices=("namespaces", "landlock", "none"), default="")
    parser.add_argument("--mode", action="append", choices=("auto", "split", "same"))
    asked = parser.parse_args()
    asked.mode = asked.mode or ["same", "split"]
    return asked


if __name__ == "__main__":
    main()
