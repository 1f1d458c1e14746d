"""What ``import kodcode_hub`` costs beside ``import numpy, pyarrow``: both alternately, as whole processes.

python -m benchmarks.import_time
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15
STATEMENTS = ("import kodcode_hub", "import numpy, pyarrow")


def main() -> None:
    """Print the median of each, and the ratio pair by pair."""
    seconds: dict[str, list[float]] = {statement: [] for statement in STATEMENTS}
    for _ in range(RUNS):
        for statement in STATEMENTS:
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", statement], check=True)
            seconds[statement].append(time.perf_counter() - started)
    for statement, times in seconds.items():
        print(f"{statement}: {statistics.median(times) * 1000:.0f} ms")  # noqa: T201
    ratios = [ours / theirs for ours, theirs in zip(*seconds.values(), strict=True)]
    print(f"ratio, median of {RUNS} pairs: {statistics.median(ratios):.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
