"""The clients list and read repositories, each with the rights of its token."""

from __future__ import annotations

from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from huggingface_hub import HfApi, HfFileSystem
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from tests.hub_server.clients import client_here
from tests.hub_server.conftest import REPO, SMALL
from tests.hub_server.server import Hub


def test_a_revision_is_a_branch_a_tag_or_a_commit_id(hub: Hub, api: HfApi) -> None:
    api.create_tag(REPO, tag="v1", repo_type="dataset")
    first = hub.repo(REPO).head()
    hub.repo(REPO).write({"new.txt": b"new"})
    for revision in ("v1", first, first[:8]):
        assert api.dataset_info(REPO, revision=revision).sha == first
    assert api.dataset_info(REPO).sha == hub.repo(REPO).head()
    with pytest.raises(RevisionNotFoundError):
        api.dataset_info(REPO, revision="v2")


def test_information_holds_files_and_metadata_of_the_card(hub: Hub, api: HfApi) -> None:
    info = api.dataset_info(REPO, files_metadata=True)
    assert info.siblings is not None
    by_path = {file.rfilename: file for file in info.siblings}
    large = by_path["data/a.parquet"].lfs
    assert large is not None
    assert large.sha256 == hub.repo(REPO).files()["data/a.parquet"].sha256
    assert (by_path["README.md"].size, by_path["README.md"].lfs) == (len(SMALL["README.md"]), None)
    assert info.card_data is not None
    assert info.card_data["license"] == "mit"
    assert api.dataset_info(REPO, expand=["sha"]).siblings is None


def test_long_lists_come_in_pages(hub: Hub, api: HfApi) -> None:
    hub.repo(REPO).write({f"many/{number:02}.txt": b"x" for number in range(12)}, title="many")
    hub.page_size = 5
    paths = [entry.path for entry in api.list_repo_tree(REPO, repo_type="dataset", recursive=True)]
    assert paths == sorted([".gitattributes", "data", "many", *hub.repo(REPO).files()][1:])
    assert [request.kind for request in hub.requests] == ["tree"] * 4
    for number in range(6):
        hub.repo(REPO).write({"changing": bytes([number])}, title=f"change {number}")
    titles = [commit.title for commit in api.list_repo_commits(REPO, repo_type="dataset")]
    assert titles == [*(f"change {number}" for number in range(5, -1, -1)), "many", "two files", "initial commit"]


def test_a_folder_lists_what_is_right_below_it(api: HfApi) -> None:
    assert [entry.path for entry in api.list_repo_tree(REPO, repo_type="dataset")] == [
        ".gitattributes",
        "README.md",
        "data",
    ]
    expanded = list(api.list_repo_tree(REPO, "data", repo_type="dataset", expand=True))
    assert [(entry.path, entry.last_commit and entry.last_commit.title) for entry in expanded] == [
        ("data/a.parquet", "two files")
    ]
    with pytest.raises(EntryNotFoundError):
        list(api.list_repo_tree(REPO, "nowhere", repo_type="dataset"))


def test_paths_that_do_not_exist_are_left_out(api: HfApi) -> None:
    found = api.get_paths_info(REPO, ["README.md", "data", "gone"], repo_type="dataset")
    assert [entry.path for entry in found] == ["README.md", "data"]


def test_downloads_carry_the_token_to_the_hub_but_not_to_the_store(hub: Hub, api: HfApi, tmp_path: Path) -> None:
    api.create_tag(REPO, tag="v1", repo_type="dataset")
    for revision in ("main", "v1"):
        hub.requests.clear()
        cache = tmp_path / revision
        folder = Path(api.snapshot_download(REPO, repo_type="dataset", revision=revision, cache_dir=cache))
        assert {path: (folder / path).read_bytes() for path in SMALL} == SMALL
        assert [request.authorized for request in hub.requests if request.kind == "cdn"] == [False]
        assert all(request.authorized for request in hub.requests if request.kind != "cdn")


def test_what_is_missing_is_told_apart(hub: Hub, api: HfApi, tmp_path: Path) -> None:
    with pytest.raises(EntryNotFoundError):
        api.hf_hub_download(REPO, "gone.txt", repo_type="dataset", cache_dir=tmp_path)
    with pytest.raises(RevisionNotFoundError):
        api.hf_hub_download(REPO, "README.md", repo_type="dataset", revision="v9", cache_dir=tmp_path)
    with pytest.raises(RepositoryNotFoundError):
        api.hf_hub_download("no/where", "README.md", repo_type="dataset", cache_dir=tmp_path)
    assert not api.file_exists(REPO, "gone.txt", repo_type="dataset")
    assert api.file_exists(REPO, "data/a.parquet", repo_type="dataset")
    assert api.repo_exists(REPO, repo_type="dataset")


@pytest.mark.parametrize("path", SMALL)
@pytest.mark.parametrize(
    ("asked", "start", "end"), [("5-9", 5, 10), ("20-", 20, None), ("-7", -7, None), ("0-999999", 0, None)]
)
def test_a_range_gives_just_those_bytes(hub: Hub, api: HfApi, path: str, asked: str, start: int, end: int) -> None:
    wanted = Request(f"{hub.url}/datasets/{REPO}/resolve/main/{path}", headers={"Range": f"bytes={asked}"})
    with urlopen(wanted) as answer:
        assert (answer.status, answer.read()) == (206, SMALL[path][start:end])
        assert answer.headers["Content-Range"].endswith(f"/{len(SMALL[path])}")


def test_a_range_behind_the_end_is_refused(hub: Hub, api: HfApi) -> None:
    wanted = Request(f"{hub.url}/datasets/{REPO}/resolve/main/README.md", headers={"Range": "bytes=5000-"})
    with pytest.raises(HTTPError) as refused:
        urlopen(wanted)
    with refused.value as answer:
        assert (answer.code, answer.headers["Content-Range"]) == (416, f"bytes */{len(SMALL['README.md'])}")


def test_the_file_system_of_the_client_reads_parts_of_a_file(hub: Hub, api: HfApi) -> None:
    files = HfFileSystem(endpoint=hub.url, token=hub.token, skip_instance_cache=True)
    with files.open(f"datasets/{REPO}/data/a.parquet", block_size=256) as file:
        file.seek(1000)
        assert file.read(100) == SMALL["data/a.parquet"][1000:1100]
    assert files.glob(f"datasets/{REPO}/**/*.parquet") == [f"datasets/{REPO}/data/a.parquet"]


def test_reading_needs_no_token_but_writing_does(hub: Hub, api: HfApi, monkeypatch: pytest.MonkeyPatch) -> None:
    anonymous = client_here(hub, monkeypatch, token=False)
    reader = client_here(hub, monkeypatch, token=hub.read_token)
    for client, status in ((anonymous, 401), (reader, 403)):
        assert client.dataset_info(REPO).id == REPO
        with pytest.raises(HfHubHTTPError) as refused:
            client.create_tag(REPO, tag="v1", repo_type="dataset")
        assert refused.value.response.status_code == status
    assert api.whoami()["name"] == reader.whoami()["name"]
    with pytest.raises(HfHubHTTPError) as unknown:
        client_here(hub, monkeypatch, token="hf_unknown").dataset_info(REPO)
    assert unknown.value.response.status_code == 401


def test_a_private_repository_does_not_exist_for_others(hub: Hub, api: HfApi, monkeypatch: pytest.MonkeyPatch) -> None:
    api.create_repo("someone/secret", repo_type="dataset", private=True)
    assert api.dataset_info("someone/secret").private
    with pytest.raises(RepositoryNotFoundError):
        client_here(hub, monkeypatch, token=False).dataset_info("someone/secret")
