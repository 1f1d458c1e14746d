"""Conservation: what enters a stage leaves it once."""

from __future__ import annotations

from typing import Any

import pytest

from kodcode_hub.pipeline.tally import ConservationError, Tally
from kodcode_hub.record import Rejected


class Outcomes:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str, str | None]] = []

    def keep_outcome(self, stage: str, id_: str, subset: str, reason: str | None, evidence: dict[str, Any]) -> None:
        self.kept.append((stage, id_, reason))


def test_in_is_kept_and_rejected_together() -> None:
    outcomes = Outcomes()
    tally = Tally(outcomes)
    tally.enter("select", "s", ["a", "b", "c"])
    tally.keep("select", "s", "a")
    tally.sort_out("select", "s", ["b"], [Rejected("c", "duplicate_of:a")])
    tally.check()
    ((entered, count),) = tally.counts().values()
    assert (entered, count.kept, count.rejected) == (3, 2, {"duplicate_of": 1})
    assert outcomes.kept[-1] == ("select", "c", "duplicate_of:a")


def test_an_id_that_never_leaves_is_found() -> None:
    tally = Tally(Outcomes())
    tally.enter("select", "s", ["a", "b"])
    tally.keep("select", "s", "a")
    with pytest.raises(ConservationError, match="b"):
        tally.check()


def test_an_id_cannot_leave_twice_nor_enter_twice_nor_come_from_nowhere() -> None:
    tally = Tally(Outcomes())
    tally.enter("select", "s", ["a"])
    with pytest.raises(ConservationError):
        tally.enter("select", "s", ["a"])
    tally.keep("select", "s", "a")
    with pytest.raises(ConservationError):
        tally.reject("select", "s", Rejected("a", "schema"))
    with pytest.raises(ConservationError):
        tally.keep("select", "s", "z")
    with pytest.raises(ConservationError):
        tally.enter("nowhere", "s", ["a"])
