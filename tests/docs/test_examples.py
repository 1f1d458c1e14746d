"""Every example of the documentation is run as it stands, page by page, in a folder of its own."""

from __future__ import annotations

import asyncio
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kodcode_hub.endpoints.embedded.recordings import load_recordings
from kodcode_hub.endpoints.embedded.serve import serve
from tests.docs.examples import PAGES, ROOT, Block, blocks
from tests.making import an_answer
from tests.pipeline.running import command, environment

DOCUMENTED_URL = "http://localhost:8080"
NOT_RUN = {
    "make demo": "runs the demo; so does the continuous integration",
    "make test": "runs the tests, this one among them",
    "kodcode endpoint --replay recorded.jsonl --port 8080": "never ends; tests/endpoints and tests/cli start it",
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_run(page: Path, tmp_path: Path) -> None:
    _write_what_pages_take_for_granted(tmp_path)
    with _a_model(tmp_path) as url:
        if "runs/first" in page.read_text() and page.name != "README.md":
            first = blocks(ROOT / "README.md")[1].commands[0]
            assert _run(shlex.split(first), tmp_path, url).returncode in (0, 1)
        for block in blocks(page):
            _run_block(block, tmp_path, url)


def _run_block(block: Block, folder: Path, url: str) -> None:
    if block.file:
        (folder / block.file).parent.mkdir(exist_ok=True)
        (folder / block.file).write_text(block.text)
    elif block.language == "python":
        done = subprocess.run(
            [sys.executable, "-c", block.text],
            cwd=folder,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        _assert_comments_tell_the_truth(block.text, done.stdout)
    for line in block.commands:
        if line not in NOT_RUN and not line.startswith("curl"):
            done = _run(shlex.split(line), folder, url)
            assert done.returncode in (0, 1), f"{line}: {done.stderr}"


def _run(words: list[str], folder: Path, url: str) -> subprocess.CompletedProcess[str]:
    words = [word.replace(DOCUMENTED_URL, url) for word in words]
    if words[0] == "kodcode":
        words = [*command(words[1:]), *(["--quiet"] if words[1] == "build" else [])]
    return subprocess.run(
        words, cwd=folder, env=environment(), capture_output=True, text=True, check=False, timeout=120
    )


def _assert_comments_tell_the_truth(program: str, printed: str) -> None:
    promised = [
        line.split(")  # ")[1] for line in program.splitlines() if line.startswith("print(") and ")  # " in line
    ]
    if promised:
        assert printed.splitlines() == promised


def _write_what_pages_take_for_granted(folder: Path) -> None:
    (folder / "snippets").mkdir()
    (folder / "snippets" / "double.py").write_text("def double(x):\n    return 2 * x\n")
    recorded = next(block for block in blocks(ROOT / "docs" / "endpoints.md") if block.file == "recorded.jsonl")
    (folder / "recorded.jsonl").write_text(recorded.text)


@contextmanager
def _a_model(folder: Path) -> Iterator[str]:
    """A server that has one question, one answer and one twin for every prompt."""
    import json

    question = "<|Question Begin|>\nWrite `double(number)`, which returns twice the number.\n<|Question End|>"
    stub = '<|Completion Begin|>\ndef double(number: int) -> int:\n    """Twice.\n\n    >>> double(2)\n    4\n    """\n'
    entries: list[dict[str, object]] = [
        {"step": "question", "contains": [], "completions": [question]},
        {"step": "answer", "contains": ["<|Solution Begin|>"], "completions": [an_answer()]},
        {"step": "complete", "contains": ["<|Completion Begin|>"], "completions": [stub + "<|Completion End|>"]},
    ]
    path = folder / "model.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    ready, stop, urls = threading.Event(), asyncio.Event(), list[str]()
    loop = asyncio.new_event_loop()

    async def run() -> None:
        async with serve(load_recordings([path])) as url:
            urls.append(url)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    try:
        assert ready.wait(20)
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()
