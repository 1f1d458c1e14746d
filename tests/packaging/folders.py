"""Looking at folders, and running Python beside the tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
DIE_AT_MOMENT = """
seen = 0
def die_at_moment(event, arguments):
    global seen
    if event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir"):
        seen += 1
        if seen == moment:
            os.kill(os.getpid(), 9)
sys.addaudithook(die_at_moment)
"""
"""Ends a program by kill -9 at the change of a name on disk whose number is ``moment``."""


def read_tree(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def run_python(code: str, *arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in an interpreter of its own, in which the project and its tests can be imported."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=PROJECT,
        env=env,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
