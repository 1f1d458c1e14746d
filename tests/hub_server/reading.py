"""Endpoints that tell what a repository holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, urlencode

import yaml

from tests.hub_server.answers import Answer, Refusal, json_answer
from tests.hub_server.calls import USER, Call, moment
from tests.hub_server.store import Blob, Commit, Repo, lfs_pointer, sha1

EXPANDED_PAGE_SIZE = 50


def repo_info(call: Call) -> Answer:
    """The repository at a revision, with its list of files."""
    repo = call.repo()
    commit = repo.find(call.names.get("revision", "main"))
    blobs = call.asks("blobs")
    info = {
        "_id": sha1(repo.name.encode())[:24],
        "id": repo.name,
        "author": repo.name.split("/")[0],
        "sha": commit.id,
        "lastModified": moment(commit.date),
        "createdAt": moment(repo.commits[0].date),
        "private": repo.private,
        "gated": False,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "tags": [],
        "usedStorage": sum(repo.large_objects.values()),
        "cardData": card_data(repo, commit),
        "siblings": [sibling(path, blob, blobs=blobs) for path, blob in sorted(commit.files.items())],
    }
    wanted = call.query.get("expand", []) + call.query.get("expand[]", [])
    return json_answer({name: info[name] for name in info if not wanted or name in ("_id", "id", *wanted)})


def card_data(repo: Repo, commit: Commit) -> Any:
    """The metadata at the top of the README, if it has some."""
    card = repo.read("README.md", commit.id).decode() if "README.md" in commit.files else ""
    return yaml.safe_load(card.split("---")[1]) if card.startswith("---\n") else None


def sibling(path: str, blob: Blob, *, blobs: bool) -> dict[str, Any]:
    """One file in the list of :func:`repo_info`."""
    if not blobs:
        return {"rfilename": path}
    large = {"sha256": blob.sha256, "size": blob.size, "pointerSize": len(lfs_pointer(blob.sha256, blob.size))}
    return {"rfilename": path, "size": blob.size, "blobId": blob.git_oid} | ({"lfs": large} if blob.is_lfs else {})


def tree(call: Call) -> Answer:
    """Files and folders below a path, page by page."""
    repo, revision = call.repo(), call.names["revision"]
    commit = repo.find(revision)
    folder = call.names.get("path", "").strip("/")
    paths = [path for path in with_folders(commit) if folder in ("", *map(str, PurePosixPath(path).parents))]
    if folder and not paths:
        raise Refusal(404, f'{folder} does not exist on "{revision}"', code="EntryNotFound")
    if not call.asks("recursive"):
        paths = [path for path in paths if str(PurePosixPath(path).parent) == (folder or ".")]
    expand = call.asks("expand")
    entries = [entry(repo, commit, path, expand=expand) for path in paths]
    size = min(call.hub.page_size, EXPANDED_PAGE_SIZE) if expand else call.hub.page_size
    return page(call, f"tree/{call.names['raw_revision']}{call.names.get('raw_path', '')}", entries, size)


def with_folders(commit: Commit) -> list[str]:
    """All paths of a commit, those of folders too, in order."""
    folders = {str(folder) for path in commit.files for folder in PurePosixPath(path).parents}
    return sorted({*commit.files, *folders} - {"."})


def entry(repo: Repo, commit: Commit, path: str, *, expand: bool) -> dict[str, Any]:
    """A file or folder as the tree and paths-info endpoints show it."""
    blob = commit.files.get(path)
    shown: dict[str, Any] = {"path": path}
    if blob is None:
        inside = sorted((name, file.git_oid) for name, file in commit.files.items() if name.startswith(f"{path}/"))
        shown |= {"type": "directory", "oid": sha1(repr(inside).encode()), "size": 0}
    else:
        shown |= {"type": "file", "oid": blob.git_oid, "size": blob.size}
        if blob.is_lfs:
            pointer = len(lfs_pointer(blob.sha256, blob.size))
            shown["lfs"] = {"oid": blob.sha256, "size": blob.size, "pointerSize": pointer}
    if expand:
        last = last_change(repo, commit, path)
        shown["lastCommit"] = {"id": last.id, "title": last.title, "date": moment(last.date)}
    return shown


def last_change(repo: Repo, commit: Commit, path: str) -> Commit:
    """The newest commit, from ``commit`` on backwards, that changed a file or something in a folder."""
    history = repo.history(commit.id)
    return next(
        newer
        for newer, older in zip(history, [*history[1:], None], strict=True)
        if older is None or content_of(newer, path) != content_of(older, path)
    )


def content_of(commit: Commit, path: str) -> dict[str, str]:
    """What git keeps of a file, or of all files in a folder."""
    return {name: blob.git_oid for name, blob in commit.files.items() if name == path or name.startswith(f"{path}/")}


def paths_info(call: Call) -> Answer:
    """Some files and folders by path; those that do not exist are left out."""
    repo = call.repo()
    commit = repo.find(call.names["revision"])
    if "json" in call.headers.get("content-type", ""):
        asked = call.json()
        paths, expand = asked["paths"], bool(asked.get("expand"))
    else:
        form = parse_qs(call.body.decode())
        paths, expand = form.get("paths", []), form.get("expand", [""])[-1].lower() == "true"
    known = set(with_folders(commit))
    return json_answer([entry(repo, commit, path, expand=expand) for path in dict.fromkeys(paths) if path in known])


def commits(call: Call) -> Answer:
    """The history of a revision, newest first, page by page."""
    listed = [
        {
            "id": commit.id,
            "title": commit.title,
            "message": commit.description,
            "authors": [{"user": USER}],
            "date": moment(commit.date),
        }
        for commit in call.repo().history(call.names["revision"])
    ]
    return page(call, f"commits/{call.names['raw_revision']}", listed, call.hub.page_size)


def refs(call: Call) -> Answer:
    """Branches, tags and, if asked for, pull requests."""
    repo = call.repo()
    shown = {
        "branches": [{"name": "main", "ref": "refs/heads/main", "targetCommit": repo.head()}],
        "converts": [],
        "tags": [
            {"name": name, "ref": f"refs/tags/{name}", "targetCommit": commit} for name, commit in repo.tags.items()
        ],
    }
    if call.asks("include_prs"):
        shown["pullRequests"] = [
            {"name": f"refs/pr/{number}", "ref": f"refs/pr/{number}", "targetCommit": commits[-1].id}
            for number, commits in repo.pull_requests.items()
        ]
    return json_answer(shown)


def discussions(call: Call) -> Answer:
    """The pull requests; nothing else is ever discussed here."""
    repo = call.repo()
    listed = [
        {
            "num": number,
            "title": commits[0].title,
            "author": {"name": USER},
            "createdAt": moment(commits[0].date),
            "status": "open",
            "isPullRequest": True,
            "repo": {"name": repo.name, "type": "dataset"},
        }
        for number, commits in sorted(repo.pull_requests.items(), reverse=True)
    ]
    start = call.number("p", 0) * call.hub.page_size
    return json_answer(
        {"discussions": listed[start : start + call.hub.page_size], "count": len(listed), "start": start}
    )


def page(call: Call, place: str, entries: Sequence[Any], size: int) -> Answer:
    """One page of ``entries``, with the address of the next in the Link header as long as there is one."""
    size = call.number("limit", size)
    start = call.number("cursor", 0)
    headers = {}
    if start + size < len(entries):
        query = urlencode({**call.query, "cursor": start + size}, doseq=True)
        headers["Link"] = f'<{call.hub.url}/api/datasets/{call.names["repo"]}/{place}?{query}>; rel="next"'
    return json_answer(entries[start : start + size], headers=headers)
