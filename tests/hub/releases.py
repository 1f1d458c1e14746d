"""Small releases, and repositories that hold them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.release import write_release
from tests.hub_server.server import Hub
from tests.hub_server.store import Repo
from tests.packaging.example_rows import a_row
from tests.packaging.folders import read_tree

REPO = "someone/triplets"


def first_rows() -> list[dict[str, Any]]:
    """Rows of two subsets."""
    return [a_row("leetcode", number) for number in range(3)] + [a_row("taco", number) for number in range(3)]


def write_first(folder: Path) -> Path:
    """Release 1.0.0."""
    return write_release(folder, first_rows(), (), version="1.0.0", facts=ReleaseFacts()).folder


def write_second(folder: Path, *, version: str = "1.1.0") -> Path:
    """A release with one row more in ``leetcode``; ``taco`` is as it was."""
    rows = [*first_rows(), a_row("leetcode", 9)]
    return write_release(folder, rows, (), version=version, facts=ReleaseFacts()).folder


def stored_release(hub: Hub, name: str, folder: Path, *, tag: str | None) -> Repo:
    """A repository that holds a release, with a tag or without, put there without a request."""
    repo = hub.repos[name] = Repo(name, private=False, blobs=hub.blobs, lock=hub.lock)
    repo.write(read_tree(folder), title="an earlier release")
    if tag is not None:
        repo.tags[tag] = repo.head()
    return repo


def holds(repo: Repo, folder: Path, revision: str = "main") -> bool:
    """Whether a revision has the files of a release whole, and no others in the folders of releases.

    Manifests of earlier releases stay where they are.
    """
    wanted, found = read_tree(folder), repo.files(revision)
    ours = {path for path in found if path.startswith(("data/", "assets/")) or path == "README.md"}
    return ours <= set(wanted) and all(
        path in found and repo.read(path, revision) == content for path, content in wanted.items()
    )
