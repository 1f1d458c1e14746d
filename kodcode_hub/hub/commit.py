"""One commit, made once: a lost answer is told from a commit that was not made, and from another writer's."""

from __future__ import annotations

from collections.abc import Callable

from kodcode_hub.errors import RefusedError
from kodcode_hub.hub.failures import LostAnswerError
from kodcode_hub.hub.repository import Change, PullRequest, Repository, Sending

_TRIES = 3


def commit_once(
    repository: Repository, sending: Sending, change: Change, *, parent: str, is_ours: Callable[[str], bool]
) -> str:
    """Make a commit on ``parent`` and give its id.

    Args:
        repository: where.
        sending: what was uploaded for it.
        change: what it does.
        parent: the newest commit of ``main`` when the change was worked out.
        is_ours: whether a commit holds what this change makes.

    Raises:
        RefusedError: ``main`` has moved on to something else; nothing was committed.
        HubError: the Hub refused, or did not answer however often it was asked; nothing was committed.
    """
    for left in reversed(range(_TRIES)):
        failure: LostAnswerError | RefusedError | None = None
        told = None
        try:
            told = sending.commit(change, parent=parent)
        except (LostAnswerError, RefusedError) as error:
            failure = error
        made = _find(repository, parent, told, is_ours)
        if made is not None:
            return made
        if isinstance(failure, RefusedError) or _has_moved(repository, parent):
            raise failure if isinstance(failure, RefusedError) else _refusal(repository)
        if failure is not None and not left:
            raise failure
    raise LostAnswerError(f"{repository.name} takes the commit but does not show it: look at it, then publish again")


def open_pull_request_once(
    repository: Repository, sending: Sending, change: Change, *, parent: str, is_ours: Callable[[str], bool]
) -> PullRequest:
    """Open a pull request with one commit on ``parent``, unless an open one has it already.

    Raises:
        RefusedError: the Hub no longer takes one on this commit.
        HubError: the Hub refused, or did not answer however often it was asked.
    """
    for left in reversed(range(_TRIES)):
        failure: LostAnswerError | None = None
        try:
            sending.commit(change, parent=parent)
        except LostAnswerError as error:
            failure = error
        found = find_pull_request(repository, change.title, is_ours)
        if found is not None:
            return found
        if failure is not None and not left:
            raise failure
    raise LostAnswerError(f"{repository.name} takes the pull request but does not show it: look at it before you retry")


def find_pull_request(repository: Repository, title: str, is_ours: Callable[[str], bool]) -> PullRequest | None:
    """An open pull request with this title that holds the change."""
    return next((each for each in repository.pull_requests(title) if is_ours(each.commit)), None)


def _find(repository: Repository, parent: str, told: str | None, is_ours: Callable[[str], bool]) -> str | None:
    """The commit that was made: usually what the Hub told is the head; else it is looked for behind ``parent``."""
    head = repository.head()
    if head is None or head.commit == parent:
        return None
    if head.commit == told:
        return told
    return next((commit for commit in repository.commits_since(parent) if is_ours(commit)), None)


def _has_moved(repository: Repository, parent: str) -> bool:
    head = repository.head()
    return head is None or head.commit != parent


def _refusal(repository: Repository) -> RefusedError:
    return RefusedError(
        f"{repository.name} was changed by another writer meanwhile, and the Hub did not say what became of this "
        "change: look at what is there, then try again"
    )
