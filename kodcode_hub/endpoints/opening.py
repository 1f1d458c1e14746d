"""Who answers at a URL, and within which limits: asked once, when an endpoint is opened."""

from __future__ import annotations

import asyncio
import time
from typing import assert_never

from kodcode_hub.endpoints.dialects import DIALECTS, MalformedAnswer, ServerLimits, decode_info, decode_models
from kodcode_hub.endpoints.exchange import Answer, Exchange
from kodcode_hub.endpoints.retry import Failure, RetryPolicy, classify
from kodcode_hub.endpoints.urls import EndpointUrl
from kodcode_hub.errors import EndpointError, UsageError


async def identify_server(url: EndpointUrl, exchange: Exchange, *, policy: RetryPolicy) -> ServerLimits:
    """The model and limits of a server: TGI's ``/info``; the model that an ``openai`` URL names, else the one served.

    Raises:
        EndpointError: it cannot be reached within ``policy.opening_s`` seconds, refuses us, or is of another kind.
        UsageError: it serves several models and the URL names none.
    """
    outcome = await _ask_patiently(exchange, DIALECTS[url.kind].identity_path, policy)
    if isinstance(outcome, Failure):
        return _without_identity(url, outcome, exchange.credential.advice)
    try:
        return decode_info(outcome.value) if url.kind == "tgi" else _served_model(url, outcome.value)
    except MalformedAnswer as error:
        return _without_identity(url, Failure("malformed", 200, str(error)), "")


async def _ask_patiently(exchange: Exchange, path: str, policy: RetryPolicy) -> Answer | Failure:
    started = time.monotonic()
    failures = 0
    while True:
        outcome = await exchange.send(path, within_s=policy.opening_s)
        if isinstance(outcome, Answer) or classify(outcome.cause, outcome.status) in ("dead", "stop_run"):
            return outcome
        failures += 1
        wait_s = policy.wait_s(failures, outcome.retry_after_s)
        if time.monotonic() + wait_s - started >= policy.opening_s:
            return outcome
        await asyncio.sleep(wait_s)


def _without_identity(url: EndpointUrl, failure: Failure, advice: str) -> ServerLimits:
    """What is left where the server did not say who it is: the model that the URL names, if anything is there."""
    named = url.redacted()
    match failure.cause:
        case "unreachable" | "timeout" | "dropped":
            raise EndpointError(f"endpoint {named} is unreachable ({failure.error}); start it or correct the URL")
        case "status" if failure.status in (401, 403):
            raise EndpointError(f"endpoint {named} refused our credentials ({failure.error}); {advice}")
        case "status" | "malformed":
            if url.model is not None and not 300 <= (failure.status or 0) < 400:
                return ServerLimits(url.model)
        case _:
            assert_never(failure.cause)
    path = DIALECTS[url.kind].identity_path
    hint = (
        "if it is another OpenAI-compatible server, use openai+http://HOST/v1?model=NAME"
        if url.kind == "tgi"
        else "name the model in the URL: ?model=NAME"
    )
    raise EndpointError(f"endpoint {named} does not say at {path} which model it serves ({failure.error}); {hint}")


def _served_model(url: EndpointUrl, answer: object) -> ServerLimits:
    if url.model is not None:
        return ServerLimits(url.model)
    models = decode_models(answer)
    if not models:
        raise MalformedAnswer("it lists no model")
    if len(models) > 1:
        shown = ", ".join(sorted(models)[:20])
        raise UsageError(f"endpoint {url.redacted()} serves several models; name one after ?model=: {shown}")
    return ServerLimits(models[0])
