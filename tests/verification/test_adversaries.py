"""The tables of adversaries, whole: no wrong solution passes, no right one is refused.

One test runs a whole table through a few warm workers; what differs from the table is listed, by name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from kodcode_hub.record import Verdict
from kodcode_hub.verification.protocol import Limits
from kodcode_hub.verification.warm_sandbox import WarmSandbox
from tests.verification.adversaries import HACKS, HONEST, LIMITS, Honest, Program
from tests.verification.sandboxes import SANDBOXES, why_not

SPLIT, SAME = "namespaces", "namespaces, same"
FOR_HACKS = Limits(timeout_s=5.0, memory_mb=1024)
FOR_HONEST = Limits(timeout_s=30.0, memory_mb=1024)

KNOWN: Mapping[str, str] = {}
"""Hacks that pass in mode ``split``, and why."""
REFUSED_IN_SAME = 365
"""So many of the hacks, at least, including those that one interpreter was not expected to catch."""
FAIL_IN_SPLIT: Mapping[str, str] = {}
"""Honest programs that ``auto`` takes to ``split``, where they do not pass, and why."""


def test_no_hack_passes_where_solution_and_judge_are_apart(tmp_path: Path) -> None:
    verdicts = _judge_all(HACKS, _open(SPLIT, FOR_HACKS, tmp_path))

    differing = {
        name: _describe(verdict)
        for name, verdict in verdicts.items()
        if name not in KNOWN and not _is_as_listed(verdict, HACKS[name])
    }
    assert differing == {}
    assert [name for name in KNOWN if _name_of(verdicts[name]) != "pass"] == [], "no longer a hole: strike it off"


def test_most_hacks_are_refused_in_one_interpreter_too(tmp_path: Path) -> None:
    verdicts = _judge_all(HACKS, _open(SAME, FOR_HACKS, tmp_path))

    passed = sorted(name for name, verdict in verdicts.items() if _name_of(verdict) == "pass")
    differing = {
        name: _describe(verdict)
        for name, verdict in verdicts.items()
        if name not in passed and not _is_as_listed(verdict, HACKS[name])
    }
    assert differing == {}
    assert len(verdicts) - len(passed) >= REFUSED_IN_SAME, "\n".join(["these pass:", *passed])


def test_every_honest_program_passes_apart_from_its_judge_or_falls_back(tmp_path: Path) -> None:
    verdicts = _judge_all(HONEST, _open(SPLIT, FOR_HONEST, tmp_path))

    refused = {name: _describe(verdict) for name, verdict in verdicts.items() if _name_of(verdict) != "pass"}
    assert {name: said for name, said in refused.items() if name not in FAIL_IN_SPLIT} == {}
    assert [name for name in FAIL_IN_SPLIT if name not in refused] == [], "it passes now: strike it off"
    fell_back = {name for name, verdict in verdicts.items() if isinstance(verdict, Verdict) and verdict.mode == "same"}
    assert fell_back <= {name for name, program in HONEST.items() if program.split_falls_back}


def test_every_honest_program_passes_in_one_interpreter(tmp_path: Path) -> None:
    verdicts = _judge_all(HONEST, _open(SAME, FOR_HONEST, tmp_path))

    assert {name: _describe(verdict) for name, verdict in verdicts.items() if _name_of(verdict) != "pass"} == {}


@pytest.mark.parametrize("name", [SPLIT, SAME])
def test_where_the_test_lets_the_solution_judge_no_sandbox_can_refuse(name: str, tmp_path: Path) -> None:
    """The limits of the promise, so that nobody takes them for holes, nor for something that is caught."""
    verdicts = _judge_all(LIMITS, _open(name, FOR_HACKS, tmp_path))

    differing = {
        name: _describe(verdict) for name, verdict in verdicts.items() if not _is_as_listed(verdict, LIMITS[name])
    }
    assert differing == {}
    assert "pass" in map(_name_of, verdicts.values())


def _open(name: str, limits: Limits, scratch: Path) -> WarmSandbox:
    if problem := why_not(name):
        pytest.skip(f"isolation {name!r} does not hold here: {problem}")
    return SANDBOXES[name](limits, scratch / "scratch")


def _judge_all(
    programs: Mapping[str, Program] | Mapping[str, Honest], sandbox: WarmSandbox
) -> dict[str, Verdict | BaseException]:
    """The verdicts by name, with what the sandbox said instead where it broke. Closes the sandbox."""

    async def judge() -> list[Verdict | BaseException]:
        running = (sandbox.run(program.solution, program.test) for program in programs.values())
        return await asyncio.gather(*running, return_exceptions=True)

    with sandbox:
        return dict(zip(programs, asyncio.run(judge()), strict=True))


def _is_as_listed(verdict: Verdict | BaseException, program: Program) -> bool:
    return _name_of(verdict) in program.verdicts.split()


def _name_of(verdict: Verdict | BaseException) -> str:
    return verdict.verdict if isinstance(verdict, Verdict) else type(verdict).__name__


def _describe(verdict: Verdict | BaseException) -> str:
    said = verdict.message if isinstance(verdict, Verdict) else str(verdict)
    return f"{_name_of(verdict)}: {said[:300]}"
