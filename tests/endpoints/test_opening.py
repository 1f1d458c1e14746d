"""Opening an endpoint: who answers there, and what is said if nobody does."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from aiohttp import web

from kodcode_hub.endpoints.connect import open_endpoint
from kodcode_hub.endpoints.protocol import Completion, EndpointInfo
from kodcode_hub.errors import EndpointError, UsageError
from tests.endpoints.scripted_server import FAST_OPTIONS, a_chat, chat_json, json_answer, scripted_server, stay_silent

GOOD = json_answer(chat_json())


def open_at(url: str, environ: Mapping[str, str] | None = None, *, idle_timeout_s: float = 5.0) -> EndpointInfo:
    """Open the endpoint, and ask it once."""

    async def run() -> EndpointInfo:
        async with open_endpoint(url, environ=environ or {}, options=FAST_OPTIONS) as endpoint:
            assert isinstance(await endpoint.complete(a_chat()), Completion)
            return endpoint.info

    return asyncio.run(run())


def open_scripted(form: str, *, info: object = None, models: object = None) -> EndpointInfo:
    """Open ``form``, in which ``BASE`` stands for a scripted server."""

    async def run() -> EndpointInfo:
        async with scripted_server(GOOD, info=info, models=models) as server:
            url = form.replace("BASE", server.base_url)
            async with open_endpoint(url, environ={}, options=FAST_OPTIONS) as endpoint:
                assert isinstance(await endpoint.complete(a_chat()), Completion)
                return endpoint.info

    return asyncio.run(run())


def status(code: int, headers: Mapping[str, str] | None = None) -> Any:
    """A page that is only a status."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=code, text=f"page {code}", headers=headers)

    return answer


MANY = {"object": "list", "data": [{"id": "b/two"}, {"id": "a/one"}]}
ONE = {"object": "list", "data": [{"id": "a/one"}]}


def test_tgi_says_its_model_and_limit() -> None:
    assert open_scripted("tgi+BASE", info={"model_id": "m", "max_concurrent_requests": 7}) == EndpointInfo("m", 7)


def test_tgi_without_a_limit_gets_as_many_as_it_takes() -> None:
    assert open_scripted("tgi+BASE", info={"model_id": "m"}) == EndpointInfo("m", 256)


def test_an_openai_server_is_asked_for_the_model_of_the_url() -> None:
    assert open_scripted("openai+BASE/v1?model=any", models=MANY) == EndpointInfo("any", 256)


def test_a_context_that_is_told_bounds_the_replies_asked_for() -> None:
    """Defect 47: 16,384 tokens asked of a server that holds 8,192."""

    async def run() -> None:
        models = {"object": "list", "data": [{"id": "m", "max_model_len": 8192}]}
        async with (
            scripted_server(GOOD, models=models) as server,
            open_endpoint(f"openai+{server.base_url}", environ={}, options=FAST_OPTIONS) as endpoint,
        ):
            await endpoint.complete(a_chat("x" * 3000, max_new_tokens=16384))
            assert server.received[0].body["max_tokens"] == 8192 - 1000 - 64

    asyncio.run(run())


def test_llama_cpp_tells_its_slots_and_their_size_elsewhere() -> None:
    async def identity(request: web.Request) -> web.StreamResponse:
        if request.path == "/props":
            return web.json_response({"total_slots": 4, "default_generation_settings": {"n_ctx": 2048}})
        model = {"id": "qwen.gguf", "owned_by": "llamacpp", "meta": {"n_ctx_train": 32768}}
        return web.json_response({"object": "list", "data": [model]})

    async def run() -> None:
        async with (
            scripted_server(GOOD, models=identity) as server,
            open_endpoint(f"openai+{server.base_url}", environ={}, options=FAST_OPTIONS) as endpoint,
        ):
            assert endpoint.info == EndpointInfo("qwen.gguf", 4)
            await endpoint.complete(a_chat("x" * 300, max_new_tokens=4096))
            assert server.received[0].body["max_tokens"] == 2048 - 100 - 64

    asyncio.run(run())


@pytest.mark.parametrize("models", [None, status(500), status(405), {"what": "else"}])
def test_a_named_model_is_enough_for_a_server_that_lists_none(models: object) -> None:
    assert open_scripted("openai+BASE/v1?model=any", models=models).model == "any"


def test_an_openai_server_with_one_model_needs_no_name() -> None:
    assert open_scripted("openai+BASE", models=ONE).model == "a/one"


def test_an_openai_server_with_several_models_wants_one_named() -> None:
    with pytest.raises(UsageError, match=r"several models.*a/one, b/two"):
        open_scripted("openai+BASE", models=MANY)


@pytest.mark.parametrize("models", [None, {"data": []}, {"data": "x"}, status(500)])
def test_an_openai_server_that_names_no_model_wants_one_named(models: object) -> None:
    with pytest.raises(EndpointError, match=r"\?model=NAME"):
        open_scripted("openai+BASE", models=models)


@pytest.mark.parametrize("info", [None, {}, {"model_id": 5}, status(500), status(204), status(404)])
def test_a_server_that_is_no_tgi_is_told_apart(info: object) -> None:
    with pytest.raises(EndpointError, match=r"/info .* openai\+http"):
        open_scripted("tgi+BASE", info=info)


@pytest.mark.parametrize("form", ["tgi+BASE", "openai+BASE?model=m", "openai+BASE"])
def test_a_redirect_at_opening_is_named_not_followed(form: str) -> None:
    page = status(308, {"Location": "https://elsewhere.example/"})
    with pytest.raises(EndpointError, match=r"redirects.*https://elsewhere\.example/"):
        open_scripted(form, info=page, models=page)


@pytest.mark.parametrize(("form", "variable"), [("tgi+BASE", "HF_TOKEN"), ("openai+BASE?model=m", "OPENAI_API_KEY")])
@pytest.mark.parametrize("code", [401, 403])
def test_refused_credentials_name_the_variable_to_set(form: str, variable: str, code: int) -> None:
    with pytest.raises(EndpointError, match=f"refused our credentials.*{code}.*set {variable}"):
        open_scripted(form, info=status(code), models=status(code))


@pytest.mark.parametrize("form", ["tgi+http://127.0.0.1:{}", "openai+http://127.0.0.1:{}/v1?model=m"])
def test_nobody_there_is_an_endpoint_error_of_exit_code_3(form: str) -> None:
    url = form.format(unused_port())
    with pytest.raises(EndpointError) as caught:
        open_at(url)
    assert caught.value.exit_code == 3
    assert url in str(caught.value)
    assert "is unreachable" in str(caught.value)


def test_a_server_that_never_answers_is_unreachable() -> None:
    with pytest.raises(EndpointError, match="is unreachable"):
        open_scripted("tgi+BASE", info=stay_silent)


def test_a_server_that_is_just_starting_is_waited_for() -> None:
    asked = 0

    async def starting(_: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        return web.json_response({"model_id": "m"}) if asked > 3 else web.Response(status=503)

    assert open_scripted("tgi+BASE", info=starting).model == "m"


def unused_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_limit_beyond_reason_is_not_believed() -> None:
    info = {"model_id": "m", "max_concurrent_requests": 10**9}
    assert open_scripted("tgi+BASE", info=info) == EndpointInfo("m", 1024)


def test_connections_get_the_descriptors_that_they_need() -> None:
    program = """
import asyncio, resource, sys
from kodcode_hub.endpoints.connect import EndpointOptions, open_endpoint
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 4096))
async def main():
    async with open_endpoint("sample:", options=EndpointOptions(concurrency=128)):
        print(resource.getrlimit(resource.RLIMIT_NOFILE))
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.strip() == "(640, 4096)", done.stderr
