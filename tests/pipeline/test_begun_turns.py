"""Prefill and Filter from end to end: the very prompt and stop strings that reach a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kodcode_hub.pipeline.recipe import Recipe
from kodcode_hub.pipeline.sources import load_sources
from kodcode_hub.resources import samples_folder
from tests.making import an_answer
from tests.pipeline.listening_server import listening_server
from tests.pipeline.running import kodcode, release_bytes

LLAMA = "meta-llama/Llama-3.1-8B-Instruct"
OPENING = "Write a python function to"
TURN = f"<|start_header_id|>user<|end_header_id|>\n\n{OPENING}"
STOP = ["<|eot_id|>", "<|start_header_id|>", "<|end_of_text|>", "<|eom_id|>"]
REPLIES = [
    " double a number: `double(number)`.",
    " double a number:",
    " write an assistant\nthat doubles numbers, `double(number)`.<|eot_id|><|start_header_id|>assistant",
]


def recorded(folder: Path) -> Path:
    """Three ways to go on, and an answer to all questions."""
    entries: list[dict[str, Any]] = [
        {"step": "question", "route": "raw", "contains": [OPENING], "completions": REPLIES},
        {"step": "answer", "contains": ["<|Solution Begin|>"], "completions": [an_answer()]},
    ]
    path = folder / "recorded.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return path


def words(run: Path, url: str, *more: str, subsets: tuple[str, ...] = ("prefill",)) -> list[str]:
    options = ["--questions", "3", "--first-attempts", "1", "--attempts", "1", "--responses", "0", "--no-restyle"]
    return ["build", *subsets, "--run", str(run), "--endpoint", url, *options, "--quiet", *more]


def status_of(run: Path) -> Any:
    return json.loads(kodcode(["status", str(run), "--json"]).stdout)


def test_a_llama_is_asked_by_its_own_chat_template_without_the_first_token(tmp_path: Path) -> None:
    """Defect 16: nothing is cut at the word "assistant" or at a line break, and what announces a question is none."""
    run = tmp_path / "run"
    with listening_server(recorded(tmp_path), model=LLAMA) as server:
        done = kodcode(words(run, server.url))
        assert done.returncode == 0, done.stderr
        asked = server.raw
    assert [body["prompt"] for body in asked] == [TURN] * 3
    assert [body["stop"] for body in asked] == [STOP] * 3
    assert len({body["seed"] for body in asked}) == 3
    stages = status_of(run)["stages"]
    assert (stages["synthesize"]["kept"], stages["synthesize"]["rejected"]) == (2, {"no_question": 1})


def test_the_template_of_a_model_that_tells_none_is_a_guess_that_is_said_aloud(tmp_path: Path) -> None:
    with listening_server(recorded(tmp_path), model="my-model") as server:
        done = kodcode([*words(tmp_path / "run", server.url), "--quiet"])
        assert done.returncode == 0
        message = " ".join(done.stderr.split())
        assert "'my-model'" in message
        assert "--chat-template NAME" in message
        assert "llama-3" in message
        assert {body["prompt"] for body in server.raw} == {f"<|im_start|>user\n{OPENING}"}


def test_a_template_that_is_named_goes_before_the_name_and_is_remembered(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with listening_server(recorded(tmp_path), model="my-model") as server:
        assert kodcode(words(run, server.url, "--chat-template", "llama-3")).returncode == 0
        assert {body["prompt"] for body in server.raw} == {TURN}
        before = len(server.bodies)
        assert kodcode(words(run, server.url)).returncode == 0
        assert len(server.bodies) == before, "what is remembered is not asked again"


def test_without_a_template_the_words_alone_are_asked(tmp_path: Path) -> None:
    with listening_server(recorded(tmp_path), model=LLAMA) as server:
        assert kodcode(words(tmp_path / "run", server.url, "--chat-template", "none")).returncode == 0
        assert {body["prompt"] for body in server.raw} == {OPENING}
        assert all("stop" not in body for body in server.raw)


def test_a_refused_change_does_not_stay_in_the_recipe(tmp_path: Path) -> None:
    """A subset that was refused must not come back with the next start."""
    world = tmp_path / "plain.py"
    world.write_text(
        "from kodcode_hub.subsets import SubsetSpec\n"
        'SUBSET = SubsetSpec(name="plain", source="-", template="plain.txt", route="raw", opening="Write a python '
        'function to")\n'
    )
    (tmp_path / "plain.txt").write_text("[INST] {{ opening -}}\n")
    run = tmp_path / "run"
    with listening_server(recorded(tmp_path), model="my-model") as server:
        assert kodcode(words(run, server.url, subsets=(str(world),))).returncode == 0
        assert {body["prompt"] for body in server.raw} == {f"[INST] {OPENING}"}
        assert all("stop" not in body for body in server.raw), "a template with marks of its own brings its stops"
        before = release_bytes(run)
        assert kodcode(words(run, "tgi+http://127.0.0.1:9")).returncode == 3, "nobody listens there"
        assert kodcode(words(run, server.url, subsets=(str(world),))).returncode == 0
    assert release_bytes(run) == before


def test_an_exported_run_is_rebuilt_by_the_same_prompts(tmp_path: Path) -> None:
    run, again, export = tmp_path / "run", tmp_path / "again", tmp_path / "export.jsonl"
    with listening_server(recorded(tmp_path), model=LLAMA) as server:
        assert kodcode(words(run, server.url)).returncode == 0
    done = kodcode(["ledger", "export", str(run), "--out", str(export)])
    assert done.returncode == 0, done.stderr
    done = kodcode(words(again, f"replay:{export}"))
    assert done.returncode == 0, done.stderr
    assert release_bytes(again) == release_bytes(run)


def test_sample_seeds_are_no_reason_to_refuse_subsets_that_need_none() -> None:
    sources = load_sources(Recipe(("prefill", "filter"), questions=1), default_seeds=samples_folder() / "seeds")
    assert [source.spec.name for source in sources.subsets] == ["prefill", "filter"]


@pytest.mark.parametrize("name", ["prefill", "filter"])
def test_neither_plan_nor_ids_depend_on_the_chat_template(name: str) -> None:
    plans = [load_sources(Recipe((name,), questions=4, chat_template=chat)) for chat in ("auto", "gemma-2", "none")]
    prompts = [[prompt.id for prompt in plan.subsets[0].prompts] for plan in plans]
    assert prompts[0] == prompts[1] == prompts[2]
    assert plans[0].subsets[0].begins_turn
