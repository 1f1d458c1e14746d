"""How long a build will take: the tokens that servers still have to generate, at the rate at which they come lately.

Replies that the ledger knows are no work: neither they nor the seconds in which nothing else came count. Whatever holds
the build up, servers or sandbox, is seen in the rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kodcode_hub.ledger.figures import RequestFigures, StageCount
from kodcode_hub.pipeline.traffic import Traffic, Window

Counts = dict[tuple[str, str], tuple[int, StageCount]]
"""``(stage, subset)`` to entered and left, in the order of the stages."""

_WINDOW_S = 60.0
_SHARE = 0.5
_A_WAVE = 128
"""Replies until a rate means something: those that are under way together come together."""
_RECALLED_S = 0.02
"""A question whose trials were all recalled takes less, one whose trials are run takes more."""
_WORK, _FINISHED = "work", "finished"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be asked at most."""

    prompts: Mapping[str, int]
    """By subset."""
    responses: int
    """For each published question, and as many for its twin."""
    restyle: bool


class Pace:
    """Estimates the time left; to be asked about once a second."""

    def __init__(self, plan: Plan, traffic: Traffic) -> None:
        self._plan = plan
        self._traffic = traffic
        self._work: Window[str] = Window(_WINDOW_S, share=_SHARE)
        self._questions: Window[str] = Window(_WINDOW_S, share=_SHARE)
        self._settled_before: int | None = None
        self._seen = (0.0, 0, 0)
        self._spent_recalling = 0.0

    def seconds_left(self, counts: Counts, *, now: float) -> float | None:
        """What is left; None while there is nothing to go by.

        Args:
            counts: where the stages stand.
            now: seconds of a clock that only grows.
        """
        self._watch(counts, now)
        questions = questions_expected(self._plan, counts)
        to_come = requests_to_come(self._plan, self._traffic, counts, questions) if questions is not None else None
        if questions is None or to_come is None:
            return None
        to_ask = {step: self._traffic.step(step).to_ask(count) for step, count in to_come.items()}
        if self._settled_before is None or sum(to_ask.values()) < 1:
            mostly_known = sum(to_ask.values()) <= sum(to_come.values()) / 2
            return self._by_trials(counts, questions) if mostly_known else None
        return self._by_tokens(to_ask)

    def _watch(self, counts: Counts, now: float) -> None:
        """Note how much is done, once answers are asked for: the rate of questions alone says nothing about them."""
        this_start, recalled = self._traffic.this_start, self._traffic.recalled
        settled = this_start.delivered + this_start.dead
        before, settled_before, recalled_before = self._seen
        self._seen = now, settled, recalled
        if recalled > recalled_before and settled == settled_before:
            self._spent_recalling += now - before
        answering, _ = total(counts, "answer")
        if answering:
            self._questions.add(now, {_FINISHED: _finished(counts)})
        if answering and self._traffic.under_way and self._settled_before is None:
            self._settled_before = settled
        if self._settled_before is not None:
            self._work.add(now - self._spent_recalling, {_WORK: this_start.completion_tokens or settled})

    def _by_tokens(self, to_ask: Mapping[str, float]) -> float | None:
        """At the pace of the servers, or of whatever keeps them waiting."""
        settled = self._seen[1] - (self._settled_before or 0)
        rate = self._work.per_second(_WORK)
        if not rate or settled < min(self._traffic.under_way, _A_WAVE):
            return None
        whole = 0.0
        for step, count in to_ask.items():
            tokens = self._tokens_each(step)
            if tokens is None and step != "respond":
                # Short, and the first of them come late: until then as long as an answer.
                tokens = self._tokens_each("answer")
            if count and tokens is None:
                return None
            whole += count * (tokens or 0.0)
        return round(whole / rate, 1)

    def _tokens_each(self, step: str) -> float | None:
        """Of a request of this step, over all starts; 1 from servers that count none; None before the first."""
        mine = RequestFigures()
        for (name, _), figures in self._traffic.figures.items():
            mine += figures if name == step else RequestFigures()
        if not mine.delivered + mine.dead:
            return None
        counts_tokens = self._traffic.this_start.completion_tokens > 0
        return mine.completion_tokens / (mine.delivered + mine.dead) if counts_tokens else 1.0

    def _by_trials(self, counts: Counts, questions: float) -> float | None:
        """At the pace of the sandbox: every reply is there, and what is left is to run what it holds."""
        rate = self._questions.per_second(_FINISHED)
        if not rate or rate > 1 / _RECALLED_S:
            return None
        return round(max(0.0, questions - _finished(counts)) / rate, 1)


def _finished(counts: Counts) -> int:
    answered = total(counts, "answer")[1]
    return total(counts, "select")[1].left + answered.left - answered.kept


def questions_expected(plan: Plan, counts: Counts) -> float | None:
    """How many questions will be answered in all; None before any subset got so far.

    Subsets that are still being synthesized bring questions in the share in which prompts came through elsewhere.
    """
    clean = {
        subset: count.kept
        for (stage, subset), (entered, count) in counts.items()
        if stage == "decontaminate" and entered == count.left
    }
    prompts = sum(plan.prompts.get(subset, 0) for subset in clean)
    if not prompts:
        return None
    share = sum(clean.values()) / prompts
    return sum(clean.values()) + share * sum(count for subset, count in plan.prompts.items() if subset not in clean)


def requests_to_come(plan: Plan, traffic: Traffic, counts: Counts, questions: float) -> dict[str, float] | None:
    """By step, how many requests are not settled yet; None while it is not known what answers lead to."""
    (answering, answered), (tagged, tags) = total(counts, "answer"), total(counts, "annotate")
    (_, selected), (_, restyled), (_, responded) = (total(counts, stage) for stage in ("select", "restyle", "respond"))
    if questions and not answered.left:
        return None
    # Questions under way have half of their attempts behind them, on average.
    half_way = answered.left + (answering - answered.left) / 2
    attempts = traffic.step("answer").settled / half_way if half_way else 0.0
    triplets = questions * selected.kept / answered.left if answered.left else 0.0
    twins = triplets * (restyled.kept / restyled.left if restyled.left else 1.0) if plan.restyle else 0.0
    to_come = {
        "question": sum(plan.prompts.values()) - total(counts, "synthesize")[1].left,
        "tag": tagged - tags.left,
        "answer": attempts * questions - traffic.step("answer").settled,
        "complete": triplets - restyled.left if plan.restyle else 0.0,
        "respond": plan.responses * (triplets + twins) - responded.left,
    }
    return {step: max(0.0, count) for step, count in to_come.items()}


def total(counts: Counts, stage: str) -> tuple[int, StageCount]:
    """Entered and left, over all subsets."""
    entered, whole = 0, StageCount()
    for (name, _), (number, count) in counts.items():
        if name == stage:
            entered += number
            whole.merge(count)
    return entered, whole
