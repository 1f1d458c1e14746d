"""Requests as servers want them: which route, which JSON. Pure.

| kind | chat | raw | raw, where a parameter needs it |
|---|---|---|---|
| ``tgi`` | ``/v1/chat/completions`` | ``/v1/completions`` | ``/generate`` (``top_k``) |
| ``openai``: vLLM, SGLang, llama.cpp, Inference Endpoints | ``/chat/completions`` | ``/completions`` | |

``n`` is never used, as TGI ignores it: one request, one seed, one completion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kodcode_hub.endpoints.protocol import Request
from kodcode_hub.endpoints.transport import ServerLimits
from kodcode_hub.errors import UsageError

BYTES_PER_TOKEN = 3
"""Low on purpose: an estimate of the input that is too long costs some room for the reply, one too short a 422."""

_TEMPLATE_TOKENS = 64
"""What a chat template adds."""

STREAMED_ABOVE_TOKENS = 4096
"""A longer reply is streamed: it may take longer than a server may be silent."""

_NEARLY_GREEDY = 0.01
"""TGI samples at temperature 1 where none is sent, and its older routers refuse 0."""

BEGIN_OF_TEXT = ("<s>", "<|begin_of_text|>", "<bos>", "<｜begin▁of▁sentence｜>")
"""Servers put their model's own before a raw prompt: one that stands there already would be doubled."""

_TGI_REPETITION_OFFSET = 2.0
"""TGI reads ``presence_penalty`` x as a repetition penalty of x + 2."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of server wants to be spoken to; paths stand behind the endpoint's base URL."""

    name: Literal["tgi", "openai"]
    identity_path: str
    chat_path: str
    raw_path: str
    model_sent: str | None
    """What the body names as model; None: the model asked for. TGI takes any name but ``tgi`` for an adapter."""
    greedy_temperature: float


DIALECTS: Mapping[str, Dialect] = {
    "tgi": Dialect("tgi", "/info", "/v1/chat/completions", "/v1/completions", "tgi", _NEARLY_GREEDY),
    "openai": Dialect("openai", "/models", "/chat/completions", "/completions", None, 0.0),
}

GENERATE_PATH = "/generate"
GENERATE_STREAM_PATH = "/generate_stream"


def encode_request(dialect: Dialect, request: Request, limits: ServerLimits) -> tuple[str, dict[str, Any]]:
    """The path behind the base URL and the JSON body for one request.

    Stop strings beyond what the server takes are left to whoever reads the answer. Of values with which TGI's
    validation would refuse the request, none is sent: ``top_p`` outside of (0, 1) is left out, which means the same.

    Raises:
        UsageError: a parameter that this kind of server does not have.
    """
    if dialect.name == "tgi" and request.top_k is not None:
        return encode_generate(request, limits)
    streams = is_streamed(request)
    body: dict[str, Any] = {
        "model": dialect.model_sent or limits.model,
        "max_tokens": affordable_tokens(request, limits),
        "temperature": request.temperature if request.temperature > 0 else dialect.greedy_temperature,
        "seed": request.seed,
        "stream": streams,
        **_sampling(request, limits),
        **_penalties(dialect, request),
    }
    if streams:
        body["stream_options"] = {"include_usage": True}
    if request.route == "raw":
        return dialect.raw_path, body | {"prompt": raw_prompt(request)}
    return dialect.chat_path, body | {"messages": list(request.messages)}


def is_streamed(request: Request) -> bool:
    """Whether the reply comes token by token."""
    return request.max_new_tokens > STREAMED_ABOVE_TOKENS


def stop_strings(request: Request) -> tuple[str, ...]:
    """The request's stop strings, each once and none empty: an empty one would end every reply before it begins."""
    return tuple(dict.fromkeys(text for text in request.stop if text))


def raw_prompt(request: Request) -> str:
    """The raw prompt without a begin-of-text mark."""
    for mark in BEGIN_OF_TEXT:
        if request.prompt.startswith(mark):
            return request.prompt.removeprefix(mark)
    return request.prompt


def prompt_tokens(request: Request) -> int:
    """An estimate of the prompt's tokens that is rather too high."""
    texts = [request.prompt, *(message["content"] for message in request.messages)]
    size = sum(len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass")) for text in texts)
    return math.ceil(size / BYTES_PER_TOKEN)


def most_tokens(request: Request) -> int:
    """What a request may cost at most, prompt and reply together."""
    return prompt_tokens(request) + request.max_new_tokens


def affordable_tokens(request: Request, limits: ServerLimits) -> int:
    """How long the reply may be within what the server holds."""
    if limits.max_total_tokens is None:
        return request.max_new_tokens
    template = _TEMPLATE_TOKENS if request.route == "chat" else 0
    return max(1, min(request.max_new_tokens, limits.max_total_tokens - prompt_tokens(request) - template))


def _sampling(request: Request, limits: ServerLimits) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if 0 < request.top_p < 1 and request.temperature > 0:
        given["top_p"] = request.top_p
    if request.top_k is not None:
        given["top_k"] = request.top_k
    if stop := stop_strings(request)[: limits.max_stop_sequences]:
        given["stop"] = list(stop)
    return given


def _penalties(dialect: Dialect, request: Request) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if request.frequency_penalty is not None:
        given["frequency_penalty"] = request.frequency_penalty
    if dialect.name == "openai":
        if request.presence_penalty is not None:
            given["presence_penalty"] = request.presence_penalty
        if request.repetition_penalty is not None:
            given["repetition_penalty"] = request.repetition_penalty
        return given
    _refuse_presence_penalty(request)
    if request.repetition_penalty is not None:
        if request.route == "raw":
            given["repetition_penalty"] = request.repetition_penalty
        else:
            given["presence_penalty"] = request.repetition_penalty - _TGI_REPETITION_OFFSET
    return given


def _refuse_presence_penalty(request: Request) -> None:
    if request.presence_penalty is not None:
        raise UsageError(
            "TGI has no presence penalty (it would take it for a repetition penalty): "
            "use repetition_penalty or frequency_penalty in the builder's sampling, or an openai+ endpoint"
        )


def encode_generate(request: Request, limits: ServerLimits) -> tuple[str, dict[str, Any]]:
    """The path and JSON body of TGI's own routes for raw completions.

    Raises:
        UsageError: a chat, or a parameter that TGI does not have.
    """
    if request.route == "chat":
        raise UsageError(
            "TGI takes no top_k in a chat: leave it out of the builder's sampling, or use an openai+ endpoint"
        )
    _refuse_presence_penalty(request)
    parameters: dict[str, Any] = {
        "max_new_tokens": affordable_tokens(request, limits),
        "temperature": request.temperature if request.temperature > 0 else _NEARLY_GREEDY,
        "do_sample": True,
        "seed": request.seed,
        "return_full_text": False,
        "details": True,
        **_sampling(request, limits),
    }
    for name in ("repetition_penalty", "frequency_penalty"):
        if getattr(request, name) is not None:
            parameters[name] = getattr(request, name)
    path = GENERATE_STREAM_PATH if is_streamed(request) else GENERATE_PATH
    return path, {"inputs": raw_prompt(request), "parameters": parameters}
