"""Packaging beside ``datasets``: time, memory, size, and what an append sends, on the same rows in one run.

    python -m benchmarks.packaging QUESTIONS.jsonl.gz --rows 50000 --rounds 3

Ours is the whole command ``kodcode package`` on a release folder: hashes checked, ids and siblings compared, rows under
their new version, figures, card, manifest. Theirs reads the same Parquet files and writes Parquet (``to_parquet``), or
pushes configs to a Hub server on loopback (``push_to_hub``), which is asked to take whatever comes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import say
from benchmarks.generated_rows import generate_rows, read_questions
from benchmarks.new_bytes import new_chunk_bytes, new_file_bytes
from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.release import write_release
from tests.hub_server.server import hub_server

APPENDED = 0.02

_LOAD = """
import sys, datasets, time
from pathlib import Path
source, cache, out, repo = sys.argv[1:5]
folders = [Path(source)] if len(sys.argv) == 5 else [Path(source), Path(sys.argv[5])]
datasets.disable_progress_bars()
configs = sorted({folder.name for root in folders for folder in (root / "data").iterdir()})
loaded = {}
for config in configs:
    found = [file for root in folders for file in sorted((root / "data" / config).glob("*.parquet"))]
    splits = sorted({file.name.split("-")[0] for file in found})
    files = {split: [str(file) for file in found if file.name.startswith(f"{split}-")] for split in splits}
    loaded[config] = datasets.load_dataset("parquet", data_files=files, cache_dir=cache)
started = time.perf_counter()
for config, splits in loaded.items():
    if repo == "-":
        for split, rows in splits.items():
            Path(out, config).mkdir(parents=True, exist_ok=True)
            rows.to_parquet(f"{out}/{config}/{split}.parquet")
    else:
        splits.push_to_hub(repo, config, set_default=False)
print(time.perf_counter() - started)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one process with all its children."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    printed: str


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("questions", type=Path)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-push", action="store_true")
    asked = parser.parse_args()
    texts = read_questions(asked.questions)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _make(folder / "source", texts, asked.rows, first=0)
        show_packaging(folder, asked.rounds, push=not asked.no_push)
        _make(folder / "more", texts, max(1, int(asked.rows * APPENDED)), first=asked.rows)
        show_append(folder)


def show_packaging(folder: Path, rounds: int, *, push: bool) -> None:
    """All rows, alternately."""
    ours: list[Cost] = []
    ways = ["load_dataset + to_parquet", *(["load_dataset + push_to_hub"] if push else [])]
    theirs: dict[str, list[Cost]] = {way: [] for way in ways}
    for _ in range(rounds):
        ours.append(package(folder, "source", out="ours"))
        for way, costs in theirs.items():
            costs.append(_theirs(folder, push=way.endswith("hub")))
    say(f"  kodcode package: {_text(ours)}")
    for way, costs in theirs.items():
        again = statistics.median(float(cost.printed.split()[-1]) for cost in costs)
        say(f"  {way}: {_text(costs)}; of it {again:.2f} s without reading")
        wall, cpu = _ratio(costs, ours, "wall_s"), _ratio(costs, ours, "cpu_s")
        alone = again / statistics.median(cost.wall_s for cost in ours)
        say(f"    ours is {wall:.2f} times as fast by the clock, {cpu:.2f} by CPU; beside writing alone {alone:.2f}")
    size, their_size = _size(folder / "ours" / "data"), _size(folder / "theirs")
    say(f"  size {size / 1e6:.1f} MB, theirs {their_size / 1e6:.1f} MB: {size / their_size:.2f}")


def show_append(folder: Path) -> None:
    """2% more rows: what a release on top of the last one sends."""
    cost = package(folder, "more", out="appended", version="1.1.0", previous="ours")
    full = _theirs(folder, push=False, more="more", out="theirs-appended")
    say(f"  2% appended: kodcode package --previous {_text([cost])}; theirs, all again, {_text([full])}")
    for name, measure in (("files", new_file_bytes), ("chunks of 64 KB", new_chunk_bytes)):
        ours, theirs = (
            measure(folder / "ours", folder / "appended"),
            measure(folder / "theirs", folder / "theirs-appended"),
        )
        say(f"    new by {name}: {ours / 1e6:.2f} MB, theirs {theirs / 1e6:.2f} MB: {ours / theirs:.2f}, wanted <= 0.5")


def package(folder: Path, source: str, *, out: str, version: str = "1.0.0", previous: str | None = None) -> Cost:
    """The command."""
    words = [
        "-m",
        "kodcode_hub.cli.app",
        "package",
        str(folder / source),
        "--out",
        str(folder / out),
        "--version",
        version,
    ]
    return _run([*words, "--quiet", *(["--previous", str(folder / previous)] if previous else [])], {})


def _theirs(folder: Path, *, push: bool, more: str | None = None, out: str = "theirs") -> Cost:
    with tempfile.TemporaryDirectory() as cache, hub_server(Path(cache, "hub")) as hub:
        words = ["-c", _LOAD, str(folder / "source"), f"{cache}/cache", str(folder / out), "me/rows" if push else "-"]
        home = {
            "HF_HUB_DISABLE_XET": "1",
            "HF_ENDPOINT": hub.url,
            "HF_TOKEN": hub.token,
            "HF_HOME": f"{cache}/home",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        }
        return _run([*words, *([str(folder / more)] if more else [])], home)


def _run(words: Sequence[str], variables: dict[str, str]) -> Cost:
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True, env=os.environ | variables)
    printed = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{words} ended with {process.returncode}")
    return Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed)


def _make(out: Path, texts: list[str], rows: int, *, first: int) -> None:
    """In a process of its own, so that its memory does not count."""
    pid = os.fork()
    if not pid:
        write_release(out, generate_rows(texts, rows, first=first), (), version="0.1.0", facts=ReleaseFacts())
        os._exit(0)
    os.waitpid(pid, 0)
    say(f"{rows} rows, {_size(out / 'data') / 1e6:.1f} MB of Parquet")


def _text(costs: Sequence[Cost]) -> str:
    wall, cpu = (statistics.median(getattr(cost, name) for cost in costs) for name in ("wall_s", "cpu_s"))
    return f"{wall:.2f} s, CPU {cpu:.2f} s, peak {max(cost.peak_mb for cost in costs):.0f} MB"


def _ratio(theirs: Sequence[Cost], ours: Sequence[Cost], name: str) -> float:
    pairs = zip(theirs, ours, strict=True)
    return float(statistics.median(getattr(slow, name) / getattr(quick, name) for slow, quick in pairs))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
