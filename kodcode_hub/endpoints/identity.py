"""Who answers at a URL, and within which limits: asked once, when an endpoint is opened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, assert_never

from kodcode_hub.endpoints.answers import MalformedAnswer, as_object, count
from kodcode_hub.endpoints.exchange import Answer, Exchange
from kodcode_hub.endpoints.requests import DIALECTS
from kodcode_hub.endpoints.retry import RetryPolicy, classify
from kodcode_hub.endpoints.transport import DEFAULT_STOP_SEQUENCES, Failure, ServerLimits
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
        if url.kind == "tgi":
            return decode_info(outcome.value)
        return await _with_slots(_served_model(url, decode_models(outcome.value)), exchange, outcome.value)
    except MalformedAnswer as error:
        return _without_identity(url, Failure("malformed", 200, str(error)), "")


def decode_info(answer: object) -> ServerLimits:
    """Model and limits from TGI's ``/info``.

    Raises:
        MalformedAnswer: no ``model_id``, or limits that are no numbers.
    """
    info = as_object(answer, "the answer")
    tells_stops = info.get("max_stop_sequences") is not None
    return ServerLimits(
        model=_name(info, "model_id"),
        max_concurrent_requests=count(info, "max_concurrent_requests") or None,
        max_stop_sequences=count(info, "max_stop_sequences") if tells_stops else DEFAULT_STOP_SEQUENCES,
        max_total_tokens=count(info, "max_total_tokens") or None,
    )


def decode_models(answer: object) -> tuple[ServerLimits, ...]:
    """The models that ``/v1/models`` lists; vLLM and SGLang say how long prompt and reply may be together.

    Raises:
        MalformedAnswer: not a list of models.
    """
    models = as_object(answer, "the answer").get("data")
    if not isinstance(models, list):
        raise MalformedAnswer("'data' is no list")
    listed = [as_object(model, "a model") for model in models]
    return tuple(ServerLimits(_name(model, "id"), max_total_tokens=_context_length(model)) for model in listed)


def decode_props(limits: ServerLimits, answer: object) -> ServerLimits:
    """``limits`` with what llama.cpp's ``/props`` says of its slots.

    Raises:
        MalformedAnswer: something in it is no count.
    """
    props = as_object(answer, "the answer")
    settings = props.get("default_generation_settings")
    length = count(settings, "n_ctx") if isinstance(settings, dict) else 0
    return replace(
        limits,
        max_concurrent_requests=count(props, "total_slots") or None,
        max_total_tokens=length or limits.max_total_tokens,
    )


def _name(holder: Mapping[str, Any], key: str) -> str:
    value = holder.get(key)
    if not isinstance(value, str) or not value:
        raise MalformedAnswer(f"{key!r} is missing, empty or no text")
    return value


def _context_length(model: Mapping[str, Any]) -> int | None:
    try:
        return count(model, "max_model_len") or None
    except MalformedAnswer:
        # Not part of OpenAI's interface: whoever means something else by it is not the worse for that.
        return None


async def _with_slots(limits: ServerLimits, exchange: Exchange, models: object) -> ServerLimits:
    """llama.cpp tells its slots and their size at another place, behind the ``/v1`` of the base URL."""
    listed = models.get("data") if isinstance(models, dict) else None
    owners = {model.get("owned_by") for model in listed or [] if isinstance(model, dict)}
    if "llamacpp" not in owners:
        return limits
    outcome = await exchange.send("/../props", within_s=5.0)
    try:
        return decode_props(limits, outcome.value) if isinstance(outcome, Answer) else limits
    except MalformedAnswer:
        return limits


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


def _served_model(url: EndpointUrl, served: tuple[ServerLimits, ...]) -> ServerLimits:
    if url.model is not None:
        # A server may know the model by further names, which it does not list.
        alone = served[0].max_total_tokens if len(served) == 1 else None
        named = (limits for limits in served if limits.model == url.model)
        return next(named, ServerLimits(url.model, max_total_tokens=alone))
    if not served:
        raise MalformedAnswer("it lists no model")
    if len(served) > 1:
        shown = ", ".join(sorted(limits.model for limits in served)[:20])
        raise UsageError(f"endpoint {url.redacted()} serves several models; name one after ?model=: {shown}")
    return served[0]
