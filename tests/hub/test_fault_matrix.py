"""Every fault at every request of a publish: old or new, whole; the next publish finishes; no tag before its time.

The default run takes every request with one kind of fault each, in turn. All kinds at all requests take minutes: they
are shown as skipped, and run with ``pytest -m slow``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import pytest

from tests.hub.releases import write_first, write_second
from tests.hub_server.faults import FaultKind
from tests.packaging.folders import PROJECT

KINDS: tuple[str, ...] = get_args(FaultKind)
PROCESSES = 4
"""Cells wait more than they work: a client that tries again first waits a second."""
AFTER_VERIFICATION = 2
"""Requests: the tag, and a look at it."""
MISSED = 3
"""Cells of a share whose fault may come too late, as there are fewer requests than there were."""


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases")
    write_first(folder / "first")
    write_second(folder / "second")
    return folder


@pytest.fixture(scope="module")
def undisturbed(releases: Path) -> list[str]:
    """The kinds of the requests of a publish of 1.1.0 over 1.0.0, in order."""
    seen = run_cells(releases, [{"at": 0, "kind": None}])[0]
    assert (seen["error"], seen["new_whole"], seen["tag_whole"]) == (None, True, True)
    assert seen["commits"] == ["initial commit", "an earlier release", "Release v1.1.0"]
    requests: list[str] = seen["requests"]
    return requests


def run_cells(releases: Path, cells: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was seen in each cell; all of them in one process."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.hub.fault_cells", str(releases)],
        cwd=PROJECT,
        input=json.dumps(cells),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def run_all(releases: Path, cells: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    shares = [cells[start::PROCESSES] for start in range(PROCESSES)]
    with ThreadPoolExecutor(PROCESSES) as pool:
        return [seen for share in pool.map(lambda share: run_cells(releases, share), shares) for seen in share]


def problems_of(seen: dict[str, Any]) -> list[str]:
    """What must not be, in one cell."""
    wrong = {
        "main is neither the old release nor the new one": not (seen["old_whole"] or seen["new_whole"]),
        "a publish without an error is not whole": seen["error"] is None and not (seen["new_whole"] and seen["tag"]),
        "a tag points to something else than the release": seen["tag"] is not None and not seen["tag_whole"],
        "the tag came before the verification": seen["tag"] is not None and not seen["read_before_tag"],
        "the next publish fails": seen["error_again"] is not None,
        "the next publish does not finish": not seen["finished"],
        "there is not one commit for the release": seen["commits"].count("Release v1.1.0") != 1,
    }
    return [problem for problem, is_so in wrong.items() if is_so]


def cells_of(undisturbed: Sequence[str], kinds: Sequence[str]) -> list[dict[str, Any]]:
    """A cell for each request, with the kinds in turn; and all kinds of ``kinds`` for the tag and what follows it.

    Files are downloaded by several threads, so the number of requests before the tag varies by a few.
    """
    by_number = [{"at": at, "kind": kinds[at % len(kinds)]} for at in range(len(undisturbed) - AFTER_VERIFICATION)]
    tagging = [("create_tag", 0), ("refs", 1)]
    return by_number + [{"at": at, "kind": kind, "request_kind": name} for name, at in tagging for kind in kinds]


def check(releases: Path, cells: Sequence[dict[str, Any]]) -> None:
    all_seen = run_all(releases, cells)
    assert len(all_seen) == len(cells)
    assert sum(seen["hits"] == 0 for seen in all_seen) <= MISSED
    broken = {str(seen["cell"]): (problems_of(seen), seen) for seen in all_seen if problems_of(seen)}
    assert not broken, json.dumps(broken, indent=1)


def test_a_fault_at_any_request_leaves_one_release_whole_and_the_next_publish_finishes(
    releases: Path, undisturbed: list[str]
) -> None:
    check(releases, cells_of(undisturbed, KINDS))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_at_every_request_leaves_one_release_whole_and_the_next_publish_finishes(
    releases: Path, undisturbed: list[str], kind: str, request: pytest.FixtureRequest
) -> None:
    if "slow" not in request.config.getoption("markexpr"):
        pytest.skip("of the long run: pytest -m slow")
    check(releases, cells_of(undisturbed, [kind]))
