"""The bodies in which TGI answers, made from recorded completions. Pure but for the clock in ``created``."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kodcode_hub.endpoints.embedded.validation import CHARACTERS_PER_TOKEN, Call, Limits, count_tokens

Body = dict[str, Any]

VERSION = "3.3.6-dev0"
_FINGERPRINT = f"{VERSION}-native"
_VOCABULARY = 32_000


@dataclass(frozen=True, slots=True)
class Generated:
    """One completion as the embedded model generates it."""

    prompt: str
    text: str
    finish: Literal["eos_token", "length", "stop_sequence"]

    @property
    def v1_finish(self) -> str:
        """What ``/v1`` calls it: only a reply that ended by itself has another name there."""
        return "stop" if self.finish == "eos_token" else self.finish


def generate(prompt: str, completion: str, call: Call) -> Generated:
    """Cut a recorded completion where the model would have ended: at the token limit or before the first stop string.

    TGI leaves the stop string at the end of the text; here it goes, as OpenAI's interface and its clients have it.
    """
    text = completion[: call.max_new_tokens * CHARACTERS_PER_TOKEN]
    stops = [at for at in (text.find(stop) for stop in call.stop if stop) if at >= 0]
    if stops:
        return Generated(prompt, text[: min(stops)], "stop_sequence")
    return Generated(prompt, text, "length" if len(text) < len(completion) else "eos_token")


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
    message = {"role": "assistant", "content": generated[0].text}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": generated[0].v1_finish}
    return {"object": "chat.completion", **_head(limits), "choices": [choice], "usage": _usage(generated)}


def generate_events(generated: Sequence[Generated], call: Call, _: Limits) -> Iterator[Body]:
    """``/generate_stream``: an event a token; the last one has the text and, if asked for, the details."""
    one = generated[0]
    *intermediate, last = _stream_tokens(one)
    for index, token in enumerate(intermediate, start=1):
        yield {"index": index, "token": token, "generated_text": None, "details": None}
    details = {
        "finish_reason": one.finish,
        "generated_tokens": count_tokens(one.text),
        "input_length": count_tokens(one.prompt),
        "seed": call.seed,
    }
    yield {
        "index": len(intermediate) + 1,
        "token": last,
        "generated_text": _shown_text(one, call),
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
    """A streamed chat: an event a token, and one with the usage alone where it was asked for."""
    head = {"object": "chat.completion.chunk", **_head(limits)}
    *intermediate, last = _stream_tokens(generated[0])
    for token in intermediate:
        yield {**head, "choices": [_chat_choice(token["text"], None)]}
    yield {**head, "choices": [_chat_choice(last["text"], generated[0].v1_finish)]}
    if call.usage:
        yield {**head, "choices": [], "usage": _usage(generated)}


def _head(limits: Limits) -> Body:
    return {"id": "", "created": int(time.time()), "model": limits.model, "system_fingerprint": _FINGERPRINT}


def _completion_choice(index: int, text: str, finish: str) -> Body:
    return {"index": index, "text": text, "logprobs": None, "finish_reason": finish}


def _chat_choice(text: str, finish: str | None) -> Body:
    delta = {"role": "assistant", "content": text}
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}


def _usage(generated: Sequence[Generated]) -> Body:
    prompt = sum(count_tokens(one.prompt) for one in generated)
    completion = sum(count_tokens(one.text) for one in generated)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _shown_text(generated: Generated, call: Call) -> str:
    return generated.prompt + generated.text if call.full_text else generated.text


def _details(generated: Generated, call: Call) -> Body:
    return {
        "finish_reason": generated.finish,
        "generated_tokens": count_tokens(generated.text),
        "seed": call.seed,
        "prefill": _tokens(generated.prompt) if call.prefill else [],
        "tokens": [{**token, "special": False} for token in _tokens(generated.text)],
    }


def _stream_tokens(generated: Generated) -> list[Body]:
    tokens = [{**token, "special": False} for token in _tokens(generated.text)]
    # Even an empty completion ends with an event: that of the token which ended it.
    return tokens or [{"id": 0, "text": "", "logprob": 0.0, "special": True}]


def _tokens(text: str) -> list[Body]:
    pieces = [text[at : at + CHARACTERS_PER_TOKEN] for at in range(0, len(text), CHARACTERS_PER_TOKEN)]
    return [{"id": _token_id(piece), "text": piece, "logprob": 0.0} for piece in pieces]


def _token_id(piece: str) -> int:
    return zlib.crc32(piece.encode("utf-8", "surrogatepass")) % _VOCABULARY
