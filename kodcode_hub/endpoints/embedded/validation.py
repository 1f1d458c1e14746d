"""What TGI's router accepts: bodies of its generating routes become a :class:`Call`, or are refused as it refuses them.

Follows TGI 3.3: ``/v1`` reads temperature 0 as greedy where ``/generate`` refuses it, ``top_p`` of 1 is refused
everywhere, a presence penalty x on ``/v1`` acts as a repetition penalty of x + 2, and ``n`` is ignored. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kodcode_hub.endpoints.embedded.fields import Body

CHARACTERS_PER_TOKEN = 4
"""A token of the embedded server: so many characters, the last one perhaps fewer."""

DEFAULT_MODEL = "kodcode-replay"
"""What the embedded server calls its model where recordings do not name one."""

_DEFAULT_NEW_TOKENS = 1024
_NEARLY_GREEDY = 0.01
_FEW_STOPS = 4
_MOST_TOP_TOKENS = 5


class Invalid(Exception):
    """Refused with status 422 and ``error_type`` ``validation``; the text says why, without TGI's prefix."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the server says of itself at ``/info``."""

    model: str = DEFAULT_MODEL
    max_concurrent_requests: int = 128
    max_stop_sequences: int = _FEW_STOPS
    max_best_of: int = 2
    max_client_batch_size: int = 4
    max_input_tokens: int = 131_072
    max_total_tokens: int = 262_144


@dataclass(frozen=True, slots=True)
class Sampling:
    """The parameters by which two requests of one prompt and seed are told apart; None: not given."""

    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Sampling:
        """Those in a body of ``/v1``, in the parameters of ``/generate``, or in an entry of a replay file."""
        temperature = given.get("temperature")
        return cls(
            given.get("max_tokens", given.get("max_new_tokens")),
            # Greedy is said in two ways: 0, or a very low one where that is refused.
            None if temperature is None else max(temperature, _NEARLY_GREEDY),
            given.get("top_p"),
            given.get("top_k"),
            # As many as clients send, who cut at the others by themselves.
            tuple(given.get("stop") or ())[:_FEW_STOPS],
        )


@dataclass(frozen=True, slots=True)
class Call:
    """What remains of a request once its route's dialect is gone.

    Args:
        prompts: one, or up to ``max_client_batch_size`` on ``/v1/completions``.
        best_of: completions to generate for the one prompt.
        stop: strings that end a completion.
        details, prefill, full_text: what ``/generate`` is asked to add to the text.
        usage: whether a streamed chat ends with the token counts.
        sampling: as it was given, for recordings that were made with these very parameters.
    """

    route: Literal["chat", "raw"]
    prompts: tuple[str, ...]
    max_new_tokens: int
    stop: tuple[str, ...] = ()
    seed: int | None = None
    stream: bool = False
    best_of: int = 1
    details: bool = False
    prefill: bool = False
    full_text: bool = False
    usage: bool = False
    sampling: Sampling = Sampling()


def count_tokens(text: str) -> int:
    """How many tokens the embedded server counts."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


def generate_call(body: Body, limits: Limits, *, stream: bool, full_text: bool = False) -> Call:
    """A body of ``/generate``, ``/generate_stream`` or ``/``.

    Args:
        stream: whether the answer is streamed; it takes fewer parameters then.
        full_text: whether the prompt is given back with the completion where the request does not say.

    Raises:
        Invalid: a parameter or the prompt is out of TGI's limits.
    """
    # Without any parameters TGI samples, with an empty object it does not.
    parameters = body.get("parameters", {"do_sample": True})
    best_of = parameters.get("best_of", 1)
    if not 0 < best_of <= limits.max_best_of:
        raise Invalid(f"`best_of` must be > 0 and <= {limits.max_best_of}. Given: {best_of}")
    if stream and best_of > 1:
        raise Invalid("`best_of` above 1 cannot be streamed")
    if stream and parameters.get("decoder_input_details"):
        raise Invalid("`decoder_input_details` cannot be streamed")
    _check_sampling(parameters)
    _check_best_of(parameters, best_of)
    prompt = _truncated(body["inputs"], parameters.get("truncate"), limits)
    return Call(
        route="raw",
        prompts=(prompt,),
        max_new_tokens=_check_length((prompt,), parameters.get("max_new_tokens"), limits),
        stop=_check_stop(parameters.get("stop", []), limits),
        seed=parameters.get("seed"),
        stream=stream,
        best_of=best_of,
        details=parameters.get("details", False),
        prefill=parameters.get("decoder_input_details", False),
        full_text=parameters.get("return_full_text", full_text),
        sampling=Sampling.of(parameters),
    )


def completion_call(body: Body, limits: Limits) -> Call:
    """A body of ``/v1/completions``.

    Raises:
        Invalid: a parameter or a prompt is out of TGI's limits.
    """
    prompts = (body["prompt"],) if isinstance(body["prompt"], str) else tuple(body["prompt"])
    if "suffix" in body:
        raise Invalid("`suffix` is not supported; put it into the prompt")
    if len(prompts) > limits.max_client_batch_size:
        raise Invalid(f"at most {limits.max_client_batch_size} prompts a request. Given: {len(prompts)}")
    return _openai_call(body, "raw", prompts, limits)


def chat_call(body: Body, limits: Limits) -> Call:
    """A body of ``/v1/chat/completions``; the prompt is that of :func:`chat_prompt`.

    Raises:
        Invalid: a parameter or the prompt is out of TGI's limits.
    """
    prompt = chat_prompt(body["messages"])
    if "presence_penalty" in body:
        body = {**body, "repetition_penalty": body["presence_penalty"] + 2.0}
    return _openai_call(body, "chat", (prompt,), limits)


def chat_prompt(messages: Iterable[Mapping[str, Any]]) -> str:
    """The prompt that a chat is taken for: its messages' contents, joined by line breaks."""
    return "\n".join(_content_text(message.get("content")) for message in messages)


def _openai_call(body: Body, route: Literal["chat", "raw"], prompts: tuple[str, ...], limits: Limits) -> Call:
    greedy = body.get("temperature") == 0
    _check_sampling({name: value for name, value in body.items() if not (greedy and name == "temperature")})
    return Call(
        route=route,
        prompts=prompts,
        max_new_tokens=_check_length(prompts, body.get("max_tokens"), limits),
        stop=_check_stop(body.get("stop", []), limits),
        seed=body.get("seed"),
        stream=body.get("stream", False),
        details=True,
        usage=body.get("stream_options", {}).get("include_usage") is True,
        sampling=Sampling.of(body),
    )


def _check_sampling(given: Body) -> None:
    for name in ("temperature", "repetition_penalty", "top_k"):
        if given.get(name, 1) <= 0:
            raise Invalid(f"`{name}` must be strictly positive")
    for name in ("top_p", "typical_p"):
        if name in given and not 0 < given[name] < 1:
            raise Invalid(f"`{name}` must be > 0.0 and < 1.0")
    if not -2 <= given.get("frequency_penalty", 0) <= 2:
        raise Invalid("`frequency_penalty` must be >= -2.0 and <= 2.0")
    for name in ("top_n_tokens", "top_logprobs"):
        if given.get(name, 0) > _MOST_TOP_TOKENS:
            raise Invalid(f"`{name}` must be >= 0 and <= {_MOST_TOP_TOKENS}. Given: {given[name]}")


def _check_best_of(parameters: Body, best_of: int) -> None:
    samples = parameters.get("do_sample") or parameters.keys() & {"temperature", "top_k", "top_p", "typical_p"}
    if best_of > 1 and not samples:
        raise Invalid("`best_of` above 1 needs sampling")
    if best_of > 1 and "seed" in parameters:
        raise Invalid("`seed` cannot be given when `best_of` > 1")


def _check_stop(stop: Sequence[str], limits: Limits) -> tuple[str, ...]:
    if len(stop) > limits.max_stop_sequences:
        raise Invalid(f"`stop` takes at most {limits.max_stop_sequences} stop sequences. Given: {len(stop)}")
    return tuple(stop)


def _truncated(prompt: str, truncate: int | None, limits: Limits) -> str:
    if truncate is None:
        return prompt
    if not 0 < truncate <= limits.max_input_tokens:
        raise Invalid(f"`truncate` must be > 0 and <= {limits.max_input_tokens}. Given: {truncate}")
    return prompt[-truncate * CHARACTERS_PER_TOKEN :]


def _check_length(prompts: Sequence[str], max_new_tokens: int | None, limits: Limits) -> int:
    if max_new_tokens == 0:
        raise Invalid("`max_new_tokens` must be strictly positive")
    if not all(prompts):
        raise Invalid("`inputs` cannot be empty")
    tokens = max(map(count_tokens, prompts))
    if tokens > limits.max_input_tokens:
        raise Invalid(f"`inputs` must have at most {limits.max_input_tokens} tokens. Given: {tokens}")
    room = limits.max_total_tokens - tokens
    if max_new_tokens is not None and max_new_tokens > room:
        raise Invalid(
            f"`inputs` tokens + `max_new_tokens` must be <= {limits.max_total_tokens}. "
            f"Given: {tokens} `inputs` tokens and {max_new_tokens} `max_new_tokens`"
        )
    return min(_DEFAULT_NEW_TOKENS, room) if max_new_tokens is None else max_new_tokens


def _content_text(content: object) -> str:
    if isinstance(content, list):
        return "".join(chunk.get("text", "") for chunk in content)
    return content if isinstance(content, str) else ""
