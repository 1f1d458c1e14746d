"""Long replies come as streams: put together as they are, and never taken for whole where they are not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from kodcode_hub.endpoints.protocol import Completion, DeadLetter, Endpoint
from kodcode_hub.endpoints.requests import STREAMED_ABOVE_TOKENS
from tests.endpoints.scripted_server import (
    FAST,
    Answer,
    ScriptedServer,
    a_chat,
    a_raw,
    chat_json,
    endpoint_at,
    json_answer,
    scripted_server,
    text_answer,
)

LONG = STREAMED_ABOVE_TOKENS + 1
ONCE = replace(FAST, attempts=1)


def chunk(text: str | None = None, finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text, **delta}, "finish_reason": finish}]}


def usage(prompt: int, completion: int) -> dict[str, Any]:
    return {"choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": completion}}


def stream_of(*events: object, pause_s: float = 0.0, done: bool = True, cut: bool = False) -> Answer:
    """Always these events: objects as JSON, texts as they are."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        for event in [*events, *(["[DONE]"] if done else [])]:
            text = event if isinstance(event, str) else json.dumps(event)
            await response.write(f"data: {text}\r\n\r\n".encode())
            await asyncio.sleep(pause_s)
        if cut:
            assert request.transport is not None
            request.transport.abort()
        return response

    return answer


Outcome = Completion | DeadLetter


def ask(*answers: Answer, raw: bool = False, **changes: Any) -> tuple[Outcome, ScriptedServer]:
    """What comes of one long request, asked once or twice."""

    async def run() -> tuple[Outcome, ScriptedServer]:
        policy = replace(FAST, attempts=len(answers))
        make: Callable[..., Any] = a_raw if raw else a_chat
        async with scripted_server(*answers) as server, endpoint_at(server.base_url, policy=policy) as endpoint:
            return await endpoint.complete(make(max_new_tokens=LONG, **changes)), server

    return asyncio.run(run())


def test_a_long_reply_is_asked_for_as_a_stream_and_put_together() -> None:
    events = (chunk("def f():\n"), chunk("    pass"), chunk("", "stop"), usage(9, 7))
    outcome, server = ask(stream_of(*events))
    assert outcome == Completion("def f():\n    pass", "stop", None, 9, 7)
    body = server.received[0].body
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})


def test_a_short_one_is_not() -> None:
    async def run() -> None:
        async with scripted_server(json_answer(chat_json())) as server, endpoint_at(server.base_url) as endpoint:
            await endpoint.complete(a_chat(max_new_tokens=STREAMED_ABOVE_TOKENS))
            assert server.received[0].body["stream"] is False

    asyncio.run(run())


def test_a_raw_stream_is_cut_at_stop_strings_that_were_not_sent() -> None:
    events = [{"choices": [{"text": text, "finish_reason": finish}]} for text, finish in
              (("some text E", ""), ("ND more", None), ("", "length"))]  # fmt: skip
    outcome, server = ask(stream_of(*events), raw=True, stop=("1", "2", "3", "4", "END"))
    assert isinstance(outcome, Completion)
    assert (outcome.text, outcome.finish) == ("some text ", "stop")
    assert server.received[0].body["stop"] == ["1", "2", "3", "4"]


def test_reasoning_in_a_stream_is_kept_apart() -> None:
    events = (chunk(None, reasoning_content="let me "), chunk(None, reasoning_content="see"), chunk("42", "stop"))
    outcome, _ = ask(stream_of(*events))
    assert isinstance(outcome, Completion)
    assert (outcome.text, outcome.reasoning) == ("42", "let me see")


def test_a_stream_that_was_cut_off_at_the_limit_says_so() -> None:
    outcome, _ = ask(stream_of(chunk("half"), chunk("", "length")))
    assert isinstance(outcome, Completion)
    assert outcome.finish == "length"


@pytest.mark.parametrize(
    "broken",
    [
        stream_of(chunk("half a reply"), done=False),
        stream_of(chunk("half a reply"), done=False, cut=True),
        stream_of(chunk("half a reply")),
        stream_of(done=True),
        stream_of(chunk("half"), "{not json"),
        stream_of(chunk("half"), {"what": "else"}),
        stream_of(chunk("half"), '"text"'),
        stream_of(chunk("half"), {"choices": [{"delta": {"content": 5}}]}),
        stream_of(chunk("half"), {"error": "Incomplete generation", "error_type": "incomplete_generation"}),
        stream_of(chunk("half"), {"error": {"message": "engine died", "code": 500}}),
        stream_of({"error": "Request failed", "error_type": "generation"}),
        json_answer({"error": "it broke", "error_type": "generation"}),
        text_answer("", content_type="text/event-stream"),
        text_answer("<html>", content_type="text/html"),
    ],
)
def test_a_stream_that_is_not_whole_is_asked_for_again_and_never_used(broken: Answer) -> None:
    good = stream_of(chunk("whole"), chunk("", "stop"))
    outcome, _ = ask(broken, good)
    assert isinstance(outcome, Completion)
    assert (outcome.text, outcome.tries) == ("whole", 2)
    outcome, _ = ask(broken)
    assert isinstance(outcome, DeadLetter)


def test_a_server_that_does_not_stream_is_understood_all_the_same() -> None:
    outcome, server = ask(json_answer(chat_json("whole")))
    assert isinstance(outcome, Completion)
    assert (outcome.text, outcome.tries, len(server.received)) == ("whole", 1, 1)


def test_an_overload_inside_a_stream_costs_no_attempt() -> None:
    busy = stream_of({"error": "Model is overloaded", "error_type": "overloaded"})
    good = stream_of(chunk("whole", "stop"))

    async def run() -> Outcome:
        async with (
            scripted_server(*[busy] * 12, good) as server,
            endpoint_at(server.base_url, policy=ONCE) as endpoint,
        ):
            return await endpoint.complete(a_chat(max_new_tokens=LONG))

    outcome = asyncio.run(run())
    assert isinstance(outcome, Completion)
    assert outcome.tries == 13


def test_what_a_stream_says_is_wrong_with_the_request_is_dead_at_once() -> None:
    refused = stream_of({"error": "Input validation error: too long", "error_type": "validation"})
    outcome, server = ask(refused, refused, refused)
    assert isinstance(outcome, DeadLetter)
    assert (outcome.status, outcome.tries, len(server.received)) == (422, 1, 1)
    assert "too long" in outcome.last_body


def test_llama_cpp_names_its_errors_differently() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        text = 'data: {"choices": [{"delta": {"content": "a"}}]}\n\nerror: {"code": 500, "message": "slot lost"}\n\n'
        return web.Response(text=text, content_type="text/event-stream")

    outcome, _ = ask(answer)
    assert isinstance(outcome, DeadLetter)


def test_only_silence_ends_a_stream_not_its_length() -> None:
    events: Sequence[object] = [chunk(f"{number} ") for number in range(20)] + [chunk("", "stop")]

    def outcome_of(answer: Answer) -> Outcome:
        async def run() -> Outcome:
            async with (
                scripted_server(answer) as server,
                endpoint_at(server.base_url, policy=ONCE, idle_timeout_s=0.4) as endpoint,
            ):
                return await endpoint.complete(a_chat(max_new_tokens=LONG))

        return asyncio.run(run())

    assert isinstance(outcome_of(stream_of(*events, pause_s=0.05)), Completion)
    silent = outcome_of(stream_of(*events[:3], pause_s=1.0))
    assert isinstance(silent, DeadLetter)
    assert "silent" in silent.error


def test_an_endless_stream_is_not_read_to_its_end() -> None:
    async def use(endpoint: Endpoint) -> Outcome:
        return await endpoint.complete(a_chat(max_new_tokens=LONG))

    outcome = _with_limit(stream_of(*[chunk("x" * 1000)] * 3000), use)
    assert isinstance(outcome, DeadLetter)
    assert "longer than" in outcome.error


def _with_limit(answer: Answer, use: Callable[[Endpoint], Awaitable[Outcome]]) -> Outcome:
    async def run() -> Outcome:
        async with (
            scripted_server(answer) as server,
            endpoint_at(server.base_url, policy=ONCE, most_bytes=2**20) as endpoint,
        ):
            return await use(endpoint)

    return asyncio.run(run())
