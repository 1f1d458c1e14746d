"""Going back restores the files of a tag in one commit; tags stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from kodcode_hub.errors import HubError, RefusedError, UsageError
from kodcode_hub.hub.hf_repository import HfRepository
from kodcode_hub.hub.rollback import roll_back
from tests.hub.releases import REPO, stored_release
from tests.hub_server.server import Hub
from tests.hub_server.store import Repo
from tests.packaging.folders import read_tree


@pytest.fixture
def repo(hub: Hub, first: Path, second: Path) -> Repo:
    """Release 1.0.0 and 1.1.0 on it, and then something that is in no release."""
    stored = stored_release(hub, REPO, first, tag="v1.0.0")
    stored.write({**read_tree(second), "data/more/train.parquet": b"large" * 9})
    stored.tags["v1.1.0"] = stored.head()
    stored.write({".gitattributes": stored.read(".gitattributes") + b"*.big filter=lfs\n", "LICENSE": b"mine\n"})
    return stored


def test_all_files_are_those_of_the_tag_in_one_commit_without_sending_data(
    hub: Hub, repo: Repo, repository: HfRepository
) -> None:
    before, tags = len(repo.commits), dict(repo.tags)
    answer = roll_back(repository, "v1.0.0").as_json()
    assert repo.files() == repo.files("v1.0.0")
    assert (len(repo.commits), repo.tags) == (before + 1, tags)
    assert (answer["repo"], answer["commit"], answer["to"]) == (REPO, repo.head(), "v1.0.0")
    assert "v1.0.0" in repo.commits[-1].title
    assert not [request for request in hub.requests if request.kind == "lfs_upload"]
    roll_back(repository, "v1.1.0")
    assert repo.files() == repo.files("v1.1.0")


def test_what_is_there_already_makes_no_commit(repo: Repo, repository: HfRepository) -> None:
    roll_back(repository, "v1.0.0")
    head = repo.head()
    assert roll_back(repository, "v1.0.0").commit == head == repo.head()


def test_a_tag_that_is_not_there_ends_with_the_names_of_those_that_are(repo: Repo, repository: HfRepository) -> None:
    with pytest.raises(UsageError, match=r"no tag 'v9'; its tags: v1\.0\.0, v1\.1\.0"):
        roll_back(repository, "v9")
    with pytest.raises(UsageError, match="no tag 'main'"):
        roll_back(repository, "main")


def test_a_repository_that_is_not_there_is_named(repository: HfRepository) -> None:
    with pytest.raises(UsageError, match=REPO):
        roll_back(repository, "v1.0.0")


def test_another_writer_is_never_overwritten(hub: Hub, repo: Repo, repository: HfRepository) -> None:
    hub.before("commit", lambda: repo.write({"README.md": b"# theirs\n"}))
    with pytest.raises(RefusedError):
        roll_back(repository, "v1.0.0")
    assert repo.commits[-1].title == "a parallel commit"


@pytest.mark.parametrize("fault", ["drop_after", "truncate", "corrupt", "drop_before", "error_500"])
def test_a_lost_answer_to_the_commit_leaves_exactly_one(
    hub: Hub, repo: Repo, repository: HfRepository, fault: str
) -> None:
    before = len(repo.commits)
    hub.faults.arm(fault, request_kind="commit")  # type: ignore[arg-type]
    roll_back(repository, "v1.0.0")
    assert len(repo.commits) == before + 1
    assert repo.files() == repo.files("v1.0.0")


def test_a_small_file_that_arrives_damaged_is_not_committed(hub: Hub, repo: Repo, repository: HfRepository) -> None:
    head = repo.head()
    hub.faults.arm("corrupt", request_kind="resolve", times=1000)
    with pytest.raises(HubError, match="damaged"):
        roll_back(repository, "v1.0.0")
    assert repo.head() == head
