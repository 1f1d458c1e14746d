"""Run by each generation's interpreter: publishes, loads, diffs and rolls back; prints what it saw as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import datasets
import huggingface_hub

REPO = "me/coding"


def main(releases: Path) -> dict[str, Any]:
    """Everything in order."""
    datasets.disable_progress_bars()
    seen: dict[str, Any] = {"versions": [datasets.__version__, huggingface_hub.__version__]}
    seen["first"] = kodcode("publish", str(releases / "first"), "--repo", REPO)
    seen["rows at first"] = load_all("v1.0.0")
    seen["second"] = kodcode("publish", str(releases / "second"), "--repo", REPO)
    seen["rows at second"] = load_all("v1.1.0")
    seen["rows at first again"] = load_all("v1.0.0")
    seen["rows at main"] = load_all("main")
    seen["diff"] = kodcode("diff", f"{REPO}@v1.0.0", f"{REPO}@v1.1.0")
    seen["rollback"] = kodcode("rollback", "--repo", REPO, "--to", "v1.0.0")
    seen["rows at main after rollback"] = load_all("main")
    return seen


def kodcode(*words: str) -> dict[str, Any]:
    """The JSON answer of a command, which must end with 0."""
    done = subprocess.run(
        [sys.executable, "-m", "kodcode_hub.cli.app", *words, "--json"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"kodcode {' '.join(words)} ended with {done.returncode}\n{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def load_all(revision: str) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Config → split → rows, loaded plain; streaming must give the same."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for config in datasets.get_dataset_config_names(REPO, revision=revision):
        plain = datasets.load_dataset(REPO, config, revision=revision)
        streamed = datasets.load_dataset(REPO, config, revision=revision, streaming=True)
        for split, rows in plain.items():
            if list(rows) != list(streamed[split]):
                raise SystemExit(f"{config}/{split} at {revision} differs between plain and streaming")
        found[config] = {split: list(rows) for split, rows in plain.items()}
    return found


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(main(Path(sys.argv[1]))), encoding="utf-8")
