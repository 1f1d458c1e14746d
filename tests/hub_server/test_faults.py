"""Every fault meets a real client, at the request it is armed for and at no other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import HfHubHTTPError

from tests.hub_server.conftest import REPO, SMALL
from tests.hub_server.faults import FaultKind
from tests.hub_server.server import Hub

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

# What all errors of the client's HTTP library are: requests' in version 0.36, httpx' or httpx2's from 1 on.
TRANSPORT_ERROR = HfHubHTTPError.__mro__[HfHubHTTPError.__mro__.index(OSError) - 1]


@pytest.mark.parametrize(
    ("fault", "status"), [("error_500", 500), ("error_503", 503), ("rate_limited", 429), ("unauthorized", 401)]
)
def test_a_refused_tag_is_not_made(hub: Hub, api: HfApi, fault: FaultKind, status: int) -> None:
    hub.faults.arm(fault, request_kind="create_tag")
    with pytest.raises(HfHubHTTPError) as refused:
        api.create_tag(REPO, tag="v1", repo_type="dataset")
    assert refused.value.response.status_code == status == hub.requests[-1].status
    assert (hub.repo(REPO).tags, hub.faults.hits) == ({}, 1)
    api.create_tag(REPO, tag="v1", repo_type="dataset")
    assert hub.repo(REPO).tags == {"v1": hub.repo(REPO).head()}


@pytest.mark.parametrize(("fault", "carried_out"), [("drop_before", False), ("drop_after", True), ("truncate", True)])
def test_a_commit_without_an_answer_may_have_been_made(
    hub: Hub, api: HfApi, fault: FaultKind, carried_out: bool
) -> None:
    hub.faults.arm(fault, request_kind="commit")
    with pytest.raises(TRANSPORT_ERROR) as lost:
        api.create_commit(REPO, [CommitOperationAdd("a.txt", b"a")], commit_message="a", repo_type="dataset")
    assert not isinstance(lost.value, HfHubHTTPError)
    assert ("a.txt" in hub.repo(REPO).files()) is carried_out
    assert [request.kind for request in hub.requests] == ["preupload", "commit"]


@pytest.mark.parametrize(("path", "kind"), [("README.md", "resolve"), ("data/a.parquet", "cdn")])
def test_corrupted_content_has_its_length(hub: Hub, api: HfApi, tmp_path: Path, path: str, kind: str) -> None:
    hub.faults.arm("corrupt", request_kind=kind, times=2)
    found = Path(api.hf_hub_download(REPO, path, repo_type="dataset", cache_dir=tmp_path)).read_bytes()
    assert len(found) == len(SMALL[path])
    assert sum(here != there for here, there in zip(found, SMALL[path], strict=True)) == 3


def test_a_corrupted_answer_is_no_json_any_more_or_says_something_else(hub: Hub, api: HfApi) -> None:
    clean = api.dataset_info(REPO)
    hub.faults.arm("corrupt", request_kind="repo_info")
    try:
        assert api.dataset_info(REPO) != clean
    except ValueError:
        assert hub.faults.hits == 1


def test_a_rule_counts_requests_from_its_arming(hub: Hub, api: HfApi) -> None:
    api.dataset_info(REPO)
    hub.faults.arm("error_500", at=1, times=2)
    outcomes: list[str | int] = []
    for _ in range(4):
        try:
            outcomes.append(api.dataset_info(REPO).id)
        except HfHubHTTPError as error:
            outcomes.append(error.response.status_code)
    assert outcomes == [REPO, 500, 500, REPO]
    hub.faults.arm("error_500", times=10**6)
    hub.faults.clear()
    assert api.dataset_info(REPO).id == REPO
    assert hub.faults.hits == 0


def test_many_clients_at_once_lose_nothing(hub: Hub, api: HfApi) -> None:
    def commit(number: int) -> str:
        files = [CommitOperationAdd(f"{number}/{part}.parquet", bytes([number, part]) * 5000) for part in range(3)]
        return api.create_commit(REPO, files, commit_message=f"{number}", repo_type="dataset").oid

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(commit, range(8)))
    repo = hub.repo(REPO)
    assert {commit.id for commit in repo.commits[2:]} == set(made)
    assert all(
        repo.read(f"{number}/{part}.parquet") == bytes([number, part]) * 5000
        for number in range(8)
        for part in range(3)
    )


def test_a_large_file_that_arrives_changed_is_refused(hub: Hub, api: HfApi) -> None:
    operation = CommitOperationAdd("b.parquet", b"right" * 100)
    operation.path_or_fileobj = b"wrong" * 100
    with pytest.raises(RuntimeError, match=r"b\.parquet") as refused:
        api.preupload_lfs_files(REPO, [operation], repo_type="dataset")
    assert isinstance(refused.value.__cause__, HfHubHTTPError)
    assert operation.upload_info.sha256.hex() not in hub.repo(REPO).large_objects
