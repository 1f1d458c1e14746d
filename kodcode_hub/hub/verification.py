"""Whether a commit on the Hub is the release on this disk: as the Hub states it, as it downloads, as it loads."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from kodcode_hub.errors import HubError
from kodcode_hub.hub.load_order import LoadCheck, load_order
from kodcode_hub.hub.plan import changes_to
from kodcode_hub.hub.repository import LocalFile, Repository, files_of
from kodcode_hub.packaging.release_folder import ReleaseFolder
from kodcode_hub.verification.private_folder import clear_leftovers, private_folder

Depth = Literal["full", "sample"]
"""``full`` downloads and loads everything; ``sample`` compares what the Hub states and streams the first rows."""

_ROUNDS = 2
"""What arrives broken once may have been broken on the way."""
_DOWNLOADS = 4
_SHOWN = 5
_PREFIX = "kodcode-verify-"


def verify_release(
    release: ReleaseFolder,
    repository: Repository,
    commit: str,
    *,
    depth: Depth,
    check_load: LoadCheck,
    say: Callable[[str], None],
) -> None:
    """Compare a commit with the release, by all means.

    Args:
        release: as it should be.
        repository: where the commit is.
        commit: its full id; nothing is read from anywhere else.
        depth: how much is read.
        check_load: loads every config in an empty cache.
        say: is told what is being done.

    Raises:
        HubError: it is not the release, or could not be read.
    """
    say("comparing sizes and SHA-256 on the Hub")
    _repeat(lambda: _stated_problems(release, repository, commit), repository, commit)
    say("loading every config in an empty cache" if depth == "full" else "streaming the first rows of every split")
    _repeat(lambda: _loaded_problems(release, repository, commit, depth, check_load), repository, commit)


def _repeat(find_problems: Callable[[], list[str]], repository: Repository, commit: str) -> None:
    for _ in range(_ROUNDS):
        problems = find_problems()
        if not problems:
            return
    shown = "; ".join(problems[:_SHOWN]) + (f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else "")
    raise HubError(
        f"{repository.name} at {commit[:12]} is not the release that was sent: {shown}; no tag was set. The same "
        "command verifies again; to go back to an earlier release: "
        f"kodcode rollback --repo {repository.name} --to TAG"
    )


def _stated_problems(release: ReleaseFolder, repository: Repository, commit: str) -> list[str]:
    changes = changes_to(release, repository.files(commit))
    return [
        *(f"{file.path} is missing or differs" for file in (*changes.new, *changes.known)),
        *(f"{path} is too much" for path in changes.deleted),
    ]


def _loaded_problems(
    release: ReleaseFolder, repository: Repository, commit: str, depth: Depth, check_load: LoadCheck
) -> list[str]:
    """First the load, into a cache that is empty; then the hashes of what it has downloaded, and of the rest."""
    temporary = Path(tempfile.gettempdir())
    clear_leftovers(temporary, _PREFIX)  # a killed verification leaves a whole release there
    with private_folder(temporary, _PREFIX) as home:
        problems = check_load(load_order(release, repository, commit, streaming=depth == "sample"), home)
        if depth == "full":
            problems += _downloaded_problems(release, repository, commit, home / "hub")
        return problems


def _downloaded_problems(release: ReleaseFolder, repository: Repository, commit: str, cache: Path) -> list[str]:
    def check(file: LocalFile) -> str | None:
        path = repository.download(file.path, commit, cache=cache)
        found = _sha256(path)
        return None if found == file.sha256 else f"{file.path} downloads with other bytes (SHA-256 {found[:12]}...)"

    with ThreadPoolExecutor(_DOWNLOADS) as pool:
        return [problem for problem in pool.map(check, files_of(release)) if problem is not None]


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
