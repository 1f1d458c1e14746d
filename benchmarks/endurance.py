"""Thousands of trials of every kind in one sandbox, and what they leave: it should be nothing.

    python -m benchmarks.endurance 20000 [--tier namespaces] [--workers 2]

Prints what is there after a warm-up and at the end (processes, files, shared memory, descriptors, resident memory of
this process and of the workers), the rate and the verdicts.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from kodcode_hub.verification.protocol import Limits
from kodcode_hub.verification.warm_sandbox import WarmSandbox

LIMITS = Limits(timeout_s=0.3, memory_mb=512, disk_mb=16)
WARM_UP = 60
"""Trials until everything that is made once is there: three rounds of the mixture."""


class Kind(NamedTuple):
    """One kind of trial: its texts, its share in twenty, and the verdict that is true of it."""

    share: int
    verdict: str
    solution: str
    test: str = "from solution import f\n\ndef test_f():\n    assert f(2) == 4\n"


KINDS: Sequence[Kind] = (
    Kind(9, "pass", "def f(x):\n    return 2 * x\n"),
    Kind(3, "fail", "def f(x):\n    return [x] * 1000\n"),
    Kind(1, "error", "def f(x:\n"),
    Kind(1, "timeout", "def f(x):\n    while True: pass\n"),
    Kind(1, "memory", "def f(x):\n    return bytearray(1 << 40)\n"),
    Kind(1, "tampered", "import os\ndef f(x):\n    os._exit(0)\n"),
    Kind(1, "error", "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n"),
    Kind(
        1,
        "pass",
        "import os, time\ndef f(x):\n    if os.fork() == 0:\n        os.setsid()\n"
        "        if os.fork() == 0: time.sleep(600)\n        os._exit(0)\n    os.wait()\n    return 4\n",
    ),
    Kind(
        1,
        "pass",
        "import pathlib, tempfile\ndef f(x):\n    kept = [tempfile.mkdtemp() for _ in range(9)]\n"
        "    for folder in (*kept, '.', '/dev/shm', '/tmp'):\n"
        "        try: pathlib.Path(folder, 'left').write_bytes(b'x' * 99_999)\n        except OSError: pass\n"
        "    return 4\n",
    ),
    Kind(1, "pass", "import ctypes\ndef f(x):\n    ctypes.CDLL(None).shmget(0, 4096, 0o1600)\n    return 4\n"),
)


@dataclass(frozen=True, slots=True)
class Footprint:
    """What is there at one moment."""

    processes: int
    """Below this one: a launcher and a zygote for each worker."""
    files: int
    """In the scratch folder."""
    shared_memory: int
    """POSIX files and System V segments of the whole machine."""
    descriptors: int
    parent_kb: int
    workers_kb: int
    """Resident, of all processes below this one."""


def run_trials(sandbox: WarmSandbox, count: int, at_a_time: int) -> tuple[Counter[str], list[str]]:
    """Run the mixture, ``count`` trials of it.

    Returns:
        How often each verdict came, and what was said of the trials that got another than theirs.
    """
    kinds = iter(islice(cycle(kind for kind in KINDS for _ in range(kind.share)), count))
    found: Counter[str] = Counter()
    different: list[str] = []

    async def run_some() -> None:
        for kind in kinds:
            verdict = await sandbox.run(kind.solution, kind.test)
            found[verdict.verdict] += 1
            if verdict.verdict != kind.verdict:
                different.append(f"{kind.verdict} expected: {verdict.verdict}: {verdict.message}")

    async def run_all() -> None:
        await asyncio.gather(*(run_some() for _ in range(at_a_time)))

    asyncio.run(run_all())
    return found, different


def measure(scratch: Path) -> Footprint:
    """Look at this process, those below it, and what they could have left."""
    below = list(_below(os.getpid()))
    segments = 0
    with suppress(FileNotFoundError):
        segments = len(Path("/proc/sysvipc/shm").read_text(encoding="ascii").splitlines()) - 1
    return Footprint(
        processes=len(below),
        files=len(list(scratch.rglob("*"))),
        shared_memory=len(os.listdir("/dev/shm")) + segments,  # noqa: PTH208 - names only
        descriptors=len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - names only
        parent_kb=_resident_kb(os.getpid()),
        workers_kb=sum(map(_resident_kb, below)),
    )


def main() -> None:
    """Print the figures."""
    asked = _arguments()
    with TemporaryDirectory() as name:
        scratch = Path(name)
        with WarmSandbox(LIMITS, scratch=scratch, isolation=asked.tier, workers=asked.workers) as sandbox:
            run_trials(sandbox, WARM_UP, asked.workers)
            before, begun = measure(scratch), time.monotonic()
            found, different = run_trials(sandbox, asked.trials, asked.workers)
            seconds, after = time.monotonic() - begun, measure(scratch)
        closed = measure(scratch)
    print(f"{asked.trials} trials, {asked.tier}, {asked.workers} workers: {asked.trials / seconds:.1f} a second")  # noqa: T201
    for field, *values in zip(fields(Footprint), *map(astuple, (before, after, closed)), strict=True):
        shown = zip(values, (f"after the first {WARM_UP}", "at the end", "when closed"), strict=True)
        print(f"{field.name}:", ", ".join(f"{value} {moment}" for value, moment in shown))  # noqa: T201
    print("verdicts:", ", ".join(f"{count} {verdict}" for verdict, count in found.most_common()))  # noqa: T201
    print(f"other verdicts than expected: {len(different)}", *sorted(set(different))[:10], sep="\n  ")  # noqa: T201


def _below(pid: int) -> Iterator[int]:
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text(encoding="ascii").split()):
                yield child
                yield from _below(child)


def _resident_kb(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.endurance")
    parser.add_argument("trials", type=int)
    parser.add_argument("--tier", choices=("namespaces", "landlock"), default="namespaces")
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
