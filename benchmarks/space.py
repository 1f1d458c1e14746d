"""The Space on many rows: start, first rows, searches beside an empty gradio call, opening, memory, 50 runs at once.

    kodcode package RUN --out RELEASE --version 1.0.0 --search-index
    python -m benchmarks.space RELEASE

The server is ``kodcode space`` in a process of its own. CPU is that of this process, by its CPU clock, with one call at
a time; the empty call is an endpoint of a ``gradio.Server`` that takes and gives the same texts and does nothing.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from gradio_client import Client

from benchmarks.figures import say
from tests.browse.shelf import shelf_rows, write_shelf

_WORD = re.compile(r"[A-Za-z_]{3,}")
_EMPTY = """
import os, sys, time
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
import gradio
app = gradio.Server()
def search(query: str = "", filters_json: str = "{}", offset: int = 0, limit: int = 20) -> str:
    return "{}"
app.api(search, name="search")
_, url, _ = app.launch(server_name="127.0.0.1", prevent_thread_lock=True, quiet=True, _frontend=False, ssr_mode=False)
print(url, flush=True)
time.sleep(3600)
"""


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("release", type=Path)
    parser.add_argument("--searches", type=int, default=400)
    parser.add_argument("--questions", type=int, default=200)
    asked = parser.parse_args()
    generator = random.Random(1)
    started = time.perf_counter()
    with server("-m", "kodcode_hub.cli.app", "space", str(asked.release), "--port", "0", "--quiet") as (process, url):
        say(f"start to address {time.perf_counter() - started:.2f} s, wanted <= 8")
        show_first_rows(url)
        rows = json.loads(get(f"{url}app/search"))["total"]
        say(f"{rows} rows; memory after the start {memory_text(process.pid)}, wanted <= 700 MB")
        client = Client(url, verbose=False)
        show_searches(process.pid, client, queries(url, generator, asked.searches))
        show_questions(process.pid, url, generator, rows, asked.questions)
        say(f"memory at the end {memory_text(process.pid)}")
    with tempfile.TemporaryDirectory() as name:
        release = write_shelf(Path(name, "release"))
        with server("-m", "kodcode_hub.cli.app", "space", str(release), "--port", "0", "--quiet") as (process, url):
            show_runs(Client(url, verbose=False))


def show_first_rows(url: str) -> None:
    """What a browser waits for."""
    started = time.perf_counter()
    get(url)
    get(f"{url}app/search")
    say(f"page and first rows {time.perf_counter() - started:.3f} s, wanted <= 2")


def show_searches(pid: int, client: Client, asked: list[tuple[str, str]]) -> None:
    """Searches and empty calls alternately."""
    ours, empty = [], []
    with server("-c", _EMPTY) as (other, url):
        idle = Client(url, verbose=False)
        for query, filters in asked[:10] + asked:  # what a first call loads counts for no search
            ours.append(cpu_of(pid, partial(client.predict, query, filters, 0, 20, api_name="/search")))
            empty.append(cpu_of(other.pid, partial(idle.predict, query, filters, 0, 20, api_name="/search")))
    del ours[:10], empty[:10]
    above = [mine - other for mine, other in zip(ours, empty, strict=True)]
    say(f"search: CPU {spread(ours)}, empty call {spread(empty)}")
    say(f"  above the empty call {spread(above)}, wanted p95 <= 20 ms")
    worst = sorted(zip(above, asked, strict=True), reverse=True)[:3]
    say("  dearest: " + "; ".join(f"{1000 * cost:.0f} ms {query!r} {filters}" for cost, (query, filters) in worst))


def show_questions(pid: int, url: str, generator: random.Random, rows: int, number: int) -> None:
    """Questions all over the release."""
    walls, costs = [], []
    for _ in range(number):
        position = generator.randrange(rows)
        page = json.loads(get(f"{url}app/search?p={position // 20 + 1}"))
        identity = page["rows"][position % 20]["question_id"]
        started = time.perf_counter()
        costs.append(cpu_of(pid, partial(get, f"{url}app/rows/{identity}?n={position}")))
        walls.append(time.perf_counter() - started)
    say(f"opening a question: {spread(walls)}, wanted p95 <= 300 ms; CPU {spread(costs)}")


def show_runs(client: Client) -> None:
    """Each solution is another one, so that answers cannot be mixed up unseen; on a row of our own with quick tests."""
    identity = shelf_rows()[0]["question_id"]
    client.predict(identity, "x = 0", api_name="/run")
    started = time.perf_counter()
    jobs = [client.submit(identity, f"raise RuntimeError('number {n}')", api_name="/run") for n in range(50)]
    records = [json.loads(job.result()) for job in jobs]
    wall = time.perf_counter() - started
    right = sum(f"number {n}" in json.dumps(record) for n, record in enumerate(records))
    say(f"50 runs at once: {right} of 50 with their own answer, {wall:.1f} s, wanted 50 in <= 20 s")


def queries(url: str, generator: random.Random, number: int) -> list[tuple[str, str]]:
    """Words, phrases and filters as readers use them, out of the texts of random rows."""
    texts = []
    for _ in range(40):
        identity = json.loads(get(f"{url}app/random"))["question_id"]
        row = json.loads(get(f"{url}app/rows/{identity}"))
        texts.append(f"{row['question']} {row['solution']} {row['test']}")
    subsets = json.loads(get(f"{url}app/release"))["subsets"]
    found = []
    for _ in range(number):
        words = _WORD.findall(generator.choice(texts))
        place = generator.randrange(len(words))
        count = generator.choice((1, 1, 2, 2, 3))
        query = " ".join(words[place : place + count])
        query = f'"{query}"' if generator.random() < 0.15 else query
        filters = {"subset": generator.choice(subsets)} if generator.random() < 0.4 else {}
        filters |= {"pass": "0.3..1"} if generator.random() < 0.2 else {}
        found.append((query, json.dumps(filters)))
    return found


@contextmanager
def server(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that prints its address."""
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        while not (line := process.stdout.readline()).startswith("http"):
            if not line and process.poll() is not None:
                raise SystemExit("the server did not start")
        yield process, line.strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def cpu_of(pid: int, call: Callable[[], Any]) -> float:
    """Seconds of CPU that a process takes while ``call`` runs; what it does a moment later counts for it too."""
    clock = (~pid << 3) | 2  # the CPU clock of another process, as clock_getcpuclockid makes it
    before = time.clock_gettime(clock)
    call()
    time.sleep(0.01)
    return time.clock_gettime(clock) - before


def memory_text(pid: int) -> str:
    """Resident memory of the process, and of it what is no file."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = {
        line.split(":")[0]: line.split()[1] for line in status.splitlines() if line.startswith(("VmRSS", "RssAnon"))
    }
    return f"{int(found['VmRSS']) / 1000:.0f} MB, of it no file {int(found['RssAnon']) / 1000:.0f} MB"


def spread(values: list[float]) -> str:
    """Median and 95th percentile in milliseconds."""
    listed = sorted(values)
    return f"p50 {1000 * listed[len(listed) // 2]:.1f} ms, p95 {1000 * listed[int(0.95 * len(listed))]:.1f} ms"


def get(address: str) -> bytes:
    """One GET."""
    with urllib.request.urlopen(address, timeout=60) as answer:
        content: bytes = answer.read()
        return content


if __name__ == "__main__":
    main()
