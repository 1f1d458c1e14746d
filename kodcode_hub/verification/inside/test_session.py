"""pytest made ready once, in the zygote, so that a forked trial only collects and runs.

Where a version of pytest lacks an internal that our runner of items needs, or behaves otherwise, ``pytest.main`` runs
the file instead, at ten times the price: it reads the file from the disk, and does not sort what a star import brings.
"""

from __future__ import annotations

import builtins
import contextlib
import linecache
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .pytest_setup import SubtestHooks, configured_session, run_by_pytest
from .reporter import Reporter
from .sender import Send
from .shared_process import SharedProcess
from .test_order import TestOrder

if TYPE_CHECKING:
    import pytest

    from .items import ItemRunner

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_WARM_UPS = 9
"""Runs of the files below: CPython specialises a function's code after about eight calls."""
_WARM_UP_FILE = """
import unittest
import pytest

@pytest.fixture
def one():
    yield 1

@pytest.mark.parametrize("x, y", [(1, 2), (2, 3)])
def test_parameters(x, y): assert x + 1 == y and x

def test_fixtures(one, capsys, monkeypatch, tmp_path):
    print(one)
    assert capsys.readouterr().out == "1\\n"

def test_fails():
    assert [1, 2, "a"] == [1, 2, "b"], "as it should"

def test_raises():
    with pytest.raises(ValueError, match="x"):
        raise ValueError("x")
    assert 0.1 + 0.2 == pytest.approx(0.3)

@pytest.mark.skip(reason="no")
def test_skipped(): pass

class TestClass:
    def setup_method(self): self.x = 1
    def test_method(self): assert self.x

class Case(unittest.TestCase):
    def test_unittest(self): self.assertEqual(1, 1)

def test_breaks(): {}["x"]
"""
_PLAIN_WARM_UP_FILE = """
from solution import *

def test_a():
    assert one() + 1 == 2
    assert one() in [1]

def test_b():
    assert one() == 2
"""
_WARM_UP_FILES = {
    _WARM_UP_FILE: ["passed", "passed", "passed", "failed", "passed", "skipped", "passed", "passed", "failed"],
    _PLAIN_WARM_UP_FILE: ["passed", "failed"],
}


class Prepared:
    """A configured pytest without a test."""

    def __init__(
        self,
        session: pytest.Session | None = None,
        hooks: SubtestHooks | None = None,
        runner: type[ItemRunner] | None = None,
    ) -> None:
        """Without arguments: ``pytest.main`` runs the tests."""
        self._session, self._hooks, self._runner = session, hooks, runner

    @property
    def is_own_runner(self) -> bool:
        """False where ``pytest.main`` runs the tests."""
        return self._session is not None

    def run(
        self,
        source: str,
        path: str,
        send: Send,
        *,
        heed_pytest_plugins: bool,
        test_order: int | None = None,
        shared: SharedProcess | None = None,
    ) -> int:
        """Run one test file and send what it comes to; once in a process, which has been forked for it.

        Args:
            source: the file's text.
            path: where it lies.
            send: takes the messages ``collected``, ``test``, ``problem`` and ``stopped``.
            heed_pytest_plugins: the file's own text sets ``pytest_plugins``.
            test_order: seed of another order than the file's.
            shared: where the solution will be loaded into this process too.

        Returns:
            pytest's exit status; -1 if it broke.
        """
        reporter, order = Reporter(send), TestOrder(test_order, source)
        if self._session is None or self._hooks is None or self._runner is None:
            return run_by_pytest(path, reporter, order, heed_pytest_plugins=heed_pytest_plugins)
        self._hooks.reporter = reporter
        _settle(self._session.config, uses_folders="tmp" in source)
        runner = self._runner(self._session, reporter, order, capture_logs="caplog" in source, shared=shared)
        return runner.run(source, path, heed_pytest_plugins=heed_pytest_plugins)

    def close(self) -> None:
        """Undo what configuring changed in this process."""
        if self._session is not None:
            self._session.config._ensure_unconfigure()


def prepare(*, own_runner: bool = True) -> Prepared:
    """Import and configure pytest, and run small files with it, so that everything is loaded and warm.

    Args:
        own_runner: False: let ``pytest.main`` run the tests.
    """
    import pytest  # noqa: F401 - what the forks of the trials share

    from . import statements

    statements.prepare()
    if not own_runner:
        return Prepared()
    try:
        for _ in range(_WARM_UPS):
            if any(_warm_up(source) != outcomes for source, outcomes in _WARM_UP_FILES.items()):
                return Prepared()
        prepared = _prepare_own()
    except Exception:  # noqa: BLE001 - an internal of pytest that is not there may show as anything
        return Prepared()
    logging.getLogger().addHandler(logging.NullHandler())  # as under pytest: basicConfig() and warning() find a handler
    return prepared


def _prepare_own() -> Prepared:
    from .items import ItemRunner

    return Prepared(*configured_session(), ItemRunner)


def _settle(config: pytest.Config, *, uses_folders: bool) -> None:
    """Point what was configured in the zygote to this trial's folders."""
    tempfile.tempdir = None  # as TMPDIR says by now
    factory: Any = getattr(config, "_tmp_path_factory", None)
    if uses_folders and factory is not None:
        factory._given_basetemp = Path(tempfile.gettempdir(), "pytest")
        factory._basetemp = None


def _warm_up(source: str) -> list[str]:
    outcomes: list[str] = []

    def take(kind: str, **fields: Any) -> None:
        if kind == "test":
            outcomes.append(fields["outcome"])

    with tempfile.TemporaryDirectory() as folder, _restored_process():
        os.environ["TMPDIR"] = folder
        solution = sys.modules["solution"] = ModuleType("solution")
        vars(solution)["one"] = lambda: 1
        prepared = _prepare_own()
        try:
            prepared.run(source, f"{folder}/test_solution.py", take, heed_pytest_plugins=False)
        finally:
            prepared.close()
    return outcomes


@contextlib.contextmanager
def _restored_process() -> Iterator[None]:
    """What running a test file changes in a process, and the next must not see."""
    variables, path, files = dict(os.environ), list(sys.path), set(linecache.cache)
    temporary, finders = tempfile.tempdir, list(sys.meta_path)
    try:
        with warnings.catch_warnings():
            yield
    finally:
        os.environ.clear()
        os.environ.update(variables)
        sys.path[:], sys.meta_path[:], tempfile.tempdir = path, finders, temporary
        for module in ("test_solution", "solution"):
            sys.modules.pop(module, None)
        for name in ("last_type", "last_value", "last_traceback", "last_exc"):
            vars(sys).pop(name, None)
        for name in set(linecache.cache) - files:
            del linecache.cache[name]
