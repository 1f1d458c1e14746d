"""kill -9 of a publish at any moment: one release is there whole, and the same command finishes."""

from __future__ import annotations

from pathlib import Path

import pytest

from kodcode_hub.hub.hf_repository import HfRepository
from tests.hub.commands import start_kodcode
from tests.hub.publishing import publish_here
from tests.hub.releases import REPO, holds, stored_release
from tests.hub_server.server import Hub


@pytest.mark.parametrize("moment", ["refs", "preupload", "lfs_upload", "commit", "cdn", "create_tag"])
def test_a_killed_publish_leaves_one_release_whole_and_goes_on(
    hub: Hub, repository: HfRepository, first: Path, second: Path, tmp_path: Path, moment: str
) -> None:
    repo = stored_release(hub, REPO, first, tag="v1.0.0")
    before = repo.files()
    with start_kodcode(hub, tmp_path / "home", ["publish", str(second), "--repo", REPO]) as process:
        hub.before(moment, process.kill)
        process.communicate()
    assert process.returncode == -9
    assert repo.files() == before or holds(repo, second)
    # What had arrived whole is carried out, as by any server: the client never heard of it.
    assert ("v1.1.0" in repo.tags) == (moment == "create_tag")
    assert ("Release v1.1.0" in [commit.title for commit in repo.commits]) == (moment in ("commit", "create_tag"))
    hub.requests.clear()
    publish_here(second, repository)
    assert holds(repo, second)
    assert repo.tags["v1.1.0"] == repo.head()
    assert [commit.title for commit in repo.commits].count("Release v1.1.0") == 1
    assert ("lfs_upload" in [request.kind for request in hub.requests]) == (moment in ("refs", "preupload", "cdn"))
