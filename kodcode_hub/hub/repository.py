"""What publishing and rolling back need of a dataset repository, and the records they exchange with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kodcode_hub.packaging.release_folder import ReleaseFolder


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file at a commit, as the Hub states it; ``sha256`` is known of large files only."""

    path: str
    bytes: int
    git_oid: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of a release on this disk, under the name ``path`` that it has in the repository."""

    path: str
    source: Path
    bytes: int
    sha256: str

    def is_at(self, remote: RemoteFile | None) -> bool:
        """Whether the repository holds these bytes there: by SHA-256 for large files, else by git's hash."""
        if remote is None or remote.bytes != self.bytes:
            return False
        if remote.sha256 is not None:
            return remote.sha256 == self.sha256
        return remote.git_oid == git_oid(self.source)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest commit of ``main``, and who may read the repository."""

    commit: str
    private: bool


@dataclass(frozen=True, slots=True)
class PullRequest:
    """An open pull request with its newest commit."""

    number: int
    url: str
    commit: str


@dataclass(frozen=True, slots=True)
class Change:
    """All that one commit does.

    Args:
        title: first line of its message.
        description: the rest.
        additions: files to write; their bytes may be there already.
        deletions: names of files that are there.
        copies: names of files that get the content they have at ``copied_from``.
        copied_from: a commit.
    """

    title: str
    description: str
    additions: Sequence[LocalFile] = ()
    deletions: Sequence[str] = ()
    copies: Sequence[str] = ()
    copied_from: str | None = None


class Repository(Protocol):
    """A dataset repository on the Hub. Every method raises ``HubError`` where the Hub fails or refuses."""

    @property
    def name(self) -> str:
        """``OWNER/NAME``."""
        ...

    @property
    def endpoint(self) -> str:
        """The Hub's address."""
        ...

    def head(self) -> Head | None:
        """The state of ``main``; None where there is no such repository."""
        ...

    def create(self, *, private: bool) -> None:
        """Make the repository; one that is there stays as it is."""
        ...

    def commit_of(self, revision: str) -> str:
        """The full id of what a branch, tag or commit id means; ``UsageError`` where the repository lacks it."""
        ...

    def tags(self) -> Mapping[str, str]:
        """Every tag with the commit it names."""
        ...

    def files(self, commit: str) -> Mapping[str, RemoteFile]:
        """Every file at a commit, by name."""
        ...

    def download(self, path: str, commit: str, *, cache: Path | None = None, again: bool = False) -> Path:
        """A local copy, in the client's cache if none is named; ``again`` does not trust what lies there."""
        ...

    def commits_since(self, commit: str) -> Sequence[str]:
        """The commits of ``main`` behind ``commit``, newest first."""
        ...

    def pull_requests(self, title: str) -> Sequence[PullRequest]:
        """The open pull requests with this title."""
        ...

    def send(self, additions: Sequence[LocalFile], *, pull_request: bool) -> Sending:
        """Upload large files for a later commit, in batches; what the Hub has already is not sent."""
        ...

    def tag(self, name: str, commit: str) -> None:
        """Name a commit; ``RefusedError`` where the name is taken by another commit."""
        ...


class Sending(Protocol):
    """Files on their way into one commit."""

    @property
    def sent(self) -> Mapping[str, int]:
        """Name → bytes, for the files that were really sent."""
        ...

    def commit(self, change: Change, *, parent: str) -> str:
        """Make the commit and give its id, or what the Hub says it is.

        Raises:
            RefusedError: ``main`` is no longer at ``parent``.
            LostAnswerError: it may have been made or not.
        """
        ...


def files_of(release: ReleaseFolder) -> tuple[LocalFile, ...]:
    """Every file of a release, its manifest last."""
    manifest = release.manifest
    described = [
        LocalFile(item.path, release.file(item.path), item.bytes, item.sha256) for item in manifest.described_files
    ]
    path = release.file(manifest.path)
    return (*described, LocalFile(manifest.path, path, path.stat().st_size, release.manifest_sha256))


def git_oid(path: Path) -> str:
    """The name that git gives a file with this content."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
