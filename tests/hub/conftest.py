"""A Hub on loopback, our repository on it in this process, and two releases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from kodcode_hub.hub.hf_repository import HfRepository
from tests.hub.releases import REPO, write_first, write_second
from tests.hub_server.clients import SETTINGS, client_here
from tests.hub_server.server import Hub, hub_server

OpenRepository = Callable[..., HfRepository]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A Hub without repositories."""
    with hub_server(tmp_path / "hub") as served:
        yield served


@pytest.fixture
def open_repository(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenRepository:
    """Opens ``REPO`` with the token that writes, or another; processes that are started know the Hub as well."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_TOKEN", hub.token)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)

    def open_it(token: str | bool | None = None) -> HfRepository:
        return HfRepository(REPO, client=client_here(hub, monkeypatch, token=token))

    return open_it


@pytest.fixture
def repository(open_repository: OpenRepository) -> HfRepository:
    """``REPO``, with the token that writes."""
    return open_repository()


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release 1.0.0."""
    return write_first(tmp_path_factory.mktemp("first") / "out")


@pytest.fixture(scope="session")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release 1.1.0: one row more in ``leetcode``, ``taco`` as it was."""
    return write_second(tmp_path_factory.mktemp("second") / "out")
