"""Endpoints that change a repository, and those a client asks just before."""

from __future__ import annotations

import base64
import json
from pathlib import PurePosixPath
from typing import Any

import yaml

from tests.hub_server.answers import Answer, Refusal, json_answer
from tests.hub_server.calls import USER, Call
from tests.hub_server.large_suffixes import LARGEST_REGULAR_FILE, belongs_to_lfs
from tests.hub_server.store import Blob, Commit, Repo


def create_repo(call: Call) -> Answer:
    """Make a dataset repository; 409 if there is one of this name."""
    call.require_write()
    asked = call.json()
    if asked.get("type") != "dataset":
        raise Refusal(400, f"this Hub keeps datasets only, not {asked.get('type', 'model')!r}")
    name = f"{asked.get('organization') or USER}/{asked['name']}"
    shown = {"url": f"{call.hub.url}/datasets/{name}", "name": name}
    if name in call.hub.repos:
        return json_answer({"error": "You already created this dataset repo", **shown}, status=409)
    private = bool(asked.get("private")) or asked.get("visibility") == "private"
    call.hub.repos[name] = Repo(name, private=private, blobs=call.hub.blobs, lock=call.hub.lock)
    return json_answer(shown)


def validate_yaml(call: Call) -> Answer:
    """Say whether the metadata at the top of a README can be read."""
    content = call.json()["content"]
    try:
        parts = content.split("---\n")
        found = yaml.safe_load(parts[1]) if content.startswith("---\n") and len(parts) > 2 else {}
        errors = [] if isinstance(found, dict) else [{"message": "the metadata is not a mapping"}]
    except yaml.YAMLError as error:
        errors = [{"message": str(error)}]
    return json_answer({"errors": errors, "warnings": []}, status=400 if errors else 200)


def preupload(call: Call) -> Answer:
    """Decide for each file whether it goes as a large file, and tell what is there under its path."""
    commit = call.writable_repo().find(call.names["revision"])
    return json_answer({"files": [upload_mode(commit, file) for file in call.json()["files"]]})


def upload_mode(commit: Commit, file: dict[str, Any]) -> dict[str, Any]:
    """What :func:`preupload` says about one file; its ``oid`` is what the client's own would have to be equal to."""
    mode = "lfs" if belongs_to_lfs(file["path"], file["size"]) else "regular"
    decided = {"path": file["path"], "uploadMode": mode, "shouldIgnore": False}
    there = commit.files.get(file["path"])
    return decided if there is None else decided | {"oid": there.sha256 if there.is_lfs else there.git_oid}


def commit(call: Call) -> Answer:
    """Carry out the operations of one commit on a branch, or as a new pull request; all of them or none."""
    repo, revision = call.writable_repo(), call.names["revision"]
    header, *operations = [json.loads(line) for line in call.body.splitlines() if line.strip()]
    wanted = header["value"]
    as_pull_request = call.asks("create_pr")
    base = base_commit(repo, revision, wanted.get("parentCommit"), moved_is_fine=as_pull_request)
    files = dict(base.files)
    for operation in operations:
        apply(repo, files, operation["key"], operation["value"])
    told = {"title": wanted["summary"], "description": wanted.get("description", "")}
    page = f"{call.hub.url}/datasets/{repo.name}"
    if as_pull_request:
        number = repo.open_pull_request(files, **told, base=base.id)
        made = repo.pull_requests[number][-1]
        links = {"pullRequestUrl": f"{page}/discussions/{number}"}
    else:
        made, links = repo.commit(files, **told, branch=revision), {}
    shown = {"success": True, "commitOid": made.id, "commitUrl": f"{page}/commit/{made.id}", "hookOutput": ""}
    return json_answer(shown | links)


def base_commit(repo: Repo, revision: str, parent: str | None, *, moved_is_fine: bool) -> Commit:
    """The commit to build on; 412 if the branch has moved away from ``parent``, unless a pull request starts there."""
    head = repo.branch(revision)[-1]
    if parent is None or head.id.startswith(parent):
        return head
    if moved_is_fine:
        return repo.find(parent)
    raise Refusal(412, "A commit has happened since. Please refresh and try again.")


def apply(repo: Repo, files: dict[str, Blob], key: str, value: dict[str, Any]) -> None:
    """Carry out one operation of a commit on its tree."""
    path = value["path"]
    if key == "file":
        files[path] = regular_file(repo, path, value)
    elif key == "lfsFile":
        files[path] = large_file(repo, path, value)
    elif key == "copyFile":
        source = repo.find(value["srcRevision"]).files if value.get("srcRevision") else files
        files[path] = existing(source, value["srcPath"])
    elif key == "deletedFile":
        existing(files, path)
        del files[path]
    elif key == "deletedFolder":
        delete_folder(files, path)
    else:
        raise Refusal(400, f"unknown operation {key!r}")


def regular_file(repo: Repo, path: str, value: dict[str, Any]) -> Blob:
    """A file whose content comes with the commit."""
    content = base64.b64decode(value["content"]) if value.get("encoding") == "base64" else value["content"].encode()
    if len(content) > LARGEST_REGULAR_FILE:
        raise Refusal(400, f"{path} is larger than 10 MB: send it as a large file")
    return repo.keep(content, is_lfs=False)


def large_file(repo: Repo, path: str, value: dict[str, Any]) -> Blob:
    """A file that was sent before the commit; a copy names no size."""
    size = repo.large_objects.get(value["oid"])
    if size is None or value.get("size", size) != size:
        raise Refusal(
            400,
            "Your push was rejected because an LFS pointer pointed to a file that does not exist. "
            f"Offending file: - {path}",
        )
    return Blob.stored_large(value["oid"], size)


def existing(files: dict[str, Blob] | Any, path: str) -> Blob:
    """The file at ``path``; 404 without one."""
    if path not in files:
        raise Refusal(404, f"A file with this name doesn't exist: {path}", code="EntryNotFound")
    found: Blob = files[path]
    return found


def delete_folder(files: dict[str, Blob], path: str) -> None:
    """Drop all files below ``path``; 404 if there are none."""
    folder = PurePosixPath(path)
    inside = [name for name in files if folder in PurePosixPath(name).parents]
    if not inside:
        raise Refusal(404, f"A folder with this name doesn't exist: {path}", code="EntryNotFound")
    for name in inside:
        del files[name]


def create_tag(call: Call) -> Answer:
    """Name a commit; 409 if the name is taken, for tags never move."""
    repo = call.writable_repo()
    name = call.json()["tag"]
    target = repo.find(call.names["revision"])
    if name in repo.tags:
        raise Refusal(409, "Tag reference exists already")
    repo.tags[name] = target.id
    return json_answer({"name": name, "ref": f"refs/tags/{name}", "targetCommit": target.id})


def delete_tag(call: Call) -> Answer:
    """Forget a tag; 404 without one."""
    repo = call.writable_repo()
    if call.names["revision"] not in repo.tags:
        raise Refusal(404, f"Invalid rev id: {call.names['revision']}", code="RevisionNotFound")
    del repo.tags[call.names["revision"]]
    return json_answer({})


def whoami(call: Call) -> Answer:
    """Who the token belongs to."""
    if call.access == "none":
        raise Refusal(401, "Invalid username or password.")
    token = {"displayName": "test", "role": call.access}
    return json_answer(
        {"type": "user", "id": "1", "name": USER, "fullname": USER, "orgs": [], "auth": {"accessToken": token}}
    )
