"""Releases on the Hub with three generations of its clients, each in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.package import package_release
from kodcode_hub.packaging.release import write_release
from kodcode_hub.packaging.release_folder import open_release
from tests.hub_server.clients import client_environment
from tests.hub_server.server import Hub, hub_server
from tests.packaging.example_rows import a_row, an_sft_row
from tests.packaging.folders import PROJECT

GENERATIONS = {
    "datasets 2.21, huggingface_hub 0.36": Path(sys.prefix) / "generations" / "old" / "bin" / "python",
    "datasets 5.0, huggingface_hub 0.36": Path(sys.prefix) / "generations" / "middle" / "bin" / "python",
    "newest": Path(sys.executable),
}


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases, the second packaged on the first with one row of one subset changed and one new."""
    folder = tmp_path_factory.mktemp("releases")
    rows = [a_row(config, number) for config in ("leetcode", "code_contests") for number in range(3)]
    rows += [a_row("apps", 0, test_coverage=40)]
    write_release(folder / "first", rows, [an_sft_row("leetcode", 2)], version="1.0.0", facts=ReleaseFacts())
    news = [a_row("leetcode", 1, question="Put otherwise."), a_row("leetcode", 9)]
    write_release(folder / "run", news, (), version="1.0.0", facts=ReleaseFacts())
    package_release(
        [open_release(folder / "run")],
        folder / "second",
        version="1.1.0",
        previous=open_release(folder / "first"),
        facts=ReleaseFacts(),
        reject_duplicates=lambda inputs, rows: None,
    )
    return folder


def rows_of(release: Path) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Config → split → rows as packaged, ``default`` in the card's order."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for config in ("leetcode", "apps", "code_contests", "sft"):
        for path in sorted((release / "data" / config).glob("*.parquet")):
            rows = pq.read_table(path).to_pylist()
            split = path.name.split("-")[0]
            found.setdefault(config, {}).setdefault(split, []).extend(rows)
            if config != "sft":
                found.setdefault("default", {}).setdefault(split, []).extend(rows)
    return found


def run_scenario(python: Path, hub: Hub, folder: Path, releases: Path) -> dict[str, Any]:
    """What the scenario saw."""
    done = subprocess.run(
        [python, "-m", "tests.generations.scenario", releases, folder / "result.json"],
        cwd=PROJECT,
        env=client_environment(hub, folder / "home") | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads((folder / "result.json").read_bytes())
    return seen


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_generation_publishes_loads_diffs_and_rolls_back(generation: str, releases: Path, tmp_path: Path) -> None:
    python = GENERATIONS[generation]
    if not python.exists():
        pytest.skip(f"{generation} is not installed; make test installs it")
    with hub_server(tmp_path / "hub") as hub:
        seen = run_scenario(python, hub, tmp_path, releases)
        repo = hub.repo("me/coding")
        titles = [commit.title for commit in repo.commits]
        kinds = [request.kind for request in hub.requests]
        later = hub.requests[kinds.index("create_tag") :]
        uploads = [request.bytes_in for request in later if request.kind == "lfs_upload"]
        tagged = {name: repo.files(name) for name in repo.tags}
        head = repo.files()
    first, second = rows_of(releases / "first"), rows_of(releases / "second")
    assert seen["rows at first"] == seen["rows at first again"] == first
    assert seen["rows at second"] == seen["rows at main"] == second
    assert seen["rows at main after rollback"] == first
    assert [title for title in titles if title.startswith("Release")] == ["Release v1.0.0", "Release v1.1.0"]
    assert len(titles) == 4, titles  # the one with which a repository begins, two releases, one rollback
    assert sorted(tagged) == ["v1.0.0", "v1.1.0"]
    assert head == tagged["v1.0.0"] != tagged["v1.1.0"]
    sizes = [path.stat().st_size for path in (releases / "second" / "data" / "leetcode").iterdir()]
    assert sorted(uploads) == sorted(sizes)
    assert seen["second"]["tag"] == "v1.1.0"
    assert seen["second"]["verified"] is True
    changed, added = a_row("leetcode", 1)["question_id"], a_row("leetcode", 9)["question_id"]
    assert seen["diff"]["ids"] == {"added": [added], "removed": [], "changed": {changed: ["question"]}}
    assert seen["rollback"]["to"] == "v1.0.0"
