"""Going back: one new commit whose files are exactly those of a tag. Tags never move."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kodcode_hub.errors import HubError, UsageError
from kodcode_hub.hub.client import quiet_client
from kodcode_hub.hub.commit import commit_once
from kodcode_hub.hub.repository import Change, LocalFile, RemoteFile, Repository, git_oid

_READINGS = 2


@dataclass(frozen=True, slots=True)
class RollbackResult:
    """What was done; ``changed`` is false where the files were those of the tag already."""

    repo: str
    commit: str
    to: str
    changed: bool

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {"repo": self.repo, "commit": self.commit, "to": self.to, "changed": self.changed}


def roll_back(repository: Repository, tag: str) -> RollbackResult:
    """Give ``main`` the files of a tag, in one new commit on a checked parent.

    Raises:
        UsageError: there is no such repository or tag.
        RefusedError: another writer was faster; nothing was changed.
        HubError: the Hub failed or refused, or the commit is not what was asked for.
    """
    with quiet_client(), tempfile.TemporaryDirectory(prefix="kodcode-rollback-") as folder:
        head = repository.head()
        if head is None:
            raise UsageError(f"there is no repository {repository.name} on {repository.endpoint}: check its name")
        tagged = _commit_of_tag(repository, tag)
        wanted, found = repository.files(tagged), repository.files(head.commit)
        if wanted == found:
            return RollbackResult(repository.name, head.commit, tag, False)
        change, small = _change(repository, tag, tagged, wanted, found, Path(folder))
        sending = repository.send(small, pull_request=False)
        commit = commit_once(
            repository,
            sending,
            change,
            parent=head.commit,
            is_ours=lambda commit: repository.files(commit) == wanted,
        )
        _check(repository, commit, tag, wanted)
        return RollbackResult(repository.name, commit, tag, True)


def _commit_of_tag(repository: Repository, tag: str) -> str:
    tags = repository.tags()
    if tag not in tags:
        known = ", ".join(tags) or "none"
        raise UsageError(f"{repository.name} has no tag {tag!r}; its tags: {known}")
    return tags[tag]


def _change(
    repository: Repository,
    tag: str,
    tagged: str,
    wanted: Mapping[str, RemoteFile],
    found: Mapping[str, RemoteFile],
    folder: Path,
) -> tuple[Change, list[LocalFile]]:
    """Large files are copied on the Hub, where they lie already; small ones come with the commit, from this disk."""
    differing = [file for path, file in wanted.items() if found.get(path) != file]
    change = Change(
        title=f"Roll back to {tag}",
        description=f"All files are those of {tag} ({tagged}).",
        deletions=sorted(found.keys() - wanted.keys()),
        copies=[file.path for file in differing if file.sha256 is not None],
        copied_from=tagged,
    )
    small = [_download(repository, tagged, file, folder) for file in differing if file.sha256 is None]
    return change, small


def _download(repository: Repository, commit: str, file: RemoteFile, folder: Path) -> LocalFile:
    """A small file, compared with its hash: what is committed must be what the tag has."""
    for again in (False, True):
        path = repository.download(file.path, commit, cache=folder, again=again)
        if git_oid(path) == file.git_oid:
            return LocalFile(file.path, path, file.bytes, hashlib.sha256(path.read_bytes()).hexdigest())
    raise HubError(f"{file.path} of {repository.name} arrives damaged, again and again; nothing was changed")


def _check(repository: Repository, commit: str, tag: str, wanted: Mapping[str, RemoteFile]) -> None:
    for _ in range(_READINGS):
        found = repository.files(commit)
        if found == wanted:
            return
    differing = [path for path in {**wanted, **found} if wanted.get(path) != found.get(path)]
    raise HubError(
        f"{repository.name} at {commit[:12]} does not hold the files of {tag} ({', '.join(sorted(differing)[:3])}): "
        "look at it, and roll back again"
    )
