"""What is left, and how fast it goes."""

from __future__ import annotations

import pytest

from kodcode_hub.endpoints.protocol import Completion, DeadLetter
from kodcode_hub.ledger.figures import RequestFigures, StageCount
from kodcode_hub.pipeline.pace import Counts, Pace, Plan, questions_expected
from kodcode_hub.pipeline.traffic import Traffic, Window
from tests.pipeline.simulated_build import Build

PROMPTS = {"a": 200, "b": 60}


def killed(at_share: float) -> set[str]:
    """What the ledger knows after a start that was killed."""
    whole, known = Build(PROMPTS, set()).run(), set[str]()
    Build(PROMPTS, known, until=at_share * whole.ended).run()
    assert known
    return known


def assert_sensible(build: Build, *, factor: float, since_share: float) -> None:
    """There is an estimate from ``since_share`` of the time on, and none before the end is off by ``factor``."""
    shares = [at / build.ended for at, left in build.estimates if left is not None]
    assert min(shares) <= since_share, f"the first estimate came at {min(shares):.2f}"
    off = build.off_by()
    assert 1 / factor < min(off) <= max(off) < factor, f"off by {min(off):.2f} to {max(off):.2f}"


def test_the_time_left_is_right_from_its_first_estimate_on() -> None:
    assert_sensible(Build(PROMPTS, set()).run(), factor=1.6, since_share=0.35)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.8])
def test_replies_that_are_replayed_from_the_ledger_make_no_start_look_fast(share: float) -> None:
    assert_sensible(Build(PROMPTS, killed(share)).run(), factor=1.8, since_share=0.7)


def test_replies_that_the_ledger_knows_but_nobody_asks_for_any_more_are_no_help() -> None:
    stale = {f"answer/of another template/{number}" for number in range(3000)}
    assert_sensible(Build(PROMPTS, stale).run(), factor=1.6, since_share=0.35)


def test_new_responses_to_known_answers_are_counted_as_the_only_work() -> None:
    known = {key for key in killed(2.0) if not key.startswith("respond")}
    assert_sensible(Build(PROMPTS, known).run(), factor=1.6, since_share=0.4)


def test_a_sandbox_that_holds_everything_up_is_seen() -> None:
    build = Build({"a": 200}, set(), trial_seconds=3.0).run()
    off = build.off_by(after=0.5 * build.ended)
    assert off
    assert 0.5 < min(off) <= max(off) < 2.5


def test_trials_that_are_run_again_are_estimated_without_any_request() -> None:
    known = killed(2.0)
    build = Build(PROMPTS, known, trial_seconds=1.0).run()
    off = build.off_by()
    assert off
    assert 0.5 < min(off) <= max(off) < 2.0


def test_nothing_is_estimated_before_an_answer_came() -> None:
    traffic = Traffic()
    pace = Pace(Plan({"s": 10}, 2, restyle=True), traffic)
    counts: Counts = {("synthesize", "s"): (10, StageCount(kept=4))}
    assert pace.seconds_left(counts, now=5) is None
    counts |= {("decontaminate", "s"): (10, StageCount(kept=10)), ("answer", "s"): (3, StageCount())}
    traffic.begin()
    assert pace.seconds_left(counts, now=7) is None


def test_subsets_that_are_still_synthesized_bring_questions_in_the_share_of_the_others() -> None:
    plan = Plan({"done": 20, "under way": 40}, 0, restyle=False)
    counts: Counts = {
        ("synthesize", "done"): (20, StageCount(kept=20)),
        ("decontaminate", "done"): (16, StageCount(10, {"contaminated": 6})),
        ("synthesize", "under way"): (40, StageCount(kept=39)),
    }
    assert questions_expected(plan, counts) == 10 + 40 * 10 / 20


def test_traffic_goes_on_counting_where_earlier_starts_ended() -> None:
    traffic = Traffic({("answer", "m"): RequestFigures(5, 3, 1, 100, 200)})
    for reply in (Completion("x", "stop", None, 7, 11, tries=2), DeadLetter("no", 500, 8), None):
        traffic.begin()
        assert traffic.under_way == 1
        traffic.end("respond", "r1", reply)
    traffic.recall("answer", "m")
    assert traffic.under_way == 0
    assert traffic.this_start == RequestFigures(10, 1, 1, 7, 11)
    assert traffic.figures == {
        ("answer", "m"): RequestFigures(5, 3, 1, 100, 200),
        ("respond", "r1"): RequestFigures(10, 1, 1, 7, 11),
    }
    assert traffic.total_tokens == 318


def test_a_rate_is_of_the_last_seconds_alone() -> None:
    window: Window[str] = Window(30)
    window.add(0, {"tokens": 0})
    assert window.per_second("tokens") == 0
    for second in range(1, 101):
        window.add(second, {"tokens": 1000 if second <= 50 else 1000 + (second - 50) * 20})
    assert window.per_second("tokens") == 20


def test_a_window_over_days_stays_small_and_right() -> None:
    window: Window[str] = Window(60, share=0.5)
    for second in range(20_000):
        window.add(second, {"tokens": 3 * second})
    assert len(window._samples) < 1000
    assert window.per_second("tokens") == pytest.approx(3)
    assert window.growth("tokens") == pytest.approx(30_000, rel=0.05)
