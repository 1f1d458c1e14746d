"""The ledger keeps what was paid for, whatever happens to the process."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kodcode_hub.endpoints.protocol import Completion, DeadLetter, Request
from kodcode_hub.errors import RunFolderError
from kodcode_hub.ledger.figures import request_figures
from kodcode_hub.ledger.key_index import KeyIndex
from kodcode_hub.ledger.pages import Asked, Place, completions
from kodcode_hub.ledger.store import Ledger, open_for_reading, read_meta
from kodcode_hub.ledger.tables import open_ledger_file
from kodcode_hub.record import TestOutcome, Verdict, content_hash

REQUEST = Request("chat", ({"role": "user", "content": "hi"},), "", 10, 0.5, 0.9, (), seed=3)
ASKED = Asked("answer", "leetcode", "model")


def a_key(name: str) -> str:
    """A key as requests have it."""
    return content_hash(name)


def test_a_reply_comes_back_as_it_was_even_with_surrogates(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.sqlite")
    reply = Completion("odd \ud800 \0 ü", "stop", "why", prompt_tokens=3, completion_tokens=4, tries=2)
    asyncio.run(ledger.keep_reply(a_key("k"), REQUEST, ASKED, reply))
    assert ledger.reply(a_key("k")) == reply
    assert ledger.reply(a_key("other")) is None
    ledger.close()


def test_a_dead_letter_stays_dead_until_it_is_forgotten(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.sqlite")
    letter = DeadLetter("no such prompt", 404, 1)
    asyncio.run(ledger.keep_reply(a_key("k"), REQUEST, ASKED, letter))
    assert ledger.reply(a_key("k")) == letter
    assert ledger.forget_dead_letters() == 1
    assert ledger.reply(a_key("k")) is None
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
        await ledger.keep_reply(a_key("a"), REQUEST, ASKED, Completion("x", "stop", None, 5, 7, tries=3))
        await ledger.keep_reply(a_key("b"), REQUEST, ASKED, Completion("y", "stop", None, 1, 2, tries=1))
        await ledger.keep_reply(a_key("c"), REQUEST, ASKED, DeadLetter("no", 500, 8))

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
from kodcode_hub.record import content_hash
request = Request("chat", (), "", 10, 0.5, 0.9, (), seed=3)
async def main():
    ledger = Ledger(Path(sys.argv[1]))
    for number in range(10_000):
        reply = Completion(f"reply {number}", "stop")
        await ledger.keep_reply(content_hash(number), request, Asked("answer", "s", "m"), reply)
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
    assert all(ledger.reply(content_hash(number)) == Completion(f"reply {number}", "stop") for number in acknowledged)
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
from kodcode_hub.record import content_hash
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
request = Request("chat", (), "", 10, 0.5, 0.9, (), seed=3)
async def main():
    ledger = Ledger(Path(sys.argv[1]))
    import random
    for number in range(10_000):
        text = "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=3000))
        reply = Completion(text, "stop")
        await ledger.keep_reply(content_hash(number), request, Asked("answer", "s", "m"), reply)
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
    assert all(ledger.reply(content_hash(int(number))) is not None for number in lines[:-1])
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


def test_a_defect_of_a_write_is_told_and_does_not_leave_everybody_waiting(tmp_path: Path) -> None:
    async def keep() -> None:
        asked = Asked({1, 2}, "s", "m")  # type: ignore[arg-type] # no JSON can hold it
        with pytest.raises(RunFolderError):
            await asyncio.wait_for(ledger.keep_reply(a_key("k"), REQUEST, asked, Completion("x", "stop")), 20)

    ledger = Ledger(tmp_path / "l.sqlite")
    asyncio.run(keep())
    with pytest.raises(RunFolderError):
        ledger.close()


def test_every_part_of_a_request_and_its_completion_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    messages = ({"role": "system", "content": "s\n\ud800"}, {"role": "user", "content": ""})
    requests = [
        Request("chat", messages, "", 10, 0.5, 0.9, ("a", "\n"), 3, 2, 5, 1.1, 0.2, 0.3),  # type: ignore[arg-type]
        Request("raw", (), "begun \0 é", 10, 0.5, 0.9, (), 3),
    ]
    replies = [
        Completion(None, "other", "", 1, 2, 3),
        Completion("", "length"),
        Completion("x\r\n", "stop", "why", 5, 6),
    ]
    asked = [
        (request, Asked("answer", "s", f"m{number}"), reply)
        for request in requests
        for number, reply in enumerate(replies)
    ]

    async def fill(ledger: Ledger) -> None:
        keeps = (ledger.keep_reply(content_hash(repr(one)), *one) for one in asked)
        await asyncio.gather(*keeps)

    ledger = Ledger(path)
    asyncio.run(fill(ledger))
    ledger.close()
    with closing(open_for_reading(path)) as connection:
        found = list(completions(connection))
    assert [(item.request, item.asked, item.completion) for item in found] == asked
    ledger = Ledger(path)
    assert [ledger.reply(content_hash(repr(one))) for one in asked] == [reply for _, _, reply in asked]
    ledger.close()


def test_the_index_finds_every_key_also_those_that_begin_alike(tmp_path: Path) -> None:
    """Half a key is held in memory: the page says whether it is this one."""
    path = tmp_path / "l.sqlite"
    keys = [f"{number // 3:016x}{number:016x}" for number in range(600)]
    count = len(keys)

    async def fill(ledger: Ledger) -> None:
        await asyncio.gather(*(ledger.keep_reply(key, REQUEST, ASKED, Completion(key, "stop")) for key in keys))

    ledger = Ledger(path)
    asyncio.run(fill(ledger))
    for _ in range(2):
        assert [reply.text for key in keys if isinstance(reply := ledger.reply(key), Completion)] == keys
        assert ledger.reply(f"{0:016x}{count:016x}") is None
        ledger.close()
        ledger = Ledger(path)
    ledger.close()


def test_new_keys_are_sorted_in_among_those_of_earlier_starts(tmp_path: Path) -> None:
    with closing(open_ledger_file(tmp_path / "l.sqlite")) as connection:
        index = KeyIndex(connection, most_recent=10)
        places = {content_hash(number): Place(1 + number // 7, number % 7) for number in range(1000)}
        for key, place in places.items():
            index.add(key, place)
        assert len(index) == 1000
        assert all(index.places(key) == [place] for key, place in places.items())
        assert index.places(content_hash("other")) == []
