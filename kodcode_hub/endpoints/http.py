"""The way to TGI and OpenAI-compatible servers: one pooled aiohttp session. Implements ``Transport``."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from kodcode_hub.endpoints.answers import ErrorInAnswer, EventReader, MalformedAnswer, decode_completion
from kodcode_hub.endpoints.credentials import Credential
from kodcode_hub.endpoints.exchange import MOST_BYTES, Answer, Exchange, failure_in_answer
from kodcode_hub.endpoints.protocol import Completion, Request
from kodcode_hub.endpoints.requests import DIALECTS, Dialect, encode_request, is_streamed
from kodcode_hub.endpoints.transport import Failure, ServerLimits
from kodcode_hub.endpoints.urls import EndpointUrl


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How the session behaves.

    Args:
        idle_timeout_s: longest silence of a server within a request; not a limit of the whole request, as a long reply
            of a busy server takes its time.
        most_bytes: longest answer that is read.
    """

    idle_timeout_s: float = 600.0
    connect_timeout_s: float = 10.0
    most_bytes: int = MOST_BYTES


@dataclass(frozen=True, slots=True)
class HttpTransport:
    """One TGI or OpenAI-compatible server over ``exchange``."""

    dialect: Dialect
    exchange: Exchange
    limits: ServerLimits

    async def send(self, request: Request) -> Completion | Failure:
        """Ask exactly once.

        Raises:
            UsageError: the request holds a parameter that this kind of server does not have.
        """
        path, body = encode_request(self.dialect, request, self.limits)
        if not is_streamed(request):
            return self.read(request, await self.exchange.send(path, to_bytes(body)), path=path)
        reader = EventReader(request, path)
        try:
            outcome = await self.exchange.stream(path, to_bytes(body), reader.read)
            return reader.completion() if outcome is None else self.read(request, outcome, path=path)
        except (MalformedAnswer, ErrorInAnswer) as error:
            return self._failure(error)

    def read(self, request: Request, outcome: Answer | Failure, *, path: str) -> Completion | Failure:
        """What came back from ``path`` as the outcome of ``request``."""
        if isinstance(outcome, Failure):
            return outcome
        try:
            return decode_completion(request, outcome.value, path=path)
        except (MalformedAnswer, ErrorInAnswer) as error:
            return self._failure(error)

    def _failure(self, error: MalformedAnswer | ErrorInAnswer) -> Failure:
        return failure_in_answer(error, self.exchange.credential)


@asynccontextmanager
async def open_exchange(url: EndpointUrl, credential: Credential, options: HttpOptions) -> AsyncIterator[Exchange]:
    """A pooled session to one server; nothing is asked yet."""
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "Content-Type": "application/json"}
    if credential.authorization:
        headers["Authorization"] = credential.authorization
    async with aiohttp.ClientSession(
        # What is in flight is bounded elsewhere; a second bound would only hide requests in a queue.
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=headers,
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(
            total=None, sock_connect=options.connect_timeout_s, sock_read=options.idle_timeout_s
        ),
    ) as session:
        yield Exchange(session, url.base_url, url.query, credential, options.most_bytes)


def http_transport(url: EndpointUrl, exchange: Exchange, limits: ServerLimits) -> HttpTransport:
    """The transport of a ``tgi`` or ``openai`` URL."""
    return HttpTransport(DIALECTS[url.kind], exchange, limits)


def to_bytes(body: dict[str, Any]) -> bytes:
    """A body of JSON."""
    # ASCII escapes carry lone surrogates, which UTF-8 cannot.
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode("ascii")
