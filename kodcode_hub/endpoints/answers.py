"""What servers answer, as completions: whole bodies and streams of events. Pure, and trusting nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from kodcode_hub.endpoints.protocol import Completion, Request
from kodcode_hub.endpoints.requests import GENERATE_PATH, GENERATE_STREAM_PATH, prompt_tokens, stop_strings

_MOST_TOKENS = 2**31 - 1
"""Counts are 32 bits wide in TGI's interface; the ledger adds them up in 64."""

_ENDED_BY_ITSELF = frozenset({"stop", "eos_token", "stop_sequence", "eos"})

_STATUS_OF_ERROR = {"overloaded": 429, "validation": 422, "generation": 424, "incomplete_generation": 500}
"""Of TGI's ``error_type``, which is all that an error inside a stream has."""


class MalformedAnswer(Exception):
    """A server's JSON that is not what its interface promises; the text says where, in a few words."""


class ErrorInAnswer(Exception):
    """An error that came under status 200, in a body or inside a stream."""

    def __init__(self, status: int | None, text: str) -> None:
        super().__init__(text)
        self.status = status


def decode_completion(request: Request, answer: object, *, path: str) -> Completion:
    """The completion in a server's JSON, cut at the first of all the request's stop strings.

    TGI leaves the stop string that ended a reply at its end, and takes only a few of them.

    Args:
        path: that was asked; ``/generate`` answers in another form.

    Raises:
        MalformedAnswer: the JSON is not that of a completion.
        ErrorInAnswer: it is that of an error.
    """
    body = as_object(answer, "the answer")
    raise_error_in(body)
    if path in (GENERATE_PATH, GENERATE_STREAM_PATH):
        return _generated(request, _text(body, "generated_text", required=True), body)
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices:
        raise MalformedAnswer("'choices' is no list with something in it")
    choice = as_object(choices[0], "'choices[0]'")
    text, reasoning = _chat_texts(choice) if request.route == "chat" else (_text(choice, "text", required=True), None)
    usage = as_object({} if body.get("usage") is None else body["usage"], "'usage'")
    return _completion(request, text, reasoning, _finish(choice), usage)


class EventReader:
    """Puts a streamed completion together.

    Args:
        path: that was asked; ``/generate_stream`` has events of its own.
    """

    def __init__(self, request: Request, path: str) -> None:
        self._request = request
        self._path = path
        self._texts: list[str | None] = []
        self._reasoning: list[str] = []
        self._finish: Literal["stop", "length", "other"] | None = None
        self._usage: Mapping[str, Any] = {}
        self._generated: Completion | None = None

    def read(self, data: bytes) -> bool:
        """Take the data of one event; False when it was the last one.

        Raises:
            MalformedAnswer: it is no event of a completion.
            ErrorInAnswer: it is an error.
        """
        if data == b"[DONE]":
            return False
        try:
            event = as_object(json.loads(data), "an event")
        except (ValueError, RecursionError) as error:
            raise MalformedAnswer(f"an event is not JSON: {error}") from error
        raise_error_in(event)
        if self._path == GENERATE_STREAM_PATH:
            return self._read_generated(event)
        self._read_choice(event)
        return True

    def completion(self) -> Completion:
        """The whole, once the stream has ended.

        Raises:
            MalformedAnswer: it ended before the completion did.
        """
        if self._generated is not None:
            return self._generated
        if self._finish is None:
            raise MalformedAnswer("the stream ended before the reply did")
        reasoning = "".join(self._reasoning) or None
        texts = [text for text in self._texts if text is not None]
        # As in a whole answer, a refusal has no content at all.
        return _completion(self._request, "".join(texts) if texts else None, reasoning, self._finish, self._usage)

    def _read_choice(self, event: Mapping[str, Any]) -> None:
        if event.get("usage") is not None:
            self._usage = as_object(event["usage"], "'usage'")
        choices = event.get("choices")
        if not isinstance(choices, list):
            raise MalformedAnswer("an event has no 'choices'")
        if not choices:
            return
        choice = as_object(choices[0], "'choices[0]'")
        if self._request.route == "raw":
            self._texts.append(_text(choice, "text"))
        else:
            delta = as_object(choice.get("delta") or {}, "'delta'")
            self._texts.append(_text(delta, "content"))
            self._reasoning.append(_text(delta, "reasoning_content") or _text(delta, "reasoning") or "")
        if choice.get("finish_reason"):
            self._finish = _finish(choice)

    def _read_generated(self, event: Mapping[str, Any]) -> bool:
        text = _text(event, "generated_text")
        if text is not None:
            self._generated = _generated(self._request, text, event)
        return text is None


def as_object(value: object, name: str) -> Mapping[str, Any]:
    """``value`` if it is a JSON object.

    Raises:
        MalformedAnswer: it is something else.
    """
    if not isinstance(value, dict):
        raise MalformedAnswer(f"{name} is no object")
    return value


def error_text(body: object) -> str:
    """The message of an error: TGI's ``error``, OpenAI's ``error.message``, FastAPI's ``detail``, or all of it."""
    for name in ("error", "message", "detail"):
        if isinstance(body, dict) and body.get(name):
            body = body[name]
    return body if isinstance(body, str) else json.dumps(body)


def raise_error_in(body: Mapping[str, Any]) -> None:
    """Raise ErrorInAnswer if this is an error and no completion."""
    error = body.get("error")
    if not error or body.get("choices") or body.get("generated_text"):
        return
    kind = body.get("error_type")
    code = error.get("code") if isinstance(error, dict) else None
    known = _STATUS_OF_ERROR.get(kind) if isinstance(kind, str) else None
    is_status = isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600
    raise ErrorInAnswer(known or (code if is_status else None), error_text(dict(body)))


def _generated(request: Request, text: str | None, body: Mapping[str, Any]) -> Completion:
    details = as_object(body.get("details"), "'details'")
    usage = {
        # Only the stream says how long the prompt was.
        "prompt_tokens": details.get("input_length") or prompt_tokens(request),
        "completion_tokens": details.get("generated_tokens"),
    }
    return _completion(request, text, None, _finish(details), usage)


def _completion(
    request: Request,
    text: str | None,
    reasoning: str | None,
    finish: Literal["stop", "length", "other"],
    usage: Mapping[str, Any],
) -> Completion:
    if text is not None and len(cut := _cut_at_stop(text, stop_strings(request))) < len(text):
        text, finish = cut, "stop"
    return Completion(text, finish, reasoning, count(usage, "prompt_tokens"), count(usage, "completion_tokens"))


def _chat_texts(choice: Mapping[str, Any]) -> tuple[str | None, str | None]:
    message = as_object(choice.get("message"), "'message'")
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


def _text(holder: Mapping[str, Any], name: str, *, required: bool = False) -> str | None:
    value = holder.get(name)
    if not isinstance(value, str) and (value is not None or (required and name not in holder)):
        raise MalformedAnswer(f"{name!r} is no text")
    return value


def count(holder: Mapping[str, Any], name: str) -> int:
    """A number of tokens, 0 where there is none.

    Raises:
        MalformedAnswer: it is no count.
    """
    value = holder.get(name)
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_TOKENS:
        raise MalformedAnswer(f"{name!r} is no count")
    return value
