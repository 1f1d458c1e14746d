"""What the pages take for granted: a reader's snippets, a recording, a server with a model."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kodcode_hub.endpoints.embedded.recordings import load_recordings
from kodcode_hub.endpoints.embedded.serve import serve
from tests.docs.examples import ROOT, blocks
from tests.making import SOLUTION, an_answer

_START_LIMIT_S = 20
_STUB = 'def double(number: int) -> int:\n    """Twice the number.\n\n    >>> double(2)\n    4\n    """\n'


def write_readers_files(folder: Path) -> None:
    """Snippets, and the recording that ``docs/endpoints.md`` shows."""
    (folder / "snippets").mkdir()
    (folder / "snippets" / "double.py").write_text("def double(x):\n    return 2 * x\n", encoding="utf-8")
    recorded = next(block for block in blocks(ROOT / "docs" / "endpoints.md") if block.file == "recorded.jsonl")
    (folder / "recorded.jsonl").write_text(recorded.text, encoding="utf-8")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """``host:port`` of a server that knows one question, one answer, one twin and one response."""
    path = folder.parent / "model.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in _recordings()), encoding="utf-8")
    recordings, loop, stop = load_recordings([path]), asyncio.new_event_loop(), asyncio.Event()
    ready, urls = threading.Event(), list[str]()

    async def run() -> None:
        async with serve(recordings) as url:
            urls.append(url)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    try:
        assert ready.wait(_START_LIMIT_S)
        yield urls[0].removeprefix("http://")
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(_START_LIMIT_S)
        loop.close()


def _recordings() -> list[dict[str, object]]:
    """Told apart by what only the prompts of their step hold."""
    question = "<|Question Begin|>\nWrite `double(number)`, which returns twice the number.\n<|Question End|>"
    return [
        {"step": "question", "contains": [], "completions": [question]},
        {"step": "answer", "contains": ["<|Solution Begin|>"], "completions": [an_answer()]},
        {
            "step": "complete",
            "contains": ["<|Completion Begin|>"],
            "completions": [f"<|Completion Begin|>\n{_STUB}<|Completion End|>"],
        },
        {"step": "respond", "contains": ["def double"], "completions": [f"So:\n\n```python\n{SOLUTION}```\n"]},
    ]
