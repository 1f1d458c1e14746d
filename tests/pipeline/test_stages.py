"""The stages of one subset, with a scripted endpoint and a scripted sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kodcode_hub.endpoints.protocol import Completion, DeadLetter, Endpoint, EndpointInfo, Request
from kodcode_hub.ledger.store import Ledger
from kodcode_hub.pipeline.asker import Ask, Asker, Step
from kodcode_hub.pipeline.budget import Budget
from kodcode_hub.pipeline.models import STEPS
from kodcode_hub.pipeline.recipe import ANSWER_SAMPLING, Recipe
from kodcode_hub.pipeline.stages import Stages
from kodcode_hub.pipeline.tally import Tally
from kodcode_hub.pipeline.verifier import Verifier
from kodcode_hub.record import Trial, Verdict
from kodcode_hub.resources import resource_folder
from kodcode_hub.subsets import load_subset
from kodcode_hub.synthesis.prompts import Templates
from kodcode_hub.verification.protocol import Environment, Limits
from tests.making import SOLUTION, a_question, an_answer

Reply = Callable[[Request], str | None]


@dataclass
class ScriptedEndpoint:
    """Replies by a function of the request; None is a dead letter."""

    reply: Reply
    asked: list[Request] = field(default_factory=list)
    info: EndpointInfo = field(default_factory=lambda: EndpointInfo("scripted", 8))
    tokens: int = 0
    """That each reply takes."""

    async def complete(self, request: Request) -> Completion | DeadLetter:
        self.asked.append(request)
        await asyncio.sleep(0)
        text = self.reply(request)
        return Completion(text, "stop", completion_tokens=self.tokens) if text is not None else DeadLetter("no", 404, 1)


@dataclass
class ScriptedSandbox:
    """Passes what does not hold the word ``wrong``."""

    runs: list[tuple[str, str]] = field(default_factory=list)
    environment: Environment = field(default_factory=lambda: Environment("3", "", "test"))
    isolation: str = "none"

    async def run(self, solution: str, test: str) -> Verdict:
        self.runs.append((solution, test))
        await asyncio.sleep(0)
        return Verdict("fail" if "wrong" in solution else "pass", 100)


@dataclass
class Bench:
    """A ledger, an endpoint and a sandbox for one test."""

    ledger: Ledger
    endpoint: ScriptedEndpoint
    sandbox: ScriptedSandbox
    recipe: Recipe
    budget: Budget = field(default_factory=Budget)

    def stages(self) -> Stages:
        endpoints: dict[Step, Endpoint] = dict.fromkeys(STEPS, self.endpoint)
        asker = Asker(endpoints, self.ledger, run_seed=self.recipe.seed, budget=self.budget)
        verifier = Verifier(self.sandbox, self.ledger, limits=Limits(), workers=2)
        templates = Templates(resource_folder("builders") / "templates")
        return Stages(load_subset("leetcode"), self.recipe, templates, asker, verifier, Tally(self.ledger))

    def answer(self) -> list[Trial]:
        return asyncio.run(self.stages().answer(a_question()))


_OPEN: list[Ledger] = []


@pytest.fixture(autouse=True)
def _close_ledgers() -> Iterator[None]:
    yield
    while _OPEN:
        _OPEN.pop().close()


def a_bench(tmp_path: Path, reply: Reply, **recipe: Any) -> Bench:
    """A bench on the ledger in ``tmp_path``; an earlier one there is a process that has ended."""
    while _OPEN:
        _OPEN.pop().close()
    tmp_path.mkdir(exist_ok=True)
    ledger = Ledger(tmp_path / "l.sqlite")
    _OPEN.append(ledger)
    ledger.begin_pass()
    return Bench(ledger, ScriptedEndpoint(reply), ScriptedSandbox(), Recipe(**recipe))


def wrong_answers(request: Request) -> str:
    return an_answer(solution=f"{SOLUTION}# wrong {request.sample}\n")


def test_a_question_that_passes_costs_three_attempts(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, lambda request: an_answer())
    assert [trial.index for trial in bench.answer()] == [0, 1, 2]
    assert len(bench.endpoint.asked) == 3
    assert len(bench.sandbox.runs) == 1, "equal trials are run once"


def test_a_question_without_a_pass_gets_ten_attempts(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, wrong_answers)
    assert [trial.index for trial in bench.answer()] == list(range(10))


def test_attempts_differ_in_their_seed_and_are_sampled(tmp_path: Path) -> None:
    """Defect 18: ten attempts at temperature 0 are one attempt."""
    bench = a_bench(tmp_path, wrong_answers)
    bench.answer()
    seeds = [request.seed for request in bench.endpoint.asked]
    assert sorted(seed - min(seeds) for seed in seeds) == list(range(10))
    assert all(request.temperature > 0 for request in bench.endpoint.asked)


def outcomes_of(ledger: Ledger, stage: str) -> list[str | None]:
    asyncio.run(ledger.flush())
    query = "SELECT reason FROM outcomes WHERE stage=? ORDER BY id"
    return [reason for (reason,) in ledger.reader.execute(query, (stage,))]


def test_a_question_whose_attempts_were_not_all_affordable_gets_no_pass_rate(tmp_path: Path) -> None:
    """Defect 24: attempts that were not made must not vanish from the denominator."""
    bench = a_bench(tmp_path, lambda request: an_answer())
    # A request of this step may cost 4,096 tokens and the prompt; the endpoint here counts none.
    bench.budget = Budget(4096 + 2000, spent=0)
    assert [trial.index for trial in bench.answer()] == [0, 1, 2], "what costs nothing leaves room for the next"
    bench = a_bench(tmp_path / "other", lambda request: an_answer())
    bench.budget = Budget(4000)
    assert bench.answer() == []
    assert outcomes_of(bench.ledger, "answer") == ["over_budget"]
    assert bench.endpoint.asked == []


def test_a_round_that_was_affordable_in_part_is_no_round(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, lambda request: an_answer(), first_attempts=1)
    bench.endpoint.tokens = 5000
    bench.budget = Budget(3 * 5000 + 4096)
    bench.endpoint.reply = wrong_answers
    assert bench.answer() == [], "one attempt of the first round, some of the second"
    assert 1 < len(bench.endpoint.asked) < 10
    assert outcomes_of(bench.ledger, "answer") == ["over_budget"]


def test_one_attempt_is_enough_where_one_is_asked_for(tmp_path: Path) -> None:
    """Defect 25: a single trial crashed the original."""
    bench = a_bench(tmp_path, lambda request: an_answer(), attempts=1)
    trials = bench.answer()
    stages = bench.stages()
    triplet = stages.select(a_question(), trials)
    assert triplet is not None
    assert (triplet.pass_sequence, triplet.difficulty) == ((1,), "easy")


def test_a_request_without_a_reply_is_no_attempt(tmp_path: Path) -> None:
    """Defect 22: a failed call was saved as an empty answer and counted."""
    bench = a_bench(tmp_path, lambda request: None if request.sample in (0, 2) else an_answer())
    assert [trial.index for trial in bench.answer()] == [1]
    silent = a_bench(tmp_path / "..", lambda request: None)
    assert silent.answer() == []
    assert len(silent.endpoint.asked) == 3, "a prompt that the server does not take is not asked ten times"


def test_a_changed_reply_gets_a_verdict_of_its_own(tmp_path: Path) -> None:
    """Defect 28: results lay in folders by number, and a changed reply kept the old verdict."""
    first = a_bench(tmp_path, lambda request: an_answer(), attempts=1)
    (before,) = first.answer()
    again = a_bench(tmp_path, lambda request: wrong_answers(request), attempts=1, seed=1)
    (after,) = again.answer()
    assert before.verdict is not None
    assert after.verdict is not None
    assert (before.verdict.verdict, after.verdict.verdict) == ("pass", "fail")


def test_what_the_ledger_holds_is_neither_asked_nor_run_again(tmp_path: Path) -> None:
    """Defects 19 and 20: finished work was lost with the process."""
    first = a_bench(tmp_path, wrong_answers)
    trials = first.answer()
    again = a_bench(tmp_path, wrong_answers)
    assert again.answer() == trials
    assert (again.endpoint.asked, again.sandbox.runs) == ([], [])


def test_equal_requests_under_way_are_one_request(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, lambda request: an_answer(), attempts=1)

    async def twice() -> None:
        asker = Asker(dict.fromkeys(STEPS, bench.endpoint), bench.ledger, run_seed=0)
        ask = Ask("answer", "leetcode", "text", ANSWER_SAMPLING)
        both = await asyncio.gather(asker.ask(ask), asker.ask(ask))
        assert list(both) == [Completion(an_answer(), "stop")] * 2

    asyncio.run(twice())
    assert len(bench.endpoint.asked) == 1
