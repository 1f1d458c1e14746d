"""What publishing a release would do to a repository, worked out before anything is sent. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from kodcode_hub.errors import UsageError
from kodcode_hub.hub.repository import Head, LocalFile, RemoteFile, files_of
from kodcode_hub.packaging.diff_report import DatasetDiff
from kodcode_hub.packaging.manifest import version_numbers
from kodcode_hub.packaging.manifest_file import newest_manifest
from kodcode_hub.packaging.release_folder import ReleaseFolder

_OWN_FOLDERS = ("data/", "assets/")
"""What lies there and is not in the release is deleted; nothing else of a repository is."""


@dataclass(frozen=True, slots=True)
class RemoteState:
    """What a repository holds.

    Args:
        head: None where there is no such repository.
        tags: name → commit.
        files: at the head.
        version: of the release at the head; None where there is none.
        tagged_files: at the tag of the version that is to be published; None without that tag.
    """

    head: Head | None
    tags: Mapping[str, str]
    files: Mapping[str, RemoteFile]
    version: str | None
    tagged_files: Mapping[str, RemoteFile] | None


@dataclass(frozen=True, slots=True)
class FileChanges:
    """What separates a commit from a release.

    Args:
        new: files with bytes that are nowhere in the commit.
        known: files whose bytes it has under another name; they need not be sent.
        deleted: names below ``data/`` and ``assets/`` that the release does not have.
    """

    new: tuple[LocalFile, ...]
    known: tuple[LocalFile, ...]
    deleted: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.known or self.deleted)


@dataclass(frozen=True, slots=True)
class PublishPlan:
    """What is to be done.

    Args:
        repo: ``OWNER/NAME``.
        release: what is published.
        tag: of the release.
        parent: the commit that the release goes on; None where the repository must be made first.
        tagged: the commit of the tag, where this very release is published already.
        changes: from ``parent`` to the release.
        diff: of the rows, since the release at ``parent``; None where there is none.
    """

    repo: str
    release: ReleaseFolder
    tag: str
    parent: str | None
    tagged: str | None
    changes: FileChanges
    diff: DatasetDiff | None

    @property
    def bytes_new(self) -> int:
        """Bytes that the repository does not have."""
        return sum(file.bytes for file in self.changes.new)

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "parent": self.parent,
            "already_published": self.tagged is not None,
            "files": {file.path: file.bytes for file in self.changes.new},
            "files_known": [file.path for file in self.changes.known],
            "files_deleted": list(self.changes.deleted),
            "bytes_new": self.bytes_new,
            "diff": None if self.diff is None else _without_ids(self.diff.as_json()),
        }


def _without_ids(diff: dict[str, Any]) -> dict[str, Any]:
    """As counts: ``kodcode diff`` tells the rows one by one."""
    return {name: value for name, value in diff.items() if name != "ids"}


def tag_of(version: str) -> str:
    """The tag of a version."""
    return f"v{version}"


def plan_publish(repo: str, release: ReleaseFolder, remote: RemoteState, diff: DatasetDiff | None) -> PublishPlan:
    """Decide what to do, or that it may not be done.

    Args:
        repo: ``OWNER/NAME``.
        release: what is published.
        remote: what the repository holds.
        diff: from the release at the head, if there is one.

    Raises:
        UsageError: the version is taken or too low, or a script in the repository would break loading.
    """
    tag = tag_of(release.manifest.version)
    _refuse_script(repo, remote.files)
    tagged = _same_release(repo, release, tag, remote)
    if tagged is None:
        _refuse_version(repo, release.manifest.version, remote)
        _refuse_columns(release.manifest.version, remote, diff)
    return PublishPlan(
        repo=repo,
        release=release,
        tag=tag,
        parent=None if remote.head is None else remote.head.commit,
        tagged=tagged,
        changes=FileChanges((), (), ()) if tagged else changes_to(release, remote.files),
        diff=diff,
    )


def changes_to(release: ReleaseFolder, files: Mapping[str, RemoteFile]) -> FileChanges:
    """What separates a commit with these files from the release."""
    ours = files_of(release)
    names = {file.path for file in ours}
    contents = {(remote.sha256, remote.bytes) for remote in files.values()}
    differing = [file for file in ours if not file.is_at(files.get(file.path))]
    return FileChanges(
        new=tuple(file for file in differing if (file.sha256, file.bytes) not in contents),
        known=tuple(file for file in differing if (file.sha256, file.bytes) in contents),
        deleted=tuple(sorted(name for name in files if name.startswith(_OWN_FOLDERS) and name not in names)),
    )


def _refuse_script(repo: str, files: Mapping[str, RemoteFile]) -> None:
    script = f"{repo.split('/')[1]}.py"
    if script in files:
        raise UsageError(
            f"{repo} holds {script} at its root: with a script of that name load_dataset fails; delete it there, then "
            "publish again"
        )


def _same_release(repo: str, release: ReleaseFolder, tag: str, remote: RemoteState) -> str | None:
    """The commit of the release's tag, if what it names is this release."""
    if remote.tagged_files is None:
        return None
    if changes_to(release, remote.tagged_files):
        raise UsageError(
            f"{repo} has a tag {tag} with another release, and tags never move: package this one with a higher version"
        )
    return remote.tags[tag]


def _refuse_version(repo: str, version: str, remote: RemoteState) -> None:
    wanted = version_numbers(version)
    versions = {version_numbers(tag.removeprefix("v")): tag for tag in remote.tags if tag.startswith("v")}
    highest = max((numbers for numbers in versions if numbers is not None), default=None)
    if wanted is None or (highest is not None and wanted <= highest):
        raise UsageError(
            f"{repo} has {versions[highest]} already, and a new release needs a higher version than every tag; this "
            f"one is {version}: package it with a higher --version"
        )
    _refuse_below_head(repo, version, wanted, remote.files)


def _refuse_below_head(repo: str, version: str, wanted: tuple[int, int, int], files: Collection[str]) -> None:
    """A release that was committed and not tagged has no tag that speaks for it, but its manifest stays beside ours.

    Of several manifests the highest version says what a commit holds.
    """
    found = newest_manifest(files)
    committed = found and found.removeprefix("releases/").removesuffix(".json")
    if committed and wanted < (version_numbers(committed.removeprefix("v")) or wanted):
        raise UsageError(
            f"main of {repo} holds {committed}, which was committed and is not tagged, and this release is {version}: "
            f"publish {committed} again to finish it, package this one with a higher --version, or go back first: "
            f"kodcode rollback --repo {repo} --to TAG"
        )


def _refuse_columns(version: str, remote: RemoteState, diff: DatasetDiff | None) -> None:
    """Readers of a column that goes away, or comes with another type, break: semver calls for a new major."""
    if diff is None:
        return
    columns = diff.columns
    broken = [
        *(f"{name} is removed" for name in columns.removed),
        *(f"{old} is renamed to {new}" for old, new in columns.renamed.items()),
        *(f"{name} is {new} instead of {old}" for name, (old, new) in columns.retyped.items()),
    ]
    before, now = (_major(remote.version), _major(version))
    if broken and now <= before:
        raise UsageError(
            f"version {version} breaks readers of {remote.version} ({'; '.join(broken)}): by semver that needs a new "
            f"major version; package it with --version {before + 1}.0.0"
        )


def _major(version: str | None) -> int:
    numbers = version_numbers(version or "")
    return numbers[0] if numbers else -1
