"""What holds where ``text-generation`` is installed: run by ``test_tgi_client.py`` in an environment of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from importlib.metadata import version

import aiohttp
import pytest
from aiohttp import web

from kodcode_hub.endpoints.protocol import Completion, Endpoint, Request
from kodcode_hub.endpoints.tgi_client import is_client_installed
from tests.endpoints.scripted_server import (
    Answer,
    Received,
    a_chat,
    a_raw,
    chat_json,
    endpoint_at,
    json_answer,
    scripted_server,
    text_answer,
)

CHAT = json_answer(chat_json("the reply"))
DETAILS = {"finish_reason": "eos_token", "generated_tokens": 3, "seed": 1, "prefill": [], "tokens": []}
RAW = json_answer([{"generated_text": "the reply", "details": DETAILS}])


def asked(answer: Answer, *requests: Request) -> tuple[list[Completion], list[Received]]:
    """The replies, and what the server was asked."""

    async def run() -> tuple[list[Completion], list[Received]]:
        async with scripted_server(answer) as server, endpoint_at(server.base_url) as endpoint:
            replies = [await complete(endpoint, request) for request in requests]
            return replies, server.received

    return asyncio.run(run())


async def complete(endpoint: Endpoint, request: Request) -> Completion:
    outcome = await endpoint.complete(request)
    assert isinstance(outcome, Completion), outcome
    return outcome


def test_this_is_the_environment_of_the_extra() -> None:
    assert is_client_installed()
    assert int(version("huggingface_hub").partition(".")[0]) < 1


def test_a_chat_is_what_the_client_makes_of_it() -> None:
    (reply,), (received,) = asked(CHAT, a_chat("Write add.", repetition_penalty=1.2, top_p=1.0, temperature=0.0))
    assert reply == Completion("the reply", "stop", None, 7, 5)
    assert received.path == "/v1/chat/completions"
    # The built-in client sends no nulls.
    assert received.body["logit_bias"] is None
    assert received.body["messages"] == [{"role": "user", "content": "Write add.", "name": None, "tool_calls": None}]
    assert received.body["presence_penalty"] == pytest.approx(-0.8)
    assert (received.body["top_p"], received.body["temperature"]) == (None, 0.01)
    assert (received.body["max_tokens"], received.body["seed"], received.body["stream"]) == (100, 42, False)


def test_a_raw_prompt_is_what_the_client_makes_of_it() -> None:
    stops = ("1", "2", "3", "4", "5", "rep")
    (reply,), (received,) = asked(RAW, a_raw("<s>Write a", stop=stops, top_k=50, frequency_penalty=0.5))
    assert (reply.text, reply.finish) == ("the ", "stop")
    assert (received.path, received.body["inputs"]) == ("/", "Write a")
    parameters = received.body["parameters"]
    assert (parameters["stop"], parameters["top_k"], parameters["details"]) == (list(stops[:4]), 50, True)
    # Only the client has a word for it.
    assert parameters["typical_p"] is None


@pytest.mark.parametrize(
    ("request_", "path", "name"),
    [
        (a_chat(stop=("END",)), "/v1/chat/completions", "stop"),
        (a_raw(""), "/v1/completions", "prompt"),
        (a_raw(frequency_penalty=-1.0), "/v1/completions", "frequency_penalty"),
        (a_raw(frequency_penalty=0.0), "/v1/completions", "frequency_penalty"),
    ],
)
def test_what_the_client_cannot_say_is_said_once_by_the_built_in_one(request_: Request, path: str, name: str) -> None:
    choice = {"text": "the reply", "message": {"content": "the reply"}, "finish_reason": "stop"}
    (reply,), (received,) = asked(json_answer({"choices": [choice]}), request_)
    assert reply.text == "the reply"
    assert (received.path, "logit_bias" in received.body) == (path, False)
    assert name in received.body


def test_a_long_reply_is_streamed() -> None:
    event = {"choices": [{"delta": {"content": "the reply"}, "finish_reason": "stop"}]}
    stream = text_answer(f"data: {json.dumps(event)}\n\ndata: [DONE]\n\n", content_type="text/event-stream")
    (reply,), (received,) = asked(stream, a_chat(max_new_tokens=5000))
    assert (reply.text, received.body["stream"]) == ("the reply", True)


@pytest.mark.parametrize(("answer", "make"), [(CHAT, a_chat), (RAW, a_raw)])
def test_the_client_opens_no_connection_a_request(answer: Answer, make: Callable[..., Request]) -> None:
    """Defect 21: no connection, let alone a process, a request."""
    _, received = asked(answer, *(make(seed=seed) for seed in range(10)))
    assert len({one.port for one in received}) == 1


@pytest.mark.parametrize("body", [[], [5], {}, {"generated_text": "x"}, [{"details": DETAILS}], "text"])
def test_a_malformed_raw_answer_is_asked_again(body: object) -> None:
    async def run() -> None:
        async with scripted_server(json_answer(body), RAW) as server, endpoint_at(server.base_url) as endpoint:
            reply = await complete(endpoint, a_raw())
            assert (reply.text, reply.tries, len(server.received)) == ("the reply", 2, 2)

    asyncio.run(run())


def test_the_client_of_others_is_left_alone() -> None:
    asked(CHAT, a_chat())
    from text_generation import client

    assert client.ClientSession is aiohttp.ClientSession


def test_requests_do_not_wait_for_one_another() -> None:
    async def run() -> int:
        async def slow(request: web.Request) -> web.StreamResponse:
            await asyncio.sleep(0.2)
            return await CHAT(request)

        async with scripted_server(slow) as server, endpoint_at(server.base_url) as endpoint:
            waiting: list[Awaitable[Completion]] = [complete(endpoint, a_chat(seed=seed)) for seed in range(40)]
            await asyncio.gather(*waiting)
            return server.most_in_flight

    assert asyncio.run(run()) == 40
