from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kodcode_hub.verification.protocol import Limits, Sandbox
from tests.verification.sandboxes import SANDBOXES

LIMITS = Limits(timeout_s=20.0, memory_mb=1024)


@pytest.fixture(scope="session", params=sorted(SANDBOXES))
def sandbox(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """One sandbox for all tests of the session: nothing of one trial may reach the next."""
    return SANDBOXES[request.param](LIMITS, tmp_path_factory.mktemp("scratch"))


@pytest.fixture(params=sorted(SANDBOXES))
def make_sandbox(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Limits], Sandbox]:
    """Makes a sandbox with limits of the test's own; its private folders lie in ``tmp_path / "scratch"``."""
    return lambda limits: SANDBOXES[request.param](limits, tmp_path / "scratch")
