"""From an endpoint's URL to an open endpoint, whatever its kind."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from kodcode_hub.endpoints.credentials import Credential, credential_for
from kodcode_hub.endpoints.embedded.recordings import load_recordings
from kodcode_hub.endpoints.embedded.serve import serve
from kodcode_hub.endpoints.http import HttpOptions, open_http_endpoint
from kodcode_hub.endpoints.protocol import Endpoint
from kodcode_hub.endpoints.retry import RetryPolicy
from kodcode_hub.endpoints.urls import EndpointUrl, parse_endpoint_url, recording_files
from kodcode_hub.resources import samples_folder


@asynccontextmanager
async def open_endpoint(
    url: str,
    *,
    idle_timeout_s: float = 600.0,
    environ: Mapping[str, str] = os.environ,
    policy: RetryPolicy | None = None,
) -> AsyncIterator[Endpoint]:
    """Open any of the forms of ``--endpoint``; closed again on leaving the context.

    ``replay:`` and ``sample:`` start the embedded server in this loop and talk to it over HTTP by the same client.

    Args:
        idle_timeout_s: longest silence of a server within a request.
        environ: where the tokens are looked up (``HF_TOKEN``, ``OPENAI_API_KEY``).
        policy: how often and how long failures are retried; by default as in :class:`RetryPolicy`.

    Raises:
        UsageError: no such form of URL, a model that must be named, or (InputError) recordings that cannot be read.
        EndpointError: the server cannot be reached or refuses us.
    """
    parsed = parse_endpoint_url(url)
    options = HttpOptions(idle_timeout_s=idle_timeout_s, policy=policy or RetryPolicy())
    if parsed.kind in ("tgi", "openai"):
        async with open_http_endpoint(parsed, credential_for(parsed, environ), options=options) as endpoint:
            yield endpoint
        return
    files = parsed.files or recording_files(samples_folder() / "recordings")
    recordings = await asyncio.to_thread(load_recordings, files)
    async with (
        serve(recordings) as base_url,
        open_http_endpoint(EndpointUrl("tgi", base_url), Credential(), options=options) as endpoint,
    ):
        yield endpoint
