"""A writer that dies leaves the old release or the new one, and the next writer puts right what it left."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.release import write_release
from tests.packaging.example_rows import a_row
from tests.packaging.folders import DIE_AT_MOMENT, read_tree, run_python

# Dies by kill -9 at the n-th change of a name on disk (folders made, files renamed or removed), or at a row.
DYING_WRITER = (
    """
import os, sys, pathlib
import pyarrow.parquet
from tests.packaging.test_killed_release import write_new
moment, out = int(sys.argv[1]), pathlib.Path(sys.argv[2])
"""
    + DIE_AT_MOMENT
    + """
write_new(out, die_at_row=1 if moment == 0 else None)
"""
)


def write_old(out: Path) -> None:
    write_release(out, [a_row(number=0)], (), version="1.0.0", facts=ReleaseFacts())


def write_new(out: Path, *, die_at_row: int | None = None) -> None:
    write_release(out, new_rows(die_at_row), (), version="1.1.0", facts=ReleaseFacts())


def new_rows(die_at_row: int | None) -> Iterator[dict[str, Any]]:
    for number in range(3):
        if number == die_at_row:
            os.kill(os.getpid(), signal.SIGKILL)
        yield a_row(number=number)


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], dict[str, bytes]]:
    folder = tmp_path_factory.mktemp("whole")
    write_old(folder / "old")
    write_new(folder / "new")
    return read_tree(folder / "old"), read_tree(folder / "new")


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_a_whole_release_or_one_step_to_it(
    tmp_path: Path, trees: tuple[dict[str, bytes], dict[str, bytes]]
) -> None:
    old, new = trees
    out = tmp_path / "out"
    endings = []
    for moment in range(100):
        write_old(out)
        died = run_python(DYING_WRITER, str(moment), str(out))
        if died.returncode == 0:
            break
        assert died.returncode == -signal.SIGKILL, died.stderr
        endings.append("none" if not out.exists() else "old" if read_tree(out) == old else "new")
        assert out.exists() or read_tree(tmp_path / ".out.old") == old
        assert not out.exists() or read_tree(out) in (old, new)
        write_new(out)
        assert read_tree(out) == new
        assert [path.name for path in tmp_path.iterdir()] == ["out"], moment
    assert [ending for index, ending in enumerate(endings) if ending not in endings[:index]] == ["old", "none", "new"]
    assert endings.count("none") == 1


def test_a_disk_that_fills_up_is_one_sentence_and_the_old_release_stays(
    tmp_path: Path, trees: tuple[dict[str, bytes], dict[str, bytes]]
) -> None:
    out = tmp_path / "out"
    write_old(out)
    code = (
        "import resource, sys, pathlib\n"
        "from kodcode_hub.errors import UsageError\n"
        "from tests.packaging.test_killed_release import write_new\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "try:\n"
        "    write_new(pathlib.Path(sys.argv[1]))\n"
        "except UsageError as error:\n"
        "    print(error)\n"
    )
    failed = run_python(code, str(out))
    assert failed.returncode == 0, failed.stderr
    assert failed.stdout.startswith("cannot write ")
    assert "File too large" in failed.stdout
    assert failed.stderr == ""
    assert read_tree(out) == trees[0]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
