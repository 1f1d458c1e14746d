"""The embedded server over raw HTTP: status codes, content types and bodies as TGI has them."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from kodcode_hub.endpoints.embedded.recordings import Recording, Recordings
from kodcode_hub.endpoints.embedded.serve import serve

RECORDINGS = Recordings(
    [
        Recording(("add two numbers",), ("def add(a, b): return a + b", "second", "third")),
        Recording(("begun",), (" and finished. STOP and more",), raw_only=True),
        Recording(("nothing",), ("",)),
        Recording(("surrogate",), ("\ud800 \0",)),
    ]
)
PROMPT = "Please add two numbers."
MESSAGES = [{"role": "user", "content": PROMPT}]


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    content_type: str
    text: str

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)

    @property
    def events(self) -> list[Any]:
        """The data of a stream's events; JSON but for ``[DONE]``."""
        data = [line.removeprefix("data: ") for line in self.text.split("\n\n") if line]
        return [text if text == "[DONE]" else json.loads(text) for text in data]


def send(
    path: str,
    body: object = None,
    *,
    raw: bytes | None = None,
    content_type: str = "application/json",
    method: str = "POST",
) -> Reply:
    """One request to a server of its own."""

    async def run() -> Reply:
        async with serve(RECORDINGS) as base_url, aiohttp.ClientSession() as session:
            data = io.BytesIO(raw if raw is not None else json.dumps(body).encode())
            headers = {"Content-Type": content_type}
            async with session.request(method, base_url + path, data=data, headers=headers) as response:
                return Reply(response.status, response.content_type, await response.text())

    return asyncio.run(run())


def get(path: str) -> Reply:
    """GET without a body."""
    return send(path, raw=b"", method="GET")


def test_info_says_what_tgi_says() -> None:
    reply = get("/info")
    assert (reply.status, reply.content_type) == (200, "application/json")
    required = {"model_id", "max_concurrent_requests", "max_best_of", "max_stop_sequences", "max_input_tokens"}
    required |= {"max_total_tokens", "validation_workers", "max_client_batch_size", "router", "version"}
    assert required <= reply.json.keys()
    limits = {name: reply.json[name] for name in ("model_id", "max_concurrent_requests", "max_stop_sequences")}
    assert limits == {"model_id": "kodcode-replay", "max_concurrent_requests": 128, "max_stop_sequences": 4}


def test_health_is_an_empty_page() -> None:
    assert (get("/health").status, get("/health").text) == (200, "")


def test_models_lists_the_one_model() -> None:
    assert [model["id"] for model in get("/v1/models").json["data"]] == ["kodcode-replay"]


def test_a_chat_completion_has_tgi_s_shape() -> None:
    reply = send("/v1/chat/completions", {"messages": MESSAGES, "seed": 1, "model": "tgi"})
    assert (reply.status, reply.content_type) == (200, "application/json")
    body = reply.json
    assert body["object"] == "chat.completion"
    assert body["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "second"},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ]
    assert body["usage"] == {"prompt_tokens": 6, "completion_tokens": 2, "total_tokens": 8}
    assert {"id", "created", "model", "system_fingerprint"} <= body.keys()


def test_n_is_ignored() -> None:
    assert len(send("/v1/chat/completions", {"messages": MESSAGES, "n": 3}).json["choices"]) == 1


def test_all_contents_of_a_chat_are_matched_joined_by_line_breaks() -> None:
    messages = [
        {"role": "system", "content": [{"type": "text", "text": "Please "}, {"type": "text", "text": "add two"}]},
        {"role": "user", "content": "numbers"},
    ]
    reply = send("/v1/chat/completions", {"messages": messages})
    assert reply.status == 404
    assert repr("Please add two\nnumbers") in reply.json["error"]


def test_a_completion_answers_every_prompt_in_order() -> None:
    reply = send("/v1/completions", {"prompt": [PROMPT, "begun"], "seed": 2})
    assert reply.json["object"] == "text_completion"
    assert [(choice["index"], choice["text"]) for choice in reply.json["choices"]] == [
        (0, "third"),
        (1, " and finished. STOP and more"),
    ]
    assert reply.json["usage"]["prompt_tokens"] == 8


def test_generate_gives_details_only_when_asked() -> None:
    plain = send("/generate", {"inputs": PROMPT, "parameters": {"seed": 1}})
    assert plain.json == {"generated_text": "second"}
    detailed = send("/generate", {"inputs": PROMPT, "parameters": {"seed": 1, "details": True}}).json["details"]
    assert detailed["finish_reason"] == "eos_token"
    assert (detailed["generated_tokens"], detailed["seed"], detailed["prefill"]) == (2, 1, [])
    assert "".join(token["text"] for token in detailed["tokens"]) == "second"
    assert detailed["best_of_sequences"] is None


def test_generate_with_prefill_full_text_and_best_of() -> None:
    parameters = {"decoder_input_details": True, "return_full_text": True, "best_of": 2, "do_sample": True}
    body = send("/generate", {"inputs": PROMPT, "parameters": parameters}).json
    assert body["generated_text"] == f"{PROMPT}def add(a, b): return a + b"
    assert "".join(token["text"] for token in body["details"]["prefill"]) == PROMPT
    assert [other["generated_text"] for other in body["details"]["best_of_sequences"]] == [f"{PROMPT}second"]


def test_the_root_is_generate_in_a_list_with_the_prompt() -> None:
    assert send("/", {"inputs": PROMPT}).json == [{"generated_text": f"{PROMPT}def add(a, b): return a + b"}]
    assert send("/", {"inputs": PROMPT, "stream": True}).content_type == "text/event-stream"


@pytest.mark.parametrize(
    ("parameters", "text", "finish"),
    [
        ({"max_tokens": 3}, " and finishe", "length"),
        ({"max_tokens": 7}, " and finished. STOP and more", "stop"),
        ({"stop": ["never", "STOP"]}, " and finished. ", "stop_sequence"),
        ({"stop": ["STOP"], "max_tokens": 3}, " and finishe", "length"),
        ({"stop": ["more", "fin"]}, " and ", "stop_sequence"),
        ({"stop": []}, " and finished. STOP and more", "stop"),
    ],
)
def test_a_reply_ends_at_its_limit_or_stop_string(parameters: dict[str, Any], text: str, finish: str) -> None:
    choice = send("/v1/completions", {"prompt": "begun", **parameters}).json["choices"][0]
    assert (choice["text"], choice["finish_reason"]) == (text, finish)


def test_raw_recordings_do_not_answer_chats() -> None:
    assert send("/v1/chat/completions", {"messages": [{"role": "user", "content": "begun"}]}).status == 404


def test_an_unknown_prompt_is_404_in_json_and_shows_how_it_begins() -> None:
    for path, body in (
        ("/v1/completions", {"prompt": "x" * 500}),
        ("/v1/completions", {"prompt": "x" * 500, "stream": True}),
        ("/generate", {"inputs": "x" * 500}),
        ("/generate_stream", {"inputs": "x" * 500}),
    ):
        reply = send(path, body)
        assert (reply.status, reply.content_type, reply.json["error_type"]) == (404, "application/json", "no_recording")
        assert "x" * 80 in reply.json["error"]
        assert "x" * 81 not in reply.json["error"]


VALIDATED: Sequence[tuple[str, dict[str, Any], str]] = [
    ("/v1/chat/completions", {"messages": MESSAGES, "top_p": 1.0}, "`top_p`"),
    ("/v1/chat/completions", {"messages": MESSAGES, "top_p": 0}, "`top_p`"),
    ("/v1/chat/completions", {"messages": MESSAGES, "temperature": -1}, "`temperature`"),
    ("/v1/chat/completions", {"messages": MESSAGES, "stop": ["a"] * 5}, "`stop`"),
    ("/v1/chat/completions", {"messages": MESSAGES, "presence_penalty": -2.0}, "`repetition_penalty`"),
    ("/v1/chat/completions", {"messages": MESSAGES, "frequency_penalty": 2.5}, "`frequency_penalty`"),
    ("/v1/chat/completions", {"messages": MESSAGES, "max_tokens": 0}, "`max_new_tokens`"),
    ("/v1/chat/completions", {"messages": MESSAGES, "max_tokens": 262_144}, "`inputs` tokens"),
    ("/v1/chat/completions", {"messages": MESSAGES, "top_logprobs": 9}, "`top_logprobs`"),
    ("/v1/chat/completions", {"messages": []}, "`inputs`"),
    ("/v1/completions", {"prompt": ""}, "`inputs`"),
    ("/v1/completions", {"prompt": [PROMPT] * 5}, "prompts"),
    ("/v1/completions", {"prompt": PROMPT, "suffix": "x"}, "`suffix`"),
    ("/v1/completions", {"prompt": "x" * 600_000}, "`inputs`"),
    ("/generate", {"inputs": PROMPT, "parameters": {"temperature": 0}}, "`temperature`"),
    ("/generate", {"inputs": PROMPT, "parameters": {"top_p": 1.0}}, "`top_p`"),
    ("/generate", {"inputs": PROMPT, "parameters": {"typical_p": 1}}, "`typical_p`"),
    ("/generate", {"inputs": PROMPT, "parameters": {"top_k": 0}}, "`top_k`"),
    ("/generate", {"inputs": PROMPT, "parameters": {"repetition_penalty": 0}}, "`repetition_penalty`"),
    ("/generate", {"inputs": PROMPT, "parameters": {"max_new_tokens": 0}}, "`max_new_tokens`"),
    ("/generate", {"inputs": PROMPT, "parameters": {"truncate": 0}}, "`truncate`"),
    ("/generate", {"inputs": PROMPT, "parameters": {"best_of": 0}}, "`best_of`"),
    ("/generate", {"inputs": PROMPT, "parameters": {"best_of": 3, "do_sample": True}}, "`best_of`"),
    ("/generate", {"inputs": PROMPT, "parameters": {"best_of": 2}}, "`best_of`"),
    ("/generate", {"inputs": PROMPT, "parameters": {"best_of": 2, "do_sample": True, "seed": 1}}, "`seed`"),
    ("/generate", {"inputs": ""}, "`inputs`"),
]


@pytest.mark.parametrize(("path", "body", "names"), VALIDATED)
def test_what_tgi_s_validation_refuses_is_422_in_json(path: str, body: dict[str, Any], names: str) -> None:
    reply = send(path, body)
    assert (reply.status, reply.content_type) == (422, "application/json")
    assert reply.json["error_type"] == "validation"
    assert reply.json["error"].startswith("Input validation error: ")
    assert names in reply.json["error"]


def test_temperature_0_is_greedy_on_v1() -> None:
    assert send("/v1/chat/completions", {"messages": MESSAGES, "temperature": 0}).status == 200
    assert send("/v1/completions", {"prompt": PROMPT, "temperature": 0.0}).status == 200


def test_presence_penalty_acts_as_repetition_penalty() -> None:
    assert send("/v1/chat/completions", {"messages": MESSAGES, "presence_penalty": -1.9}).status == 200


UNREADABLE: Sequence[tuple[str, bytes, str, int]] = [
    ("/generate", b"", "application/json", 400),
    ("/generate", b"{broken", "application/json", 400),
    ("/generate", b'{"inputs": NaN}', "application/json", 400),
    ("/generate", b'{"inputs": "\xff"}', "application/json", 400),
    ("/generate", b"[" * 100_000, "application/json", 400),
    ("/generate", b'{"inputs": "x"}', "text/plain", 415),
    ("/generate", b'{"inputs": "x"}', "application/x-www-form-urlencoded", 415),
    ("/generate", b"{}", "application/json", 422),
    ("/generate", b"[]", "application/json", 422),
    ("/generate", b'{"inputs": 5}', "application/json", 422),
    ("/generate", b'{"inputs": ["x"]}', "application/json", 422),
    ("/generate", b'{"inputs": "x", "parameters": null}', "application/json", 422),
    ("/generate", b'{"inputs": "x", "parameters": {"stop": "y"}}', "application/json", 422),
    ("/generate", b'{"inputs": "x", "parameters": {"details": null}}', "application/json", 422),
    ("/generate", b'{"inputs": "x", "parameters": {"seed": -1}}', "application/json", 422),
    ("/generate", b'{"inputs": "x", "parameters": {"temperature": "hot"}}', "application/json", 422),
    ("/generate", b'{"inputs": "x", "parameters": {"max_new_tokens": 1.5}}', "application/json", 422),
    ("/v1/completions", b'{"prompt": []}', "application/json", 422),
    ("/v1/completions", b'{"prompt": "x", "stop": "text"}', "application/json", 422),
    ("/v1/chat/completions", b'{"messages": "x"}', "application/json", 422),
    ("/v1/chat/completions", b'{"messages": [{"content": "x"}]}', "application/json", 422),
    ("/v1/chat/completions", b'{"messages": [{"role": "user", "content": null}]}', "application/json", 422),
    ("/v1/chat/completions", b'{"messages": [{"role": "user", "content": [{"type": "x"}]}]}', "application/json", 422),
    ("/v1/chat/completions", b'{"messages": [], "stop": "text"}', "application/json", 422),
    ("/v1/chat/completions", b'{"messages": [], "seed": true}', "application/json", 422),
    ("/v1/chat/completions", b'{"messages": "' + b"x" * 2_000_001 + b'"}', "application/json", 413),
]


@pytest.mark.parametrize(("path", "raw", "content_type", "status"), UNREADABLE)
def test_what_cannot_be_read_is_refused_in_plain_text(path: str, raw: bytes, content_type: str, status: int) -> None:
    reply = send(path, raw=raw, content_type=content_type)
    assert (reply.status, reply.content_type) == (status, "text/plain")
    assert reply.text


def test_unknown_fields_and_nulls_pass() -> None:
    body: dict[str, Any] = {
        "messages": MESSAGES,
        "temperature": None,
        "stop": None,
        "seed": None,
        "tools": None,
        "whatever": {},
    }
    assert send("/v1/chat/completions", body).status == 200
    assert (
        send("/generate", {"inputs": PROMPT, "parameters": {"seed": None, "stop": [], "grammar": None}}).status == 200
    )


def test_the_content_type_may_have_parameters() -> None:
    reply = send("/generate", {"inputs": PROMPT}, content_type="application/json; charset=utf-8")
    assert reply.status == 200


def test_a_chat_is_streamed_by_tokens() -> None:
    reply = send("/v1/chat/completions", {"messages": MESSAGES, "stream": True, "seed": 1})
    assert (reply.status, reply.content_type) == (200, "text/event-stream")
    *chunks, done = reply.events
    assert done == "[DONE]"
    assert [chunk["choices"][0]["delta"]["content"] for chunk in chunks] == ["seco", "nd"]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None, "stop"]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}


def test_a_streamed_chat_ends_with_the_usage_where_asked() -> None:
    body = {"messages": MESSAGES, "stream": True, "stream_options": {"include_usage": True}}
    *_, last, done = send("/v1/chat/completions", body).events
    assert (last["choices"], last["usage"]["completion_tokens"], done) == ([], 7, "[DONE]")


def test_completions_are_streamed_by_tokens() -> None:
    *chunks, done = send("/v1/completions", {"prompt": ["begun", PROMPT], "stream": True, "max_tokens": 2}).events
    assert done == "[DONE]"
    assert [(chunk["choices"][0]["index"], chunk["choices"][0]["text"]) for chunk in chunks] == [
        (0, " and"),
        (0, " fin"),
        (1, "def "),
        (1, "add("),
    ]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == ["", "length", "", "length"]


def test_generate_stream_ends_with_the_text_and_the_details() -> None:
    parameters = {"seed": 1, "details": True}
    first, last = send("/generate_stream", {"inputs": PROMPT, "parameters": parameters}).events
    assert (first["index"], first["token"]["text"], first["generated_text"], first["details"]) == (
        1,
        "seco",
        None,
        None,
    )
    assert (last["index"], last["generated_text"]) == (2, "second")
    assert last["details"] == {"finish_reason": "eos_token", "generated_tokens": 2, "input_length": 6, "seed": 1}


def test_an_empty_completion_is_a_stream_of_one_event() -> None:
    (event,) = send("/generate_stream", {"inputs": "nothing"}).events
    assert (event["generated_text"], event["token"]["special"]) == ("", True)


def test_a_stream_is_refused_within_itself_as_tgi_does() -> None:
    reply = send("/v1/chat/completions", {"messages": MESSAGES, "stream": True, "top_p": 1.0})
    assert (reply.status, reply.content_type) == (200, "text/event-stream")
    assert reply.events[0]["error_type"] == "validation"


def test_any_text_can_be_replayed() -> None:
    assert send("/generate", {"inputs": "surrogate"}).json["generated_text"] == "\ud800 \0"
    assert send("/generate_stream", {"inputs": "surrogate"}).events[0]["generated_text"] == "\ud800 \0"
    assert send("/generate", {"inputs": "lone \ud800"}).status == 404


def test_other_paths_and_methods_are_404_and_405() -> None:
    assert send("/v2/completions", {}).status == 404
    assert get("/generate").status == 405


def test_without_a_place_a_request_is_429_at_once_before_validation_but_after_reading() -> None:
    async def run() -> list[tuple[int, str]]:
        bodies = [{"inputs": PROMPT, "parameters": {"top_p": 1.0}}, {"inputs": PROMPT}, {"inputs": 5}]
        async with serve(RECORDINGS, max_concurrent_requests=0) as base_url, aiohttp.ClientSession() as session:
            answers = []
            for body in bodies:
                async with session.post(f"{base_url}/generate", json=body) as response:
                    assert "Retry-After" not in response.headers
                    answers.append((response.status, await response.text()))
            return answers

    *refused, (unreadable, _) = asyncio.run(run())
    overloaded = {"error": "Model is overloaded", "error_type": "overloaded"}
    assert [(status, json.loads(text)) for status, text in refused] == [(429, overloaded)] * 2
    assert unreadable == 422


def test_a_place_is_taken_while_a_reply_is_made_and_free_again_after_it() -> None:
    async def run() -> tuple[list[int], int]:
        async with (
            serve(RECORDINGS, max_concurrent_requests=1, delay_s=0.5) as base_url,
            aiohttp.ClientSession() as session,
        ):

            async def post() -> int:
                async with session.post(f"{base_url}/generate", json={"inputs": PROMPT}) as response:
                    return response.status

            at_once = await asyncio.gather(*(post() for _ in range(20)))
            return sorted(at_once), await post()

    at_once, afterwards = asyncio.run(run())
    assert at_once[0] == 200
    assert at_once[-1] == 429
    assert afterwards == 200
