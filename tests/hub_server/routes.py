"""Which endpoint answers which address."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from tests.hub_server import downloads, large_files, reading, writing
from tests.hub_server.answers import Answer, Refusal
from tests.hub_server.calls import Call

REPO = r"(?P<repo>[^/]+/[^/]+?)"
DATASET = rf"/api/datasets/{REPO}"
# Clients send refs%2Fpr%2F1; the Hub also takes it with plain slashes.
REVISION = r"(?P<revision>refs/[^/]+/[^/]+|[^/]+)"
STORED = rf"{REPO}/(?P<sha256>[0-9a-f]{{64}})"


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint with its short name; ``method`` GET is HEAD too."""

    method: str
    address: str
    kind: str
    endpoint: Callable[[Call], Answer]


def not_served(call: Call) -> Answer:
    """Anything else: Xet, the dataset viewer, models and Spaces."""
    raise Refusal(404, "Sorry, we can't find the page you are looking for.")


ROUTES = (
    Route("POST", r"/api/repos/create", "create_repo", writing.create_repo),
    Route("POST", r"/api/validate-yaml", "validate_yaml", writing.validate_yaml),
    Route("GET", r"/api/whoami-v2", "whoami", writing.whoami),
    Route("GET", DATASET, "repo_info", reading.repo_info),
    Route("GET", rf"{DATASET}/revision/{REVISION}", "repo_info", reading.repo_info),
    Route("GET", rf"{DATASET}/tree/{REVISION}(?P<path>/.*)?", "tree", reading.tree),
    Route("POST", rf"{DATASET}/paths-info/{REVISION}", "paths_info", reading.paths_info),
    Route("GET", rf"{DATASET}/refs", "refs", reading.refs),
    Route("GET", rf"{DATASET}/commits/{REVISION}", "commits", reading.commits),
    Route("GET", rf"{DATASET}/discussions", "discussions", reading.discussions),
    Route("POST", rf"{DATASET}/preupload/{REVISION}", "preupload", writing.preupload),
    Route("POST", rf"{DATASET}/commit/{REVISION}", "commit", writing.commit),
    Route("POST", rf"{DATASET}/tag/{REVISION}", "create_tag", writing.create_tag),
    Route("DELETE", rf"{DATASET}/tag/{REVISION}", "delete_tag", writing.delete_tag),
    Route("POST", rf"/datasets/{REPO}\.git/info/lfs/objects/batch", "lfs_batch", large_files.lfs_batch),
    Route("POST", rf"/datasets/{REPO}\.git/info/lfs/verify", "lfs_verify", large_files.lfs_verify),
    Route("PUT", rf"/upload/{STORED}", "lfs_upload", large_files.lfs_upload),
    Route("GET", rf"/datasets/{REPO}/resolve/{REVISION}/(?P<path>.+)", "resolve", downloads.resolve),
    Route("GET", rf"/cdn/{STORED}", "cdn", downloads.cdn),
)
OTHER = Route("", "", "other", not_served)
MATCHERS = tuple((route, re.compile(route.address)) for route in ROUTES)


def find_route(method: str, path: str) -> tuple[Route, Mapping[str, str]]:
    """The endpoint for a path as it came, with the parts of the path decoded, and as they came as ``raw_...``."""
    for route, matcher in MATCHERS:
        match = matcher.fullmatch(path) if route.method == method.replace("HEAD", "GET") else None
        if match is not None:
            parts = {name: part for name, part in match.groupdict().items() if part is not None}
            return route, {name: unquote(part) for name, part in parts.items()} | {
                f"raw_{name}": part for name, part in parts.items()
            }
    return OTHER, {}
