"""The clients create repositories and commit to them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, HfApi
from huggingface_hub.errors import (
    BadRequestError,
    EntryNotFoundError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from tests.hub_server.conftest import REPO, SMALL
from tests.hub_server.server import Hub
from tests.hub_server.store import git_id

# The client's own way of sending a file, which its HTTP library has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


def kinds(hub: Hub) -> list[str]:
    return [request.kind for request in hub.requests]


def status_of(error: pytest.ExceptionInfo[HfHubHTTPError]) -> int:
    return int(error.value.response.status_code)


def test_a_new_repository_has_one_commit_and_is_not_made_twice(hub: Hub, api: HfApi) -> None:
    made = api.create_repo("someone/else", repo_type="dataset", private=True)
    assert made.repo_id == "someone/else"
    assert made == api.create_repo("someone/else", repo_type="dataset", exist_ok=True)
    assert [commit.title for commit in hub.repo("someone/else").commits] == ["initial commit"]
    assert hub.repo("someone/else").private
    with pytest.raises(HfHubHTTPError) as refused:
        api.create_repo("someone/else", repo_type="dataset")
    assert status_of(refused) == 409


def test_a_folder_with_large_and_small_files_is_one_commit(hub: Hub, api: HfApi, tmp_path: Path) -> None:
    folder = tmp_path / "release"
    files = {"data/b.parquet": b"PAR1" * 5000, "notes.txt": b"small", "big.json": b"[1]" * 4_000_000}
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    made = api.upload_folder(repo_id=REPO, folder_path=folder, repo_type="dataset", commit_message="a folder")
    repo = hub.repo(REPO)
    assert (made.oid, repo.commits[-1].title, len(repo.commits)) == (repo.head(), "a folder", 3)
    assert {path: repo.read(path) for path in repo.files()} == {".gitattributes": repo.read(".gitattributes")} | (
        SMALL | files
    )
    large = {path for path, blob in repo.files().items() if blob.is_lfs}
    assert large == {"data/a.parquet", "data/b.parquet", "big.json"}
    sent = sum(request.bytes_in for request in hub.requests if request.kind == "lfs_upload")
    assert sent == len(files["data/b.parquet"]) + len(files["big.json"])


def test_what_was_sent_before_is_not_sent_again(hub: Hub, api: HfApi) -> None:
    for _ in range(2):
        hub.requests.clear()
        operation = CommitOperationAdd("data/b.parquet", b"many bytes" * 100)
        api.preupload_lfs_files(REPO, [operation], repo_type="dataset")
    assert kinds(hub) == ["preupload", "lfs_batch"]
    assert hub.repo(REPO).large_objects[hashlib.sha256(b"many bytes" * 100).hexdigest()] == 1000


def test_files_as_they_are_make_no_commit(hub: Hub, api: HfApi) -> None:
    head = hub.repo(REPO).head()
    same = [CommitOperationAdd(path, content) for path, content in SMALL.items()]
    made = api.create_commit(REPO, same, commit_message="the same", repo_type="dataset")
    assert (made.oid, hub.repo(REPO).head()) == (head, head)
    assert "commit" not in kinds(hub)


def test_a_commit_on_a_parent_that_is_not_the_head_any_more_is_refused(hub: Hub, api: HfApi) -> None:
    parent = hub.repo(REPO).head()
    hub.before("commit", lambda: hub.repo(REPO).write({"other.txt": b"other"}))
    operations = [CommitOperationAdd("mine.txt", b"mine")]
    with pytest.raises(HfHubHTTPError) as refused:
        api.create_commit(REPO, operations, commit_message="mine", repo_type="dataset", parent_commit=parent)
    assert status_of(refused) == 412
    assert hub.repo(REPO).files().keys() == {".gitattributes", *SMALL, "other.txt"}


def test_a_large_file_that_was_never_sent_is_refused(hub: Hub, api: HfApi) -> None:
    operation = CommitOperationAdd("data/b.parquet", b"bytes" * 100)
    api.preupload_lfs_files(REPO, [operation], repo_type="dataset", free_memory=False)
    hub.repo(REPO).large_objects.pop(operation.upload_info.sha256.hex())
    with pytest.raises(BadRequestError, match=r"data/b\.parquet"):
        api.create_commit(REPO, [operation], commit_message="without it", repo_type="dataset")
    assert len(hub.repo(REPO).commits) == 2


def test_files_are_copied_from_a_tag_and_deleted_in_one_commit(hub: Hub, api: HfApi) -> None:
    api.create_tag(REPO, tag="v1", repo_type="dataset")
    hub.repo(REPO).write({"README.md": b"changed", "data/a.parquet": b"changed", "old/c.txt": b"c"})
    operations: list[CommitOperationAdd | CommitOperationCopy | CommitOperationDelete] = [
        CommitOperationCopy("README.md", "README.md", src_revision="v1"),
        CommitOperationCopy("data/a.parquet", "data/b.parquet", src_revision="v1"),
        CommitOperationDelete("data/a.parquet"),
        CommitOperationDelete("old/"),
    ]
    hub.requests.clear()
    api.create_commit(REPO, operations, commit_message="back", repo_type="dataset")
    repo = hub.repo(REPO)
    content = {path: repo.read(path) for path in repo.files() if path != ".gitattributes"}
    assert content == {"README.md": SMALL["README.md"], "data/b.parquet": SMALL["data/a.parquet"]}
    assert not {"lfs_batch", "lfs_upload"} & set(kinds(hub))


def test_deleting_what_is_not_there_changes_nothing(hub: Hub, api: HfApi) -> None:
    for gone in ("gone.txt", "gone/"):
        with pytest.raises(EntryNotFoundError):
            api.create_commit(
                REPO,
                [CommitOperationAdd("new.txt", b"new"), CommitOperationDelete(gone)],
                commit_message="impossible",
                repo_type="dataset",
            )
    assert "new.txt" not in hub.repo(REPO).files()


def test_a_pull_request_leaves_main_alone_and_takes_further_commits(hub: Hub, api: HfApi) -> None:
    head = hub.repo(REPO).head()
    first = [CommitOperationAdd("new.txt", b"new")]
    made = api.create_commit(REPO, first, commit_message="please", repo_type="dataset", create_pr=True)
    assert (made.pr_num, made.pr_revision) == (1, "refs/pr/1")
    second = [CommitOperationAdd("newer.txt", b"newer")]
    api.create_commit(REPO, second, commit_message="more", repo_type="dataset", revision="refs/pr/1")
    repo = hub.repo(REPO)
    assert repo.head() == head
    assert [commit.title for commit in repo.pull_requests[1]] == ["please", "more"]
    assert repo.read("newer.txt", "refs/pr/1") == b"newer"
    refs = api.list_repo_refs(REPO, repo_type="dataset", include_pull_requests=True)
    assert refs.pull_requests is not None
    assert [(ref.ref, ref.target_commit) for ref in refs.pull_requests] == [("refs/pr/1", repo.pull_requests[1][-1].id)]
    assert [(found.num, found.title) for found in api.get_repo_discussions(REPO, repo_type="dataset")] == [
        (1, "please")
    ]


def test_tags_name_one_commit_for_ever(hub: Hub, api: HfApi) -> None:
    first = hub.repo(REPO).head()
    api.create_tag(REPO, tag="v1.0.0", repo_type="dataset")
    hub.repo(REPO).write({"new.txt": b"new"})
    with pytest.raises(HfHubHTTPError) as refused:
        api.create_tag(REPO, tag="v1.0.0", repo_type="dataset")
    assert status_of(refused) == 409
    api.create_tag(REPO, tag="v1.0.0", repo_type="dataset", exist_ok=True)
    tags = api.list_repo_refs(REPO, repo_type="dataset").tags
    assert [(tag.name, tag.target_commit) for tag in tags] == [("v1.0.0", first)]
    api.delete_tag(REPO, tag="v1.0.0", repo_type="dataset")
    assert hub.repo(REPO).tags == {}
    with pytest.raises(RevisionNotFoundError):
        api.delete_tag(REPO, tag="v1.0.0", repo_type="dataset")
    with pytest.raises(RevisionNotFoundError):
        api.create_tag(REPO, tag="v2", revision="nowhere", repo_type="dataset")


def test_metadata_that_is_not_yaml_is_refused_before_anything_is_sent(hub: Hub, api: HfApi) -> None:
    operations = [CommitOperationAdd("README.md", b"---\nlicense: [mit\n---\n")]
    with pytest.raises(ValueError, match="Invalid metadata"):
        api.create_commit(REPO, operations, commit_message="bad", repo_type="dataset")
    assert kinds(hub) == ["validate_yaml"]


def test_a_repository_that_nobody_made_is_missing(api: HfApi) -> None:
    with pytest.raises(RepositoryNotFoundError):
        api.create_commit("no/where", [CommitOperationAdd("a", b"a")], commit_message="a", repo_type="dataset")


def test_ids_of_small_files_are_those_of_git() -> None:
    assert git_id(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"
