from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.verification.runner.runs import Zygote


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """One for all tests: to prepare it takes a second."""
    process = Zygote()
    yield process
    process.close()
