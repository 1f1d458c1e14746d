"""How busy a client keeps a server with 128 slots, what that costs it, and what failures cost; all clients in one run.

    python -m benchmarks.endpoints [--requests 5000] [--rounds 3] [--client NAME=PYTHON ...]
    python -m benchmarks.endpoints --faults

The server is a process of its own (``benchmarks/slots_server.py``). Other clients than aiohttp and ours run where their
package is found: in this Python, or in the one named by ``--client "text-generation=/path/to/python"``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SLOTS = 128
WARM_UP = 4
"""Requests that each client sends before it is measured."""

REFERENCE = "bare aiohttp"
MODULES = {"openai": "openai", "huggingface_hub": "huggingface_hub", "text-generation": "text_generation"}
FAULTS = ("--failing", "0.11", "--burst", "[5, 7]")


@dataclass(frozen=True)
class Figures:
    """One client in one round."""

    cpu_us: float
    """Of a request, in microseconds."""
    wall_s: float
    busy: float
    """Share of the slots over the steady part."""
    statuses: dict[str, int]
    delivered: dict[str, int]


@contextmanager
def slots_server(*options: str) -> Iterator[str]:
    """The server as a process; gives its URL."""
    words = [sys.executable, str(HERE / "slots_server.py"), "--slots", str(SLOTS), *options]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.stdin.close()
        process.wait()


def run_client(name: str, python: str, url: str, requests: int) -> Figures:
    """One client in a process of its own."""
    words = [python, str(HERE / "endpoint_clients.py"), name, url, str(requests)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-2000:]}")
    own = json.loads(done.stdout)
    with urllib.request.urlopen(f"{url}/figures") as answer:
        seen = json.load(answer)
    urllib.request.urlopen(urllib.request.Request(f"{url}/forget", method="POST")).close()
    busy = busy_share(seen["intervals"][WARM_UP:])
    return Figures(own["cpu"] / requests * 1e6, own["wall"], busy, seen["statuses"], seen["answered"])


def busy_share(intervals: Sequence[tuple[float, float]]) -> float:
    """Of the slots, from the moment when a tenth of the requests has begun until the last one begins."""
    starts = sorted(start for start, _ in intervals)
    begin, end = starts[len(starts) // 10], starts[-1]
    busy = sum(max(0.0, min(stop, end) - max(start, begin)) for start, stop in intervals)
    return busy / (end - begin) / SLOTS


def compare_clients(requests: int, rounds: int, pythons: dict[str, str]) -> None:
    """Every client in every round, one after the other."""
    found: dict[str, list[Figures]] = {name: [] for name in pythons}
    with slots_server() as url:
        for _ in range(rounds):
            for name, python in pythons.items():
                found[name].append(run_client(name, python, url, requests))
    say(f"{requests} requests of 600 tokens, {SLOTS} slots, {rounds} rounds; medians")
    for name, all_rounds in found.items():
        pairs = list(zip(all_rounds, found[REFERENCE], strict=True))
        say(
            f"{name:16} CPU {statistics.median(mine.cpu_us for mine in all_rounds):6.0f} us a request, "
            f"{statistics.median(mine.cpu_us / bare.cpu_us for mine, bare in pairs):5.2f} of bare; "
            f"busy {statistics.median(mine.busy for mine in all_rounds):.4f}, "
            f"{statistics.median(mine.busy / bare.busy for mine, bare in pairs):.4f} of bare; "
            f"wall {statistics.median(mine.wall_s for mine in all_rounds):.1f} s"
        )


def compare_faults(requests: int, rounds: int) -> None:
    """Ours on a server that works, and on one that fails for 11% of the requests and is overloaded for two seconds."""
    ratios = []
    for _ in range(rounds):
        with slots_server() as clean_url, slots_server(*FAULTS) as faulty_url:
            clean = run_client("kodcode", sys.executable, clean_url, requests)
            faulty = run_client("kodcode", sys.executable, faulty_url, requests)
        ratios.append(faulty.wall_s / clean.wall_s)
        failed = {name: count for name, count in sorted(faulty.statuses.items()) if name != "200"}
        twice = sum(count > 1 for count in faulty.delivered.values())
        say(
            f"clean {clean.wall_s:.1f} s, with failures {faulty.wall_s:.1f} s, ratio {ratios[-1]:.3f}; "
            f"{len(faulty.delivered)} delivered, {twice} of them twice; failures {failed}"
        )
    say(f"median ratio {statistics.median(ratios):.3f}")


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def found_pythons(named: Sequence[str]) -> dict[str, str]:
    """By client, the Python in which it runs; those that are nowhere are left out."""
    pythons = {REFERENCE: sys.executable, "kodcode": sys.executable}
    given: dict[str, Any] = dict(name.split("=", 1) for name in named)
    for name, module in MODULES.items():
        python = given.get(name, sys.executable)
        if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0:
            pythons[name] = python
        else:
            say(f"{name}: not installed in {python}, left out")
    return pythons


def main() -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--client", action="append", default=[], metavar="NAME=PYTHON")
    parser.add_argument("--faults", action="store_true")
    args = parser.parse_args()
    if args.faults:
        compare_faults(args.requests, args.rounds)
    else:
        compare_clients(args.requests, args.rounds, found_pythons(args.client))


if __name__ == "__main__":
    main()
