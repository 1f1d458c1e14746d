"""A dataset repository through ``huggingface_hub``, from 0.36 on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kodcode_hub.errors import HubError, RefusedError, UsageError
from kodcode_hub.hub.client import open_client
from kodcode_hub.hub.failures import CONFLICT, NOT_FOUND, ask_hub, status_of
from kodcode_hub.hub.repository import Head, LocalFile, PullRequest, RemoteFile
from kodcode_hub.hub.sending import HfSending

if TYPE_CHECKING:
    from huggingface_hub import HfApi

T = TypeVar("T")

DATASET = "dataset"


class HfRepository:
    """The ``Repository`` that all commands use."""

    def __init__(self, name: str, *, client: HfApi | None = None) -> None:
        """Of this name, by a client of ours or by one that is given."""
        self._name = name
        self._client = client or open_client()

    @property
    def name(self) -> str:
        """``OWNER/NAME``."""
        return self._name

    @property
    def endpoint(self) -> str:
        """The Hub's address."""
        return self._client.endpoint

    def head(self) -> Head | None:
        """The state of ``main``; None where there is no such repository."""
        try:
            info = self._ask(lambda: self._client.dataset_info(self._name, revision="main"), "read its state")
        except HubError as error:
            if status_of(error) == NOT_FOUND:
                return None
            raise
        if info.sha is None:
            raise HubError(f"the Hub does not say which commit {self._name} is at: try again later")
        return Head(info.sha, private=bool(info.private))

    def create(self, *, private: bool) -> None:
        """Make the repository; one that is there stays as it is."""
        self._ask(
            lambda: self._client.create_repo(self._name, repo_type=DATASET, private=private, exist_ok=True), "create it"
        )

    def commit_of(self, revision: str) -> str:
        """The full id of what a branch, tag or commit id means; ``UsageError`` where the repository lacks it."""
        from huggingface_hub.errors import RevisionNotFoundError

        try:
            info = self._ask(
                lambda: self._client.dataset_info(self._name, revision=revision), f"read its revision {revision}"
            )
        except HubError as error:
            if isinstance(error.__cause__, RevisionNotFoundError):
                known = ", ".join(self.tags()) or "none"
                raise UsageError(f"{self._name} has no revision {revision!r}; its tags: {known}") from error
            raise
        return str(info.sha)

    def tags(self) -> Mapping[str, str]:
        """Every tag with the commit it names."""
        refs = self._ask(lambda: self._client.list_repo_refs(self._name, repo_type=DATASET), "list its tags")
        return {tag.name: tag.target_commit for tag in refs.tags}

    def files(self, commit: str) -> Mapping[str, RemoteFile]:
        """Every file at a commit, by name."""
        entries = self._ask(
            lambda: list(self._client.list_repo_tree(self._name, recursive=True, revision=commit, repo_type=DATASET)),
            f"list its files at {commit[:12]}",
        )
        return {entry.path: _remote_file(entry) for entry in entries if hasattr(entry, "blob_id")}

    def download(self, path: str, commit: str, *, cache: Path | None = None, again: bool = False) -> Path:
        """A local copy, in the client's cache if none is named; ``again`` does not trust what lies there."""
        return Path(
            self._ask(
                lambda: self._client.hf_hub_download(
                    self._name, path, repo_type=DATASET, revision=commit, cache_dir=cache, force_download=again
                ),
                f"download {path} at {commit[:12]}",
            )
        )

    def commits_since(self, commit: str) -> Sequence[str]:
        """The commits of ``main`` behind ``commit``, newest first."""
        listed = self._ask(
            lambda: self._client.list_repo_commits(self._name, repo_type=DATASET, revision="main"), "list its commits"
        )
        ids = [each.commit_id for each in listed]
        return ids[: ids.index(commit)] if commit in ids else ids

    def pull_requests(self, title: str) -> Sequence[PullRequest]:
        """The open pull requests with this title."""
        listed = self._ask(
            lambda: list(
                self._client.get_repo_discussions(
                    self._name, repo_type=DATASET, discussion_type="pull_request", discussion_status="open"
                )
            ),
            "list its pull requests",
        )
        numbers = [each.num for each in listed if each.title == title]
        return [self._pull_request(number) for number in numbers]

    def send(self, additions: Sequence[LocalFile], *, pull_request: bool) -> HfSending:
        """Upload large files for a later commit, in batches; what the Hub has already is not sent."""
        sending = HfSending(self._client, self._name, pull_request=pull_request)
        sending.send(additions)
        return sending

    def tag(self, name: str, commit: str) -> None:
        """Name a commit; ``RefusedError`` where the name is taken by another commit."""
        try:
            self._ask(
                lambda: self._client.create_tag(self._name, tag=name, revision=commit, repo_type=DATASET),
                f"create the tag {name}",
            )
        except HubError as error:
            # A former try, whose answer was lost, may have made it.
            if status_of(error) != CONFLICT:
                raise
        found = self.tags().get(name)
        if found != commit:
            raise RefusedError(
                f"{self._name} has a tag {name} on {str(found)[:12]}, which another writer made meanwhile; tags never "
                "move: package the release with a higher version"
            )

    def _pull_request(self, number: int) -> PullRequest:
        url = f"{self.endpoint}/datasets/{self._name}/discussions/{number}"
        return PullRequest(number, url, self.commit_of(f"refs/pr/{number}"))

    def _ask(self, call: Callable[[], T], doing: str) -> T:
        return ask_hub(call, f"{doing} ({self._name} at {self.endpoint})")


def _remote_file(entry: Any) -> RemoteFile:
    large = entry.lfs
    return RemoteFile(entry.path, entry.size, entry.blob_id, None if large is None else large.sha256)
