"""Several servers of one model: shared out by weight, and one that fails is set aside until it is back."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import web

from kodcode_hub.endpoints.connect import EndpointOptions, open_endpoint
from kodcode_hub.endpoints.protocol import Completion, DeadLetter, Endpoint
from kodcode_hub.endpoints.rates import RateLimits
from kodcode_hub.errors import EndpointError, UsageError
from tests.endpoints.scripted_server import (
    FAST,
    FAST_OPTIONS,
    Answer,
    ScriptedServer,
    a_chat,
    chat_json,
    drop_connection,
    json_answer,
    scripted_server,
    text_answer,
)

GOOD = json_answer(chat_json("the reply"))
INFO = {"model_id": "m", "max_concurrent_requests": 8}


def slow(seconds: float) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await GOOD(request)

    return answer


@asynccontextmanager
async def pool_of(
    *answers: Answer, weights: tuple[int, ...] = (), options: EndpointOptions = FAST_OPTIONS
) -> AsyncIterator[tuple[Endpoint, list[ScriptedServer]]]:
    """One endpoint over a server for each answer."""
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(scripted_server(answer, info=INFO)) for answer in answers]
        shares = weights or (1,) * len(servers)
        urls = [f"tgi+{server.base_url}#weight={share}" for server, share in zip(servers, shares, strict=True)]
        yield await stack.enter_async_context(open_endpoint(*urls, options=options, environ={})), servers


async def ask_many(endpoint: Endpoint, count: int) -> list[Completion | DeadLetter]:
    return list(await asyncio.gather(*(endpoint.complete(a_chat(seed=seed)) for seed in range(1, count + 1))))


def all_answered(outcomes: list[Completion | DeadLetter]) -> bool:
    return all(isinstance(outcome, Completion) for outcome in outcomes)


def test_all_servers_are_busy_at_once() -> None:
    async def run() -> None:
        async with pool_of(slow(0.02), slow(0.02), slow(0.02)) as (endpoint, servers):
            assert endpoint.info.max_concurrent_requests == 24
            assert all_answered(await ask_many(endpoint, 120))
            assert [server.most_in_flight for server in servers] == [8, 8, 8]
            assert sum(len(server.received) for server in servers) == 120

    asyncio.run(run())


def test_the_least_loaded_by_weight_comes_first() -> None:
    async def run() -> None:
        async with pool_of(slow(0.2), slow(0.2), weights=(3, 1)) as (endpoint, servers):
            assert all_answered(await ask_many(endpoint, 8))
            assert [len(server.received) for server in servers] == [6, 2]

    asyncio.run(run())


def test_a_slow_server_gets_less() -> None:
    async def run() -> None:
        async with pool_of(slow(0.01), slow(0.2)) as (endpoint, servers):
            assert all_answered(await ask_many(endpoint, 200))
            fast, tardy = (len(server.received) for server in servers)
            assert fast > 3 * tardy > 0

    asyncio.run(run())


@pytest.mark.parametrize("failing", [drop_connection, text_answer("broken", status=500)])
def test_a_server_that_only_fails_costs_no_request(failing: Answer) -> None:
    async def run() -> None:
        async with pool_of(failing, slow(0.01)) as (endpoint, servers):
            assert all_answered(await ask_many(endpoint, 300))
            assert len(servers[0].received) < 60, "it is set aside"

    asyncio.run(run())


def test_a_server_that_goes_away_is_set_aside_and_used_again_when_it_is_back() -> None:
    async def run() -> None:
        healthy = False

        async def moody(request: web.Request) -> web.StreamResponse:
            return await (slow(0.005) if healthy else drop_connection)(request)

        async with pool_of(moody, slow(0.02)) as (endpoint, servers):
            assert all_answered(await ask_many(endpoint, 200))
            before = len(servers[0].received)
            healthy = True
            await asyncio.sleep(0.3)
            assert all_answered(await ask_many(endpoint, 400))
            assert len(servers[0].received) - before > 100

    asyncio.run(run())


def test_the_run_stops_only_when_no_server_is_left() -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            first = await stack.enter_async_context(scripted_server(GOOD, info=INFO))
            async with scripted_server(GOOD, info=INFO) as second:
                urls = (f"tgi+{first.base_url}", f"tgi+{second.base_url}")
                options = EndpointOptions(policy=replace(FAST, unreachable_s=0.5))
                endpoint = await stack.enter_async_context(open_endpoint(*urls, options=options, environ={}))
            for _ in range(20):
                assert all_answered(await ask_many(endpoint, 10))
                await asyncio.sleep(0.05)
            assert len(first.received) == 200

    asyncio.run(run())


def test_one_server_that_refuses_credentials_stops_the_run_by_name() -> None:
    async def run() -> None:
        async with pool_of(GOOD, json_answer({"error": "who"}, status=401)) as (endpoint, servers):
            with pytest.raises(EndpointError, match=servers[1].base_url):
                await ask_many(endpoint, 20)

    asyncio.run(run())


def test_servers_of_different_models_are_no_pool() -> None:
    async def run() -> None:
        async with (
            scripted_server(GOOD, info={"model_id": "a"}) as one,
            scripted_server(GOOD, info={"model_id": "b"}) as other,
            open_endpoint(f"tgi+{one.base_url}", f"tgi+{other.base_url}", environ={}),
        ):
            pass

    with pytest.raises(UsageError, match=r"serves a.*serves b.*--answer-endpoint"):
        asyncio.run(run())


def test_with_every_ninth_failing_and_a_burst_of_429_every_request_is_answered_once() -> None:
    """Delivered exactly once: counted at the server by the answers that it gave."""

    async def run() -> None:
        chance, answered, loop = random.Random(5), Counter[int](), asyncio.get_running_loop()
        began = loop.time()

        async def moody(request: web.Request) -> web.StreamResponse:
            if 0.1 < loop.time() - began < 0.6:
                return web.json_response({"error": "busy", "error_type": "overloaded"}, status=429)
            await asyncio.sleep(0.01)
            if chance.random() < 0.11:
                return await chance.choice(FAULTS)(request)
            seed = (await request.json())["seed"]
            answered[seed] += 1
            return web.json_response(chat_json(f"reply {seed}"))

        async with pool_of(moody, moody) as (endpoint, _):
            outcomes = await ask_many(endpoint, 1500)
        assert [outcome.text for outcome in outcomes if isinstance(outcome, Completion)] == [
            f"reply {seed}" for seed in range(1, 1501)
        ]
        assert set(answered.values()) == {1}

    asyncio.run(run())


FAULTS = (
    drop_connection,
    text_answer("", content_type="application/json"),
    text_answer('{"choices": [', content_type="application/json"),
    json_answer({"error": "x", "error_type": "generation"}, status=424),
    text_answer("oops", status=500),
    text_answer("<html>", status=502, content_type="text/html"),
    json_answer({"error": "overloaded", "error_type": "overloaded"}),
)


def test_limits_a_minute_hold_over_all_servers_together() -> None:
    async def run() -> None:
        options = EndpointOptions(policy=FAST, rates=RateLimits(requests_per_minute=10))
        async with pool_of(GOOD, GOOD, options=options) as (endpoint, servers):
            asking = asyncio.create_task(ask_many(endpoint, 30))
            await asyncio.sleep(0.5)
            assert sum(len(server.received) for server in servers) == 10
            asking.cancel()

    asyncio.run(run())


def test_who_gives_up_waiting_leaves_no_trace() -> None:
    async def run() -> None:
        async with pool_of(slow(0.05)) as (endpoint, servers):
            asking = [asyncio.create_task(endpoint.complete(a_chat(seed=seed))) for seed in range(1, 101)]
            await asyncio.sleep(0.02)
            for task in asking[::2]:
                task.cancel()
            outcomes = await asyncio.gather(*asking, return_exceptions=True)
            assert sum(isinstance(outcome, Completion) for outcome in outcomes) == 50
            assert all_answered(await ask_many(endpoint, 16))
            assert servers[0].most_in_flight <= 16

    asyncio.run(run())


def test_places_of_requests_that_were_given_up_are_free_again() -> None:
    """Given up while the server works, while they wait, and in the moment in which a place is handed over."""

    async def run() -> None:
        async with pool_of(slow(0.05)) as (endpoint, servers):
            for _ in range(10):
                asking = [asyncio.create_task(endpoint.complete(a_chat(seed=seed))) for seed in range(1, 31)]
                await asyncio.sleep(0.02)
                asking[0].cancel()
                await asyncio.sleep(0)
                for task in asking[1:]:
                    task.cancel()
                await asyncio.gather(*asking, return_exceptions=True)
            assert all_answered(await asyncio.wait_for(ask_many(endpoint, 16), 10))
            servers[0].most_in_flight = 0
            assert all_answered(await asyncio.wait_for(ask_many(endpoint, 16), 10))
            assert servers[0].most_in_flight == 8

    asyncio.run(run())


def test_a_server_that_is_at_work_is_not_given_up_for_turning_others_away() -> None:
    """A reply may take longer than the patience with a busy server."""

    async def run() -> None:
        began = asyncio.get_running_loop().time()

        async def long_and_busy(request: web.Request) -> web.StreamResponse:
            if (await request.json())["seed"] == 1:
                return await slow(1.0)(request)
            if asyncio.get_running_loop().time() - began < 1.0:
                return web.json_response({"error": "busy"}, status=429)
            return await GOOD(request)

        options = EndpointOptions(policy=replace(FAST, busy_s=0.3))
        async with pool_of(long_and_busy, options=options) as (endpoint, _):
            assert all_answered(await ask_many(endpoint, 3))

    asyncio.run(run())
