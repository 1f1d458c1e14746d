"""What a refused command leaves behind: nothing that it made, everything that was there."""

from __future__ import annotations

from pathlib import Path

import pytest

from kodcode_hub.errors import EndpointError, UsageError
from kodcode_hub.pipeline.run_folder import open_run_folder


def refuse(path: Path, *, begun: bool = False, error: type[Exception] = UsageError) -> None:
    """Open a run folder and find that nothing can be done, before or after the recipe was stored."""
    with pytest.raises(error), open_run_folder(path) as folder:  # noqa: PT012 - the body is what is refused
        (folder.scratch / "left").write_text("x")
        if begun:
            folder.ledger.set_meta_now("recipe", {})
        raise error("no")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_refused_command_takes_away_the_folders_that_it_made(tmp_path: Path) -> None:
    refuse(tmp_path / "runs" / "new" / "run")
    assert names(tmp_path) == set()


def test_a_folder_that_was_there_stays_and_so_does_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "runs" / "empty").mkdir(parents=True)
    refuse(tmp_path / "runs" / "empty")
    assert names(tmp_path / "runs" / "empty") == set()
    (tmp_path / "runs" / "other").mkdir()
    refuse(tmp_path / "runs" / "new")
    assert names(tmp_path / "runs") == {"empty", "other"}


def test_a_release_that_lies_in_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "run" / "release").mkdir(parents=True)
    (tmp_path / "run" / "release" / "README.md").write_text("x")
    refuse(tmp_path / "run")
    assert names(tmp_path / "run") == {"release"}
    assert names(tmp_path / "run" / "release") == {"README.md"}


def test_what_has_begun_is_kept_whatever_ends_it(tmp_path: Path) -> None:
    refuse(tmp_path / "run", begun=True)
    assert {"ledger.sqlite", "lock", "scratch"} <= names(tmp_path / "run")
    refuse(tmp_path / "run")
    assert {"ledger.sqlite", "lock", "scratch"} <= names(tmp_path / "run")


def test_a_server_that_cannot_be_used_is_no_wrong_usage(tmp_path: Path) -> None:
    refuse(tmp_path / "run", error=EndpointError)
    assert "ledger.sqlite" in names(tmp_path / "run")


def test_a_folder_in_use_is_not_touched_by_the_command_that_is_refused(tmp_path: Path) -> None:
    with open_run_folder(tmp_path / "run") as folder:
        before = names(folder.path)
        with pytest.raises(UsageError, match="in use"), open_run_folder(tmp_path / "run"):
            pass
        assert names(folder.path) == before
