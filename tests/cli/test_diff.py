"""``kodcode diff`` as its user meets it: folders, releases and revisions of the Hub."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hub.commands import json_of, run_kodcode
from tests.hub.releases import REPO, first_rows, stored_release, write_first, write_second
from tests.hub_server.server import hub_server
from tests.packaging.folders import read_tree
from tests.pipeline.running import kodcode

ONE_ADDED = {"added": 1, "removed": 0, "changed": 0}


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases")
    write_first(folder / "first")
    write_second(folder / "second")
    return folder


def test_two_folders_are_compared_without_the_hub(releases: Path) -> None:
    done = kodcode(["diff", str(releases / "first"), str(releases / "second"), "--json"])
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer["rows"] == answer["configs"]["leetcode"]["rows"] == ONE_ADDED
    assert (len(answer["ids"]["added"]), answer["ids"]["changed"]) == (1, {})


def test_a_release_that_was_changed_behind_its_manifest_is_not_called_equal(releases: Path, tmp_path: Path) -> None:
    changed = write_first(tmp_path / "changed")
    path = changed / "data" / "taco" / "train-00000-of-00001.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    done = kodcode(["diff", str(releases / "first"), str(changed)])
    assert done.returncode == 2
    assert "not the file that its manifest describes" in done.stderr


def test_a_folder_of_rows_that_is_no_release_can_be_compared(releases: Path, tmp_path: Path) -> None:
    rows = [json.dumps(row) + "\n" for row in first_rows() if row["subset"].lower() == "taco"]
    (tmp_path / "data" / "taco").mkdir(parents=True)
    (tmp_path / "rows.jsonl").write_text("".join(rows), encoding="utf-8")
    done = kodcode(["diff", str(tmp_path), str(releases / "second"), "--json"])
    assert done.returncode == 0
    assert json.loads(done.stdout)["configs_removed"] == ["default"]


def test_revisions_of_the_hub_are_compared_with_each_other_and_with_folders(releases: Path, tmp_path: Path) -> None:
    with hub_server(tmp_path / "hub") as hub:
        repo = stored_release(hub, REPO, releases / "first", tag="v1.0.0")
        repo.write(read_tree(releases / "second"))
        home = tmp_path / "home"
        assert json_of(hub, home, "diff", f"{REPO}@v1.0.0", REPO)["rows"] == ONE_ADDED
        assert json_of(hub, home, "diff", REPO, str(releases / "second"))["identical"]
        code, out, _ = run_kodcode(hub, home, "diff", f"{REPO}@v1.0.0", REPO)
        assert (code, "1 rows added, 0 removed, 0 changed" in out) == (0, True)
        code, out, err = run_kodcode(hub, home, "diff", f"{REPO}@v7", REPO)
        assert (code, out, "its tags: v1.0.0" in err) == (2, "", True)
        code, _, err = run_kodcode(hub, home, "diff", "no such place", REPO)
        assert (code, "write OWNER/NAME" in err) == (2, True)
