"""What the two dialects of ``/v1`` say differently: requests in, bodies out; answers in, completions out. Pure.

Both TGI and OpenAI-compatible servers (vLLM, SGLang, llama.cpp, Inference Endpoints) answer ``/v1/chat/completions``
and ``/v1/completions``. ``n`` is never used, as TGI ignores it: one request, one seed, one completion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kodcode_hub.endpoints.protocol import Completion, Request

CHARACTERS_PER_TOKEN = 3
"""Low on purpose: an estimate of the input that is too long costs some room for the reply, one too short a 422."""

_DEFAULT_STOP_SEQUENCES = 4
"""What TGI accepts unless told otherwise, and what OpenAI accepts."""

_NEARLY_GREEDY = 0.01
"""TGI samples at temperature 1 where none is sent, and its older routers refuse 0."""

_MOST_TOKENS = 2**31 - 1
"""Counts are 32 bits wide in TGI's interface; the ledger adds them up in 64."""

_ENDED_BY_ITSELF = frozenset({"stop", "eos_token", "stop_sequence"})


class MalformedAnswer(Exception):
    """A server's JSON that is not what its interface promises; the text says where, in a few words."""


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


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """Who answers and what a request may hold; None where the server does not say."""

    model: str
    max_concurrent_requests: int | None = None
    max_stop_sequences: int = _DEFAULT_STOP_SEQUENCES
    max_total_tokens: int | None = None


def encode_request(dialect: Dialect, request: Request, limits: ServerLimits) -> tuple[str, dict[str, Any]]:
    """The path behind the base URL and the JSON body for one request.

    Stop strings beyond what the server takes are left to :func:`decode_completion`. Of values with which TGI's
    validation would refuse the request, none is sent: ``top_p`` outside of (0, 1) is left out, which means the same.
    """
    body: dict[str, Any] = {
        "model": dialect.model_sent or limits.model,
        "max_tokens": _affordable_tokens(request, limits),
        "temperature": request.temperature if request.temperature > 0 else dialect.greedy_temperature,
        "seed": request.seed,
        "stream": False,
    }
    if 0 < request.top_p < 1 and request.temperature > 0:
        body["top_p"] = request.top_p
    if stop := stop_strings(request)[: limits.max_stop_sequences]:
        body["stop"] = list(stop)
    if request.route == "raw":
        return dialect.raw_path, body | {"prompt": request.prompt}
    return dialect.chat_path, body | {"messages": [dict(message) for message in request.messages]}


def decode_completion(request: Request, answer: object, *, tries: int) -> Completion:
    """The completion in a server's JSON, cut at the first of all the request's stop strings.

    TGI leaves the stop string that ended a reply at its end, and takes only a few of them.

    Args:
        tries: requests sent until this answer came.

    Raises:
        MalformedAnswer: the JSON is not that of a completion.
    """
    body = _object(answer, "the answer")
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices:
        raise MalformedAnswer("'choices' is no list with something in it")
    choice = _object(choices[0], "'choices[0]'")
    text, reasoning = _chat_texts(choice) if request.route == "chat" else _raw_texts(choice)
    finish = _finish(choice)
    if text is not None and len(cut := _cut_at_stop(text, stop_strings(request))) < len(text):
        text, finish = cut, "stop"
    usage = _object({} if body.get("usage") is None else body["usage"], "'usage'")
    return Completion(
        text, finish, reasoning, _tokens(usage, "prompt_tokens"), _tokens(usage, "completion_tokens"), tries
    )


def decode_info(answer: object) -> ServerLimits:
    """Model and limits from TGI's ``/info``.

    Raises:
        MalformedAnswer: no ``model_id``, or limits that are no numbers.
    """
    info = _object(answer, "the answer")
    model = _text(info, "model_id", required=True)
    if not model:
        raise MalformedAnswer("'model_id' is empty")
    tells_stops = info.get("max_stop_sequences") is not None
    return ServerLimits(
        model=model,
        max_concurrent_requests=_tokens(info, "max_concurrent_requests") or None,
        max_stop_sequences=_tokens(info, "max_stop_sequences") if tells_stops else _DEFAULT_STOP_SEQUENCES,
        max_total_tokens=_tokens(info, "max_total_tokens") or None,
    )


def decode_models(answer: object) -> tuple[str, ...]:
    """The ids that ``/v1/models`` lists.

    Raises:
        MalformedAnswer: not a list of models.
    """
    models = _object(answer, "the answer").get("data")
    if not isinstance(models, list):
        raise MalformedAnswer("'data' is no list")
    ids = [_text(_object(model, "a model"), "id", required=True) for model in models]
    return tuple(identity for identity in ids if identity)


def stop_strings(request: Request) -> tuple[str, ...]:
    """The request's stop strings, each once and none empty: an empty one would end every reply before it begins."""
    return tuple(dict.fromkeys(text for text in request.stop if text))


def _affordable_tokens(request: Request, limits: ServerLimits) -> int:
    if limits.max_total_tokens is None:
        return request.max_new_tokens
    characters = len(request.prompt) + sum(len(message["content"]) for message in request.messages)
    room = limits.max_total_tokens - math.ceil(characters / CHARACTERS_PER_TOKEN)
    return max(1, min(request.max_new_tokens, room))


def _raw_texts(choice: Mapping[str, Any]) -> tuple[str | None, None]:
    return _text(choice, "text", required=True), None


def _chat_texts(choice: Mapping[str, Any]) -> tuple[str | None, str | None]:
    message = _object(choice.get("message"), "'message'")
    if not message.keys() & {"content", "reasoning_content", "reasoning", "tool_calls", "refusal"}:
        raise MalformedAnswer("'message' has no content")
    reasoning = _text(message, "reasoning_content") or _text(message, "reasoning")
    return _text(message, "content"), reasoning or None


def _finish(choice: Mapping[str, Any]) -> Literal["stop", "length", "other"]:
    reason = _text(choice, "finish_reason")
    if reason in _ENDED_BY_ITSELF:
        return "stop"
    return "length" if reason == "length" else "other"


def _cut_at_stop(text: str, stops: Sequence[str]) -> str:
    found = [at for at in (text.find(stop) for stop in stops) if at >= 0]
    return text[: min(found)] if found else text


def _object(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MalformedAnswer(f"{name} is no object")
    return value


def _text(holder: Mapping[str, Any], name: str, *, required: bool = False) -> str | None:
    value = holder.get(name)
    if not isinstance(value, str) and (value is not None or (required and name not in holder)):
        raise MalformedAnswer(f"{name!r} is no text")
    return value


def _tokens(holder: Mapping[str, Any], name: str) -> int:
    value = holder.get(name)
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_TOKENS:
        raise MalformedAnswer(f"{name!r} is no count")
    return value
