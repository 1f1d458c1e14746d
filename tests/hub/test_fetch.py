"""Revisions of the Hub come as folders, whole, and as they were asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from kodcode_hub.errors import HubError, InputError, UsageError
from kodcode_hub.hub import fetch
from kodcode_hub.hub.address import RepoAddress, parse_address, parse_repo
from kodcode_hub.packaging.dataset_files import dataset_files
from kodcode_hub.packaging.diff import diff_datasets
from tests.hub.conftest import OpenRepository
from tests.hub.releases import REPO, stored_release
from tests.hub_server.server import Hub
from tests.packaging.folders import read_tree


@pytest.fixture(autouse=True)
def _here(open_repository: OpenRepository) -> None:
    """The client of this process knows the Hub of the test."""
    open_repository()


def test_a_release_comes_whole_at_any_revision(hub: Hub, first: Path, second: Path) -> None:
    repo = stored_release(hub, REPO, first, tag="v1.0.0")
    repo.write(read_tree(second))
    old, new = fetch.fetch_release(f"{REPO}@v1.0.0"), fetch.fetch_release(f"hf://datasets/{REPO}")
    assert (old.manifest.version, new.manifest.version) == ("1.0.0", "1.1.0")
    assert read_tree(old.path) == read_tree(first)
    short = fetch.fetch_release(f"{REPO}@{repo.tags['v1.0.0'][:10]}")
    assert short.manifest_sha256 == old.manifest_sha256


def test_a_file_that_arrives_damaged_is_brought_again(hub: Hub, first: Path) -> None:
    stored_release(hub, REPO, first, tag="v1.0.0")
    hub.faults.arm("corrupt", request_kind="cdn")
    assert read_tree(fetch.fetch_release(REPO).path) == read_tree(first)
    assert hub.faults.hits == 1


def test_a_damaged_copy_in_the_cache_is_replaced(hub: Hub, first: Path) -> None:
    stored_release(hub, REPO, first, tag="v1.0.0")
    data = fetch.fetch_release(REPO).path / "data/taco/train-00000-of-00001.parquet"
    data.resolve().write_bytes(b"short")
    assert read_tree(fetch.fetch_release(REPO).path) == read_tree(first)


def test_a_revision_that_is_not_there_ends_with_the_tags_that_are(hub: Hub, first: Path) -> None:
    stored_release(hub, REPO, first, tag="v1.0.0")
    with pytest.raises(UsageError, match=r"no revision 'v2\.0\.0'; its tags: v1\.0\.0"):
        fetch.fetch_release(f"{REPO}@v2.0.0")


def test_a_repository_that_is_not_there_is_an_error_of_the_hub_with_advice(hub: Hub) -> None:
    with pytest.raises(HubError, match="check the name"):
        fetch.fetch_release("nobody/nothing")


def test_a_dataset_of_somebody_else_is_no_release(hub: Hub, first: Path) -> None:
    repo = stored_release(hub, REPO, first, tag=None)
    repo.write({}, delete=["releases/v1.0.0.json"])
    with pytest.raises(InputError, match=r"holds no releases/v\*\.json"):
        fetch.fetch_release(REPO)


def test_any_dataset_comes_as_a_folder_and_of_a_config_only_its_files(hub: Hub, first: Path) -> None:
    stored_release(hub, REPO, first, tag="v1.0.0")
    folder = fetch.fetch_dataset(REPO, config="taco")
    assert sorted(read_tree(folder)) == ["README.md", "data/taco/train-00000-of-00001.parquet"]
    assert list(dataset_files(folder)) == ["default", "taco"]
    whole = fetch.fetch_dataset(REPO)
    assert sorted(path for path in read_tree(whole) if path.startswith("data/")) == [
        "data/leetcode/train-00000-of-00001.parquet",
        "data/taco/train-00000-of-00001.parquet",
    ]
    with pytest.raises(InputError, match="no config 'nothing'; it has default, leetcode, taco"):
        fetch.fetch_dataset(REPO, config="nothing")


def test_two_revisions_are_compared_without_files_that_are_the_same(hub: Hub, first: Path, second: Path) -> None:
    repo = stored_release(hub, REPO, first, tag="v1.0.0")
    repo.write(read_tree(second))
    found = diff_datasets(fetch.remote_dataset(f"{REPO}@v1.0.0"), fetch.remote_dataset(REPO))
    assert (found.rows.added, found.rows.removed, found.rows.changed) == (1, 0, 0)
    read = {request.path.rsplit("/data/", 1)[-1] for request in hub.requests if "/data/" in request.path}
    assert read == {"leetcode/train-00000-of-00001.parquet"}


@pytest.mark.parametrize(
    ("text", "repo", "revision"),
    [
        ("a/b", "a/b", None),
        ("a/b@v1.0.0", "a/b", "v1.0.0"),
        ("hf://datasets/KodCode/Kod-Code_1.1@refs/pr/3", "KodCode/Kod-Code_1.1", "refs/pr/3"),
        ("datasets/a/b", "a/b", None),
    ],
)
def test_an_address_names_a_repository_and_a_revision(text: str, repo: str, revision: str | None) -> None:
    assert parse_address(text) == RepoAddress(repo, revision)


@pytest.mark.parametrize("text", ["", "a", "a/b/c", "a/b@", "a b/c", "../x", "/a/b", "https://x/a/b"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="OWNER/NAME"):
        parse_address(text)


def test_a_repository_to_write_to_has_no_revision() -> None:
    assert parse_repo("a/b") == "a/b"
    with pytest.raises(UsageError, match="without a revision"):
        parse_repo("a/b@main")
