"""A Hub with one small dataset repository, and a client that may write to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from tests.hub_server.clients import client_here
from tests.hub_server.server import Hub, hub_server

REPO = "someone/rows"
SMALL = {"README.md": b"---\nlicense: mit\n---\n# Rows\n", "data/a.parquet": bytes(range(256)) * 8}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A Hub without repositories."""
    with hub_server(tmp_path / "hub") as served:
        yield served


@pytest.fixture
def api(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> HfApi:
    """A client with the token that writes, and the repository ``REPO`` with ``SMALL`` in its second commit."""
    client = client_here(hub, monkeypatch)
    client.create_repo(REPO, repo_type="dataset")
    hub.repo(REPO).write(SMALL, title="two files")
    hub.requests.clear()
    return client
