"""``kodcode status``: cost, models, live figures and dead letters, of real ledgers and real builds."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kodcode_hub.endpoints.protocol import Completion, DeadLetter, Request
from kodcode_hub.ledger.pages import Asked
from kodcode_hub.pipeline.prices import read_prices
from kodcode_hub.pipeline.run_folder import RunFolder, open_run_folder
from kodcode_hub.pipeline.status import run_status
from kodcode_hub.record import content_hash
from tests.pipeline.counting_server import counting_server
from tests.pipeline.running import command, environment, kodcode
from tests.pipeline.world import make_world

PRICES = 'currency = "USD"\n["small"]\nprompt = 0.1\ncompletion = 0.3\n["large"]\nprompt = 2\ncompletion = 8\n'


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    path = tmp_path / "prices.toml"
    path.write_text(PRICES)
    return path


def a_request(text: str) -> Request:
    return Request("chat", ({"role": "user", "content": text},), "", 10, 0.5, 0.9, (), seed=3)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run in which two models were asked; one request died."""

    async def fill(folder: RunFolder) -> None:
        for number in range(40):
            step, model = ("answer", "small") if number < 30 else ("respond", "large")
            reply = Completion("x", "stop", None, 1000, 2001, tries=1 + (number == 0))
            await folder.ledger.keep_reply(
                content_hash(f"k{number}"), a_request("hi"), Asked(step, "apps", model), reply
            )
        letter = DeadLetter("again 500", 500, 3, ("broken connection", "status 500"), "overheated\x1b[2J")
        await folder.ledger.keep_reply(
            "dead", a_request("Add \u001b two numbers"), Asked("answer", "apps", "small"), letter
        )
        raw = Request("raw", (), "Write a python function to", 10, 0.5, 0.9, (), seed=3)
        refused = DeadLetter("prompt too long", 422, 1)
        await folder.ledger.keep_reply("raw", raw, Asked("question", "prefill", "base"), refused)

    with open_run_folder(tmp_path / "run") as folder:
        asyncio.run(fill(folder))
    return tmp_path / "run"


def test_every_step_and_model_is_listed_in_the_order_of_the_steps(run: Path, prices: Path) -> None:
    status = run_status(run, prices=read_prices(prices))
    assert status["models"] == [
        {"step": "question", "model": "base", "requests": 1, "delivered": 0, "dead": 1,
         "prompt_tokens": 0, "completion_tokens": 0, "cost": None},
        {"step": "answer", "model": "small", "requests": 34, "delivered": 30, "dead": 1,
         "prompt_tokens": 30_000, "completion_tokens": 60_030, "cost": 0.021009},
        {"step": "respond", "model": "large", "requests": 10, "delivered": 10, "dead": 0,
         "prompt_tokens": 10_000, "completion_tokens": 20_010, "cost": 0.18008},
    ]  # fmt: skip
    assert (status["cost"], status["currency"]) == (0.201089, "USD")
    assert status["requests"] == {"sent": 45, "delivered": 40, "retried": 3, "dead": 2}
    assert status["tokens"] == {"prompt": 40_000, "completion": 80_040}


def test_without_prices_and_at_rest_there_is_neither_cost_nor_rate(run: Path) -> None:
    status = run_status(run)
    for name in ("cost", "currency", "seconds_left", "tokens_per_second", "requests_per_second"):
        assert status[name] is None
    assert {model["cost"] for model in status["models"]} == {None}
    assert "cost" not in kodcode(["status", str(run)]).stdout


def test_a_part_is_not_shown_as_the_whole(run: Path, tmp_path: Path) -> None:
    partial = tmp_path / "partial.toml"
    partial.write_text('["small"]\nprompt = 0.1\ncompletion = 0.3\n')
    status = run_status(run, prices=read_prices(partial))
    assert status["cost"] is None
    assert [model["cost"] for model in status["models"]] == [None, 0.021009, None]
    assert status["unpriced"] == ["large"]
    assert run_status(run)["unpriced"] == []
    shown = kodcode(["status", str(run), "--prices", str(partial)]).stdout
    assert "no price" in shown
    assert "the price table lacks large" in shown


def test_each_dead_letter_is_shown_with_prompt_errors_and_last_answer(run: Path) -> None:
    done = kodcode(["status", str(run), "--dead-letters", "--json"])
    assert json.loads(done.stdout)["dead_letter_list"] == [
        {"key": "dead", "step": "answer", "subset": "apps", "model": "small", "status": 500, "tries": 3,
         "request": "Add \u001b two numbers", "errors": ["broken connection", "status 500"],
         "last_body": "overheated\u001b[2J"},
        {"key": "raw", "step": "question", "subset": "prefill", "model": "base", "status": 422, "tries": 1,
         "request": "Write a python function to", "errors": ["prompt too long"], "last_body": ""},
    ]  # fmt: skip
    shown = kodcode(["status", str(run), "--dead-letters"]).stdout
    for said in ("answer of apps by small: status 500 after 3 tries", "two numbers", "broken connection", "overheated"):
        assert said in shown
    assert "\x1b" not in shown
    assert "dead_letter_list" not in run_status(run)


def test_dead_letters_of_one_kind_are_counted_together(run: Path) -> None:
    assert run_status(run)["dead_letters"] == [
        {"step": "answer", "subset": "apps", "status": 500, "count": 1, "example": "again 500"},
        {"step": "question", "subset": "prefill", "status": 422, "count": 1, "example": "prompt too long"},
    ]


def test_a_reply_that_is_there_already_is_not_counted_again(run: Path) -> None:
    async def again(folder: RunFolder) -> None:
        await folder.ledger.keep_reply(
            content_hash("k1"), a_request("hi"), Asked("answer", "apps", "small"), Completion("y", "stop")
        )

    before = run_status(run)["models"]
    with open_run_folder(run) as folder:
        asyncio.run(again(folder))
    assert run_status(run)["models"] == before


def test_a_price_table_that_is_none_ends_a_command_before_it_begins(run: Path, tmp_path: Path) -> None:
    world, broken = make_world(tmp_path), tmp_path / "broken.toml"
    broken.write_text('["small"]\nprompt = "much"\ncompletion = 1\n')
    for words in (["status", str(run), "--json"], world.arguments(tmp_path / "new")):
        done = kodcode([*words, "--prices", str(broken)])
        assert (done.returncode, done.stdout) == (2, "")
        assert "prompt of 'small' is \"much\"" in done.stderr
    assert not (tmp_path / "new").exists()


@contextmanager
def building(words: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A build that runs beside the test and is ended with it."""
    process = subprocess.Popen(
        command(words), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def observed(run: Path, process: subprocess.Popen[bytes]) -> list[dict[str, Any]]:
    """What ``status`` says of a run while it is under way."""
    seen = []
    while process.poll() is None:
        if (run / "ledger.sqlite").exists():
            seen.append(run_status(run))
        time.sleep(0.1)
    return [status for status in seen if status["state"] == "running"]


@pytest.mark.slow
def test_a_running_build_tells_rates_cost_and_time_left(tmp_path: Path) -> None:
    world, run, prices = make_world(tmp_path), tmp_path / "run", tmp_path / "prices.toml"
    prices.write_text('["counted"]\nprompt = 1\ncompletion = 10\n')
    with counting_server(world.recordings, delay_s=1.5) as server:
        words = world.arguments(run, "--prices", str(prices), endpoint=server.url)
        with building(words) as process:
            seen = observed(run, process)
        assert process.returncode == 0
    assert any(status["tokens_per_second"] for status in seen)
    assert any(status["requests_per_second"] for status in seen)
    assert any(status["seconds_left"] is not None for status in seen)
    costs = [status["cost"] for status in seen if status["cost"] is not None]
    assert costs == sorted(costs)
    assert len(set(costs)) > 2
    done = run_status(run)
    assert done["cost"] == pytest.approx((done["tokens"]["prompt"] + 10 * done["tokens"]["completion"]) / 10**6)
    assert (done["tokens_per_second"], done["requests_per_second"], done["seconds_left"]) == (None, None, None)
    replaced = tmp_path / "other.toml"
    replaced.write_text('currency = "EUR"\n["counted"]\nprompt = 0\ncompletion = 0\n')
    with counting_server(world.recordings, delay_s=0) as server:
        assert kodcode(world.arguments(run, "--prices", str(replaced), endpoint=server.url)).returncode == 0
    assert (run_status(run)["cost"], run_status(run)["currency"]) == (0, "EUR")
