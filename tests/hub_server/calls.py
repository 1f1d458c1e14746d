"""What an endpoint of the server gets to see of a request and of the Hub."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import RLock
from typing import Any, Literal, Protocol

from tests.hub_server.answers import Refusal
from tests.hub_server.store import BlobFolder, Repo

Access = Literal["none", "read", "write"]
USER = "tester"


class Served(Protocol):
    """The Hub behind the endpoints."""

    repos: dict[str, Repo]
    blobs: BlobFolder
    lock: RLock
    page_size: int
    signature: str

    @property
    def url(self) -> str:
        """Address of the API."""
        ...

    @property
    def storage_url(self) -> str:
        """Address of the store of large files: another origin, as on the Hub."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way to an endpoint; ``names`` are the decoded parts of its path."""

    hub: Served
    names: Mapping[str, str]
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    access: Access

    def repo(self) -> Repo:
        """The repository that the path names.

        Raises:
            Refusal: it does not exist, or may not be seen without a token. The Hub hides one behind the other.
        """
        repo = self.hub.repos.get(self.names["repo"])
        if repo is not None and (self.access != "none" or not repo.private):
            return repo
        if self.access == "none":
            raise Refusal(401, "Invalid username or password.", code="RepoNotFound")
        raise Refusal(404, "Repository not found", code="RepoNotFound")

    def writable_repo(self) -> Repo:
        """The repository that the path names, if the token may write; raises as :meth:`repo`, or 401 and 403."""
        self.require_write()
        return self.repo()

    def require_write(self) -> None:
        """Refuse who may not write: 401 without a token, 403 with one that only reads."""
        if self.access == "none":
            raise Refusal(401, "Invalid username or password.")
        if self.access == "read":
            raise Refusal(403, "You don't have the required permissions: this token only reads")

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def asks(self, name: str) -> bool:
        """Whether a query parameter is set to something true."""
        return self.query.get(name, [""])[-1].lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        """A query parameter that is a whole number."""
        return int(self.query.get(name, [str(default)])[-1])


def moment(date: datetime) -> str:
    """A time as the clients read it."""
    return date.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
