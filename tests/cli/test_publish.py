"""``kodcode publish`` as its user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hub.commands import json_of, run_kodcode
from tests.hub.releases import REPO, holds, stored_release, write_first, write_second
from tests.hub_server.server import hub_server

FIELDS = ["repo", "commit", "tag", "files_sent", "bytes_sent", "rows", "verified", "dry_run"]


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases")
    write_first(folder / "first")
    write_second(folder / "second")
    return folder


def test_a_release_is_planned_published_and_published_again(releases: Path, tmp_path: Path) -> None:
    with hub_server(tmp_path / "hub") as hub:
        first, home = str(releases / "first"), tmp_path / "home"
        plan = json_of(hub, home, "publish", first, "--repo", REPO, "--dry-run")
        assert (plan["dry_run"], plan["commit"], plan["files_sent"], hub.repos) == (True, None, 0, {})
        done = json_of(hub, home, "publish", first, "--repo", REPO)
        assert list(done)[: len(FIELDS)] == FIELDS
        assert (done["tag"], done["rows"], done["verified"], done["dry_run"]) == ("v1.0.0", 6, True, False)
        assert hub.repo(REPO).tags == {"v1.0.0": done["commit"]}
        code, out, err = run_kodcode(hub, home, "publish", first, "--repo", REPO)
        assert code == 0
        assert "v1.0.0 of someone/triplets is published, verified and tagged" in out
        assert "0 files, 0.00 MB sent" in out
        assert "already published as" in err


def test_the_plan_for_people_names_what_is_sent_and_what_changes(releases: Path, tmp_path: Path) -> None:
    with hub_server(tmp_path / "hub") as hub:
        repo = stored_release(hub, REPO, releases / "first", tag="v1.0.0")
        words = ("publish", str(releases / "second"), "--repo", REPO, "--dry-run")
        code, out, err = run_kodcode(hub, tmp_path / "home", *words)
        assert (code, list(repo.tags)) == (0, ["v1.0.0"])
        assert "nothing was sent; without --dry-run it would be committed, verified and tagged" in out
        assert "release 1.1.0, tag v1.1.0" in err
        assert "send    data/leetcode/train-00000-of-00001.parquet" in err
        assert "taco" not in err
        assert "rows: 1 added, 0 removed, 0 changed" in err


def test_exit_codes_tell_whose_turn_it_is(releases: Path, tmp_path: Path) -> None:
    """1 another writer was faster, 2 the command cannot be, 3 the Hub refused."""
    with hub_server(tmp_path / "hub") as hub:
        repo = stored_release(hub, REPO, releases / "first", tag="v1.0.0")
        home, words = tmp_path / "home", ("publish", str(releases / "second"), "--repo", REPO)
        hub.before("commit", lambda: repo.write({"README.md": b"# theirs\n"}))
        code, out, err = run_kodcode(hub, home, *words)
        assert (code, out) == (1, "")
        assert "error: someone/triplets was changed by another writer" in err
        assert not holds(repo, releases / "second")
        code, _, err = run_kodcode(hub, home, *words, token="hf_wrong")
        assert (code, "set HF_TOKEN" in err) == (3, True)
        code, _, err = run_kodcode(hub, home, "publish", str(tmp_path / "hub"), "--repo", REPO)
        assert (code, "kodcode package makes releases" in err) == (2, True)
        code, _, err = run_kodcode(hub, home, "publish", str(releases / "second"), "--repo", f"{REPO}@main")
        assert (code, "without a revision" in err) == (2, True)
        assert list(repo.tags) == ["v1.0.0"]


def test_warnings_of_the_clients_are_not_ours(releases: Path, tmp_path: Path) -> None:
    with hub_server(tmp_path / "hub") as hub:
        code, out, err = run_kodcode(
            hub, tmp_path / "home", "publish", str(releases / "first"), "--repo", REPO, "--json"
        )
        assert code == 0
        assert json.loads(out)["verified"]
        assert not [word for word in ("Warning", "it/s", "Xet", "Generating") if word in err]
