"""A Hub for dataset repositories, on loopback, for the clients as they are.

``hub_server`` serves what ``huggingface_hub`` and ``datasets`` ask when they create, fill, tag, list and read dataset
repositories. Large files go through git-LFS; Xet is never offered. The API and the store of large files are two
origins, as on the Hub: a client reads the metadata of a file off the redirect that leaves the API, and sends no token
to where it leads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from threading import RLock
from urllib.parse import parse_qs

from tests.hub_server.answers import Answer, Refusal
from tests.hub_server.calls import Access, Call
from tests.hub_server.faults import FaultKind, Faults, refusal_of
from tests.hub_server.routes import Route, find_route
from tests.hub_server.store import BlobFolder, Repo
from tests.hub_server.wire import Listener

DEFAULT_PAGE_SIZE = 1000


@dataclass(slots=True)
class Request:
    """One request that arrived whole; ``status`` is 0 where no answer was sent, ``bytes_in`` counts the body."""

    method: str
    path: str
    query: str
    kind: str
    bytes_in: int
    authorized: bool
    """Whether it carried a token."""
    status: int = 0


class Hub:
    """The server as a test sees it.

    Without a token public repositories can be read. ``token`` reads and writes, ``read_token`` only reads, and any
    other is refused with 401.
    """

    def __init__(self, folder: Path) -> None:
        """Keep the files below ``folder``."""
        self.token = f"hf_{token_hex(17)}"
        self.read_token = f"hf_{token_hex(17)}"
        self.signature = token_hex(16)
        self.requests: list[Request] = []
        self.faults = Faults()
        self.repos: dict[str, Repo] = {}
        self.blobs = BlobFolder(folder / "blobs")
        self.lock = RLock()
        self.page_size = DEFAULT_PAGE_SIZE
        """Entries a page of lists; set it low to see a client turn pages."""
        self.api = Listener(self)
        # Some clients tell origins apart by the port, some by the name alone.
        self.storage = Listener(self, host="localhost")
        self._before: list[tuple[str, Callable[[], object]]] = []

    @property
    def url(self) -> str:
        """Address for ``HF_ENDPOINT`` and ``HfApi(endpoint=...)``."""
        return self.api.url

    @property
    def storage_url(self) -> str:
        """Address of the store that large files are sent to and come from."""
        return self.storage.url

    def repo(self, name: str) -> Repo:
        """The stored repository.

        Raises:
            KeyError: nobody created it.
        """
        return self.repos[name]

    def before(self, kind: str, action: Callable[[], object]) -> None:
        """Call ``action`` once, when the next request of ``kind`` has arrived: a parallel writer at a chosen moment."""
        with self.lock:
            self._before.append((kind, action))

    def take(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[Answer | None, FaultKind | None]:
        """Record a request and carry it out, as far as the armed faults allow."""
        path, _, query = target.partition("?")
        route, names = find_route(method, path)
        request = Request(method, path, query, route.kind, len(body), "authorization" in headers)
        with self.lock:
            self.requests.append(request)
            fault = self.faults.draw(request.kind)
            self._act_before(request.kind)
            if fault == "drop_before":
                return None, fault
            answer = refusal_of(fault) or self._carry_out(route, names, query, headers, body)
            if fault == "drop_after":
                return None, fault
            request.status = answer.status
            return answer, fault

    def _act_before(self, kind: str) -> None:
        due = [pending for pending in self._before if pending[0] == kind]
        for pending in due:
            self._before.remove(pending)
            pending[1]()

    def _carry_out(
        self, route: Route, names: Mapping[str, str], query: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        try:
            access = self._access(headers.get("authorization"))
            return route.endpoint(Call(self, names, parse_qs(query), headers, body, access))
        except Refusal as refusal:
            return refusal.answer()

    def _access(self, authorization: str | None) -> Access:
        if authorization is None:
            return "none"
        rights: dict[str, Access] = {f"Bearer {self.token}": "write", f"Bearer {self.read_token}": "read"}
        if authorization not in rights:
            raise Refusal(401, "Invalid credentials in Authorization header")
        return rights[authorization]


@contextmanager
def hub_server(folder: Path) -> Iterator[Hub]:
    """A Hub without repositories, for as long as the block runs; files lie below ``folder``.

    Raises:
        ExceptionGroup: at the end of the block, the server itself broke while it answered a request.
    """
    hub = Hub(folder)
    listeners = (hub.api, hub.storage)
    for listener in listeners:
        listener.start()
    try:
        yield hub
    finally:
        for listener in listeners:
            listener.stop()
    broken = [error for listener in listeners for error in listener.broken]
    if broken:
        raise BaseExceptionGroup("the Hub server broke", broken)
