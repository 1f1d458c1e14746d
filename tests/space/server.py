"""``kodcode space`` as a process of its own, on a shelf of our own rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browse.shelf import shelf_rows, write_shelf

STARTS_IN_S = 60


@dataclass(frozen=True, slots=True)
class RunningSpace:
    """One that answers."""

    url: str
    process: subprocess.Popen[str]
    log: Path

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of an address below ``app/``."""
        try:
            with urllib.request.urlopen(f"{self.url}app/{path}", timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def post(self, path: str, body: Any) -> tuple[int, list[Any]]:
        """Status, and the lines of JSON that come."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}app/{path}", content)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, [json.loads(line) for line in answer]
        except urllib.error.HTTPError as error:
            with error:
                return error.code, [json.load(error)]


@contextmanager
def running_space(folder: Path, *options: str, variables: dict[str, str] | None = None) -> Iterator[RunningSpace]:
    """The Space of the shelf, whose release and index are made in ``folder``."""
    release = folder / "release"
    if not release.exists():
        write_shelf(release, shelf_rows())
    with started([str(release), *options], folder, variables=variables) as space:
        yield space


@contextmanager
def started(words: Sequence[str], folder: Path, *, variables: dict[str, str] | None = None) -> Iterator[RunningSpace]:
    """``kodcode space`` with these words, ended as a person would end it."""
    log = folder / "space.log"
    settings = os.environ | {"XDG_CACHE_HOME": str(folder / "cache"), "KODCODE_CACHE": str(folder / "kodcode")}
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "kodcode_hub.cli.app", "space", *words, "--port", "0"],
            stdout=subprocess.PIPE, stderr=errors, text=True, env=settings | (variables or {}),
        )  # fmt: skip
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            assert url.startswith("http"), log.read_text()
            yield RunningSpace(url, process, log)
        finally:
            process.terminate()
            process.wait(STARTS_IN_S)
            process.stdout.close()
