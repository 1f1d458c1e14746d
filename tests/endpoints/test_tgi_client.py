"""The extra ``[tgi]`` in an environment of its own, as it cannot live beside huggingface_hub 1.

There ``tgi+`` URLs take the ``text-generation`` client, and all that holds for the built-in one must hold as well.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kodcode_hub.endpoints.tgi_client import is_client_installed

REPOSITORY = Path(__file__).parents[2]

HELD_BY_BOTH = (
    "test_conformance.py",
    "test_faulty_servers.py",
    "test_secrets.py",
    "test_opening.py",
    "test_inference_client.py",
)

ONLY_BUILT_IN = "test_faulty_servers.py::test_connections_are_used_again"
"""Its server knows the built-in client's route alone; the client's connections are among the checks."""


def run(*command: str | Path, timeout_s: float) -> subprocess.CompletedProcess[str]:
    # Nothing of the tests that run around this one.
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_", "PYTHONPATH"))
    }
    return subprocess.run(
        [str(part) for part in command],
        cwd=REPOSITORY,
        env=environ,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(is_client_installed(), reason="this is an environment of the extra: run text_generation_checks.py")
def test_the_text_generation_client_keeps_the_protocol(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True, timeout=120)
    python = tmp_path / "venv" / "bin" / "python"
    alone = run(python, "-m", "pip", "install", "--quiet", "--no-deps", "text-generation<0.8", timeout_s=300)
    if alone.returncode != 0:
        pytest.skip(f"pip cannot install here: {alone.stderr.strip().splitlines()[-1]}")
    tools = ("pytest", "pytest-timeout", "hypothesis")
    installed = run(python, "-m", "pip", "install", "--quiet", "-e", ".[tgi]", *tools, timeout_s=600)
    assert installed.returncode == 0, installed.stderr

    files = [f"tests/endpoints/{name}" for name in (*HELD_BY_BOTH, "text_generation_checks.py")]
    options = ("-q", "-p", "no:cacheprovider", "--deselect", f"tests/endpoints/{ONLY_BUILT_IN}")
    tested = run(python, "-m", "pytest", *options, *files, timeout_s=600)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert re.search(r"^\d+ passed, 1 deselected in ", tested.stdout, re.MULTILINE), tested.stdout
