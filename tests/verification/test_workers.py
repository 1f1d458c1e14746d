"""Which worker a trial gets."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kodcode_hub.verification.private_folder import trial_folder
from kodcode_hub.verification.workers import Workers


def test_a_worker_with_libraries_is_started_when_enough_trials_have_asked_for_them(tmp_path: Path) -> None:
    @contextmanager
    def folder() -> Iterator[str]:
        with trial_folder(tmp_path) as made:
            yield str(made)

    workers = Workers(sys.executable, "none", folder, at_a_time=1)
    try:
        given = []
        for preloads in [("colorsys",)] * 7 + [()]:
            with workers.borrow(preloads) as worker:
                given.append((worker.preloads, worker.pid))
    finally:
        workers.close()

    plain, warm = given[0][1], given[6][1]
    assert given == [((), plain)] * 5 + [(("colorsys",), warm)] * 2 + [((), plain)]
    assert warm != plain
    assert list(tmp_path.iterdir()) == []
