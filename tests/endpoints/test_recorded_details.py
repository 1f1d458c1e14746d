"""What details say of a completion is what clients of the embedded server hear, on every route."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from kodcode_hub.endpoints.embedded.entries import Detail, Recording
from kodcode_hub.endpoints.embedded.recordings import Recordings
from kodcode_hub.endpoints.embedded.serve import serve
from kodcode_hub.endpoints.embedded.validation import Sampling

CUT = Detail(7, "length", "first thoughts", prompt_tokens=11, completion_tokens=3)
RECORDINGS = Recordings(
    [
        Recording(("say",), ("much more than a token", ""), details=(CUT, Detail(8, "other", has_text=False))),
        Recording(("hot",), ("cold",), sampling=Sampling(100, 0.01, None, None, ("A", "B", "C", "D"))),
        Recording(("hot",), ("warm",), sampling=Sampling(100, 0.8, 0.9, 5)),
    ]
)
USAGE = {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14}


def post(path: str, body: dict[str, Any]) -> tuple[int, Any]:
    """Status and answer, a stream as the list of its events."""

    async def run() -> tuple[int, Any]:
        async with (
            serve(RECORDINGS, model="org/m") as base_url,
            aiohttp.ClientSession() as session,
            session.post(base_url + path, json=body) as response,
        ):
            text = await response.text()
            if response.content_type != "text/event-stream":
                return response.status, json.loads(text)
            data = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
            return response.status, [json.loads(event) for event in data if event != "[DONE]"]

    return asyncio.run(run())


def chat(seed: int, **more: Any) -> tuple[int, Any]:
    return post("/v1/chat/completions", {"messages": [{"role": "user", "content": "say"}], "seed": seed, **more})


def test_a_chat_has_reasoning_finish_and_tokens_as_recorded_and_is_not_cut_again() -> None:
    status, body = chat(7, max_tokens=1)
    (choice,) = body["choices"]
    assert (status, body["usage"], choice["finish_reason"]) == (200, USAGE, "length")
    assert choice["message"] == {
        "role": "assistant",
        "content": "much more than a token",
        "reasoning_content": "first thoughts",
    }


def test_a_reply_without_content_has_none() -> None:
    _, body = chat(8)
    assert body["choices"][0]["message"] == {"role": "assistant", "content": None}
    assert body["choices"][0]["finish_reason"] == "content_filter"
    assert post("/v1/completions", {"prompt": "say", "seed": 8})[1]["choices"][0]["text"] is None


def test_a_streamed_chat_says_the_same_piece_by_piece() -> None:
    _, events = chat(7, stream=True, stream_options={"include_usage": True})
    deltas = [choice["delta"] for event in events for choice in event["choices"]]
    assert "".join(delta.get("reasoning_content") or "" for delta in deltas) == "first thoughts"
    assert "".join(delta["content"] or "" for delta in deltas) == "much more than a token"
    assert events[-1]["usage"] == USAGE
    assert [choice["finish_reason"] for event in events for choice in event["choices"]][-1] == "length"
    _, events = chat(8, stream=True)
    assert [event["choices"][0]["delta"]["content"] for event in events] == [None]


def test_generate_says_the_same() -> None:
    _, body = post("/generate", {"inputs": "say", "parameters": {"seed": 7, "details": True, "max_new_tokens": 1}})
    assert body["generated_text"] == "much more than a token"
    details = body["details"]
    assert (details["finish_reason"], details["generated_tokens"], details["input_length"]) == ("length", 3, 11)
    _, events = post("/generate_stream", {"inputs": "say", "parameters": {"seed": 7, "details": True}})
    assert events[-1]["details"] == {"finish_reason": "length", "generated_tokens": 3, "input_length": 11, "seed": 7}
    assert post("/generate_stream", {"inputs": "say", "parameters": {"seed": 8}})[1][-1]["generated_text"] == ""


@pytest.mark.parametrize("seed", [6, 9, 7 + 2**32])
def test_another_seed_is_not_found_and_the_message_says_why(seed: int) -> None:
    status, body = chat(seed)
    assert status == 404
    assert f"no recording has the seed {seed}" in body["error"]


def test_requests_of_one_prompt_are_told_apart_by_their_sampling() -> None:
    def ask(**sampling: Any) -> str | int:
        status, body = post("/v1/completions", {"prompt": "hot", "max_tokens": 100, **sampling})
        return body["choices"][0]["text"] if status == 200 else status

    assert ask(temperature=0, stop=["A", "B", "C", "D"]) == "cold"
    assert ask(temperature=0.01, stop=["A", "B", "C", "D"]) == "cold"
    assert ask(temperature=0) == 404
    assert ask(temperature=0.8, top_p=0.9) == 404
    parameters = {"max_new_tokens": 100, "temperature": 0.8, "top_p": 0.9, "top_k": 5}
    assert post("/generate", {"inputs": "hot", "parameters": parameters})[1] == {"generated_text": "warm"}
