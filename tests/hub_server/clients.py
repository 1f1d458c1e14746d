"""The real clients, in this process and in one of their own, pointed at a Hub on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub import HfApi, constants, file_download

from tests.hub_server.server import Hub

SETTINGS = {
    # Version 0.36 asks the Hub whether it has Xet; the newer ones just use it where hf_xet is installed.
    "HF_HUB_DISABLE_XET": "1",
    # Asks the Hub for a list of coding agents, at a moment of its own choosing.
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}


def client_here(hub: Hub, monkeypatch: pytest.MonkeyPatch, *, token: str | bool | None = None) -> HfApi:
    """A client in this process, set as ``client_environment`` would have set it before its import.

    Version 0.36 reads the answer to a commit by the Hub it knew at its import, whatever ``endpoint`` says.
    """
    template = f"{hub.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(file_download, "HUGGINGFACE_CO_URL_TEMPLATE", template, raising=False)
    for name in SETTINGS:
        monkeypatch.setattr(constants, name, True)
    return HfApi(endpoint=hub.url, token=hub.token if token is None else token)


def client_environment(hub: Hub, home: Path) -> dict[str, str]:
    """The environment of a process whose clients know this Hub only, and keep their caches below ``home``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    return {**kept, **SETTINGS, "HF_ENDPOINT": hub.url, "HF_TOKEN": hub.token, "HF_HOME": str(home)}


def run_client(hub: Hub, home: Path, program: str, *arguments: str) -> str:
    """What a Python program prints that uses the clients in a fresh ``home``.

    Raises:
        AssertionError: with its error output, the program failed.
    """
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=client_environment(hub, home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
