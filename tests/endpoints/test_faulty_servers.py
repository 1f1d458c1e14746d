"""The client against servers that fail in every way we know of; requests are counted at the server."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from aiohttp import web

from kodcode_hub.endpoints.credentials import Credential
from kodcode_hub.endpoints.protocol import Completion, DeadLetter, Endpoint, Request
from kodcode_hub.errors import EndpointError
from tests.endpoints.scripted_server import (
    FAST,
    Answer,
    ScriptedServer,
    a_chat,
    a_raw,
    chat_json,
    drop_connection,
    endpoint_at,
    json_answer,
    scripted_server,
    stay_silent,
    text_answer,
)

GOOD = json_answer(chat_json("the reply"))
OVERLOADED = json_answer({"error": "Model is overloaded", "error_type": "overloaded"}, status=429)

Outcome = Completion | DeadLetter


def ask(*answers: Answer, request: Request | None = None) -> tuple[Outcome, ScriptedServer]:
    """What comes of one request to a server that answers like this, and what the server saw."""

    async def run() -> tuple[Outcome, ScriptedServer]:
        async with scripted_server(*answers) as server, endpoint_at(server.base_url) as endpoint:
            return await endpoint.complete(request or a_chat()), server

    return asyncio.run(run())


def with_endpoint(answer: Answer, use: Callable[[Endpoint], Awaitable[None]], **options: object) -> ScriptedServer:
    """Use an endpoint at a server that always answers like this."""

    async def run() -> ScriptedServer:
        async with scripted_server(answer) as server, endpoint_at(server.base_url, **options) as endpoint:  # type: ignore[arg-type]
            await use(endpoint)
            return server

    return asyncio.run(run())


def test_a_burst_of_429_costs_no_attempt() -> None:
    busy = json_answer({"error": "Model is overloaded"}, status=429, headers={"Retry-After": "0"})
    outcome, server = ask(*[busy] * 20, GOOD)
    assert isinstance(outcome, Completion)
    assert (outcome.text, outcome.tries, len(server.received)) == ("the reply", 21, 21)


def test_503_counts_as_busy_too() -> None:
    outcome, server = ask(*[text_answer("starting", status=503)] * 10, GOOD)
    assert isinstance(outcome, Completion)
    assert len(server.received) == 11


@pytest.mark.parametrize("status", [408, 424, 500, 502, 504])
def test_a_passing_failure_is_tried_eight_times_and_then_dead(status: int) -> None:
    """Defect 22: a failure is a dead letter, never an empty reply."""
    outcome, server = ask(json_answer({"error": "broke", "error_type": "incomplete_generation"}, status=status))
    assert isinstance(outcome, DeadLetter)
    assert (outcome.error, outcome.status, outcome.tries) == (f"status {status}: broke", status, 8)
    assert outcome.errors == (outcome.error,) * 8
    assert json.loads(outcome.last_body) == {"error": "broke", "error_type": "incomplete_generation"}
    assert len(server.received) == 8


def test_a_passing_failure_passes() -> None:
    """Defect 19: one failed request is asked again instead of being lost."""
    outcome, server = ask(*[text_answer("oops", status=500)] * 7, GOOD)
    assert isinstance(outcome, Completion)
    assert (outcome.tries, len(server.received)) == (8, 8)


@pytest.mark.parametrize("status", [400, 404, 409, 413, 415, 422])
def test_what_will_never_be_answered_is_dead_at_once(status: int) -> None:
    """Defect 23: a 4xx is not asked again."""
    outcome, server = ask(json_answer({"error": {"message": "no such\nthing"}}, status=status), GOOD)
    assert isinstance(outcome, DeadLetter)
    assert (outcome.error, outcome.status, outcome.tries) == (f"status {status}: no such thing", status, 1)
    assert "no such" in outcome.last_body
    assert len(server.received) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_stop_the_run_and_name_endpoint_and_variable(status: int) -> None:
    async def run() -> str:
        credential = Credential(advice="set HF_TOKEN")
        async with (
            scripted_server(json_answer({"detail": "who are you"}, status=status)) as server,
            endpoint_at(server.base_url, credential=credential) as endpoint,
        ):
            with pytest.raises(EndpointError) as caught:
                await endpoint.complete(a_chat())
            assert len(server.received) == 1
            return str(caught.value)

    message = asyncio.run(run())
    assert "tgi+http://127.0.0.1:" in message
    assert "who are you" in message
    assert "set HF_TOKEN" in message


def test_a_dropped_connection_is_tried_again() -> None:
    outcome, server = ask(drop_connection, drop_connection, GOOD)
    assert isinstance(outcome, Completion)
    assert (outcome.tries, len(server.received)) == (3, 3)


def test_a_connection_that_always_drops_makes_a_dead_letter_without_status() -> None:
    outcome, server = ask(drop_connection)
    assert isinstance(outcome, DeadLetter)
    assert (outcome.status, outcome.tries, len(server.received)) == (None, 8, 8)
    assert "connection broke" in outcome.error


def test_a_connection_that_breaks_within_the_answer_is_tried_again() -> None:
    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"choices": [')
        assert request.transport is not None
        request.transport.close()
        return response

    outcome, server = ask(half, GOOD)
    assert isinstance(outcome, Completion)
    assert len(server.received) == 2


def test_a_silent_server_is_given_up_after_the_idle_timeout() -> None:
    """Defect 23: no request waits for ever."""

    async def use(endpoint: Endpoint) -> None:
        outcome = await endpoint.complete(a_chat())
        assert isinstance(outcome, DeadLetter)
        assert (outcome.status, outcome.tries) == (None, 2)
        assert "silent" in outcome.error

    server = with_endpoint(stay_silent, use, idle_timeout_s=0.1, policy=replace(FAST, attempts=2))
    assert len(server.received) == 2


def test_a_slow_reply_is_no_idle_one() -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for byte in web.json_response(chat_json("slow")).body or b"":  # type: ignore[union-attr]
            await response.write(bytes([byte]))
            await asyncio.sleep(0.005)
        return response

    async def use(endpoint: Endpoint) -> None:
        outcome = await endpoint.complete(a_chat())
        assert isinstance(outcome, Completion)
        assert outcome.text == "slow"

    with_endpoint(drip, use, idle_timeout_s=0.4)


@pytest.mark.parametrize(
    "answer",
    [
        text_answer("", content_type="application/json"),
        text_answer("  \n", content_type="application/json"),
        text_answer("<html>a proxy's page</html>", content_type="text/html"),
        text_answer('{"choices": []}', content_type="text/plain"),
        text_answer('{"choices": [', content_type="application/json"),
        text_answer(b'{"choices": "\xff"}', content_type="application/json"),
        text_answer("[" * 100_000, content_type="application/json"),
        text_answer("9" * 100_000, content_type="application/json"),
        text_answer(b"\x1f\x8b\x08\x00garbage", content_type="application/json"),
        json_answer({"choices": []}),
        json_answer(chat_json(["not", "text"])),
        json_answer(chat_json(usage={"prompt_tokens": -5})),
        json_answer(chat_json(), status=201),
    ],
)
def test_a_malformed_answer_is_tried_again_and_then_dead(answer: Answer) -> None:
    outcome, _ = ask(answer, GOOD)
    assert isinstance(outcome, Completion)
    assert outcome.tries == 2
    outcome, server = ask(answer)
    assert isinstance(outcome, DeadLetter)
    assert (outcome.tries, len(server.received)) == (8, 8)
    assert 0 < len(outcome.error) <= 310


def test_an_answer_that_never_ends_is_not_read_to_its_end() -> None:
    written = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal written
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while written < 2**30:
            await response.write(b" " * 2**16)
            written += 2**16
        return response

    async def use(endpoint: Endpoint) -> None:
        outcome = await endpoint.complete(a_chat())
        assert isinstance(outcome, DeadLetter)
        assert "longer than 1048576 bytes" in outcome.error

    with_endpoint(endless, use, policy=replace(FAST, attempts=1), most_bytes=2**20)
    assert written < 64 * 2**20


def test_compression_that_was_not_asked_for_is_not_unpacked() -> None:
    bomb = gzip.compress(b" " * 50 * 2**20)

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.headers["Accept-Encoding"] == "identity"
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"}, content_type="application/json")

    outcome, _ = ask(answer)
    assert isinstance(outcome, DeadLetter)
    assert "not JSON" in outcome.error


def test_an_endless_error_is_not_read_to_its_end() -> None:
    written = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal written
        response = web.StreamResponse(status=422, headers={"Content-Type": "text/plain"})
        await response.prepare(request)
        while written < 2**30:
            await response.write(b"x" * 2**16)
            written += 2**16
        return response

    async def use(endpoint: Endpoint) -> None:
        outcome = await endpoint.complete(a_chat())
        assert isinstance(outcome, DeadLetter)
        assert outcome.status == 422
        assert len(outcome.error) <= 310

    with_endpoint(endless, use)
    assert written < 64 * 2**20


def test_a_redirect_is_not_followed() -> None:
    async def run() -> None:
        async with scripted_server(GOOD) as elsewhere:
            redirect = text_answer("", status=307)

            async def answer(request: web.Request) -> web.StreamResponse:
                response = await redirect(request)
                response.headers["Location"] = elsewhere.base_url
                return response

            async with scripted_server(answer) as server, endpoint_at(server.base_url) as endpoint:
                outcome = await endpoint.complete(a_chat())
            assert isinstance(outcome, DeadLetter)
            assert (outcome.status, outcome.tries, elsewhere.received) == (307, 1, [])
            assert elsewhere.base_url in outcome.error

    asyncio.run(run())


def test_no_more_requests_are_in_flight_than_the_server_takes() -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.01)
        return await GOOD(request)

    async def run(limit: int, own: int) -> int:
        info = {"model_id": "m", "max_concurrent_requests": limit}
        async with (
            scripted_server(slow, info=info) as server,
            endpoint_at(server.base_url, concurrency=own) as endpoint,
        ):
            assert endpoint.info.max_concurrent_requests == min(limit, own)
            outcomes = await asyncio.gather(*(endpoint.complete(a_chat(seed=seed)) for seed in range(30)))
            assert all(isinstance(outcome, Completion) for outcome in outcomes)
            assert sorted(received.body["seed"] for received in server.received) == list(range(30))
            return server.most_in_flight

    assert asyncio.run(run(3, 128)) == 3
    assert asyncio.run(run(128, 5)) == 5


def test_one_who_waits_to_ask_again_leaves_the_place_to_others() -> None:
    async def run() -> None:
        arrived = asyncio.Event()

        async def answer(request: web.Request) -> web.StreamResponse:
            arrived.set()
            return await (OVERLOADED if (await request.json())["seed"] == 1 else GOOD)(request)

        info = {"model_id": "m", "max_concurrent_requests": 1}
        patient = replace(FAST, first_wait_s=3600.0, max_wait_s=3600.0)
        async with (
            scripted_server(answer, info=info) as server,
            endpoint_at(server.base_url, policy=patient) as endpoint,
        ):
            turned_away = asyncio.create_task(endpoint.complete(a_chat(seed=1)))
            await asyncio.wait_for(arrived.wait(), 10)
            assert isinstance(await endpoint.complete(a_chat(seed=2)), Completion)
            turned_away.cancel()

    asyncio.run(run())


def test_connections_are_used_again() -> None:
    """Defect 21: no connection, let alone a process, a request."""

    async def use(endpoint: Endpoint) -> None:
        for seed in range(10):
            assert isinstance(await endpoint.complete(a_raw(seed=seed)), Completion)

    server = with_endpoint(json_answer({"choices": [{"text": "x", "finish_reason": "stop"}]}), use)
    assert len({received.port for received in server.received}) == 1


def test_replies_belong_to_their_requests_however_they_come() -> None:
    async def shuffled(request: web.Request) -> web.StreamResponse:
        seed = (await request.json())["seed"]
        await asyncio.sleep(0.001 * (seed * 7 % 10))
        return web.json_response(chat_json(f"reply {seed}"))

    async def use(endpoint: Endpoint) -> None:
        outcomes = await asyncio.gather(*(endpoint.complete(a_chat(seed=seed)) for seed in range(50)))
        assert [outcome.text for outcome in outcomes if isinstance(outcome, Completion)] == [
            f"reply {seed}" for seed in range(50)
        ]

    with_endpoint(shuffled, use)


def test_a_server_that_goes_away_for_a_moment_is_waited_for() -> None:
    async def run() -> Outcome:
        async with scripted_server(GOOD) as first:
            port = int(first.base_url.rpartition(":")[2])
            opened = endpoint_at(first.base_url, policy=replace(FAST, unreachable_s=20.0))
            endpoint = await opened.__aenter__()
        asking = asyncio.create_task(endpoint.complete(a_chat()))
        await asyncio.sleep(0.05)
        runner = web.AppRunner(_application(GOOD), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        outcome = await asking
        await opened.__aexit__(None, None, None)
        await runner.cleanup()
        return outcome

    outcome = asyncio.run(run())
    assert isinstance(outcome, Completion)
    assert outcome.tries == 1, "a request that nobody received was not sent"


def test_a_server_that_is_gone_stops_the_run() -> None:
    async def run() -> None:
        async with scripted_server(GOOD) as server:
            opened = endpoint_at(server.base_url)
            endpoint = await opened.__aenter__()
        with pytest.raises(EndpointError, match="is unreachable"):
            await endpoint.complete(a_chat())
        await opened.__aexit__(None, None, None)

    asyncio.run(run())


def test_a_server_that_is_busy_for_ever_stops_the_run() -> None:
    async def use(endpoint: Endpoint) -> None:
        with pytest.raises(EndpointError, match="too busy"):
            await endpoint.complete(a_chat())

    with_endpoint(OVERLOADED, use, policy=replace(FAST, busy_s=0.1))


def test_megabytes_with_lone_surrogates_and_nul_reach_the_server_as_they_are() -> None:
    text = "\ud800 \0 \r\n \u2028 é" * 200_000
    _, server = ask(GOOD, request=a_chat(text))
    assert server.received[0].body["messages"][0]["content"] == text


def _application(answer: Answer) -> web.Application:
    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    return app
