"""Files on their way into one commit: large ones uploaded in batches, then all committed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kodcode_hub.errors import HubError, RefusedError
from kodcode_hub.hub.counted_file import CountedFile
from kodcode_hub.hub.failures import CONFLICT, NOT_FOUND, STALE_PARENT, ask_hub, hub_error, status_of
from kodcode_hub.hub.repository import Change, LocalFile

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, HfApi

_BATCH = 64
"""Files asked about and uploaded together."""


class HfSending:
    """The ``Sending`` of ``HfRepository``.

    With Xet the client is given paths and sends the chunks that the Hub lacks; a file then counts as sent with its
    whole size. Without Xet it is given open files, and what it reads of them is counted.
    """

    def __init__(self, client: HfApi, name: str, *, pull_request: bool) -> None:
        """Nothing is sent yet."""
        self._client = client
        self._name = name
        self._pull_request = pull_request
        self._uses_xet = _has_xet()
        self._operations: list[CommitOperationAdd] = []
        self._sent: dict[str, int] = {}
        self._small: dict[str, int] = {}

    @property
    def sent(self) -> Mapping[str, int]:
        """Name → bytes, for the files that were really sent."""
        return self._sent

    def send(self, additions: Sequence[LocalFile]) -> None:
        """Upload the large ones among ``additions``; the Hub says which these are.

        Raises:
            HubError: it failed; what has arrived stays and is not sent again.
        """
        for start in range(0, len(additions), _BATCH):
            batch = additions[start : start + _BATCH]
            try:
                self._send_batch(batch)
            except HubError as error:
                if not (self._uses_xet and _is_without_xet(error)):
                    raise
                self._uses_xet = False
                self._send_batch(batch)

    def commit(self, change: Change, *, parent: str) -> str:
        """Make the commit and give its id, or what the Hub says it is.

        Raises:
            RefusedError: ``main`` is no longer at ``parent``.
            LostAnswerError: it may have been made or not.
        """
        try:
            made = self._client.create_commit(
                self._name,
                [*self._operations, *_other_operations(change)],
                commit_message=change.title,
                commit_description=change.description,
                repo_type="dataset",
                parent_commit=parent,
                create_pr=self._pull_request,
            )
        except Exception as error:
            if status_of(error) in (STALE_PARENT, CONFLICT):
                raise RefusedError(
                    f"{self._name} was changed by another writer meanwhile, so nothing was committed: look at what is "
                    "new there, then start the same command again"
                ) from error
            raise hub_error(error, f"commit to {self._name} at {self._client.endpoint}") from error
        finally:
            self._sent |= self._small
        return made.oid

    def _send_batch(self, batch: Sequence[LocalFile]) -> None:
        from huggingface_hub import CommitOperationAdd

        with ExitStack() as stack:
            sources = [self._open(file, stack) for file in batch]
            operations = [CommitOperationAdd(file.path, source) for file, source in zip(batch, sources, strict=True)]
            for source in sources:
                if isinstance(source, CountedFile):
                    source.read_bytes = 0
            ask_hub(lambda: self._upload(operations), f"send files to {self._name} at {self._client.endpoint}")
            for file, operation, source in zip(batch, operations, sources, strict=True):
                self._note(file, operation, source)

    def _open(self, file: LocalFile, stack: ExitStack) -> CountedFile | Path:
        return file.source if self._uses_xet else stack.enter_context(CountedFile(file.source))

    def _upload(self, operations: list[CommitOperationAdd]) -> None:
        self._client.preupload_lfs_files(
            self._name, operations, repo_type="dataset", create_pr=self._pull_request, free_memory=True
        )

    def _note(self, file: LocalFile, operation: CommitOperationAdd, source: CountedFile | Path) -> None:
        """A large file has arrived, and the client has let go of it; a small one comes with the commit itself."""
        if operation.path_or_fileobj != b"":
            operation.path_or_fileobj = file.source.read_bytes()
            self._small[file.path] = file.bytes
        elif sent := source.read_bytes if isinstance(source, CountedFile) else file.bytes:
            self._sent[file.path] = sent
        self._operations.append(operation)


def _other_operations(change: Change) -> list[Any]:
    from huggingface_hub import CommitOperationCopy, CommitOperationDelete

    copies = [CommitOperationCopy(path, path, src_revision=change.copied_from) for path in change.copies]
    return [*copies, *(CommitOperationDelete(path, is_folder=False) for path in change.deletions)]


def _has_xet() -> bool:
    from huggingface_hub import constants

    return find_spec("hf_xet") is not None and not constants.HF_HUB_DISABLE_XET


def _is_without_xet(error: HubError) -> bool:
    """The newer clients use Xet without asking whether the Hub has it; one that has not knows no such address."""
    reason = str(error.__cause__)
    return "xet-write-token" in reason and str(NOT_FOUND) in reason
