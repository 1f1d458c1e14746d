from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kodcode_hub.verification.protocol import Limits
from kodcode_hub.verification.warm_sandbox import WarmSandbox
from tests.verification.sandboxes import ISOLATED, SANDBOXES, why_not

LIMITS = Limits(timeout_s=20.0, memory_mb=1024)


def _skip_where_not_offered(name: str) -> None:
    if problem := why_not(name):
        pytest.skip(f"isolation {name!r} does not hold here: {problem}")


@pytest.fixture(scope="session", params=list(SANDBOXES))
def sandbox(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmSandbox]:
    """One sandbox for all tests of the session: nothing of one trial may reach the next."""
    _skip_where_not_offered(request.param)
    with SANDBOXES[request.param](LIMITS, tmp_path_factory.mktemp("scratch")) as made:
        yield made


@pytest.fixture(scope="session", params=ISOLATED)
def isolated_sandbox(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmSandbox]:
    """As ``sandbox``, where something is promised against hostile code."""
    _skip_where_not_offered(request.param)
    with SANDBOXES[request.param](LIMITS, tmp_path_factory.mktemp("scratch")) as made:
        yield made


@pytest.fixture(params=list(SANDBOXES))
def make_sandbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[Limits], WarmSandbox]]:
    """Makes a sandbox with limits of the test's own; its private folders lie in ``tmp_path / "scratch"``."""
    _skip_where_not_offered(request.param)
    with ExitStack() as made:
        yield lambda limits: made.enter_context(SANDBOXES[request.param](limits, tmp_path / "scratch"))
