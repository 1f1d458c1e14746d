"""Real trials of KodCode's demo: our verdict and coverage beside those recorded by its authors."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from kodcode_hub.record import Verdict
from kodcode_hub.verification.protocol import Sandbox

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "trials.dev.jsonl.gz"
SAMPLE, SEED = 40, 7


@pytest.mark.skipif(not CORPUS.exists(), reason="the recorded trials are not beside this checkout")
def test_verdicts_and_coverage_agree_with_the_recorded_ones(sandbox: Sandbox) -> None:
    """Defects 27, 31: the bytes are run as they are, and the per cent is that of coverage.py."""
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        trials = [trial for line in lines if (trial := json.loads(line))["recorded"]["verdict"] != "timeout"]
    sample = random.Random(SEED).sample(trials, SAMPLE)

    async def run_all() -> list[Verdict]:
        slots = asyncio.Semaphore(2)

        async def run(trial: dict[str, Any]) -> Verdict:
            async with slots:
                return await sandbox.run(trial["solution"], trial["test"])

        return await asyncio.gather(*map(run, sample))

    verdicts = asyncio.run(run_all())
    differing = {
        trial["id"]: (trial["recorded"], verdict.verdict, verdict.coverage, verdict.message)
        for trial, verdict in zip(sample, verdicts, strict=True)
        if "has no package" not in verdict.message and not _agree(trial["recorded"], verdict)
    }
    assert differing == {}


def _agree(recorded: dict[str, str], verdict: Verdict) -> bool:
    percent = "" if verdict.coverage is None else f"{verdict.coverage}%"
    return (recorded["verdict"] == "pass") == verdict.passed and recorded["coverage"] == percent
