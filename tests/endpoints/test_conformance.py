"""Every way to a model keeps the protocol: TGI's and OpenAI's dialect over HTTP, huggingface_hub, and replayed files.

All run against the embedded server; a further implementation of ``Endpoint`` joins by a line in ``WAYS``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from kodcode_hub.endpoints.connect import open_endpoint
from kodcode_hub.endpoints.embedded.recordings import load_recordings
from kodcode_hub.endpoints.embedded.serve import serve
from kodcode_hub.endpoints.protocol import Completion, DeadLetter, Endpoint, Request
from kodcode_hub.endpoints.urls import EndpointUrl
from kodcode_hub.errors import InputError
from kodcode_hub.resources import samples_folder
from tests.endpoints.scripted_server import FAST_OPTIONS, a_chat, a_raw

ROWS: list[dict[str, Any]] = [
    {"step": "answer", "contains": ["add two numbers"], "completions": ["zero", "one", "two"]},
    {"step": "question", "contains": [], "route": "raw", "completions": [" sorts a list.\nEND of it"]},
    {"step": "answer", "contains": ["surrogate"], "completions": ["\ud800 \0 \r\n"]},
]

Way = Callable[[str, Path], str | EndpointUrl]

WAYS: dict[str, Way] = {
    "tgi": lambda base_url, _: f"tgi+{base_url}",
    "openai": lambda base_url, _: f"openai+{base_url}/v1?model=kodcode-replay",
    "openai-without-model": lambda base_url, _: f"openai+{base_url}",
    "hf": lambda base_url, _: EndpointUrl("hf", base_url, model="kodcode-replay"),
    "replay": lambda _, file: f"replay:{file}",
}
"""``tgi`` is the built-in client, or ``text-generation`` where that is installed (``test_tgi_client.py``)."""


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
def ask(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Callable[[Endpoint], Awaitable[None]]], None]:
    """Runs a piece of test with an endpoint opened in one of the ways."""
    file = tmp_path / "replay.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS))

    @asynccontextmanager
    async def opened() -> AsyncIterator[Endpoint]:
        async with serve(load_recordings([file])) as base_url:
            url = request.param(base_url, file)
            async with open_endpoint(url, environ={"HF_TOKEN": "hf_none"}, options=FAST_OPTIONS) as endpoint:
                yield endpoint

    def run(use: Callable[[Endpoint], Awaitable[None]]) -> None:
        async def whole() -> None:
            async with opened() as endpoint:
                await use(endpoint)

        asyncio.run(whole())

    return run


Ask = Callable[[Callable[[Endpoint], Awaitable[None]]], None]


async def complete(endpoint: Endpoint, request: Request) -> Completion:
    """The completion of a request that must be answered."""
    outcome = await endpoint.complete(request)
    assert isinstance(outcome, Completion), outcome
    return outcome


def test_the_model_is_known(ask: Ask) -> None:
    async def use(endpoint: Endpoint) -> None:
        assert endpoint.info.model == "kodcode-replay"
        assert endpoint.info.max_concurrent_requests >= 1

    ask(use)


def test_every_sample_has_its_own_seed_and_reply(ask: Ask) -> None:
    """Defect 18: attempts are no copies of one another."""

    async def use(endpoint: Endpoint) -> None:
        requests = [a_chat("add two numbers", seed=30 + sample, sample=sample) for sample in range(4)]
        replies = [await complete(endpoint, request) for request in requests]
        assert [reply.text for reply in replies] == ["zero", "one", "two", "zero"]
        assert {(reply.finish, reply.tries) for reply in replies} == {("stop", 1)}

    ask(use)


def test_a_raw_prompt_is_continued_and_cut_at_any_stop_string(ask: Ask) -> None:
    async def use(endpoint: Endpoint) -> None:
        stops = ("#1", "#2", "#3", "#4", "#5", "END")
        reply = await complete(endpoint, a_raw("Write a function that", stop=stops))
        assert (reply.text, reply.finish) == (" sorts a list.\n", "stop")

    ask(use)


def test_a_chat_is_cut_at_any_stop_string(ask: Ask) -> None:
    async def use(endpoint: Endpoint) -> None:
        stops = ("#1", "#2", "#3", "#4", "#5", "ro")
        reply = await complete(endpoint, a_chat("add two numbers", seed=0, stop=stops))
        assert (reply.text, reply.finish) == ("ze", "stop")

    ask(use)


@pytest.mark.parametrize("request_", [a_chat("add two numbers", max_new_tokens=9000), a_raw(max_new_tokens=9000)])
def test_a_long_reply_is_whole(ask: Ask, request_: Request) -> None:
    async def use(endpoint: Endpoint) -> None:
        reply = await complete(endpoint, request_)
        assert reply.text in ("zero", " sorts a list.\nEND of it")
        assert (reply.finish, reply.tries) == ("stop", 1)

    ask(use)


def test_a_reply_cut_at_the_token_limit_says_so(ask: Ask) -> None:
    """Defect 19: truncation is visible."""

    async def use(endpoint: Endpoint) -> None:
        reply = await complete(endpoint, a_raw(max_new_tokens=2))
        assert (reply.text, reply.finish, reply.completion_tokens) == (" sorts a", "length", 2)

    ask(use)


def test_tokens_are_counted(ask: Ask) -> None:
    async def use(endpoint: Endpoint) -> None:
        reply = await complete(endpoint, a_chat("add two numbers", seed=0))
        assert (reply.prompt_tokens, reply.completion_tokens) == (4, 1)

    ask(use)


@pytest.mark.parametrize("sampling", [{"temperature": 0.0}, {"top_p": 1.0}, {"temperature": 0.0, "top_p": 1.0}])
def test_no_sampling_of_ours_is_refused(ask: Ask, sampling: dict[str, float]) -> None:
    async def use(endpoint: Endpoint) -> None:
        await complete(endpoint, a_chat("add two numbers", **sampling))

    ask(use)


def test_a_prompt_that_was_never_recorded_is_a_dead_letter(ask: Ask) -> None:
    """Defect 22: what got no reply is not an empty reply."""

    async def use(endpoint: Endpoint) -> None:
        outcome = await endpoint.complete(a_chat("something else"))
        assert isinstance(outcome, DeadLetter)
        assert (outcome.status, outcome.tries) == (404, 1)
        assert "something else" in outcome.error

    ask(use)


def test_any_text_comes_through(ask: Ask) -> None:
    async def use(endpoint: Endpoint) -> None:
        reply = await complete(endpoint, a_chat("a surrogate \udfff \0"))
        assert reply.text == "\ud800 \0 \r\n"

    ask(use)


def test_many_at_a_time_all_get_their_own_reply(ask: Ask) -> None:
    async def use(endpoint: Endpoint) -> None:
        requests = [a_chat("add two numbers", seed=seed) for seed in range(300)]
        replies = await asyncio.gather(*(complete(endpoint, request) for request in requests))
        assert [reply.text for reply in replies] == ["zero", "one", "two"] * 100

    ask(use)


def test_a_broken_recording_is_an_input_error(tmp_path: Path) -> None:
    file = tmp_path / "replay.jsonl"
    file.write_text('{"step": "answer"}\n')

    async def run() -> None:
        async with open_endpoint(f"replay:{file}", environ={}):
            pass

    with pytest.raises(InputError, match="row 1"):
        asyncio.run(run())


def test_sample_replays_the_recordings_that_come_with_the_package() -> None:
    if not (samples_folder() / "recordings").is_dir():
        pytest.skip("the sample recordings are not there yet")

    async def run() -> None:
        async with open_endpoint("sample:", environ={}, options=FAST_OPTIONS) as endpoint:
            assert endpoint.info.model == "kodcode-replay"
            assert isinstance(await endpoint.complete(a_chat("never recorded by anybody")), DeadLetter)

    asyncio.run(run())
