"""Asks the process of ``zygote.py`` to run a test file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ADD = "def add(a, b):\n    return a + b\n"


@dataclass(frozen=True)
class Run:
    """What one run of a test file reported."""

    messages: list[dict[str, Any]]
    ended: int

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["kind"] == kind]

    @property
    def outcomes(self) -> dict[str, str]:
        return {message["name"]: message["outcome"] for message in self.of_kind("test")}

    @property
    def status(self) -> int | None:
        """pytest's exit status; None if the run had no end."""
        ends = self.of_kind("end")
        return int(ends[0]["status"]) if ends else None

    @property
    def percent(self) -> int | None:
        percent: int | None = self.of_kind("coverage")[0]["percent"]
        return percent

    @property
    def lines(self) -> list[int]:
        """The solution's lines that ran."""
        return [int(line) for line in self.of_kind("coverage")[0]["lines"].split()]

    def message(self, name: str) -> str:
        return next(str(message["message"]) for message in self.of_kind("test") if message["name"] == name)


class Zygote:
    """A started process of ``zygote.py``."""

    def __init__(self) -> None:
        root = Path(__file__).parents[3]
        variables = {
            **os.environ,
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_ADDOPTS": "--maxfail=1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.verification.runner.zygote"],
            cwd=root,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, test: str, solution: str = ADD, *, way: str = "own", heed_pytest_plugins: bool = False) -> Run:
        """Run dedented texts."""
        request = {"test": textwrap.dedent(test), "solution": textwrap.dedent(solution), "way": way}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({**request, "heed_pytest_plugins": heed_pytest_plugins}) + "\n")
        self._process.stdin.flush()
        return Run(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.communicate(timeout=30)
