"""Publishes that meet a fault, many in one process that imports the clients once: a cell of the fault matrix each.

``python -m tests.hub.fault_cells FOLDER`` reads cells as JSON from standard input and writes a line of JSON for each.
The load check is the one of the package, called in this process with its caches emptied first: its requests are those
of a publish, and its second of imports is spent once. The publish after the fault leaves it out, but not the hashes.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.hub_server.server import Hub, Request, hub_server

if TYPE_CHECKING:
    from kodcode_hub.hub.load_order import LoadCheck, LoadOrder
    from kodcode_hub.hub.plan import PublishPlan

SWITCHES = (
    "HF_HUB_DISABLE_XET",
    "HF_HUB_DISABLE_TELEMETRY",
    "HF_HUB_DISABLE_PROGRESS_BARS",
    "HF_DATASETS_DISABLE_PROGRESS_BARS",
)


class Silence:
    """Listens to a publish, and says nothing."""

    def planned(self, plan: PublishPlan) -> None:
        """Let it pass."""

    def doing(self, what: str) -> None:
        """Let it pass."""


def main() -> None:
    """Run all cells of standard input against one server."""
    releases = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder, hub_server(Path(folder) / "hub") as hub:
        # Before anything imports the clients: they keep their settings from then on.
        os.environ |= {
            "HF_ENDPOINT": hub.url,
            "HF_TOKEN": hub.token,
            "HF_HOME": f"{folder}/home",
            "HF_HUB_OFFLINE": "0",
        }
        os.environ |= dict.fromkeys(SWITCHES, "1")
        for number, cell in enumerate(json.load(sys.stdin)):
            sys.stdout.write(json.dumps(run_cell(hub, releases, f"someone/r{number}", cell)) + "\n")
            sys.stdout.flush()


def run_cell(hub: Hub, releases: Path, name: str, cell: dict[str, Any]) -> dict[str, Any]:
    """Publish 1.1.0 over 1.0.0, disturbed once; then again without a disturbance; tell what was there in between."""
    from tests.hub.releases import holds, stored_release

    old, new = releases / "first", releases / "second"
    repo = stored_release(hub, name, old, tag="v1.0.0")
    before, started = repo.files(), time.monotonic()
    hub.requests.clear()
    if cell["kind"] is not None:
        hub.faults.arm(cell["kind"], at=cell["at"], request_kind=cell.get("request_kind"))
    error = attempt(new, name, load_here)
    seen = {
        "cell": cell,
        "error": error,
        "hits": hub.faults.hits,
        "requests": [request.kind for request in hub.requests],
        "old_whole": repo.files() == before,
        "new_whole": holds(repo, new),
        "tag": repo.tags.get("v1.1.0"),
        "tag_whole": "v1.1.0" in repo.tags and holds(repo, new, "v1.1.0"),
        "read_before_tag": read_before_tag(hub.requests, repo.tags.get("v1.1.0"), len(before)),
    }
    hub.faults.clear()
    return seen | {
        "error_again": attempt(new, name, lambda order, home: []),
        "finished": holds(repo, new) and repo.tags.get("v1.1.0") == repo.head(),
        "commits": [commit.title for commit in repo.commits],
        "seconds": round(time.monotonic() - started, 2),
    }


def attempt(folder: Path, name: str, check_load: LoadCheck) -> str | None:
    """Publish, and give the error it ended with."""
    from kodcode_hub.errors import KodcodeError
    from kodcode_hub.hub.hf_repository import HfRepository
    from kodcode_hub.hub.publish import PublishOptions, publish

    repository = HfRepository(name)
    try:
        publish(folder, repository, options=PublishOptions(), listener=Silence(), check_load=check_load)
    except KodcodeError as error:
        return f"{type(error).__name__} {error.exit_code}: {error}"
    return None


def load_here(order: LoadOrder, home: Path) -> list[str]:
    """Load every config with the caches of this process, which are emptied first."""
    from kodcode_hub.hub.load_script import load_configs

    for cache in ("hub", "datasets"):
        shutil.rmtree(Path(os.environ["HF_HOME"], cache), ignore_errors=True)
    return load_configs(order)


def read_before_tag(requests: Iterable[Request], commit: str | None, files: int) -> bool:
    """Whether all files were downloaded at the commit of the tag before the tag was asked for."""
    kinds = [request.kind for request in requests if commit is not None and commit in request.path]
    return "create_tag" in kinds and kinds[: kinds.index("create_tag")].count("resolve") >= files - 1


if __name__ == "__main__":
    main()
