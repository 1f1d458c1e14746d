"""Requests in the two dialects, and what their answers mean."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kodcode_hub.endpoints.answers import ErrorInAnswer, MalformedAnswer, decode_completion
from kodcode_hub.endpoints.identity import decode_info, decode_models
from kodcode_hub.endpoints.protocol import Completion, Request
from kodcode_hub.endpoints.requests import DIALECTS, encode_request
from kodcode_hub.endpoints.transport import ServerLimits
from kodcode_hub.errors import UsageError
from tests.endpoints.scripted_server import TGI_INFO, a_chat, a_raw, chat_json

TGI, OPENAI = DIALECTS["tgi"], DIALECTS["openai"]
LIMITS = ServerLimits("org/model", max_total_tokens=1000)


def body_of(request: Request, *, dialect: str = "tgi", limits: ServerLimits = LIMITS) -> dict[str, Any]:
    return encode_request(DIALECTS[dialect], request, limits)[1]


def raw_json(text: object, finish: object = "stop", **changes: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "text": text, "finish_reason": finish}], **changes}


def test_a_chat_goes_to_the_chat_route_and_a_prompt_to_the_raw_one() -> None:
    path, body = encode_request(TGI, a_chat("hello"), LIMITS)
    assert (path, body["messages"]) == ("/v1/chat/completions", [{"role": "user", "content": "hello"}])
    assert "prompt" not in body
    path, body = encode_request(TGI, a_raw("begun"), LIMITS)
    assert (path, body["prompt"]) == ("/v1/completions", "begun")
    assert "messages" not in body
    assert encode_request(OPENAI, a_chat(), LIMITS)[0] == "/chat/completions"
    assert encode_request(OPENAI, a_raw(), LIMITS)[0] == "/completions"


def test_the_model_is_named_to_openai_servers_and_is_no_adapter_to_tgi() -> None:
    assert body_of(a_chat(), dialect="openai")["model"] == "org/model"
    assert body_of(a_chat(), dialect="tgi")["model"] == "tgi"


@pytest.mark.parametrize("dialect", ["tgi", "openai"])
def test_the_seed_is_always_sent(dialect: str) -> None:
    assert body_of(a_chat(seed=0), dialect=dialect)["seed"] == 0
    assert body_of(a_raw(seed=2**40), dialect=dialect)["seed"] == 2**40


@pytest.mark.parametrize(("top_p", "sent"), [(1.0, None), (2.0, None), (0.0, None), (0.95, 0.95)])
def test_a_top_p_that_tgi_refuses_is_left_out(top_p: float, sent: float | None) -> None:
    assert body_of(a_chat(top_p=top_p)).get("top_p") == sent


def test_a_greedy_request_sends_neither_a_temperature_that_tgi_refuses_nor_top_p() -> None:
    body = body_of(a_chat(temperature=0.0, top_p=0.9))
    assert 0 < body["temperature"] <= 0.01, "without any TGI would sample at 1"
    assert "top_p" not in body
    assert body_of(a_chat(temperature=0.0), dialect="openai")["temperature"] == 0.0


def test_only_as_many_stop_strings_are_sent_as_the_server_takes() -> None:
    request = a_raw(stop=("a", "", "b", "a", "c", "d", "e"))
    assert body_of(request)["stop"] == ["a", "b", "c", "d"]
    assert body_of(request, limits=ServerLimits("m", max_stop_sequences=2))["stop"] == ["a", "b"]
    assert "stop" not in body_of(a_raw(stop=("",)))


def test_the_reply_is_cut_at_the_first_of_all_stop_strings_also_those_not_sent() -> None:
    """Defect 16: stop strings beyond the server's four are not forgotten."""
    request = a_raw(stop=("1", "2", "3", "4", "END", "\n\n"))
    completion = decode_completion(request, raw_json("text\n\nmore END", "length"), path="")
    assert (completion.text, completion.finish) == ("text", "stop")


def test_a_stop_string_that_tgi_left_at_the_end_is_cut() -> None:
    completion = decode_completion(a_raw(stop=("END",)), raw_json("text END", "stop_sequence"), path="")
    assert (completion.text, completion.finish) == ("text ", "stop")


@pytest.mark.parametrize("mark", ["<s>", "<|begin_of_text|>", "<bos>", "<｜begin▁of▁sentence｜>"])
@pytest.mark.parametrize("dialect", ["tgi", "openai"])
def test_a_begin_of_text_that_the_server_would_double_is_not_sent(mark: str, dialect: str) -> None:
    assert body_of(a_raw(f"{mark}<|user|>\nWrite {mark}"), dialect=dialect)["prompt"] == f"<|user|>\nWrite {mark}"


def test_penalties_mean_the_same_everywhere() -> None:
    """TGI takes a presence penalty x for a repetition penalty of x + 2."""
    penalties: dict[str, Any] = {"repetition_penalty": 1.25, "frequency_penalty": 0.5}
    chat = body_of(a_chat(**penalties))
    assert (chat["presence_penalty"], chat["frequency_penalty"]) == (-0.75, 0.5)
    assert "repetition_penalty" not in chat
    raw = body_of(a_raw(**penalties))
    assert (raw["repetition_penalty"], raw.get("presence_penalty")) == (1.25, None)
    openai = body_of(a_chat(**penalties, presence_penalty=0.5), dialect="openai")
    assert (openai["repetition_penalty"], openai["presence_penalty"]) == (1.25, 0.5)


@pytest.mark.parametrize("asked", [a_chat(presence_penalty=0.5), a_raw(presence_penalty=0.5), a_chat(top_k=5)])
def test_what_tgi_does_not_have_is_said_and_not_left_out_in_silence(asked: Request) -> None:
    with pytest.raises(UsageError, match=r"TGI .*openai\+"):
        body_of(asked)


def test_a_parameter_that_only_generate_has_goes_there() -> None:
    path, body = encode_request(TGI, a_raw("<s>begun", top_k=20, stop=("E",), top_p=1.0, temperature=0.0), LIMITS)
    assert (path, body["inputs"]) == ("/generate", "begun")
    assert body["parameters"] | {"temperature": 0} == {
        "max_new_tokens": 100, "temperature": 0, "do_sample": True, "seed": 42, "return_full_text": False,
        "details": True, "top_k": 20, "stop": ["E"],
    }  # fmt: skip
    assert encode_request(OPENAI, a_raw(top_k=20), LIMITS)[0] == "/completions"
    assert encode_request(TGI, a_raw(top_k=20, max_new_tokens=5000), LIMITS)[0] == "/generate_stream"


def test_what_generate_answers_has_a_finish_reason_and_counts() -> None:
    answer = {"generated_text": "text END", "details": {"finish_reason": "stop_sequence", "generated_tokens": 3}}
    completion = decode_completion(a_raw("x" * 30, top_k=5, stop=("END",)), answer, path="/generate")
    assert completion == Completion("text ", "stop", None, prompt_tokens=10, completion_tokens=3)
    shapes: list[object] = [{"generated_text": "x"}, {"details": {}}, {"generated_text": None, "details": []}]
    for malformed in shapes:
        with pytest.raises(MalformedAnswer):
            decode_completion(a_raw(), malformed, path="/generate")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"error": "Model is overloaded", "error_type": "overloaded"}, 429),
        ({"error": "no", "error_type": "validation"}, 422),
        ({"error": {"message": "gone", "code": 503}}, 503),
        ({"error": {"message": "odd", "code": "what"}}, None),
        ({"error": "plain"}, None),
    ],
)
def test_an_error_under_status_200_is_no_completion(answer: dict[str, Any], status: int | None) -> None:
    with pytest.raises(ErrorInAnswer) as caught:
        decode_completion(a_chat(), answer, path="")
    assert caught.value.status == status


def test_input_and_reply_fit_into_the_server_s_window() -> None:
    assert body_of(a_raw("x" * 2700, max_new_tokens=500))["max_tokens"] == 100
    assert body_of(a_raw("é" * 1350, max_new_tokens=500))["max_tokens"] == 100, "counted in bytes"
    assert body_of(a_chat("x" * 2400, max_new_tokens=50))["max_tokens"] == 50
    assert body_of(a_chat("x" * 2400, max_new_tokens=500))["max_tokens"] == 136, "a chat template needs room too"
    assert body_of(a_chat("x" * 9000, max_new_tokens=500))["max_tokens"] == 1
    assert body_of(a_chat("x" * 9000, max_new_tokens=500), limits=ServerLimits("m"))["max_tokens"] == 500


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", "stop"),
        ("eos_token", "stop"),
        ("stop_sequence", "stop"),
        ("length", "length"),
        ("content_filter", "other"),
        ("tool_calls", "other"),
        ("", "other"),
        (None, "other"),
    ],
)
def test_every_finish_reason_is_one_of_three(reason: str | None, finish: str) -> None:
    """Defect 19: why a reply ended is known."""
    assert decode_completion(a_raw(), raw_json("x", reason), path="").finish == finish


def test_a_refusal_without_content_is_a_completion_without_text() -> None:
    """Defect 8: content null breaks nothing."""
    completion = decode_completion(a_chat(), chat_json(None), path="")
    assert completion.text is None
    assert decode_completion(a_raw(), raw_json(None), path="").text is None


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_reasoning_is_kept_apart_from_the_text(name: str) -> None:
    """Defect 46: reasoning that comes in a field of its own is not lost."""
    message = {"role": "assistant", "content": "answer", name: "because"}
    answer = {"choices": [{"message": message, "finish_reason": "stop"}]}
    completion = decode_completion(a_chat(), answer, path="")
    assert (completion.text, completion.reasoning) == ("answer", "because")


def test_tokens_are_counted_and_missing_counts_are_0() -> None:
    """Defect 19: usage is kept."""
    counted = decode_completion(a_chat(), chat_json(), path="")
    assert (counted.prompt_tokens, counted.completion_tokens) == (7, 5)
    for usage in (None, {}, {"prompt_tokens": None}):
        uncounted = decode_completion(a_chat(), chat_json(usage=usage), path="")
        assert (uncounted.prompt_tokens, uncounted.completion_tokens) == (0, 0)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "text",
        {},
        {"choices": None},
        {"choices": []},
        {"choices": {}},
        {"choices": ["text"]},
        {"choices": [{}]},
        {"choices": [{"message": None}]},
        {"choices": [{"message": {}}]},
        {"choices": [{"message": {"content": 5}}]},
        {"choices": [{"message": {"content": ["a"]}}]},
        {"choices": [{"message": {"content": "a", "reasoning": {}}}]},
        {"choices": [{"message": {"content": "a"}, "finish_reason": 1}]},
        chat_json(usage=[]),
        chat_json(usage={"prompt_tokens": -1}),
        chat_json(usage={"prompt_tokens": 1.5}),
        chat_json(usage={"completion_tokens": True}),
        chat_json(usage={"completion_tokens": "7"}),
        chat_json(usage={"completion_tokens": 2**63}),
    ],
)
def test_an_answer_of_another_shape_is_malformed(answer: object) -> None:
    with pytest.raises(MalformedAnswer):
        decode_completion(a_chat(), answer, path="")


@pytest.mark.parametrize("answer", [{"choices": [{}]}, {"choices": [{"text": ["a"]}]}, chat_json()])
def test_a_raw_answer_of_another_shape_is_malformed(answer: object) -> None:
    with pytest.raises(MalformedAnswer):
        decode_completion(a_raw(), answer, path="")


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "a\r\nb", "\u2028"])
def test_a_text_arrives_as_it_is(text: str) -> None:
    answer = json.loads(json.dumps(chat_json(text)))
    assert decode_completion(a_chat(), answer, path="").text == text


def test_info_gives_the_model_and_its_limits() -> None:
    assert decode_info(dict(TGI_INFO)) == ServerLimits("scripted/model", 128, 4, 4096)
    assert decode_info({"model_id": "m"}) == ServerLimits("m", None, 4, None)


@pytest.mark.parametrize(
    "answer", [None, [], {}, {"model_id": ""}, {"model_id": 3}, {**TGI_INFO, "max_total_tokens": "8"}]
)
def test_an_info_of_another_shape_is_malformed(answer: object) -> None:
    with pytest.raises(MalformedAnswer):
        decode_info(answer)


def test_models_are_listed_with_the_room_that_they_have() -> None:
    """Defect 47: a context that is shorter than the reply that would be asked for is known."""
    listed = decode_models({"object": "list", "data": [{"id": "a", "max_model_len": 8192}, {"id": "b"}]})
    assert listed == (ServerLimits("a", max_total_tokens=8192), ServerLimits("b"))
    assert decode_models({"data": [{"id": "a", "max_model_len": "much"}]}) == (ServerLimits("a"),)
    malformed: list[object] = [{}, {"data": [{}]}, {"data": ["a"]}, []]
    for answer in malformed:
        with pytest.raises(MalformedAnswer):
            decode_models(answer)
