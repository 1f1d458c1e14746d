"""Deduplication and decontamination beside the alternatives: speed, memory, precision, recall and scale, in one run.

    python -m benchmarks.decontamination --questions questions-10k.jsonl.gz --planted planted-10k.json.gz \\
        --benchmark NAME=PATH ... --cases cases.jsonl [--rows 100000] [--repeat 3] [--only dedup,memory] \\
        [--scale 10000,100000,447000,1000000]

The questions have ``text``; the planted pairs are ``[first, second, intended, exact]`` by id; the cases are those of
``benchmarks/fit_decision.py``. Every section runs in a process of its own, so that none pays for another one's memory.
Speed is CPU time (``time.process_time``) on one core, from raw text; what is compared runs alternately on the same
input, and numba's kernels are loaded before. Figures of contamination need scikit-learn.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

SECTIONS = {
    "dedup": ("questions",),
    "memory": ("questions",),
    "quality": ("questions", "planted", "benchmark", "cases"),
    "scan": ("questions", "benchmark"),
    "scale": ("questions", "benchmark"),
}
"""What is measured, and the arguments that it needs."""


def main() -> None:
    """Parse, and run each section."""
    arguments = _arguments()
    if arguments.probe:
        from benchmarks.dedup_figures import show_own_memory

        show_own_memory(arguments.probe, arguments.questions, arguments.rows)
    elif len(arguments.only) == 1:
        _run(arguments.only[0], arguments)
    else:
        for section in arguments.only:
            words = [sys.executable, "-m", "benchmarks.decontamination", *sys.argv[1:], "--only", section]
            if subprocess.run(words, check=False).returncode:
                raise SystemExit(f"section {section} failed")


def _run(section: str, arguments: argparse.Namespace) -> None:
    """Imports are those of the section: the parent of measured processes stays smaller than any of them."""
    if section == "dedup":
        from benchmarks.dedup_figures import show_speed

        show_speed(arguments.questions, arguments.rows, arguments.repeat)
    elif section == "memory":
        from benchmarks.dedup_figures import show_memory

        show_memory(arguments.questions, arguments.rows)
    elif section == "quality":
        from benchmarks.contamination_figures import show_contamination
        from benchmarks.planted_duplicates import show_planted

        show_planted(arguments.questions, arguments.planted)
        show_contamination(arguments.benchmark, arguments.cases)
    elif section == "scan":
        from benchmarks.scan_figures import show_scan

        show_scan(arguments.questions, arguments.benchmark, arguments.rows, arguments.repeat)
    else:
        from benchmarks.scale_figures import show_decontaminate, show_dedup

        show_dedup(arguments.questions, arguments.scale)
        show_decontaminate(arguments.questions, arguments.benchmark)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.decontamination",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--planted", type=Path)
    parser.add_argument("--benchmark", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--scale", type=_numbers, default=[10_000, 100_000, 447_000, 1_000_000], metavar="N,N")
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(SECTIONS), metavar="SECTION,SECTION")
    parser.add_argument("--probe", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    unknown = [section for section in arguments.only if section not in SECTIONS]
    if unknown:
        parser.error(f"--only {','.join(unknown)}: sections are {', '.join(SECTIONS)}")
    needed = dict.fromkeys(name for section in arguments.only for name in SECTIONS[section])
    missing = [f"--{name}" for name in needed if not getattr(arguments, name)]
    if missing:
        parser.error(f"{', '.join(arguments.only)}: give {', '.join(missing)}, or choose other sections with --only")
    return arguments


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


if __name__ == "__main__":
    main()
