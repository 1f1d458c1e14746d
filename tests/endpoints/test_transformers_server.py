"""A real OpenAI-compatible server: ``transformers serve`` with a tiny random model that is made on the spot.

Optional, as it needs torch. Run it with an environment of its own:

    python -m venv serving && serving/bin/pip install torch "transformers[serving]"
    KODCODE_TRANSFORMERS_PYTHON=serving/bin/python python -m pytest tests/endpoints/test_transformers_server.py
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from kodcode_hub.endpoints.connect import open_endpoint
from kodcode_hub.endpoints.protocol import Completion, DeadLetter, Endpoint, Request
from kodcode_hub.endpoints.urls import EndpointUrl
from tests.endpoints.scripted_server import FAST_OPTIONS, a_chat, a_raw

VARIABLE = "KODCODE_TRANSFORMERS_PYTHON"
SECONDS_TO_START = 120.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        VARIABLE not in os.environ, reason=f"{VARIABLE} names no Python with torch and transformers[serving]"
    ),
]

Use = Callable[[Endpoint], Awaitable[None]]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Base URL and model of a running server."""
    python = Path(os.environ[VARIABLE]).absolute()
    folder = tmp_path_factory.mktemp("serving")
    model, log = folder / "tiny", folder / "log.txt"
    environ = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "home"), "CUDA_VISIBLE_DEVICES": ""}
    subprocess.run([python, Path(__file__).with_name("tiny_model.py"), model], check=True, env=environ, timeout=300)
    port = str(free_port())
    options = ["--host", "127.0.0.1", "--port", port, "--device", "cpu"]
    with log.open("wb") as output:
        command = [str(python.with_name("transformers")), "serve", str(model), *options]
        server = subprocess.Popen(command, env=environ, stdout=output, stderr=output)
    try:
        wait_for(f"http://127.0.0.1:{port}", server, log)
        yield f"http://127.0.0.1:{port}", str(model)
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture(params=["openai", "openai-without-model", "hf"])
def ask(request: pytest.FixtureRequest, served: tuple[str, str]) -> Callable[[Use], None]:
    """Runs a piece of test with the server as an endpoint."""
    base_url, model = served
    url = {
        "openai": EndpointUrl("openai", f"{base_url}/v1", model=model),
        "openai-without-model": EndpointUrl("openai", f"{base_url}/v1"),
        "hf": EndpointUrl("hf", base_url, model=model),
    }[request.param]

    def run(use: Use) -> None:
        async def whole() -> None:
            async with open_endpoint(url, options=FAST_OPTIONS, environ={"HF_TOKEN": "hf_none"}) as endpoint:
                assert endpoint.info.model == model
                await use(endpoint)

        asyncio.run(whole())

    return run


async def complete(endpoint: Endpoint, request: Request) -> Completion:
    outcome = await endpoint.complete(request)
    assert isinstance(outcome, Completion), outcome
    return outcome


def test_a_reply_ends_by_itself_or_at_the_limit_and_its_tokens_are_counted(ask: Callable[[Use], None]) -> None:
    async def use(endpoint: Endpoint) -> None:
        replies = [await complete(endpoint, a_chat("Hello", seed=seed, max_new_tokens=60)) for seed in range(12)]
        assert {reply.finish for reply in replies} == {"stop", "length"}
        for reply in replies:
            # Each character is a token, and so are the template's three marks; those in a reply are not shown.
            assert reply.prompt_tokens == len("user\nHello") + len("assistant\n") + 3
            assert len(reply.text or "") <= reply.completion_tokens <= 60
            assert (reply.completion_tokens == 60) == (reply.finish == "length")

    ask(use)


def test_the_seed_decides(ask: Callable[[Use], None]) -> None:
    async def use(endpoint: Endpoint) -> None:
        texts = [(await complete(endpoint, a_chat(seed=seed, max_new_tokens=30))).text for seed in (1, 2, 1, 2)]
        assert texts[:2] == texts[2:]
        assert texts[0] != texts[1]

    ask(use)


def test_a_stop_string_ends_a_chat_and_is_not_in_it(ask: Callable[[Use], None]) -> None:
    async def use(endpoint: Endpoint) -> None:
        stops = tuple("abcdefghij")
        request = a_chat(stop=stops, max_new_tokens=2000)
        reply = await complete(endpoint, request)
        assert reply.finish == "stop"
        assert reply.text is not None
        assert not set(reply.text) & set(stops)

    ask(use)


def test_a_long_reply_is_streamed(ask: Callable[[Use], None]) -> None:
    async def use(endpoint: Endpoint) -> None:
        whole = await complete(endpoint, a_chat(seed=3, max_new_tokens=4096))
        streamed = await complete(endpoint, a_chat(seed=3, max_new_tokens=4097))
        assert streamed.text == whole.text
        assert (streamed.finish, streamed.prompt_tokens) == (whole.finish, whole.prompt_tokens)
        assert streamed.completion_tokens == whole.completion_tokens > 0

    ask(use)


def test_greedy_and_full_sampling_are_taken(ask: Callable[[Use], None]) -> None:
    async def use(endpoint: Endpoint) -> None:
        greedy = [await complete(endpoint, a_chat(seed=seed, temperature=0.0, max_new_tokens=20)) for seed in (1, 2)]
        assert greedy[0].text == greedy[1].text
        await complete(endpoint, a_chat(top_p=1.0, max_new_tokens=20))

    ask(use)


def test_what_the_server_refuses_is_dead_at_once_with_its_reason(ask: Callable[[Use], None]) -> None:
    async def use(endpoint: Endpoint) -> None:
        outcome = await endpoint.complete(a_chat(top_k=5))
        assert isinstance(outcome, DeadLetter)
        assert (outcome.status, outcome.tries) == (422, 1)
        assert "top_k" in outcome.error

    ask(use)


def test_many_at_a_time_are_all_answered(ask: Callable[[Use], None]) -> None:
    async def use(endpoint: Endpoint) -> None:
        requests = [a_chat(f"Number {seed}", seed=seed, max_new_tokens=20) for seed in range(48)]
        replies = await asyncio.gather(*(complete(endpoint, request) for request in requests))
        assert all(0 < reply.completion_tokens <= 20 and reply.tries == 1 for reply in replies)

    ask(use)


def test_a_raw_prompt_is_continued(served: tuple[str, str]) -> None:
    async def run() -> None:
        async with open_endpoint(f"openai+{served[0]}", options=FAST_OPTIONS, environ={}) as endpoint:
            for tokens in (40, 5000):
                reply = await complete(endpoint, a_raw("Write a", stop=tuple("XYZ123"), max_new_tokens=tokens))
                assert reply.prompt_tokens == len("Write a")
                assert reply.finish in ("stop", "length")
                assert reply.text is not None
                assert not set(reply.text) & set("XYZ123")

    asyncio.run(run())


def test_another_model_is_a_dead_letter(served: tuple[str, str]) -> None:
    async def run() -> None:
        async with open_endpoint(f"openai+{served[0]}?model=another", options=FAST_OPTIONS, environ={}) as endpoint:
            outcome = await endpoint.complete(a_chat())
            assert isinstance(outcome, DeadLetter)
            assert (outcome.status, outcome.tries) == (400, 1)
            assert "another" in outcome.error

    asyncio.run(run())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(base_url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server is up; fails with what it wrote."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text(errors="replace")
        try:
            with urllib.request.urlopen(f"{base_url}/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"not up after {SECONDS_TO_START:.0f} s: {log.read_text(errors='replace')}")
