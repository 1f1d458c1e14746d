"""Running the command as its user does: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TIMEOUT_S = 240


def environment() -> dict[str, str]:
    """Offline, whatever the tests themselves run under."""
    return {**os.environ, "HF_HUB_OFFLINE": "1", "NO_COLOR": "1"}


def kodcode(words: list[str], *, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``kodcode`` to its end."""
    return subprocess.run(
        command(words),
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )


def command(words: list[str]) -> list[str]:
    """The words that start ``kodcode``."""
    return [sys.executable, "-m", "kodcode_hub.cli.app", *words]


def release_bytes(run: Path) -> dict[str, bytes]:
    """Every file of a run's release."""
    release = run / "release"
    return {str(path.relative_to(release)): path.read_bytes() for path in sorted(release.rglob("*")) if path.is_file()}
