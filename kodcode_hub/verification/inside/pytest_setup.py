"""A pytest that is configured but for the test file: only the plugins that a trial needs, and nothing from outside."""

from __future__ import annotations

import builtins
import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .reporter import Reporter
from .test_order import TestOrder, path_of_item

if TYPE_CHECKING:
    import pytest

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_UNNEEDED_PLUGINS = (
    *("terminal", "cacheprovider", "pastebin", "junitxml", "doctest", "setuponly", "setupplan", "stepwise"),
    *("unraisableexception", "threadexception", "faulthandler"),
)


class SubtestHooks:
    """Subtests report through pytest's hooks: a plugin that hands on to the reporter of the trial."""

    reporter: Reporter

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.reporter.pytest_runtest_logreport(report)

    def pytest_exception_interact(self, call: pytest.CallInfo[Any], report: Any) -> None:
        self.reporter.pytest_exception_interact(call, report)


def configured_session() -> tuple[pytest.Session, SubtestHooks]:
    """A started session without tests.

    Raises:
        Exception: this version of pytest lacks an internal that is used here.
    """
    from _pytest.config import _prepareconfig
    from _pytest.main import Session

    finders = list(sys.meta_path)
    with clean_surroundings():
        config = _prepareconfig(_arguments("/"))
        _stand_in_for_terminal(config)
        config._do_configure()
        session = _make_session(Session, config)
        config.hook.pytest_sessionstart(session=session)
        hooks = SubtestHooks()
        config.pluginmanager.register(hooks)
    sys.meta_path[:] = finders  # pytest's would look at every import of the trial, and rewrite a planted conftest
    return session, hooks


def run_by_pytest(path: str, reporter: Reporter, order: TestOrder, *, heed_pytest_plugins: bool) -> int:
    """Run the file at ``path`` by ``pytest.main``; its exit status, -1 if it broke."""
    import pytest

    folder, name = os.path.split(path)
    arguments = [*_arguments(folder), "--basetemp", os.path.join(os.environ["TMPDIR"], "pytest"), name]  # noqa: PTH118
    os.chdir(folder)
    plugins = [reporter, _Configurer(order, heed_pytest_plugins=heed_pytest_plugins)]
    with clean_surroundings():
        try:
            pytest.main(arguments, plugins=plugins)
        except BaseException as error:  # noqa: BLE001 - whatever the tested code did to pytest
            if reporter.status is None:  # else it broke while tidying up: every test had its say
                reporter.stopped(error)
    return -1 if reporter.status is None else reporter.status


@contextlib.contextmanager
def clean_surroundings() -> Iterator[None]:
    """No variable of the environment says how pytest runs."""
    names = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    saved = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        os.environ.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD", None)
        os.environ.update(saved)


def _arguments(root: str) -> list[str]:
    arguments = ["-c", os.devnull, "--rootdir", root, "--noconftest", "--capture=no", "--import-mode=prepend"]
    for plugin in _UNNEEDED_PLUGINS:
        arguments += ["-p", f"no:{plugin}"]
    return arguments


def _make_session(session_type: Any, config: pytest.Config) -> pytest.Session:
    class TrialSession(session_type):  # type: ignore[misc]
        """There are no conftest files: all hooks hold everywhere."""

        def gethookproxy(self, fspath: object) -> Any:
            return config.hook

    session: pytest.Session = TrialSession.from_config(config)
    return session


class _Configurer:
    """What ``pytest.main`` is told besides its arguments."""

    def __init__(self, order: TestOrder, *, heed_pytest_plugins: bool) -> None:
        self._order = order
        self._heed = heed_pytest_plugins

    def pytest_configure(self, config: pytest.Config) -> None:
        _stand_in_for_terminal(config)
        if not self._heed:
            config.pluginmanager.consider_module = lambda mod: None  # type: ignore[method-assign]

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = self._order.arranged(items, path_of_item)


def _stand_in_for_terminal(config: pytest.Config) -> None:
    """Give what other plugins ask of the terminal's, which is not loaded: pytest 8 does so for each assertion."""
    config.option.tbstyle = "native"  # the cheapest
    config.option.verbose = 0
    config.get_terminal_writer = _PlainWriter  # type: ignore[method-assign, assignment]


class _PlainWriter:
    """The one method that pytest's assertions use of the terminal."""

    def _highlight(self, source: str, lexer: str = "python") -> str:
        return source
