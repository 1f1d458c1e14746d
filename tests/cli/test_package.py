"""``kodcode package`` as its user meets it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.hub.releases import first_rows, write_first
from tests.pipeline.running import kodcode


def test_json_is_one_object_and_nothing_else(tmp_path: Path) -> None:
    first = str(write_first(tmp_path / "first"))
    words = ["package", first, "--previous", first, "--out", str(tmp_path / "out"), "--version", "1.0.1"]
    done = kodcode([*words, "--json", "--quiet"])
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert (answer["in"], answer["kept"], answer["changes"]) == (len(first_rows()), len(first_rows()), {})


def test_a_name_that_is_no_repository_does_not_reach_the_card(tmp_path: Path) -> None:
    first = str(write_first(tmp_path / "first"))
    done = kodcode(["package", first, "--out", str(tmp_path / "out"), "--version", "1.0.0", "--repo", "me/a b"])
    assert done.returncode == 2
    assert "--repo me/a b: write OWNER/NAME" in done.stderr
    assert not (tmp_path / "out").exists()
