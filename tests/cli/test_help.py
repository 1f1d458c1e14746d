"""Every command explains itself, with examples."""

from __future__ import annotations

import json

import pytest

import kodcode_hub
from tests.pipeline.running import kodcode

COMMANDS = (
    *("demo", "build", "status", "verify", "dedup", "decontaminate", "subsets", "endpoint", "ledger export"),
    *("package", "diff", "publish", "rollback", "audit"),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples(command: str) -> None:
    done = kodcode([*command.split(), "--help"])
    assert done.returncode == 0
    assert "Examples:" in done.stdout
    assert f"kodcode {command}" in done.stdout


def test_the_version_is_that_of_the_package() -> None:
    assert kodcode(["--version"]).stdout.strip() == f"kodcode-hub {kodcode_hub.__version__}"


def test_subsets_lists_the_twelve() -> None:
    entries = json.loads(kodcode(["subsets", "--json"]).stdout)["subsets"]
    assert [(entry["config"], entry["seeds_per_prompt"]) for entry in entries] == [
        ("prefill", 0), ("leetcode", 3), ("codeforces", 1), ("apps", 1), ("taco", 1), ("code_contests", 1),
        ("algorithm", 1), ("data_structure", 1), ("docs", 1), ("filter", 0), ("package", 1), ("evol", 1),
    ]  # fmt: skip
    assert "leetcode" in kodcode(["subsets"]).stdout
