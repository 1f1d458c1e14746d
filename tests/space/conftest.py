"""One Space for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.space.server import RunningSpace, running_space


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSpace]:
    with running_space(tmp_path_factory.mktemp("space")) as space:
        yield space
