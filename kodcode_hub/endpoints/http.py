"""The client of all LLM servers: one pooled session, TGI's and OpenAI's dialect, and the rules of ``retry.py``."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from kodcode_hub.endpoints.credentials import Credential
from kodcode_hub.endpoints.dialects import (
    DIALECTS,
    Dialect,
    MalformedAnswer,
    ServerLimits,
    decode_completion,
    encode_request,
)
from kodcode_hub.endpoints.exchange import MOST_BYTES, Exchange
from kodcode_hub.endpoints.opening import identify_server
from kodcode_hub.endpoints.protocol import Completion, DeadLetter, EndpointInfo, Request
from kodcode_hub.endpoints.retry import Failure, Retries, RetryPolicy, StopRun
from kodcode_hub.endpoints.urls import EndpointUrl
from kodcode_hub.errors import EndpointError

_UNTOLD_CONCURRENCY = 64
"""Requests in flight where a server does not name its limit."""


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How the client behaves.

    Args:
        idle_timeout_s: longest silence of a server within a request; not a limit of the whole request, as a long reply
            of a busy server takes its time.
        max_concurrent_requests: in flight at most, whatever the server allows.
        most_bytes: longest answer that is read.
    """

    idle_timeout_s: float = 600.0
    connect_timeout_s: float = 10.0
    max_concurrent_requests: int = 128
    most_bytes: int = MOST_BYTES
    policy: RetryPolicy = field(default_factory=RetryPolicy)


_DEFAULT_OPTIONS = HttpOptions()


class HttpEndpoint:
    """A model behind an HTTP server; made by :func:`open_http_endpoint`. Implements ``Endpoint``."""

    def __init__(
        self, url: EndpointUrl, exchange: Exchange, limits: ServerLimits, *, options: HttpOptions = _DEFAULT_OPTIONS
    ) -> None:
        allowed = limits.max_concurrent_requests or _UNTOLD_CONCURRENCY
        self._info = EndpointInfo(limits.model, min(allowed, options.max_concurrent_requests))
        self._dialect: Dialect = DIALECTS[url.kind]
        self._url = url
        self._exchange = exchange
        self._limits = limits
        self._policy = options.policy
        self._in_flight = asyncio.Semaphore(self._info.max_concurrent_requests)
        self._alive_at = time.monotonic()

    @property
    def info(self) -> EndpointInfo:
        """The model's identity and how many requests are sent at a time."""
        return self._info

    async def complete(self, request: Request) -> Completion | DeadLetter:
        """Ask once, retrying what can be retried.

        Raises:
            EndpointError: the server refused our credentials, or was out of reach or too busy for too long.
        """
        path, body = encode_request(self._dialect, request, self._limits)
        content = _to_bytes(body)
        retries = Retries(self._policy, since=time.monotonic())
        while True:
            outcome = await self._ask(request, path, content, retries)
            if isinstance(outcome, Completion):
                return outcome
            match retries.decide(outcome, now=time.monotonic(), alive_at=self._alive_at):
                case DeadLetter() as dead:
                    return dead
                case StopRun() as stop:
                    raise self._stopped(stop)
                case wait_s:
                    await asyncio.sleep(wait_s)

    async def _ask(self, request: Request, path: str, content: bytes, retries: Retries) -> Completion | Failure:
        async with self._in_flight:
            outcome = await self._exchange.send(path, content)
        if isinstance(outcome, Failure):
            retries.sent += outcome.cause != "unreachable"
            return outcome
        retries.sent += 1
        try:
            completion = decode_completion(request, outcome.value, tries=retries.sent)
        except MalformedAnswer as error:
            return Failure("malformed", 200, f"the answer is no completion: {error}")
        self._alive_at = time.monotonic()
        return completion

    def _stopped(self, stop: StopRun) -> EndpointError:
        advice = self._exchange.credential.advice if stop.credentials_refused else "see to the server"
        return EndpointError(
            f"endpoint {self._url.redacted()} {stop.reason}; {advice}, then start the same command again"
        )


@asynccontextmanager
async def open_http_endpoint(
    url: EndpointUrl, credential: Credential, *, options: HttpOptions = _DEFAULT_OPTIONS
) -> AsyncIterator[HttpEndpoint]:
    """Reach the server of a ``tgi`` or ``openai`` URL and learn who answers there.

    Raises:
        EndpointError: it cannot be reached, refuses us, or is no server of this kind.
        UsageError: it serves several models and the URL names none.
    """
    async with _session(credential, options) as session:
        exchange = Exchange(session, url.base_url, url.query, credential, options.most_bytes)
        limits = await identify_server(url, exchange, policy=options.policy)
        yield HttpEndpoint(url, exchange, limits, options=options)


def _session(credential: Credential, options: HttpOptions) -> aiohttp.ClientSession:
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "Content-Type": "application/json"}
    if credential.authorization:
        headers["Authorization"] = credential.authorization
    return aiohttp.ClientSession(
        # The semaphore bounds what is in flight; a second bound would only hide requests in a queue.
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=headers,
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(
            total=None, sock_connect=options.connect_timeout_s, sock_read=options.idle_timeout_s
        ),
    )


def _to_bytes(body: dict[str, Any]) -> bytes:
    # ASCII escapes carry lone surrogates, which UTF-8 cannot.
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode("ascii")
