"""``kodcode rollback`` as its user meets it."""

from __future__ import annotations

from pathlib import Path

from tests.hub.commands import json_of, run_kodcode
from tests.hub.releases import REPO, stored_release, write_first, write_second
from tests.hub_server.clients import run_client
from tests.hub_server.server import hub_server
from tests.packaging.folders import read_tree

COUNT = """
import sys
from datasets import load_dataset
print(len(load_dataset(sys.argv[1], "leetcode", split="train")))
"""


def test_a_release_is_taken_back_and_loads_as_it_did_before(tmp_path: Path) -> None:
    first, second = write_first(tmp_path / "first"), write_second(tmp_path / "second")
    with hub_server(tmp_path / "hub") as hub:
        repo = stored_release(hub, REPO, first, tag="v1.0.0")
        repo.write(read_tree(second))
        repo.tags["v1.1.0"] = repo.head()
        answer = json_of(hub, tmp_path / "home", "rollback", "--repo", REPO, "--to", "v1.0.0")
        assert list(answer)[:3] == ["repo", "commit", "to"]
        assert (answer["repo"], answer["commit"], answer["to"]) == (REPO, repo.head(), "v1.0.0")
        assert run_client(hub, tmp_path / "empty", COUNT, REPO).split()[-1] == "3"
        code, out, _ = run_kodcode(hub, tmp_path / "home", "rollback", "--repo", REPO, "--to", "v1.0.0")
        assert (code, "already held the files of v1.0.0" in out) == (0, True)
        code, out, err = run_kodcode(hub, tmp_path / "home", "rollback", "--repo", REPO, "--to", "v3.0.0")
        assert (code, out) == (2, "")
        assert "its tags: v1.0.0, v1.1.0" in err
