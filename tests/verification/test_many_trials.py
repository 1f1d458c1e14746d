"""Hundreds of mixed trials in one sandbox leave no process, file, shared memory, descriptor, and nothing grows."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.endurance import LIMITS, WARM_UP, measure, run_trials
from tests.verification.sandboxes import SANDBOXES, why_not

TRIALS, WORKERS = 300, 2
PARENT_MAY_GROW_KB = 4096
WORKERS_MAY_GROW_KB = 2048


@pytest.mark.parametrize("name", ["namespaces", "landlock"])
def test_many_trials_leave_nothing_and_let_nothing_grow(name: str, tmp_path: Path) -> None:
    if problem := why_not(name):
        pytest.skip(f"isolation {name!r} does not hold here: {problem}")
    scratch = tmp_path / "scratch"
    without = measure(scratch)
    with SANDBOXES[name](LIMITS, scratch, workers=WORKERS) as sandbox:
        run_trials(sandbox, WARM_UP, WORKERS)
        before = measure(scratch)

        found, different = run_trials(sandbox, TRIALS, WORKERS)

        after = measure(scratch)

    # on a machine that is busy, any trial may take longer than the short limit that this test sets
    assert [said for said in different if ": timeout: " not in said] == []
    assert found["pass"] > TRIALS / 3
    assert after.processes == before.processes == without.processes + 2 * WORKERS
    assert (after.files, after.shared_memory) == (before.files, before.shared_memory)
    assert after.descriptors == before.descriptors
    assert after.parent_kb - before.parent_kb < PARENT_MAY_GROW_KB
    assert after.workers_kb - before.workers_kb < WORKERS_MAY_GROW_KB
    closed = measure(scratch)
    assert (closed.processes, closed.files, closed.shared_memory) == (without.processes, 0, without.shared_memory)
