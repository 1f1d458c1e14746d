"""A release arrives in one commit, is verified there, and only then gets its tag."""

from __future__ import annotations

import errno
import shutil
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huggingface_hub import constants

from kodcode_hub.errors import HubError, InputError, RefusedError, UsageError
from kodcode_hub.hub.failures import hub_error
from kodcode_hub.hub.hf_repository import HfRepository
from kodcode_hub.hub.load_check import load_in_new_process
from kodcode_hub.hub.load_order import load_order
from kodcode_hub.hub.publish import PublishOptions, publish
from kodcode_hub.hub.rollback import roll_back
from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.release import write_release
from kodcode_hub.packaging.release_folder import open_release
from kodcode_hub.verification.private_folder import private_folder
from tests.hub.conftest import OpenRepository
from tests.hub.publishing import Heard, publish_here
from tests.hub.releases import REPO, first_rows, holds, stored_release, write_second
from tests.hub_server.server import Hub
from tests.packaging.folders import read_tree

TEXTS_CHANGED = {"README.md", "assets/coverage.svg", "assets/difficulty.svg", "assets/rows.svg", "releases/v1.1.0.json"}


def kinds(hub: Hub) -> list[str]:
    return [request.kind for request in hub.requests]


def bytes_uploaded(hub: Hub) -> int:
    return sum(request.bytes_in for request in hub.requests if request.kind == "lfs_upload")


def test_a_first_release_makes_the_repository_and_is_loaded_by_datasets_before_its_tag(
    hub: Hub, repository: HfRepository, first: Path
) -> None:
    heard = Heard()
    result = publish(
        first, repository, options=PublishOptions(), listener=heard, check_load=load_in_new_process
    ).as_json()
    repo = hub.repo(REPO)
    assert holds(repo, first)
    assert repo.tags == {"v1.0.0": repo.head()}
    assert [commit.title for commit in repo.commits] == ["initial commit", "Release v1.0.0"]
    assert result["release_id"] in repo.commits[-1].description
    assert (result["repo"], result["commit"], result["tag"], result["verified"]) == (REPO, repo.head(), "v1.0.0", True)
    assert (result["rows"], result["dry_run"], result["files_sent"]) == (6, False, len(read_tree(first)))
    assert result["bytes_sent"] == sum(map(len, read_tree(first).values()))
    last_read = max(index for index, kind in enumerate(kinds(hub)) if kind in ("resolve", "cdn", "tree"))
    assert kinds(hub).count("commit") == 1
    assert kinds(hub).index("commit") < last_read < kinds(hub).index("create_tag")


def test_the_same_release_again_is_verified_and_nothing_is_sent(
    hub: Hub, repository: HfRepository, first: Path
) -> None:
    done = publish_here(first, repository)
    hub.requests.clear()
    again = publish_here(first, repository)
    assert (again.commit, again.sent, again.verified) == (done.commit, {}, True)
    assert not {"preupload", "commit", "lfs_upload", "create_tag"} & set(kinds(hub))
    assert "resolve" in kinds(hub)


def test_a_new_release_sends_the_data_of_the_changed_subset_alone(
    hub: Hub, repository: HfRepository, first: Path, second: Path
) -> None:
    publish_here(first, repository)
    hub.requests.clear()
    result = publish_here(second, repository)
    data = "data/leetcode/train-00000-of-00001.parquet"
    assert set(result.sent) - TEXTS_CHANGED == {data}
    assert bytes_uploaded(hub) == (second / data).stat().st_size == result.sent[data]
    assert holds(hub.repo(REPO), second)
    assert "releases/v1.0.0.json" in hub.repo(REPO).files()
    assert [commit.title for commit in hub.repo(REPO).commits][1:] == ["Release v1.0.0", "Release v1.1.0"]


def test_what_a_release_no_longer_has_is_deleted_and_what_is_not_of_releases_stays(
    hub: Hub, repository: HfRepository, first: Path, tmp_path: Path
) -> None:
    repo = stored_release(hub, REPO, first, tag="v1.0.0")
    repo.write({"data/old/train.parquet": b"x", "assets/old.svg": b"x", "LICENSE": b"x", "code/a.py": b"x"})
    rows = [row for row in first_rows() if row["subset"].lower() == "leetcode"]
    smaller = write_release(tmp_path / "r", rows, (), version="1.1.0", facts=ReleaseFacts()).folder
    result = publish_here(smaller, repository)
    assert set(result.plan.changes.deleted) == {
        "assets/old.svg", "data/old/train.parquet", "data/taco/train-00000-of-00001.parquet"
    }  # fmt: skip
    assert holds(repo, smaller)
    assert {"LICENSE", "code/a.py", ".gitattributes", "releases/v1.0.0.json"} <= set(repo.files())


def test_bytes_that_are_there_under_another_name_are_not_sent(hub: Hub, repository: HfRepository, first: Path) -> None:
    data = "data/taco/train-00000-of-00001.parquet"
    repo = stored_release(hub, REPO, first, tag=None)
    repo.write({"data/elsewhere.parquet": (first / data).read_bytes()}, delete=[data])
    result = publish_here(first, repository)
    assert [file.path for file in result.plan.changes.known] == [data]
    assert (bytes_uploaded(hub), result.sent) == (0, {})
    assert holds(repo, first)


def test_a_dry_run_shows_the_plan_and_neither_sends_nor_makes_anything(
    hub: Hub, repository: HfRepository, first: Path, second: Path
) -> None:
    options = PublishOptions(dry_run=True)
    answer = publish_here(first, repository, options).as_json()
    assert hub.repos == {}
    assert {request.method for request in hub.requests} == {"GET"}
    assert (answer["commit"], answer["verified"], answer["dry_run"], answer["files_sent"]) == (None, False, True, 0)
    assert answer["plan"]["bytes_new"] == sum(map(len, read_tree(first).values()))
    repo = stored_release(hub, REPO, first, tag="v1.0.0")
    head = repo.head()
    hub.requests.clear()
    plan = publish_here(second, repository, options).as_json()["plan"]
    assert {request.method for request in hub.requests} <= {"GET", "HEAD"}
    assert (repo.head(), list(repo.tags)) == (head, ["v1.0.0"])
    assert set(plan["files"]) - TEXTS_CHANGED == {"data/leetcode/train-00000-of-00001.parquet"}
    assert plan["diff"]["rows"] == {"added": 1, "removed": 0, "changed": 0}


def test_a_parallel_writer_between_plan_and_commit_is_never_overwritten(
    hub: Hub, repository: HfRepository, first: Path, second: Path
) -> None:
    repo = stored_release(hub, REPO, first, tag="v1.0.0")
    hub.before("commit", lambda: repo.write({"README.md": b"# theirs\n"}))
    with pytest.raises(RefusedError, match="another writer") as refused:
        publish_here(second, repository)
    assert refused.value.exit_code == 1
    assert (repo.commits[-1].title, repo.read("README.md"), list(repo.tags)) == (
        "a parallel commit",
        b"# theirs\n",
        ["v1.0.0"],
    )
    publish_here(second, repository)
    assert holds(repo, second)


@pytest.mark.parametrize("fault", ["drop_after", "truncate", "corrupt"])
def test_a_commit_whose_answer_is_lost_is_recognised_and_not_made_twice(
    hub: Hub, repository: HfRepository, first: Path, fault: str
) -> None:
    hub.faults.arm(fault, request_kind="commit")  # type: ignore[arg-type]
    publish_here(first, repository)
    assert [commit.title for commit in hub.repo(REPO).commits] == ["initial commit", "Release v1.0.0"]
    assert hub.repo(REPO).tags == {"v1.0.0": hub.repo(REPO).head()}


def test_a_lost_answer_is_recognised_below_the_commit_of_another_writer(
    hub: Hub, repository: HfRepository, first: Path, second: Path
) -> None:
    repo = stored_release(hub, REPO, first, tag="v1.0.0")
    hub.faults.arm("drop_after", request_kind="commit")
    # The first look at the head is that of the plan; the next one comes after the lost answer.
    hub.before("validate_yaml", lambda: hub.before("repo_info", lambda: repo.write({"README.md": b"# theirs\n"})))
    result = publish_here(second, repository)
    assert [commit.title for commit in repo.commits][-2:] == ["Release v1.1.0", "a parallel commit"]
    assert repo.tags["v1.1.0"] == result.commit == repo.commits[-2].id


def test_a_commit_that_did_not_happen_is_made_again(hub: Hub, repository: HfRepository, first: Path) -> None:
    hub.faults.arm("drop_before", request_kind="commit")
    hub.faults.arm("error_503", request_kind="commit", at=1)
    publish_here(first, repository)
    assert kinds(hub).count("commit") == 3
    assert [commit.title for commit in hub.repo(REPO).commits] == ["initial commit", "Release v1.0.0"]


def test_a_release_that_is_committed_but_not_tagged_is_verified_and_tagged(
    hub: Hub, repository: HfRepository, first: Path
) -> None:
    repo = stored_release(hub, REPO, first, tag=None)
    result = publish_here(first, repository)
    assert (result.sent, result.commit, repo.tags) == ({}, repo.head(), {"v1.0.0": repo.head()})
    assert "commit" not in kinds(hub)


def test_files_that_a_former_start_has_sent_are_not_counted_again(
    hub: Hub, repository: HfRepository, first: Path
) -> None:
    hub.faults.arm("unauthorized", request_kind="commit")
    with pytest.raises(HubError, match="HF_TOKEN"):
        publish_here(first, repository)
    assert bytes_uploaded(hub) > 0
    hub.requests.clear()
    result = publish_here(first, repository)
    assert bytes_uploaded(hub) == 0
    assert not [path for path in result.sent if path.endswith(".parquet")]
    assert set(result.sent) == {path for path in read_tree(first) if not path.endswith(".parquet")}


def test_a_file_that_arrives_damaged_once_is_read_again_and_one_that_always_does_gets_no_tag(
    hub: Hub, repository: HfRepository, first: Path
) -> None:
    hub.faults.arm("corrupt", request_kind="cdn", at=1)
    publish_here(first, repository)
    assert hub.repo(REPO).tags.pop("v1.0.0")
    hub.faults.arm("corrupt", request_kind="cdn", times=1000)
    with pytest.raises(HubError, match="kodcode rollback") as failed:
        publish_here(first, repository)
    assert failed.value.exit_code == 3
    assert hub.repo(REPO).tags == {}
    hub.faults.clear()
    publish_here(first, repository)
    assert hub.repo(REPO).tags == {"v1.0.0": hub.repo(REPO).head()}


def test_a_commit_with_other_bytes_than_the_release_gets_no_tag(
    hub: Hub, repository: HfRepository, first: Path
) -> None:
    publish_here(first, repository)
    repo = hub.repo(REPO)
    del repo.tags["v1.0.0"]
    data = "data/taco/train-00000-of-00001.parquet"
    blob = repo.files()[data]
    repo.blobs.path(blob.sha256).write_bytes(b"\0" * blob.size)
    with pytest.raises(HubError, match=r"taco|magic|Parquet"):
        publish_here(first, repository)
    assert repo.tags == {}


@pytest.mark.parametrize(
    ("token", "status", "advice"),
    [("hf_wrong", 401, "HF_TOKEN"), ("read", 403, "may write")],
)
def test_a_refused_token_is_explained_with_what_to_do(
    hub: Hub, open_repository: OpenRepository, first: Path, token: str, status: int, advice: str
) -> None:
    stored_release(hub, REPO, first, tag="v0.9.0").write({"README.md": b"# before\n"})
    with pytest.raises(HubError, match=advice) as refused:
        publish_here(first, open_repository(hub.read_token if token == "read" else token))
    assert refused.value.exit_code == 3
    assert hub.requests[-1].status == status
    assert list(hub.repo(REPO).tags) == ["v0.9.0"]


def test_a_hub_that_is_not_there_is_named_in_a_sentence(first: Path) -> None:
    from huggingface_hub import HfApi

    repository = HfRepository(REPO, client=HfApi(endpoint="http://127.0.0.1:9", token="hf_none"))
    with pytest.raises(HubError, match=r"127\.0\.0\.1:9.*HF_ENDPOINT"):
        publish_here(first, repository)


def test_a_pull_request_holds_the_release_has_no_tag_and_is_found_again(
    hub: Hub, repository: HfRepository, first: Path, second: Path
) -> None:
    repo = stored_release(hub, REPO, first, tag="v1.0.0")
    head, options = repo.head(), PublishOptions(pull_request=True)
    result = publish_here(second, repository, options)
    assert (repo.head(), list(repo.tags), list(repo.pull_requests)) == (head, ["v1.0.0"], [1])
    assert holds(repo, second, "refs/pr/1")
    answer = result.as_json()
    assert (answer["tag"], answer["verified"], answer["commit"]) == (None, True, repo.pull_requests[1][-1].id)
    assert answer["pull_request"].endswith("/discussions/1")
    again = publish_here(second, repository, options)
    assert (again.sent, list(repo.pull_requests)) == ({}, [1])


def test_a_pull_request_whose_answer_is_lost_is_found_and_not_opened_twice(
    hub: Hub, repository: HfRepository, first: Path, second: Path
) -> None:
    repo = stored_release(hub, REPO, first, tag="v1.0.0")
    hub.faults.arm("drop_after", request_kind="commit")
    publish_here(second, repository, PublishOptions(pull_request=True))
    assert list(repo.pull_requests) == [1]


def test_a_new_repository_is_private_if_asked_for_and_a_public_one_is_not_taken_for_private(
    hub: Hub, repository: HfRepository, first: Path
) -> None:
    publish_here(first, repository, PublishOptions(private=True))
    assert hub.repo(REPO).private
    publish_here(first, repository, PublishOptions(private=True))
    hub.repo(REPO).private = False
    with pytest.raises(UsageError, match="public"):
        publish_here(first, repository, PublishOptions(private=True))


def test_a_version_must_be_higher_than_every_tag(
    hub: Hub, repository: HfRepository, first: Path, tmp_path: Path
) -> None:
    repo = stored_release(hub, REPO, first, tag="v1.0.0")
    repo.tags["v1.2.0"] = repo.head()
    for version in ("0.9.9", "1.1.0"):
        low = write_second(tmp_path / version, version=version)
        with pytest.raises(UsageError, match=r"v1\.2\.0 already"):
            publish_here(low, repository)
    with pytest.raises(UsageError, match=r"tag v1\.2\.0 with another release"):
        publish_here(write_second(tmp_path / "same", version="1.2.0"), repository)
    assert "preupload" not in kinds(hub)


def test_a_version_below_an_untagged_release_at_the_head_is_refused(
    hub: Hub, repository: HfRepository, first: Path, second: Path, tmp_path: Path
) -> None:
    repo = stored_release(hub, REPO, first, tag="v1.0.0")
    repo.write(read_tree(second), title="Release v1.1.0, killed before its tag")
    low = write_second(tmp_path / "low", version="1.0.1")
    with pytest.raises(UsageError, match=r"holds v1\.1\.0, .* not tagged.* kodcode rollback"):
        publish_here(low, repository)
    roll_back(repository, "v1.0.0")
    publish_here(low, repository)
    assert list(repo.tags) == ["v1.0.0", "v1.0.1"]


def test_a_column_that_goes_away_needs_a_new_major_version(
    hub: Hub, repository: HfRepository, first: Path, tmp_path: Path
) -> None:
    repo = stored_release(hub, REPO, first, tag="v1.0.0")
    add_column(hub, first, tmp_path)
    with pytest.raises(UsageError, match=r"hint is removed.*--version 2\.0\.0"):
        publish_here(write_second(tmp_path / "minor"), repository)
    publish_here(write_second(tmp_path / "major", version="2.0.0"), repository)
    assert list(repo.tags) == ["v1.0.0", "v2.0.0"]


def add_column(hub: Hub, first: Path, tmp_path: Path) -> None:
    """Give the published ``leetcode`` a column ``hint``, as an older schema may have had."""
    name = "data/leetcode/train-00000-of-00001.parquet"
    table = pq.read_table(first / name)
    pq.write_table(table.append_column("hint", pa.array(["think"] * table.num_rows)), tmp_path / "hint.parquet")
    hub.repo(REPO).write({name: (tmp_path / "hint.parquet").read_bytes()})


def test_a_script_of_the_repositorys_name_is_refused_because_it_breaks_loading(
    hub: Hub, repository: HfRepository, first: Path, second: Path
) -> None:
    stored_release(hub, REPO, first, tag="v1.0.0").write({"triplets.py": b"raise SystemExit\n"})
    with pytest.raises(UsageError, match=r"triplets\.py at its root"):
        publish_here(second, repository)


def test_a_release_whose_files_were_changed_is_not_published(
    hub: Hub, repository: HfRepository, first: Path, tmp_path: Path
) -> None:
    changed = shutil.copytree(first, tmp_path / "changed")
    card = changed / "README.md"
    card.write_bytes(card.read_bytes().replace(b"leetcode", b"lootcode"))
    with pytest.raises(InputError, match="changed or damaged"):
        publish_here(changed, repository)
    assert hub.requests == []


def test_a_sample_streams_the_first_rows_instead_of_loading_all(
    hub: Hub, repository: HfRepository, first: Path
) -> None:
    heard = Heard()
    options = PublishOptions(depth="sample")
    publish(first, repository, options=options, listener=heard, check_load=load_in_new_process)
    assert "streaming the first rows of every split" in heard.steps
    assert hub.repo(REPO).tags == {"v1.0.0": hub.repo(REPO).head()}


def test_what_a_killed_verification_left_is_removed_and_what_is_in_use_stays(
    repository: HfRepository, first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    (temporary / "kodcode-verify-dead" / "hub").mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with private_folder(temporary, "kodcode-verify-") as alive:
        publish_here(first, repository)
        assert list(temporary.iterdir()) == [alive]


def test_a_full_disk_here_is_not_blamed_on_the_network() -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    message = str(hub_error(full, "download it"))
    assert "TMPDIR" in message
    assert "network" not in message


def test_the_client_is_not_imported_before_it_is_needed() -> None:
    import subprocess

    code = "import sys, kodcode_hub.hub.publish; sys.exit('huggingface_hub' in sys.modules or 'pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_broken_file_in_the_release_before_does_not_keep_a_whole_one_away(
    hub: Hub, repository: HfRepository, first: Path, second: Path
) -> None:
    repo = stored_release(hub, REPO, first, tag="v1.0.0")
    repo.write({"data/leetcode/train-00000-of-00001.parquet": b"no Parquet"})
    heard = Heard()
    publish_here(second, repository, heard=heard)
    assert holds(repo, second)
    assert any("without a comparison" in step for step in heard.steps)


def test_a_load_that_gives_other_rows_splits_or_columns_is_told_by_config(
    hub: Hub, repository: HfRepository, first: Path, tmp_path: Path
) -> None:
    repo = stored_release(hub, REPO, first, tag="v1.0.0")
    order = load_order(open_release(first), repository, repo.head(), streaming=False)
    wanted = {config.name: config for config in order.configs}
    pq.write_table(pa.table({"question_id": [1]}), tmp_path / "other.parquet")
    wrong = (
        replace(wanted["taco"], rows={"train": 4}),
        replace(wanted["leetcode"], example=str(tmp_path / "other.parquet")),
        replace(wanted["default"], name="nothing"),
    )
    (tmp_path / "home").mkdir()
    found = load_in_new_process(replace(order, configs=wrong), tmp_path / "home")
    assert len(found) == 3
    assert "config taco loads {'train': 3} rows instead of {'train': 4}" in found[0]
    assert "config leetcode loads train with the columns ['version'" in found[1]
    assert "config nothing does not load" in found[2]


@pytest.mark.skipif(find_spec("hf_xet") is None, reason="the client has no Xet here")
def test_a_client_with_xet_sends_to_a_hub_without_it(
    hub: Hub, repository: HfRepository, first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", False)
    publish_here(first, repository)
    assert holds(hub.repo(REPO), first)
    assert bytes_uploaded(hub) == sum(path.stat().st_size for path in first.rglob("*.parquet"))
