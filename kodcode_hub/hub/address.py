"""Names of dataset repositories and of revisions in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kodcode_hub.errors import UsageError

_ADDRESS = re.compile(
    r"(?:hf://)?(?:datasets/)?(?P<repo>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(?:@(?P<revision>[^@\s]+))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class RepoAddress:
    """A dataset repository, and what of it is meant: a branch, tag or commit; None is the branch ``main``."""

    repo: str
    revision: str | None = None

    def __str__(self) -> str:
        return self.repo if self.revision is None else f"{self.repo}@{self.revision}"


def parse_address(text: str) -> RepoAddress:
    """Read ``OWNER/NAME``, ``OWNER/NAME@REVISION``, or either behind ``hf://datasets/``.

    Raises:
        UsageError: it is something else.
    """
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} does not exist here and is no repository: write OWNER/NAME or OWNER/NAME@REVISION")
    return RepoAddress(found["repo"], found["revision"])


def parse_repo(text: str) -> str:
    """Read the name of a repository that is written to.

    Raises:
        UsageError: it is not of the form ``OWNER/NAME``, or names a revision.
    """
    found = _ADDRESS.fullmatch(text)
    if found is None or found["revision"] is not None:
        raise UsageError(f"--repo {text}: write OWNER/NAME, without a revision")
    return found["repo"]
