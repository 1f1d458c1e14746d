"""``kodcode`` in a process of its own, which knows the Hub of a test."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.hub_server.clients import client_environment
from tests.hub_server.server import Hub
from tests.pipeline.running import TIMEOUT_S, command


def start_kodcode(hub: Hub, home: Path, words: list[str], *, token: str | None = None) -> subprocess.Popen[str]:
    """Start it with its caches in ``home``."""
    environment = client_environment(hub, home) | {"NO_COLOR": "1"} | ({"HF_TOKEN": token} if token else {})
    return subprocess.Popen(
        command(words),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_kodcode(hub: Hub, home: Path, *words: str, token: str | None = None) -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    with start_kodcode(hub, home, list(words), token=token) as process:
        out, err = process.communicate(timeout=TIMEOUT_S)
        return process.returncode, out, err


def json_of(hub: Hub, home: Path, *words: str) -> dict[str, Any]:
    """The answer of a command that ends well and writes nothing else."""
    code, out, err = run_kodcode(hub, home, *words, "--json", "--quiet")
    assert (code, err) == (0, "")
    answer: dict[str, Any] = json.loads(out)
    return answer
