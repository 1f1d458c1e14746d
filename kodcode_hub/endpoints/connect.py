"""From endpoint URLs to an open endpoint, whatever their kind."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from kodcode_hub.endpoints.admission import Admission
from kodcode_hub.endpoints.credentials import Credential, credential_for
from kodcode_hub.endpoints.embedded.recordings import load_recordings
from kodcode_hub.endpoints.embedded.serve import DEFAULT_CONCURRENCY, serve
from kodcode_hub.endpoints.http import HttpOptions, http_transport, open_exchange
from kodcode_hub.endpoints.identity import identify_server
from kodcode_hub.endpoints.inference_client import open_inference_client
from kodcode_hub.endpoints.line import Server
from kodcode_hub.endpoints.pool import Pool
from kodcode_hub.endpoints.protocol import Endpoint
from kodcode_hub.endpoints.rates import RateLimits
from kodcode_hub.endpoints.retry import RetryPolicy
from kodcode_hub.endpoints.tgi_client import is_client_installed, tgi_client_transport
from kodcode_hub.endpoints.transport import ServerLimits, Transport
from kodcode_hub.endpoints.urls import EndpointUrl, parse_endpoint_url, recording_files
from kodcode_hub.errors import UsageError
from kodcode_hub.resources import samples_folder

_MOST_IN_FLIGHT = 256
"""At a server that does not tell its limit; more can wait here as well as there."""


_MOST_ANNOUNCED = 1024
"""At a server that tells a larger one; a user may ask for more."""

_OTHER_DESCRIPTORS = 512


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """How endpoints are used.

    Args:
        concurrency: requests under way at each server at most; None: what it takes.
        rates: limits a minute of each model.
        policy: how often and how long failures are retried.
    """

    http: HttpOptions = field(default_factory=HttpOptions)
    concurrency: int | None = None
    rates: RateLimits = field(default_factory=RateLimits)
    policy: RetryPolicy = field(default_factory=RetryPolicy)


_DEFAULT_OPTIONS = EndpointOptions()


@asynccontextmanager
async def open_endpoint(
    *urls: str | EndpointUrl, options: EndpointOptions = _DEFAULT_OPTIONS, environ: Mapping[str, str] = os.environ
) -> AsyncIterator[Endpoint]:
    """Open one model behind one or several URLs, each of any of the forms of ``--endpoint``; closed again on leaving.

    ``replay:`` and ``sample:`` start the embedded server in this loop and talk to it over HTTP by the same client.

    Args:
        environ: where the tokens are looked up (``HF_TOKEN``, ``OPENAI_API_KEY``).

    Raises:
        UsageError: no such form of URL, a model that must be named, servers of different models, or (InputError)
            recordings that cannot be read.
        EndpointError: a server cannot be reached or refuses us.
    """
    parsed = [parse_endpoint_url(url) if isinstance(url, str) else url for url in urls]
    async with AsyncExitStack() as stack:
        servers = [await _open_server(url, stack, options, environ) for url in parsed]
        _require_one_model(servers)
        _allow_connections(sum(server.admission.most for server in servers))
        yield Pool(servers, policy=options.policy, rates=options.rates)


async def _open_server(
    url: EndpointUrl, stack: AsyncExitStack, options: EndpointOptions, environ: Mapping[str, str]
) -> Server:
    if url.kind in ("replay", "sample"):
        return await _open_replay(url, stack, options)
    if url.kind == "hf":
        opened = open_inference_client(url, idle_timeout_s=options.http.idle_timeout_s, environ=environ)
        inference = await stack.enter_async_context(opened)
        return _server(url, inference.credential, inference, options)
    return await open_server(url, credential_for(url, environ), stack, options)


async def _open_replay(url: EndpointUrl, stack: AsyncExitStack, options: EndpointOptions) -> Server:
    """The embedded server, asked in the dialect that leaves nothing out: whatever was asked can be replayed."""
    files = url.files or recording_files(samples_folder() / "recordings")
    recordings = await asyncio.to_thread(load_recordings, files)
    base_url = await stack.enter_async_context(serve(recordings, model=recordings.model))
    served = EndpointUrl("openai", f"{base_url}/v1", model=recordings.model)
    exchange = await stack.enter_async_context(open_exchange(served, Credential(), options.http))
    limits = ServerLimits(recordings.model, max_concurrent_requests=DEFAULT_CONCURRENCY)
    return _server(url, Credential(), http_transport(served, exchange, limits), options)


async def open_server(
    url: EndpointUrl, credential: Credential, stack: AsyncExitStack, options: EndpointOptions
) -> Server:
    """One server of a ``tgi`` or ``openai`` URL; ``stack`` closes it.

    Raises:
        EndpointError: it cannot be reached, refuses us, or is no server of this kind.
        UsageError: it serves several models and the URL names none.
    """
    exchange = await stack.enter_async_context(open_exchange(url, credential, options.http))
    builtin = http_transport(url, exchange, await identify_server(url, exchange, policy=options.policy))
    transport = tgi_client_transport(builtin) if url.kind == "tgi" and is_client_installed() else builtin
    return _server(url, credential, transport, options)


def _server(url: EndpointUrl, credential: Credential, transport: Transport, options: EndpointOptions) -> Server:
    announced = transport.limits.max_concurrent_requests
    most = options.concurrency or min(announced or _MOST_IN_FLIGHT, _MOST_ANNOUNCED)
    admission = Admission(most=most, announced=announced, now=asyncio.get_running_loop().time())
    return Server(url.redacted(), transport, admission, weight=url.weight, advice=credential.advice)


def _allow_connections(count: int) -> None:
    """Each takes a descriptor, of which a process has 1,024 in many places, unless it asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + _OTHER_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def _require_one_model(servers: Sequence[Server]) -> None:
    models = {server.transport.limits.model: server.name for server in servers}
    if len(models) > 1:
        shown = ", ".join(f"{name} serves {model}" for model, name in models.items())
        raise UsageError(
            f"endpoints that are given together must serve one model, but {shown}: give a step its own endpoint "
            "with --answer-endpoint, --restyle-endpoint or --respond-endpoint"
        )
