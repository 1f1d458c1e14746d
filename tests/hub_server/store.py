"""Dataset repositories in memory, with the bytes of their files in a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from uuid import uuid4

from tests.hub_server.answers import Refusal
from tests.hub_server.large_suffixes import GITATTRIBUTES, belongs_to_lfs

SHORTEST_COMMIT_ID = 7


@dataclass(frozen=True, slots=True)
class Blob:
    """One stored file: ``sha256`` of its content, ``size`` in bytes, and git's name for what git keeps of it."""

    sha256: str
    size: int
    is_lfs: bool
    git_oid: str

    @classmethod
    def of(cls, content: bytes, *, is_lfs: bool) -> Blob:
        """The blob of ``content``."""
        digest = hashlib.sha256(content).hexdigest()
        return cls.stored_large(digest, len(content)) if is_lfs else cls(digest, len(content), False, git_id(content))

    @classmethod
    def stored_large(cls, sha256: str, size: int) -> Blob:
        """The blob of a large file, of which git keeps only a pointer."""
        return cls(sha256, size, True, git_id(lfs_pointer(sha256, size)))


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit with all the files of its tree."""

    id: str
    title: str
    description: str
    parent: str | None
    files: Mapping[str, Blob]
    date: datetime


class BlobFolder:
    """Contents under their sha256."""

    def __init__(self, folder: Path) -> None:
        """Keep the files in ``folder``, which is made."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Where the content with this sha256 lies, or would lie."""
        return self.folder / sha256

    def put(self, content: bytes) -> str:
        """Keep ``content`` and give its sha256; a reader never sees half of it."""
        sha256 = hashlib.sha256(content).hexdigest()
        if not self.path(sha256).exists():
            unfinished = self.folder / f".{uuid4().hex}"
            unfinished.write_bytes(content)
            unfinished.rename(self.path(sha256))
        return sha256


class Repo:
    """One dataset repository: ``main``, its tags and its pull requests."""

    def __init__(self, name: str, *, private: bool, blobs: BlobFolder, lock: RLock) -> None:
        """Start with the commit that every new repository on the Hub has, which adds ``.gitattributes``."""
        self.name = name
        self.private = private
        self.blobs = blobs
        self.lock = lock
        self.commits: list[Commit] = []
        self.tags: dict[str, str] = {}
        self.pull_requests: dict[int, list[Commit]] = {}
        self.large_objects: dict[str, int] = {}
        """The size in bytes of every large file sent to this repository, by sha256, whether committed or not."""
        self.write({".gitattributes": GITATTRIBUTES}, title="initial commit")

    def head(self) -> str:
        """The commit id of ``main``."""
        return self.commits[-1].id

    def files(self, revision: str = "main") -> dict[str, Blob]:
        """The files at a revision, by path."""
        return dict(self.find(revision).files)

    def read(self, path: str, revision: str = "main") -> bytes:
        """The content of one file.

        Raises:
            KeyError: there is no such file at the revision.
        """
        return self.blobs.path(self.find(revision).files[path].sha256).read_bytes()

    def write(self, files: Mapping[str, bytes], *, delete: Sequence[str] = (), title: str = "a parallel commit") -> str:
        """Commit to ``main`` as a parallel writer does, and give the commit id."""
        with self.lock:
            tree = dict(self.commits[-1].files) if self.commits else {}
            for path in delete:
                del tree[path]
            for path, content in files.items():
                tree[path] = self.keep(content, is_lfs=belongs_to_lfs(path, len(content)))
            return self.commit(tree, title=title).id

    def keep(self, content: bytes, *, is_lfs: bool) -> Blob:
        """Store ``content`` for a later commit."""
        sha256 = self.blobs.put(content)
        if is_lfs:
            self.large_objects[sha256] = len(content)
        return Blob.of(content, is_lfs=is_lfs)

    def find(self, revision: str) -> Commit:
        """The commit that a branch, tag, pull request, or full or short commit id means.

        Raises:
            Refusal: 404, with the Hub's code for a missing revision.
        """
        return self.history(revision)[0]

    def history(self, revision: str) -> list[Commit]:
        """The commit of a revision and its ancestors, newest first; raises as :meth:`find`."""
        by_id = {commit.id: commit for commit in self.every_commit()}
        at: str | None = self._commit_id(revision, by_id)
        commits = []
        while at is not None:
            commits.append(by_id[at])
            at = by_id[at].parent
        return commits

    def every_commit(self) -> Iterable[Commit]:
        """All commits, those of pull requests too."""
        yield from self.commits
        for commits in self.pull_requests.values():
            yield from commits

    def branch(self, revision: str) -> list[Commit]:
        """The commits of a branch that can be written to: ``main`` or a pull request; raises as :meth:`find`."""
        if revision in ("main", "refs/heads/main"):
            return self.commits
        number = revision.removeprefix("refs/pr/")
        if number != revision and number.isdigit() and int(number) in self.pull_requests:
            return self.pull_requests[int(number)]
        raise Refusal(404, f"Invalid rev id: {revision}", code="RevisionNotFound")

    def commit(self, tree: Mapping[str, Blob], *, title: str, description: str = "", branch: str = "main") -> Commit:
        """Put a commit with exactly the files of ``tree`` on a branch."""
        commits = self.branch(branch)
        parent = commits[-1].id if commits else None
        commits.append(self._new_commit(tree, title, description, parent))
        return commits[-1]

    def open_pull_request(self, tree: Mapping[str, Blob], *, title: str, description: str, base: str) -> int:
        """Put a commit with the files of ``tree`` on a new pull request from ``base``, and give its number."""
        number = len(self.pull_requests) + 1
        self.pull_requests[number] = [self._new_commit(tree, title, description, base)]
        return number

    def _new_commit(self, tree: Mapping[str, Blob], title: str, description: str, parent: str | None) -> Commit:
        count = sum(1 for _ in self.every_commit())
        text = repr((self.name, count, parent, title, description, sorted(tree.items())))
        return Commit(sha1(text.encode()), title, description, parent, dict(tree), datetime.now(UTC))

    def _commit_id(self, revision: str, by_id: Mapping[str, Commit]) -> str:
        if revision.removeprefix("refs/tags/") in self.tags:
            return self.tags[revision.removeprefix("refs/tags/")]
        if revision in by_id:
            return revision
        starting = [id_ for id_ in by_id if id_.startswith(revision)]
        if len(revision) >= SHORTEST_COMMIT_ID and len(starting) == 1:
            return starting[0]
        return self.branch(revision)[-1].id


def sha1(content: bytes) -> str:
    """The hex digest that git and the Hub's short names use."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def git_id(content: bytes) -> str:
    """The id that git gives a file with this content."""
    return sha1(b"blob %d\0" % len(content) + content)


def lfs_pointer(sha256: str, size: int) -> bytes:
    """What git keeps in place of a large file (git-lfs specification, version 1)."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()
