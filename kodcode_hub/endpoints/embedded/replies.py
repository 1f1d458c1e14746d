"""The bodies in which TGI answers, made from recorded completions. Pure but for the clock in ``created``."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kodcode_hub.endpoints.embedded.entries import Detail
from kodcode_hub.endpoints.embedded.recordings import Recorded
from kodcode_hub.endpoints.embedded.validation import CHARACTERS_PER_TOKEN, Call, Limits, count_tokens

Body = dict[str, Any]
Finish = Literal["eos_token", "length", "stop_sequence", "content_filter"]

VERSION = "3.3.6-dev0"
_FINGERPRINT = f"{VERSION}-native"
_VOCABULARY = 32_000


_FINISHES: Mapping[str, Finish] = {"stop": "eos_token", "length": "length", "other": "content_filter"}


@dataclass(frozen=True, slots=True)
class Generated:
    """One completion as the embedded model generates it; ``text`` is None for a reply without content."""

    prompt: str
    text: str | None
    finish: Finish
    prompt_tokens: int
    completion_tokens: int
    reasoning: str | None = None
    counted: bool = False
    """Whether the tokens are not those of this server, but come with the recording."""

    @property
    def v1_finish(self) -> str:
        """What ``/v1`` calls it: only a reply that ended by itself has another name there."""
        return "stop" if self.finish == "eos_token" else self.finish


def generate(prompt: str, recorded: Recorded, call: Call) -> Generated:
    """Cut a recorded completion where the model would have ended: at the token limit or before the first stop string.

    TGI leaves the stop string at the end of the text; here it goes, as OpenAI's interface and its clients have it. A
    completion with details ended where it was recorded to end: its tokens are not the four characters of this server.
    """
    whole = recorded.text or ""
    text = whole if recorded.detail else whole[: call.max_new_tokens * CHARACTERS_PER_TOKEN]
    finish: Finish = "length" if len(text) < len(whole) else "eos_token"
    if recorded.detail:
        finish = _FINISHES[recorded.detail.finish]
    stops = [at for at in (text.find(stop) for stop in call.stop if stop) if at >= 0]
    if stops:
        text, finish = text[: min(stops)], "stop_sequence"
    shown = None if recorded.text is None else text
    detail = recorded.detail or Detail()
    return Generated(
        prompt,
        shown,
        finish,
        prompt_tokens=count_tokens(prompt) if detail.prompt_tokens is None else detail.prompt_tokens,
        completion_tokens=count_tokens(text) if detail.completion_tokens is None else detail.completion_tokens,
        reasoning=detail.reasoning,
        counted=detail.prompt_tokens is not None,
    )


def info_body(limits: Limits) -> Body:
    """``/info``."""
    return {
        "model_id": limits.model,
        "model_sha": None,
        "model_pipeline_tag": "text-generation",
        "max_concurrent_requests": limits.max_concurrent_requests,
        "max_best_of": limits.max_best_of,
        "max_stop_sequences": limits.max_stop_sequences,
        "max_input_tokens": limits.max_input_tokens,
        "max_total_tokens": limits.max_total_tokens,
        "validation_workers": 1,
        "max_client_batch_size": limits.max_client_batch_size,
        "router": "text-generation-router",
        "version": VERSION,
        "sha": None,
        "docker_label": None,
    }


def models_body(limits: Limits) -> Body:
    """``/v1/models``."""
    model = {"id": limits.model, "object": "model", "created": 0, "owned_by": limits.model}
    return {"object": "list", "data": [model]}


def generate_body(generated: Sequence[Generated], call: Call, _: Limits) -> Body:
    """``/generate``: the first completion; with details, the others of ``best_of`` stand in them."""
    first, others = generated[0], generated[1:]
    body: Body = {"generated_text": _shown_text(first, call)}
    if call.details or call.prefill:
        sequences = [{"generated_text": _shown_text(other, call), **_details(other, call)} for other in others]
        body["details"] = {**_details(first, call), "best_of_sequences": sequences or None}
    return body


def compatible_body(generated: Sequence[Generated], call: Call, limits: Limits) -> list[Body]:
    """``/``: what ``/generate`` gives, in a list."""
    return [generate_body(generated, call, limits)]


def completion_body(generated: Sequence[Generated], _: Call, limits: Limits) -> Body:
    """``/v1/completions``: a choice a prompt, in their order."""
    choices = [_completion_choice(index, one.text, one.v1_finish) for index, one in enumerate(generated)]
    return {"object": "text_completion", **_head(limits), "choices": choices, "usage": _usage(generated)}


def chat_body(generated: Sequence[Generated], _: Call, limits: Limits) -> Body:
    """``/v1/chat/completions``: always one choice, whatever ``n`` was."""
    one = generated[0]
    message = {"role": "assistant", "content": one.text, **_reasoning(one.reasoning)}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": one.v1_finish}
    return {"object": "chat.completion", **_head(limits), "choices": [choice], "usage": _usage(generated)}


def generate_events(generated: Sequence[Generated], call: Call, _: Limits) -> Iterator[Body]:
    """``/generate_stream``: an event a token; the last one has the text and, if asked for, the details."""
    one = generated[0]
    *intermediate, last = _stream_tokens(one)
    for index, token in enumerate(intermediate, start=1):
        yield {"index": index, "token": token, "generated_text": None, "details": None}
    details = {
        "finish_reason": one.finish,
        "generated_tokens": one.completion_tokens,
        "input_length": one.prompt_tokens,
        "seed": call.seed,
    }
    yield {
        "index": len(intermediate) + 1,
        "token": last,
        "generated_text": _shown_text(one, call) or "",
        "details": details if call.details else None,
    }


def completion_events(generated: Sequence[Generated], _: Call, limits: Limits) -> Iterator[Body]:
    """A streamed ``/v1/completions``: an event a token, one prompt after the other; its last one has the usage."""
    head = {"object": "text_completion", **_head(limits)}
    for index, one in enumerate(generated):
        *intermediate, last = _stream_tokens(one)
        for token in intermediate:
            yield {**head, "choices": [_completion_choice(index, token["text"], "")]}
        yield {**head, "choices": [_completion_choice(index, last["text"], one.v1_finish)], "usage": _usage([one])}


def chat_events(generated: Sequence[Generated], call: Call, limits: Limits) -> Iterator[Body]:
    """A streamed chat: an event a token, reasoning first, and one with the usage alone where it was asked for."""
    one = generated[0]
    head = {"object": "chat.completion.chunk", **_head(limits)}
    for token in _tokens(one.reasoning or ""):
        yield {**head, "choices": [_chat_choice(None, None, reasoning=token["text"])]}
    *intermediate, last = _stream_tokens(one)
    for token in intermediate:
        yield {**head, "choices": [_chat_choice(token["text"], None)]}
    yield {**head, "choices": [_chat_choice(None if one.text is None else last["text"], one.v1_finish)]}
    if call.usage:
        yield {**head, "choices": [], "usage": _usage(generated)}


def _head(limits: Limits) -> Body:
    return {"id": "", "created": int(time.time()), "model": limits.model, "system_fingerprint": _FINGERPRINT}


def _completion_choice(index: int, text: str | None, finish: str) -> Body:
    return {"index": index, "text": text, "logprobs": None, "finish_reason": finish}


def _chat_choice(text: str | None, finish: str | None, *, reasoning: str | None = None) -> Body:
    delta = {"role": "assistant", "content": text, **_reasoning(reasoning)}
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}


def _reasoning(text: str | None) -> Body:
    # TGI has no such field; vLLM and SGLang call it so.
    return {} if text is None else {"reasoning_content": text}


def _usage(generated: Sequence[Generated]) -> Body:
    prompt = sum(one.prompt_tokens for one in generated)
    completion = sum(one.completion_tokens for one in generated)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _shown_text(generated: Generated, call: Call) -> str | None:
    return generated.prompt + (generated.text or "") if call.full_text else generated.text


def _details(generated: Generated, call: Call) -> Body:
    return {
        "finish_reason": generated.finish,
        "generated_tokens": generated.completion_tokens,
        # TGI says so in streams alone; without it nobody could know what was counted elsewhere.
        **({"input_length": generated.prompt_tokens} if generated.counted else {}),
        "seed": call.seed,
        "prefill": _tokens(generated.prompt) if call.prefill else [],
        "tokens": [{**token, "special": False} for token in _tokens(generated.text or "")],
    }


def _stream_tokens(generated: Generated) -> list[Body]:
    tokens = [{**token, "special": False} for token in _tokens(generated.text or "")]
    # Even an empty completion ends with an event: that of the token which ended it.
    return tokens or [{"id": 0, "text": "", "logprob": 0.0, "special": True}]


def _tokens(text: str) -> list[Body]:
    pieces = [text[at : at + CHARACTERS_PER_TOKEN] for at in range(0, len(text), CHARACTERS_PER_TOKEN)]
    return [{"id": _token_id(piece), "text": piece, "logprob": 0.0} for piece in pieces]


def _token_id(piece: str) -> int:
    return zlib.crc32(piece.encode("utf-8", "surrogatepass")) % _VOCABULARY
