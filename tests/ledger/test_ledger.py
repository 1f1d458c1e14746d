"""The ledger keeps what was paid for, whatever happens to the process."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from kodcode_hub.endpoints.protocol import Completion, DeadLetter, Request
from kodcode_hub.errors import RunFolderError
from kodcode_hub.ledger.figures import request_figures
from kodcode_hub.ledger.pages import Asked
from kodcode_hub.ledger.store import Ledger, open_for_reading, read_meta
from kodcode_hub.record import TestOutcome, Verdict

REQUEST = Request("chat", ({"role": "user", "content": "hi"},), "", 10, 0.5, 0.9, (), seed=3)
ASKED = Asked("answer", "leetcode", "model")


def test_a_reply_comes_back_as_it_was_even_with_surrogates(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.sqlite")
    reply = Completion("odd \ud800 \0 ü", "stop", "why", prompt_tokens=3, completion_tokens=4, tries=2)
    asyncio.run(ledger.keep_reply("k", REQUEST, ASKED, reply))
    assert ledger.reply("k") == reply
    assert ledger.reply("other") is None
    ledger.close()


def test_a_dead_letter_stays_dead_until_it_is_forgotten(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.sqlite")
    letter = DeadLetter("no such prompt", 404, 1)
    asyncio.run(ledger.keep_reply("k", REQUEST, ASKED, letter))
    assert ledger.reply("k") == letter
    assert ledger.forget_dead_letters() == 1
    assert ledger.reply("k") is None
    ledger.close()


def test_a_verdict_comes_back_as_it_was(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.sqlite")
    verdict = Verdict(
        "fail", 80, (TestOutcome("test_a", "failed", "boom", 0.1),), "m", seconds=1.5, peak_memory_mb=20.0
    )
    asyncio.run(ledger.keep_verdict("v", verdict))
    assert ledger.verdict("v") == verdict
    ledger.close()


def test_figures_count_every_request(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.sqlite")

    async def fill() -> None:
        await ledger.keep_reply("a", REQUEST, ASKED, Completion("x", "stop", None, 5, 7, tries=3))
        await ledger.keep_reply("b", REQUEST, ASKED, Completion("y", "stop", None, 1, 2, tries=1))
        await ledger.keep_reply("c", REQUEST, ASKED, DeadLetter("no", 500, 8))

    asyncio.run(fill())
    figures = request_figures(ledger.reader)
    assert (figures.sent, figures.delivered, figures.retried, figures.dead) == (12, 2, 9, 1)
    assert (figures.prompt_tokens, figures.completion_tokens) == (6, 9)
    ledger.close()


def test_another_process_reads_while_one_writes(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.sqlite")
    ledger.set_meta_now("state", "running")
    connection = open_for_reading(tmp_path / "l.sqlite")
    assert read_meta(connection, "state") == "running"
    connection.close()
    ledger.close()


def test_what_was_committed_survives_kill_9(tmp_path: Path) -> None:
    program = """
import asyncio, os, sys
from pathlib import Path
from kodcode_hub.endpoints.protocol import Completion, Request
from kodcode_hub.ledger.pages import Asked
from kodcode_hub.ledger.store import Ledger
request = Request("chat", (), "", 10, 0.5, 0.9, (), seed=3)
async def main():
    ledger = Ledger(Path(sys.argv[1]))
    for number in range(10_000):
        await ledger.keep_reply(str(number), request, Asked("answer", "s", "m"), Completion(f"reply {number}", "stop"))
        print(number, flush=True)
asyncio.run(main())
"""
    path = tmp_path / "l.sqlite"
    process = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    seen = [process.stdout.readline() for _ in range(30)]
    os.kill(process.pid, signal.SIGKILL)
    seen += process.stdout.readlines()
    process.stdout.close()
    process.wait()
    ledger = Ledger(path)
    acknowledged = [int(line) for line in seen if line.endswith("\n") and line.strip().isdigit()]
    assert len(acknowledged) >= 30
    assert all(ledger.reply(str(number)) == Completion(f"reply {number}", "stop") for number in acknowledged)
    ledger.close()


def test_a_full_disk_is_a_clear_error_and_loses_nothing_committed(tmp_path: Path) -> None:
    """The disk is filled for real: the ledger lies on a size that SQLite may not exceed."""
    path = tmp_path / "l.sqlite"
    program = """
import asyncio, resource, signal, sys
from pathlib import Path
from kodcode_hub.endpoints.protocol import Completion, Request
from kodcode_hub.errors import RunFolderError
from kodcode_hub.ledger.pages import Asked
from kodcode_hub.ledger.store import Ledger
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
request = Request("chat", (), "", 10, 0.5, 0.9, (), seed=3)
async def main():
    ledger = Ledger(Path(sys.argv[1]))
    import random
    for number in range(10_000):
        text = "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=3000))
        await ledger.keep_reply(str(number), request, Asked("answer", "s", "m"), Completion(text, "stop"))
        print(number, flush=True)
try:
    asyncio.run(main())
except RunFolderError as error:
    print("error:", error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False, timeout=120
    )
    lines = done.stdout.splitlines()
    assert lines[-1].startswith("error: the run's ledger cannot be written"), done.stdout[-500:] + done.stderr[-2000:]
    ledger = Ledger(path)
    assert all(ledger.reply(number) is not None for number in lines[:-1])
    assert len(lines) > 10
    ledger.close()


@pytest.mark.parametrize(
    "content", [b"this is not a database at all, but some text of enough length" * 20, b"SQLite format 3\0oops"]
)
def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "l.sqlite"
    path.write_bytes(content)
    with pytest.raises(RunFolderError, match=r"l\.sqlite"):
        Ledger(path)
    assert path.read_bytes() == content


def test_a_ledger_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    Ledger(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(RunFolderError, match="format 99"):
        Ledger(path)
    with pytest.raises(RunFolderError, match="format 99"):
        open_for_reading(path)
