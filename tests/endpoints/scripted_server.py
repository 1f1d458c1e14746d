"""A hand-written HTTP server on loopback that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from kodcode_hub.endpoints.connect import EndpointOptions, open_server
from kodcode_hub.endpoints.credentials import Credential
from kodcode_hub.endpoints.http import HttpOptions
from kodcode_hub.endpoints.pool import Pool
from kodcode_hub.endpoints.protocol import Endpoint, Request
from kodcode_hub.endpoints.rates import RateLimits
from kodcode_hub.endpoints.retry import RetryPolicy
from kodcode_hub.endpoints.urls import EndpointUrl

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

TGI_INFO: Mapping[str, Any] = {
    "model_id": "scripted/model",
    "max_concurrent_requests": 128,
    "max_stop_sequences": 4,
    "max_total_tokens": 4096,
}

FAST = RetryPolicy(first_wait_s=0.001, max_wait_s=0.01, opening_s=1.0, unreachable_s=0.3, busy_s=30.0)
"""The rules of the product with waits that no test notices."""

FAST_OPTIONS = EndpointOptions(policy=FAST)


@dataclass
class Received:
    """One request for a completion."""

    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    port: int
    """Of the client's socket: one a connection."""


@dataclass
class ScriptedServer:
    """A running server."""

    base_url: str
    received: list[Received] = field(default_factory=list)
    most_in_flight: int = 0


@asynccontextmanager
async def scripted_server(
    *answers: Answer, info: object = TGI_INFO, models: object = None
) -> AsyncIterator[ScriptedServer]:
    """Answers POSTs one after the other with ``answers``, the last for ever; ``/info`` and ``/models`` as given."""
    server = ScriptedServer("")
    in_flight = 0

    async def handle(request: web.Request) -> web.StreamResponse:
        nonlocal in_flight
        peer = request.transport.get_extra_info("peername") if request.transport else ("", 0)
        received = Received(request.path, request.headers, request.query, await request.json(), peer[1])
        server.received.append(received)
        in_flight += 1
        server.most_in_flight = max(server.most_in_flight, in_flight)
        try:
            return await answers[min(len(server.received), len(answers)) - 1](request)
        finally:
            in_flight -= 1

    async def identity(request: web.Request) -> web.StreamResponse:
        known = info if request.path == "/info" else models
        if callable(known):
            response: web.StreamResponse = await known(request)
            return response
        return web.json_response(known) if known is not None else web.Response(status=404, text="no such page")

    app = web.Application(client_max_size=2**24)
    app.router.add_post("/{path:.*}", handle)
    app.router.add_get("/{path:.*}", identity)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def endpoint_at(
    base_url: str,
    *,
    kind: str = "tgi",
    credential: Credential | None = None,
    policy: RetryPolicy = FAST,
    idle_timeout_s: float = 30.0,
    most_bytes: int = 2**20,
    concurrency: int | None = None,
    rates: RateLimits = RateLimits(),  # noqa: B008 - frozen
) -> AsyncIterator[Endpoint]:
    """The client at a server, with fast retries."""
    url = EndpointUrl("tgi", base_url) if kind == "tgi" else EndpointUrl("openai", f"{base_url}/v1", model="some/model")
    http = HttpOptions(idle_timeout_s=idle_timeout_s, most_bytes=most_bytes)
    options = EndpointOptions(http, concurrency=concurrency, rates=rates, policy=policy)
    async with AsyncExitStack() as stack:
        yield Pool([await open_server(url, credential or Credential(), stack, options)], policy=policy, rates=rates)


def a_chat(text: str = "Write add(a, b).", **changes: Any) -> Request:
    """A chat request."""
    return _a_request(route="chat", messages=({"role": "user", "content": text},), prompt="", **changes)


def a_raw(prompt: str = "Write a function that", **changes: Any) -> Request:
    """A raw completion request."""
    return _a_request(route="raw", messages=(), prompt=prompt, **changes)


def chat_json(text: object = "def add(a, b): ...", **changes: Any) -> dict[str, Any]:
    """A chat completion as servers send it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {"choices": [choice], "usage": {"prompt_tokens": 7, "completion_tokens": 5}, **changes}


def json_answer(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Always this JSON."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status, headers=headers)

    return answer


def text_answer(text: str | bytes, *, status: int = 200, content_type: str = "text/plain") -> Answer:
    """Always this text or these bytes."""
    body = text if isinstance(text, bytes) else text.encode()

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, content_type=content_type)

    return answer


async def drop_connection(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def stay_silent(_: web.Request) -> web.StreamResponse:
    """Never answer."""
    await asyncio.sleep(3600)
    return web.Response()


def _a_request(**changes: Any) -> Request:
    defaults: dict[str, Any] = {
        "max_new_tokens": 100,
        "temperature": 0.8,
        "top_p": 0.95,
        "stop": (),
        "seed": 42,
    }
    return Request(**{**defaults, **changes})
