"""Programs that exhaust memory, disk, processes, output, descriptors or time cost the others nothing but their slot.

Each has a verdict of its own soon after the limit, the next trial of the same worker passes, and nothing is left. The
default run takes those in ``DEFAULT``, with solution and judge apart; the others, and one interpreter, take minutes:
they are shown as skipped, and run with ``pytest -m slow``.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kodcode_hub.record import Verdict
from kodcode_hub.verification.protocol import Limits
from kodcode_hub.verification.warm_sandbox import WarmSandbox
from tests.verification.adversaries import BOMBS
from tests.verification.sandboxes import ISOLATED, descendants, run_trial, why_not

LIMITS = Limits(timeout_s=2.0, memory_mb=512, processes=64)
"""Fewer processes than trials usually may have: where a bomb is not held, the machine should live on."""
WITHIN_S = LIMITS.timeout_s + 1.0
NOISE_S = 5.0
"""For a machine that is busy with other things; a bomb that is not held takes minutes, or for ever."""
SOLUTION = "def double(x):\n    return 2 * x\n"
TEST = "from solution import double\n\ndef test_double():\n    assert double(2) == 4\n"
SHARED_PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/dev/mqueue")
NAMES_OF_BOMBS = ("full", "grow", "f", "f1", "log")

DEFAULT = {
    *(f"memory_bombs: {name}" for name in ("a list that grows", "threads with stacks", "files in memory")),
    "memory_bombs: children that each stay below the limit",
    *(f"disk_bombs: {name}" for name in ("many files", "every place that can be written")),
    *(f"process_bombs: {name}" for name in ("a fork bomb", "a fork bomb that hides", "a chain of children")),
    *(f"process_bombs: {name}" for name in ("a flood from a child after the end", "descriptors without end")),
    "process_bombs: a loop that ignores every signal",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bombs go off: a sandbox with one worker, and its scratch."""

    sandbox: WarmSandbox
    scratch: Path


@pytest.fixture(scope="module", params=ISOLATED)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    tier, _, mode = request.param.partition(", ")
    if problem := why_not(request.param):
        pytest.skip(f"isolation {tier!r} does not hold here: {problem}")
    scratch = tmp_path_factory.mktemp("scratch")
    # without preloads, so that every trial has the same worker
    with WarmSandbox(LIMITS, scratch=scratch, mode=mode or "auto", isolation=tier, preloads=()) as sandbox:
        yield Place(sandbox, scratch)


@pytest.fixture
def only_when_asked(request: pytest.FixtureRequest) -> None:
    is_default = request.node.callspec.params["name"] in DEFAULT and "same" not in request.node.callspec.params["place"]
    if not is_default and "slow" not in request.config.getoption("markexpr"):
        pytest.skip("of the long run: pytest -m slow")


def test_the_default_run_names_bombs_that_exist() -> None:
    assert set(BOMBS) >= DEFAULT


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.usefixtures("only_when_asked")
@pytest.mark.parametrize("name", list(BOMBS))
def test_a_bomb_costs_the_others_nothing_but_its_slot(place: Place, name: str) -> None:
    bomb = BOMBS[name]
    assert run_trial(place.sandbox, SOLUTION, TEST).passed
    before = descendants(os.getpid()), _in_shared_places(), set(Path("/dev/shm").iterdir())

    verdict, took_s = _run_timed(place.sandbox, bomb.solution, bomb.test)

    left = descendants(os.getpid()), _in_shared_places(), set(Path("/dev/shm").iterdir())
    assert verdict.verdict in bomb.verdicts.split(), verdict.message
    assert took_s < WITHIN_S + NOISE_S
    assert left == before
    assert list(place.scratch.iterdir()) == []
    following = run_trial(place.sandbox, SOLUTION, TEST)
    assert following.passed, following.message
    assert descendants(os.getpid()) == before[0], "the worker was lost"


def _run_timed(sandbox: WarmSandbox, solution: str, test: str) -> tuple[Verdict, float]:
    begun = time.monotonic()
    verdict = asyncio.run(sandbox.run(solution, test))
    return verdict, time.monotonic() - begun


def _in_shared_places() -> list[str]:
    """What bombs would leave where everybody may write; others may write there meanwhile under other names."""
    return [path for place in SHARED_PLACES for name in NAMES_OF_BOMBS if os.path.lexists(path := f"{place}/{name}")]
