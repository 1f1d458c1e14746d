"""Which chat template a model's name tells, and what each of them puts before the user's words."""

from __future__ import annotations

import re

import pytest

from kodcode_hub.endpoints.embedded.validation import DEFAULT_MODEL
from kodcode_hub.errors import UsageError
from kodcode_hub.synthesis.chat_templates import (
    ChatTemplate,
    chat_template_named,
    chat_template_names,
    chat_templates,
    choose_chat_template,
    plain_text,
    recognise_chat_template,
)

BEGINS_EVERY_TEXT = ("<|begin_of_text|>", "<bos>", "<｜begin▁of▁sentence｜>", "<s>", "<|startoftext|>")


@pytest.mark.parametrize(
    ("template", "models"),
    [
        ("qwen2.5", ["Qwen/Qwen2.5-Coder-7B-Instruct", "Qwen2.5-Coder-7B-Instruct-AWQ", "/models/Qwen2.5-7B-Instruct",
                     "qwen2.5-coder:7b", "someone/Qwen2.5-7B-my-finetune", "/models/qwen2.5-7b-instruct-q4_k_m.gguf"]),
        ("chatml", ["Qwen/Qwen2-7B-Instruct", "Qwen/Qwen3-Coder-30B-A3B-Instruct", "qwen", "Qwen/QwQ-32B",
                    "Qwen/Qwen2.5-VL-7B-Instruct", "NousResearch/Hermes-3-Llama-3.1-8B", "dolphin-2.9-llama3-8b"]),
        ("llama-3", ["meta-llama/Meta-Llama-3-8B-Instruct", "meta-llama/Meta-Llama-3.1-8B-Instruct", "llama3.1:8b",
                     "meta-llama/Llama-3.3-70B-Instruct", "accounts/fireworks/models/llama-v3p1-8b-instruct",
                     "nvidia/Llama-3.1-Nemotron-70B-Instruct-HF", "NousResearch/DeepHermes-3-Llama-3-8B-Preview"]),
        ("gemma-2", ["google/gemma-2-9b-it", "google/gemma-7b-it", "gemma2:27b", "google/gemma-3-27b-it",
                     "google/codegemma-7b-it"]),
        ("deepseek", ["deepseek-ai/DeepSeek-V3", "deepseek-ai/DeepSeek-V3-0324", "deepseek-ai/DeepSeek-V2.5",
                      "deepseek-ai/DeepSeek-R1", "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
                      "deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "unsloth/DeepSeek-R1-Distill-Qwen-32B-bnb-4bit",
                      "deepseek-ai/DeepSeek-R1-0528-Qwen3-8B", "/models/R1-Distill-Qwen-7B",
                      "deepseek-ai/DeepSeek-Coder-V2-Instruct-0724"]),
        ("deepseek-v2", ["deepseek-ai/DeepSeek-Coder-V2-Lite-Instruct", "deepseek-ai/DeepSeek-V2-Lite-Chat",
                         "deepseek-ai/deepseek-llm-7b-chat"]),
        ("deepseek-coder", ["deepseek-ai/deepseek-coder-6.7b-instruct", "TheBloke/deepseek-coder-33B-instruct-AWQ"]),
        (None, ["my-model", "gpt-4o", "llama-30b", "openlm-research/open_llama_3b", "meta-llama/Llama-2-7b-chat-hf",
                "meta-llama/Llama-4-Scout-17B-16E-Instruct", "google/gemma-4-26B-it", "google/paligemma2-3b-pt-224",
                "allenai/Llama-3.1-Tulu-3-8B", "deepseek-ai/deepseek-coder-6.7b-base", "deepseek-ai/DeepSeek-V4",
                "mistralai/Mistral-7B-Instruct-v0.3", "open-r1/OpenR1-Distill-7B", ""]),
    ],
)  # fmt: skip
def test_the_name_of_a_model_tells_its_template(template: str | None, models: list[str]) -> None:
    told = {model: recognise_chat_template(model) for model in models}
    assert {model: found and found.name for model, found in told.items()} == dict.fromkeys(models, template)


def test_a_folder_says_nothing_about_the_model_in_it_unless_the_last_name_is_none() -> None:
    assert recognise_chat_template("/data/qwen/mistral-7b") is None
    for path in (
        "/cache/models--google--gemma-2-9b-it/snapshots/11c9b309abf73637e4b6f9a3fa1e92e615547819",
        "/runs/gemma-2-9b-sft/checkpoint-1200/",
        "C:\\models\\gemma-2-9b-it",
    ):
        found = recognise_chat_template(path)
        assert found is not None
        assert found.name == "gemma-2"


def test_recordings_that_name_no_model_are_asked_as_kodcodes_own_model_was() -> None:
    found = recognise_chat_template(DEFAULT_MODEL)
    assert found is recognise_chat_template("Qwen/Qwen2.5-Coder-7B-Instruct")


@pytest.mark.parametrize(
    ("name", "alone", "with_system"),
    [
        ("qwen2.5",
         "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n"
         "<|im_start|>user\n",
         "<|im_start|>system\nBe {brief}.<|im_end|>\n<|im_start|>user\n"),
        ("chatml", "<|im_start|>user\n", "<|im_start|>system\nBe {brief}.<|im_end|>\n<|im_start|>user\n"),
        ("llama-3", "<|start_header_id|>user<|end_header_id|>\n\n",
         "<|start_header_id|>system<|end_header_id|>\n\nBe {brief}.<|eot_id|>"
         "<|start_header_id|>user<|end_header_id|>\n\n"),
        ("gemma-2", "<start_of_turn>user\n", "<start_of_turn>user\nBe {brief}.\n\n"),
        ("deepseek", "<｜User｜>", "Be {brief}.<｜User｜>"),
        ("deepseek-v2", "User: ", "Be {brief}.\n\nUser: "),
        ("none", "", "Be {brief}.\n\n"),
    ],
)  # fmt: skip
def test_what_stands_before_the_users_words(name: str, alone: str, with_system: str) -> None:
    template = chat_template_named(name)
    assert template.user_turn() == alone
    assert template.user_turn("Be {brief}.") == with_system


def test_the_older_deepseek_coder_introduces_itself_and_has_headings_for_turns() -> None:
    template = chat_template_named("deepseek-coder")
    assert template.user_turn().startswith("You are an AI programming assistant, utilizing the Deepseek Coder model, ")
    assert template.user_turn().endswith(" you will refuse to answer\n### Instruction:\n")
    assert template.user_turn("Be brief.") == "Be brief.\n### Instruction:\n"


def test_every_template_has_been_looked_at_here() -> None:
    assert set(chat_template_names()) == {
        "qwen2.5", "chatml", "llama-3", "gemma-2", "deepseek", "deepseek-v2", "deepseek-coder", "none"
    }  # fmt: skip


@pytest.mark.parametrize("name", chat_template_names())
def test_no_template_begins_with_the_token_that_servers_add_themselves(name: str) -> None:
    """A literal one is doubled by TGI, vLLM and llama.cpp."""
    template = chat_template_named(name)
    for text in (template.before, template.with_system):
        assert not any(token in text for token in BEGINS_EVERY_TEXT)


@pytest.mark.parametrize("template", chat_templates(), ids=chat_template_names())
def test_a_turn_ends_at_marks_alone_never_at_plain_words_or_a_line_break(template: ChatTemplate) -> None:
    """Defect 16: the stop strings "assistant" and a line break cut questions short."""
    marks, own = template.marks, template.own_marks
    assert all(re.fullmatch(r"<[|｜][\w▁]+[|｜]>|<\w+_of_turn>", mark) for mark in marks)
    assert all(re.fullmatch(r"\n### \w+:|\n\n\w+:|<eos>", mark) for mark in own)
    assert template.stop == own + marks


def test_what_ends_the_users_turn_is_among_the_four_stop_strings_that_servers_take() -> None:
    ends = {
        "qwen2.5": "<|im_end|>",
        "chatml": "<|im_end|>",
        "llama-3": "<|eot_id|>",
        "gemma-2": "<end_of_turn>",
        "deepseek": "<｜Assistant｜>",
        "deepseek-v2": "\n\nAssistant:",
        "deepseek-coder": "\n### Response:",
    }
    assert all(end in chat_template_named(name).stop[:4] for name, end in ends.items())
    assert plain_text().stop == ()


def test_every_template_of_a_chat_says_where_it_comes_from() -> None:
    assert [template.name for template in chat_templates() if not template.source] == ["none"]


def test_a_name_goes_before_what_the_model_tells() -> None:
    assert choose_chat_template("gemma-2", "Qwen/Qwen2.5-7B-Instruct")[0].name == "gemma-2"
    assert choose_chat_template("none", "my-model")[0].name == "none"
    assert choose_chat_template("auto", "Qwen/Qwen2.5-7B-Instruct") == (chat_template_named("qwen2.5"), "")


def test_of_a_model_that_tells_nothing_the_guess_is_said_with_the_names_to_choose_from() -> None:
    template, caution = choose_chat_template("auto", "my-model")
    assert template.name == "chatml"
    assert re.search(r"'my-model'.*chatml.*--chat-template NAME.*llama-3.*none", caution)


def test_a_template_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--chat-template chatmal: .*chatml"):
        choose_chat_template("chatmal", "my-model")
