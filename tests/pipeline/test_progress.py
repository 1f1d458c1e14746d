"""What is left, at the pace so far."""

from __future__ import annotations

from kodcode_hub.ledger.figures import StageCount
from kodcode_hub.pipeline.progress import Pace


def test_nothing_is_estimated_before_a_question_is_finished() -> None:
    pace = Pace(10)
    assert pace.seconds_left({("synthesize", "s"): (10, StageCount(kept=4))}, seconds=5) is None
    counts = {("decontaminate", "s"): (10, StageCount(kept=10)), ("answer", "s"): (3, StageCount())}
    assert pace.seconds_left(counts, seconds=7) is None


def test_the_estimate_counts_from_the_first_answer_and_expects_what_is_still_synthesized() -> None:
    pace = Pace(20)
    start = {
        ("synthesize", "s"): (20, StageCount(8, {"no_reply": 2})),
        ("decontaminate", "s"): (8, StageCount(kept=5)),
        ("answer", "s"): (1, StageCount()),
    }
    assert pace.seconds_left(start, seconds=100) is None
    later = {
        **start,
        ("answer", "s"): (4, StageCount(2, {"no_reply": 1})),
        ("select", "s"): (2, StageCount(1, {"no_passing_trial": 1})),
    }
    # 3 of 5 done in 30 s, and half the prompts are still to come, which bring 5 more: 7 at 10 s.
    assert pace.seconds_left(later, seconds=130) == 70
