"""Publishing a release: plan, upload, one commit on a checked parent, verification of the remote, tag last.

Nothing is remembered on this side. Every start looks at what is there and does what is missing, so an interrupted
publish goes on by being started again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.hub.client import quiet_client
from kodcode_hub.hub.commit import commit_once, find_pull_request, open_pull_request_once
from kodcode_hub.hub.fetch import dataset_at, release_at
from kodcode_hub.hub.load_check import load_in_new_process
from kodcode_hub.hub.load_order import LoadCheck
from kodcode_hub.hub.plan import PublishPlan, RemoteState, changes_to, plan_publish, tag_of
from kodcode_hub.hub.repository import Change, PullRequest, RemoteFile, Repository, Sending
from kodcode_hub.hub.verification import Depth, verify_release
from kodcode_hub.packaging.diff import diff_datasets
from kodcode_hub.packaging.diff_report import DatasetDiff
from kodcode_hub.packaging.diff_source import files_of_release
from kodcode_hub.packaging.release_folder import ReleaseFolder, check_hashes, open_release


@dataclass(frozen=True, slots=True)
class PublishOptions:
    """How a release is published.

    Args:
        dry_run: plan only; nothing is sent or made.
        private: a repository that must be made is private.
        pull_request: propose the release instead; it gets no tag.
        depth: of the verification.
        bars: the client may show its progress bars.
    """

    dry_run: bool = False
    private: bool = False
    pull_request: bool = False
    depth: Depth = "full"
    bars: bool = False


class PublishListener(Protocol):
    """Is told how far publishing is."""

    def planned(self, plan: PublishPlan) -> None:
        """Before anything is sent."""
        ...

    def doing(self, what: str) -> None:
        """A step begins."""
        ...


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What was done.

    Args:
        plan: what was found to do.
        commit: that holds the release; None after a dry run.
        sent: name → bytes of the files that this start really sent.
        verified: whether the commit was found to be the release.
        pull_request: where it was proposed.
        dry_run: whether nothing was done.
    """

    plan: PublishPlan
    commit: str | None
    sent: Mapping[str, int]
    verified: bool
    pull_request: PullRequest | None
    dry_run: bool

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "repo": self.plan.repo,
            "commit": self.commit,
            "tag": None if self.pull_request else self.plan.tag,
            "files_sent": len(self.sent),
            "bytes_sent": sum(self.sent.values()),
            "rows": sum(rows for splits in self.plan.release.manifest.rows.values() for rows in splits.values()),
            "verified": self.verified,
            "dry_run": self.dry_run,
            "release_id": self.plan.release.manifest_sha256,
            "pull_request": self.pull_request.url if self.pull_request else None,
            "plan": self.plan.as_json(),
        }


def publish(
    folder: Path,
    repository: Repository,
    *,
    options: PublishOptions,
    listener: PublishListener,
    check_load: LoadCheck = load_in_new_process,
) -> PublishResult:
    """Publish the release in ``folder``, or go on where an interrupted start was.

    Args:
        folder: a release.
        repository: where to.
        options: how.
        listener: is told of the plan and of every step.
        check_load: loads every config in an empty cache.

    Raises:
        InputError: the folder holds no whole release.
        UsageError: the version is taken or too low, or the repository cannot take it as asked for.
        RefusedError: another writer was faster; nothing was changed.
        HubError: the Hub failed or refused, or the verification failed. No tag was set.
    """
    release = open_release(folder.resolve())  # it is looked at from other folders too
    listener.doing("checking the release on this disk")
    check_hashes(release)
    with quiet_client(bars=options.bars):
        listener.doing(f"looking at {repository.name}")
        plan = _plan(release, repository, options, listener)
        listener.planned(plan)
        if options.dry_run:
            return PublishResult(plan, None, {}, False, None, True)
        if plan.parent is None:
            repository.create(private=options.private)
            plan = _plan(release, repository, options, listener)
        run = _Run(plan, repository, options, listener, check_load)
        return run.propose() if options.pull_request and not plan.tagged else run.publish()


def _plan(
    release: ReleaseFolder, repository: Repository, options: PublishOptions, listener: PublishListener
) -> PublishPlan:
    head = repository.head()
    if head is None:
        return plan_publish(repository.name, release, RemoteState(None, {}, {}, None, None), None)
    if options.private and not head.private:
        raise UsageError(
            f"{repository.name} is there and public, and --private only counts for a repository that is made: change "
            "it in its settings on the Hub, or leave --private out"
        )
    files, tags, tag = repository.files(head.commit), repository.tags(), tag_of(release.manifest.version)
    tagged_files = repository.files(tags[tag]) if tag in tags else None
    version, diff = (None, None) if tagged_files else _compare(release, repository, head.commit, files, listener)
    state = RemoteState(head, tags, files, version, tagged_files)
    return plan_publish(repository.name, release, state, diff)


def _compare(
    release: ReleaseFolder,
    repository: Repository,
    commit: str,
    files: Mapping[str, RemoteFile],
    listener: PublishListener,
) -> tuple[str | None, DatasetDiff | None]:
    """The version of the release at a commit, and what has changed since; nothing where it holds no release."""
    before = release_at(repository, commit, files)
    if before is None:
        return None, None
    old = dataset_at(repository, commit, name=f"{repository.name}@{commit[:12]}", files=files)
    try:
        return before.version, diff_datasets(old, files_of_release(release))
    except InputError as error:
        # What is broken there is no reason not to publish something whole.
        listener.doing(f"going on without a comparison ({error})")
        return before.version, None


@dataclass(frozen=True, slots=True)
class _Run:
    """One start, behind its plan."""

    plan: PublishPlan
    repository: Repository
    options: PublishOptions
    listener: PublishListener
    check_load: LoadCheck

    def publish(self) -> PublishResult:
        """Commit if need be, verify, tag."""
        plan = self.plan
        commit, sent = plan.tagged, dict[str, int]()
        if commit is None:
            commit = plan.parent
            assert commit is not None
            if plan.changes:
                sending = self._send()
                self.listener.doing("committing")
                commit = commit_once(
                    self.repository, sending, self._change(), parent=commit, is_ours=self._holds_release
                )
                sent = dict(sending.sent)
        self._verify(commit)
        if plan.tagged is None:
            self.listener.doing(f"setting the tag {plan.tag}")
            self.repository.tag(plan.tag, commit)
        return PublishResult(plan, commit, sent, True, None, False)

    def propose(self) -> PublishResult:
        """Open a pull request, or find the one that an earlier start has opened, and verify it."""
        parent, sent = self.plan.parent, dict[str, int]()
        assert parent is not None
        found = find_pull_request(self.repository, self._change().title, self._holds_release)
        if found is None:
            if not self.plan.changes:
                raise UsageError(
                    f"{self.plan.repo} holds this release already: publish without --pr to verify and tag it"
                )
            sending = self._send()
            self.listener.doing("opening a pull request")
            found = open_pull_request_once(
                self.repository, sending, self._change(), parent=parent, is_ours=self._holds_release
            )
            sent = dict(sending.sent)
        self._verify(found.commit)
        return PublishResult(self.plan, found.commit, sent, True, found, False)

    def _send(self) -> Sending:
        changes = self.plan.changes
        self.listener.doing("sending files")
        return self.repository.send((*changes.new, *changes.known), pull_request=self.options.pull_request)

    def _change(self) -> Change:
        return Change(
            title=f"Release {self.plan.tag}",
            description=f"Release id: {self.plan.release.manifest_sha256}",
            deletions=self.plan.changes.deleted,
        )

    def _holds_release(self, commit: str) -> bool:
        return not changes_to(self.plan.release, self.repository.files(commit))

    def _verify(self, commit: str) -> None:
        verify_release(
            self.plan.release,
            self.repository,
            commit,
            depth=self.options.depth,
            check_load=self.check_load,
            say=self.listener.doing,
        )
