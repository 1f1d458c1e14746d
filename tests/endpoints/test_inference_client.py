"""Inference Providers: huggingface_hub's client against scripted servers, and what is said at opening."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from aiohttp import web

from kodcode_hub.endpoints.connect import EndpointOptions, open_endpoint
from kodcode_hub.endpoints.http import HttpOptions
from kodcode_hub.endpoints.inference_client import choose_providers, open_inference_client
from kodcode_hub.endpoints.protocol import Completion, DeadLetter, EndpointInfo, Request
from kodcode_hub.endpoints.transport import Failure
from kodcode_hub.endpoints.urls import EndpointUrl, parse_endpoint_url
from kodcode_hub.errors import EndpointError, KodcodeError, UsageError
from tests.endpoints.scripted_server import (
    FAST,
    Answer,
    ScriptedServer,
    a_chat,
    a_raw,
    chat_json,
    drop_connection,
    json_answer,
    scripted_server,
    stay_silent,
    text_answer,
)

TOKEN = "hf_" + "Ab3dEfGh" * 4
MODEL = "some/model"
GOOD = json_answer(chat_json("the reply"))


def ask(
    *answers: Answer, request: Request | None = None, idle_timeout_s: float = 30.0
) -> tuple[Completion | DeadLetter, ScriptedServer]:
    """What comes of one request to a server that answers like this, and what the server saw."""

    async def run() -> tuple[Completion | DeadLetter, ScriptedServer]:
        async with scripted_server(*answers) as server:
            url = EndpointUrl("hf", server.base_url, model=MODEL)
            options = EndpointOptions(HttpOptions(idle_timeout_s=idle_timeout_s), policy=FAST)
            async with open_endpoint(url, options=options, environ={"HF_TOKEN": TOKEN}) as endpoint:
                return await endpoint.complete(request or a_chat()), server

    return asyncio.run(run())


def completed(*answers: Answer, request: Request | None = None) -> tuple[Completion, ScriptedServer]:
    outcome, server = ask(*answers, request=request)
    assert isinstance(outcome, Completion), outcome
    return outcome, server


def dead(*answers: Answer, request: Request | None = None, idle_timeout_s: float = 30.0) -> DeadLetter:
    outcome, _ = ask(*answers, request=request, idle_timeout_s=idle_timeout_s)
    assert isinstance(outcome, DeadLetter), outcome
    return outcome


def events(*data: object) -> Answer:
    """A stream of these events."""
    lines = [line if isinstance(line, str) else json.dumps(line) for line in data]
    return text_answer("".join(f"data: {line}\n\n" for line in lines), content_type="text/event-stream")


def delta(text: str, finish: str | None = None, **more: str) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text, **more}, "finish_reason": finish}]}


def test_a_chat_says_all_that_was_asked_for() -> None:
    request = a_chat("Write add.", stop=("1", "2", "3", "4", "END"), top_k=40, repetition_penalty=1.1, temperature=0.0)
    reply, server = completed(json_answer(chat_json("reply END")), request=request)
    assert reply == Completion("reply ", "stop", None, 7, 5)
    (received,) = server.received
    assert received.path == "/v1/chat/completions"
    assert received.headers["Authorization"] == f"Bearer {TOKEN}"
    assert {name: value for name, value in received.body.items() if name != "stream"} == {
        "model": MODEL,
        "messages": [{"role": "user", "content": "Write add."}],
        "max_tokens": 100,
        "temperature": 0.0,
        "seed": 42,
        "stop": ["1", "2", "3", "4"],
        "top_k": 40,
        "repetition_penalty": 1.1,
    }


def test_a_raw_prompt_asks_for_details_and_gets_a_finish_reason() -> None:
    answer = json_answer(
        [{"generated_text": "the reply", "details": {"finish_reason": "length", "generated_tokens": 3}}]
    )
    reply, server = completed(answer, request=a_raw("<s>Write a", top_k=40))
    assert (reply.text, reply.finish, reply.completion_tokens) == ("the reply", "length", 3)
    assert reply.prompt_tokens > 0
    assert server.received[0].body["inputs"] == "Write a"
    assert server.received[0].body["parameters"]["details"] is True
    assert server.received[0].body["parameters"]["top_k"] == 40


@pytest.mark.parametrize("name", ["stop", "eos", "eos_token", "stop_sequence"])
def test_an_end_goes_by_many_names(name: str) -> None:
    """``eos`` is Together's."""
    answer = json_answer([{"generated_text": "the reply", "details": {"finish_reason": name}}])
    reply, _ = completed(answer, request=a_raw())
    assert reply.finish == "stop"


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_reasoning_is_kept_under_either_name(name: str) -> None:
    message = {"role": "assistant", "content": "the reply", name: "let me see"}
    reply, _ = completed(json_answer({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}))
    assert (reply.text, reply.reasoning) == ("the reply", "let me see")


def test_a_long_chat_is_streamed() -> None:
    usage = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}}
    stream = events(delta("", reasoning_content="hm"), delta("the "), delta("reply", "length"), usage, "[DONE]")
    reply, server = completed(stream, request=a_chat(max_new_tokens=5000))
    assert reply == Completion("the reply", "length", "hm", 9, 2)
    assert server.received[0].body["stream"] is True


@pytest.mark.parametrize(
    ("error", "status"),
    [({"error": "broke", "error_type": "generation"}, 424), ({"error": {"message": "broke"}}, 500)],
)
def test_an_error_inside_of_a_stream_is_one(error: object, status: int) -> None:
    outcome = dead(events(delta("half"), error), request=a_chat(max_new_tokens=5000))
    assert (outcome.status, outcome.tries) == (status, 8)
    assert "broke" in outcome.error


@pytest.mark.parametrize("stream", [events(delta("half")), events("no json"), events(5), events({}), events("[DONE]")])
def test_a_stream_without_an_end_is_no_completion(stream: Answer) -> None:
    outcome = dead(stream, request=a_chat(max_new_tokens=5000))
    assert outcome.tries == 8
    assert "no completion" in outcome.error


def test_a_stream_that_goes_silent_is_given_up() -> None:
    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for _ in range(10):
            await asyncio.sleep(0.05)
            await response.write(b"data: " + json.dumps(delta("x")).encode() + b"\n\n")
        await asyncio.sleep(3600)
        return response

    outcome = dead(half, json_answer({}, status=400), request=a_chat(max_new_tokens=5000), idle_timeout_s=0.3)
    assert "stayed silent" in outcome.errors[0]


def test_a_silent_server_is_given_up() -> None:
    outcome = dead(stay_silent, json_answer({}, status=400), idle_timeout_s=0.2)
    assert "stayed silent" in outcome.errors[0]


@pytest.mark.parametrize("request_", [a_chat(), a_raw(), a_chat(max_new_tokens=5000)], ids=["chat", "raw", "streamed"])
@pytest.mark.parametrize(
    "text", ["broke", '{"error": "broke", "error_type": "validation"}', '{"error": {"message": "broke"}}']
)
@pytest.mark.parametrize(("status", "tries"), [(400, 1), (404, 1), (413, 1), (422, 1), (424, 8), (500, 8), (502, 8)])
def test_a_status_is_what_the_server_said(status: int, tries: int, text: str, request_: Request) -> None:
    content_type = "application/json" if text.startswith("{") else "text/plain"
    outcome = dead(text_answer(text, status=status, content_type=content_type), request=request_)
    assert (outcome.status, outcome.tries) == (status, tries)
    assert outcome.error.startswith(f"status {status}: ")


@pytest.mark.parametrize("request_", [a_chat(), a_chat(max_new_tokens=5000)], ids=["chat", "streamed"])
def test_the_body_of_an_error_is_kept(request_: Request) -> None:
    outcome = dead(json_answer({"error": "no such\nthing"}, status=422), request=request_)
    assert outcome.error == "status 422: no such thing"
    assert json.loads(outcome.last_body) == {"error": "no such\nthing"}


@pytest.mark.parametrize("status", [404, 422, 504])
def test_the_status_of_an_error_without_a_length_is_known_too(status: int) -> None:
    async def chunked(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status)
        await response.prepare(request)
        await response.write(b"broke")
        await response.write_eof()
        return response

    outcome = dead(chunked, request=a_chat(max_new_tokens=5000))
    assert outcome.status == status


@pytest.mark.parametrize("request_", [a_chat(), a_raw(), a_chat(max_new_tokens=5000)], ids=["chat", "raw", "streamed"])
def test_a_provider_may_say_how_long_to_wait(request_: Request) -> None:
    async def run() -> Completion | Failure:
        busy = json_answer({"error": "busy"}, status=429, headers={"Retry-After": "7"})
        async with scripted_server(busy) as server:
            url = EndpointUrl("hf", server.base_url, model=MODEL)
            async with open_inference_client(url, idle_timeout_s=5.0, environ={"HF_TOKEN": TOKEN}) as transport:
                return await transport.send(request_)

    failure = asyncio.run(run())
    assert isinstance(failure, Failure)
    assert (failure.status, failure.retry_after_s) == (429, 7.0)


def test_a_deeply_nested_answer_is_no_completion() -> None:
    outcome = dead(text_answer("[" * 100_000, content_type="application/json"))
    assert (outcome.status, outcome.tries) == (200, 8)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_provider_is_asked_again_for_nothing(status: int) -> None:
    busy = json_answer({"error": "busy", "error_type": "overloaded"}, status=status, headers={"Retry-After": "0"})
    outcome, server = ask(*[busy] * 10, GOOD)
    assert isinstance(outcome, Completion)
    assert len(server.received) == 11


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_stops_the_run_and_is_not_shown(status: int) -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        return web.json_response({"error": f"no: {request.headers['Authorization']}"}, status=status)

    with pytest.raises(EndpointError, match=r"hf://some/model refused our credentials.*correct HF_TOKEN") as caught:
        ask(echo)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("request_", [a_chat(), a_raw(), a_chat(max_new_tokens=5000)], ids=["chat", "raw", "streamed"])
def test_a_dropped_connection_is_tried_again(request_: Request) -> None:
    outcome = dead(drop_connection, drop_connection, json_answer({}, status=400), request=request_)
    assert outcome.tries == 3
    assert all("connection broke" in error for error in outcome.errors[:2])


NO_COMPLETIONS: tuple[object, ...] = ([], 5, "text", {}, {"choices": []}, {"choices": [5]}, {"choices": "x"})


@pytest.mark.parametrize(
    "answer", [*map(json_answer, NO_COMPLETIONS), text_answer(""), text_answer("<html>"), text_answer(b"\xff")]
)
@pytest.mark.parametrize("request_", [a_chat(), a_raw()], ids=["chat", "raw"])
def test_what_is_no_completion_is_tried_again_and_then_dead(answer: Answer, request_: Request) -> None:
    outcome = dead(answer, request=request_)
    assert (outcome.status, outcome.tries) == (200, 8)
    assert "no completion" in outcome.error


def opened(
    form: str, *, models: object = None, environ: Mapping[str, str] | None = None, request: Request | None = None
) -> tuple[EndpointInfo, Completion | DeadLetter | None]:
    """Open a ``hf`` URL with a Hub that knows one model, and ask a request."""

    async def run() -> tuple[EndpointInfo, Completion | DeadLetter | None]:
        async with scripted_server(GOOD, models=models) as hub:
            known = {"HF_ENDPOINT": hub.base_url, "HF_TOKEN": TOKEN}
            async with open_endpoint(
                form, environ=known if environ is None else environ, options=EndpointOptions(policy=FAST)
            ) as endpoint:
                return endpoint.info, await endpoint.complete(request) if request else None

    return asyncio.run(run())


def mapping(**tasks: str) -> dict[str, Any]:
    served = {name: {"status": "live", "providerId": "x", "task": task} for name, task in tasks.items()}
    return {"id": MODEL, "inferenceProviderMapping": served}


def test_the_model_is_the_identity_and_the_clients_connections_are_the_limit() -> None:
    info, _ = opened("hf://some/model", models=mapping(together="conversational"))
    assert info == EndpointInfo(MODEL, 100)


def test_a_raw_prompt_that_no_provider_takes_is_a_dead_letter_that_says_so() -> None:
    _, outcome = opened("hf://some/model", models=mapping(groq="conversational"), request=a_raw())
    assert isinstance(outcome, DeadLetter)
    assert (outcome.status, outcome.tries) == (400, 1)
    assert "text-generation; use another endpoint" in outcome.error


@pytest.mark.parametrize(
    ("form", "models", "kind", "text"),
    [
        ("hf://some/model?provider=groq", mapping(together="conversational"), UsageError, "these do: together"),
        ("hf://some/model", mapping(fal="text-to-image"), EndpointError, "no provider serves"),
        ("hf://some/model", {"id": MODEL}, EndpointError, "no provider serves"),
        ("hf://some/model", None, EndpointError, "cannot be looked up .status 404"),
    ],
)
def test_a_model_that_nobody_serves_is_said_at_opening(
    form: str, models: object, kind: type[KodcodeError], text: str
) -> None:
    with pytest.raises(kind, match=text):
        opened(form, models=models)


def test_a_hub_that_is_not_there_is_said_at_opening() -> None:
    with pytest.raises(EndpointError, match="cannot be looked up"):
        opened("hf://some/model", environ={"HF_ENDPOINT": "http://127.0.0.1:1", "HF_TOKEN": TOKEN})


def test_a_missing_token_is_named() -> None:
    with pytest.raises(UsageError, match="hf://some/model needs a token: set HF_TOKEN"):
        opened("hf://some/model", environ={})


def test_offline_is_named() -> None:
    with pytest.raises(EndpointError, match="HF_HUB_OFFLINE is set"):
        opened("hf://some/model", environ={"HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "1"})


def test_the_hub_chooses_for_chats_and_its_first_provider_is_asked_for_raw_prompts() -> None:
    served = [("conversational", "a"), ("text-generation", "b"), ("conversational", "c"), ("text-generation", "d")]
    url = parse_endpoint_url("hf://some/model")
    assert choose_providers(url, served) == {"conversational": None, "text-generation": "b"}
    assert choose_providers(parse_endpoint_url("hf://some/model?provider=d"), served) == {"text-generation": "d"}
    assert choose_providers(parse_endpoint_url("hf://some/model?provider=c"), served) == {"conversational": "c"}
