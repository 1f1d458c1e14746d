"""The git-LFS endpoints (batch API, basic transfer), and the store they send clients to."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.hub_server.answers import Answer, Refusal, json_answer
from tests.hub_server.calls import Call
from tests.hub_server.store import Repo


def lfs_batch(call: Call) -> Answer:
    """Tell for each large file where to send it; without actions for what is there. Never offers Xet."""
    repo = call.writable_repo()
    objects = [transfer(call, repo, wanted["oid"], wanted["size"]) for wanted in call.json()["objects"]]
    return json_answer({"transfer": "basic", "hash_algo": "sha256", "objects": objects})


def transfer(call: Call, repo: Repo, sha256: str, size: int) -> dict[str, Any]:
    """One object of the batch answer."""
    shown: dict[str, Any] = {"oid": sha256, "size": size}
    if sha256 in repo.large_objects:
        return shown
    upload = f"{call.hub.storage_url}/upload/{repo.name}/{sha256}?signature={call.hub.signature}"
    verify = f"{call.hub.url}/datasets/{repo.name}.git/info/lfs/verify"
    return shown | {"authenticated": True, "actions": {"upload": {"href": upload}, "verify": {"href": verify}}}


def lfs_upload(call: Call) -> Answer:
    """Keep the content of a large file, if it is the one announced."""
    require_signature(call)
    found = hashlib.sha256(call.body).hexdigest()
    if found != call.names["sha256"]:
        raise Refusal(400, f"content has sha256 {found}, announced was {call.names['sha256']}")
    call.hub.repos[call.names["repo"]].keep(call.body, is_lfs=True)
    return Answer(200, headers={"ETag": f'"{found}"'})


def lfs_verify(call: Call) -> Answer:
    """Say whether a large file has arrived whole."""
    wanted = call.json()
    if call.writable_repo().large_objects.get(wanted["oid"]) != wanted["size"]:
        raise Refusal(404, f"object {wanted['oid']} of {wanted['size']} bytes is not there")
    return json_answer({"success": True})


def require_signature(call: Call) -> None:
    """The store knows no tokens: the address itself gives the right."""
    if call.query.get("signature") != [call.hub.signature]:
        raise Refusal(403, "this address is not signed")
