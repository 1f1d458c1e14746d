"""Endpoints that give the content of files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.hub_server.answers import Answer, Refusal
from tests.hub_server.calls import Call
from tests.hub_server.large_files import require_signature


def resolve(call: Call) -> Answer:
    """A file at a revision: its content, or for a large file the way to the store."""
    repo = call.repo()
    commit = repo.find(call.names["revision"])
    blob = commit.files.get(call.names["path"])
    headers = {"X-Repo-Commit": commit.id}
    if blob is None:
        raise Refusal(404, "Entry not found", code="EntryNotFound", headers=headers)
    etag = f'"{blob.sha256 if blob.is_lfs else blob.git_oid}"'
    headers |= {"ETag": etag, "X-Linked-Etag": etag, "X-Linked-Size": str(blob.size)}
    if blob.is_lfs:
        signed = f"{call.hub.storage_url}/cdn/{repo.name}/{blob.sha256}?signature={call.hub.signature}"
        return Answer(302, b"", {**headers, "Location": signed})
    return content(call.hub.blobs.path(blob.sha256), call.headers.get("range"), headers)


def cdn(call: Call) -> Answer:
    """The content of a large file."""
    require_signature(call)
    if call.names["sha256"] not in call.hub.repos[call.names["repo"]].large_objects:
        raise Refusal(404, "Entry not found")
    headers = {"ETag": f'"{call.names["sha256"]}"'}
    return content(call.hub.blobs.path(call.names["sha256"]), call.headers.get("range"), headers)


def content(path: Path, wanted: str | None, headers: Mapping[str, str]) -> Answer:
    """The whole file, or the range of bytes that was asked for."""
    size = path.stat().st_size
    typed = {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes", **headers}
    if wanted is None:
        return Answer(200, path.read_bytes(), typed)
    start, end = byte_range(wanted, size)
    with path.open("rb") as file:
        file.seek(start)
        part = file.read(end - start)
    return Answer(206, part, {**typed, "Content-Range": f"bytes {start}-{end - 1}/{size}"})


def byte_range(wanted: str, size: int) -> tuple[int, int]:
    """First byte and the one behind the last of a Range header (RFC 9110, section 14.1.2); one range only.

    Raises:
        Refusal: 416, nothing of the range lies inside the file.
    """
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted)
    first, last = match.groups() if match else ("", "")
    if first:
        start, end = int(first), min(int(last) + 1, size) if last else size
    else:
        start, end = size - min(int(last or 0), size), size
    if start >= end:
        raise Refusal(416, f"{wanted} is outside of {size} bytes", headers={"Content-Range": f"bytes */{size}"})
    return start, end
