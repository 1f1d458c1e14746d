"""Secrets reach the server and nothing else, whatever the server does with them."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from kodcode_hub.endpoints.connect import open_endpoint
from kodcode_hub.endpoints.protocol import DeadLetter
from kodcode_hub.errors import EndpointError
from tests.endpoints.scripted_server import (
    FAST_OPTIONS,
    Answer,
    Received,
    a_chat,
    chat_json,
    json_answer,
    scripted_server,
)

TOKEN = "hf_" + "Ab3dEfGh" * 5
INFO = {"model_id": "m"}


def echo(status: int, *, before: str = "", content_type: str = "text/plain") -> Answer:
    """Quotes everything it was sent."""

    async def answer(request: web.Request) -> web.StreamResponse:
        text = f"{before}{request.headers.get('Authorization')} {request.query_string}"
        headers = {"Location": f"http://elsewhere/{text}"} if 300 <= status < 400 else {}
        return web.Response(status=status, text=text, headers=headers, content_type=content_type)

    return answer


def message_of(form: str, answer: Answer, *, environ: dict[str, str]) -> tuple[str, list[Received]]:
    """All texts of the dead letter, or that of the error, and what the server received."""

    async def run() -> tuple[str, list[Received]]:
        async with scripted_server(answer, info=INFO) as server:
            try:
                async with open_endpoint(
                    form.replace("HOST", server.base_url.removeprefix("http://")), environ=environ, options=FAST_OPTIONS
                ) as endpoint:
                    outcome = await endpoint.complete(a_chat())
                    assert isinstance(outcome, DeadLetter)
                    return "\n".join([outcome.error, *outcome.errors, outcome.last_body]), server.received
            except EndpointError as error:
                return str(error), server.received

    return asyncio.run(run())


@pytest.mark.parametrize("status", [302, 400, 401, 403, 422, 500])
@pytest.mark.parametrize("padding", [0, 270, 280, 290, 299])
def test_a_token_that_the_server_quotes_is_hidden_even_where_the_error_is_cut(status: int, padding: int) -> None:
    message, received = message_of("tgi+http://HOST", echo(status, before="x" * padding), environ={"HF_TOKEN": TOKEN})
    assert received[0].headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN[:8] not in message


@pytest.mark.parametrize("status", [302, 401, 422])
def test_userinfo_and_keys_in_the_url_are_sent_and_hidden(status: int) -> None:
    form = "openai+http://user:pa%2Fss@HOST/v1?model=m&key=k%2F3y"
    message, received = message_of(form, echo(status), environ={"OPENAI_API_KEY": TOKEN})
    assert received[0].headers["Authorization"] == "Basic dXNlcjpwYS9zcw=="
    assert received[0].query == {"key": "k/3y"}
    for secret in ("pa/ss", "pa%2Fss", "dXNlcjpwYS9zcw", "k/3y", "k%2F3y", TOKEN):
        assert secret not in message


@pytest.mark.parametrize("content_type", ["text/html", "application/json"])
def test_a_malformed_answer_with_a_token_does_not_show_it(content_type: str) -> None:
    message, _ = message_of("tgi+http://HOST", echo(200, content_type=content_type), environ={"HF_TOKEN": TOKEN})
    assert TOKEN[:8] not in message


def test_a_token_does_not_travel_along_a_redirect() -> None:
    async def run() -> None:
        async with scripted_server(json_answer(chat_json())) as elsewhere:

            async def redirect(_: web.Request) -> web.StreamResponse:
                return web.Response(status=307, headers={"Location": f"{elsewhere.base_url}/v1/chat/completions"})

            async with (
                scripted_server(redirect, info=INFO) as server,
                open_endpoint(f"tgi+{server.base_url}", environ={"HF_TOKEN": TOKEN}, options=FAST_OPTIONS) as endpoint,
            ):
                assert isinstance(await endpoint.complete(a_chat()), DeadLetter)
            assert elsewhere.received == []

    asyncio.run(run())


def test_cookies_of_a_server_are_not_kept() -> None:
    seen: list[str | None] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("Cookie"))
        return web.json_response(chat_json(), headers={"Set-Cookie": "track=1"})

    async def run() -> None:
        async with (
            scripted_server(answer, info=INFO) as server,
            # By name: cookies of bare addresses are refused anyway.
            open_endpoint(
                f"tgi+{server.base_url.replace('127.0.0.1', 'localhost')}", environ={}, options=FAST_OPTIONS
            ) as endpoint,
        ):
            for seed in range(2):
                await endpoint.complete(a_chat(seed=seed))

    asyncio.run(run())
    assert seen == [None, None]
