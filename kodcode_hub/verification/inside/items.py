"""Runs collected tests one after another: pytest's own setup, call and teardown, without its chain of hooks.

What pytest's plugins do around each test is kept where a test can notice it: skips and expected failures, unittest's
results, caught warnings, captured logging, ``PYTEST_CURRENT_TEST``.
"""

from __future__ import annotations

import builtins
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import perf_counter
from typing import Any
from unittest import SkipTest

import pytest
from _pytest import python, runner, skipping, tmpdir
from _pytest.config import parse_warning_filter
from _pytest.nodes import Collector, Item
from _pytest.outcomes import Exit, Skipped

from .collection import TrialModule
from .phase_outcome import comes_from_solution, is_a, judge_phase
from .plain_tests import PlainTest, plain_tests
from .reporter import PhaseReport, Reporter, describe_exception
from .shared_process import SharedProcess
from .test_module import LoadedTest, load_test
from .test_order import TestOrder, path_of_item

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_PASSED, _FAILED, _INTERRUPTED, _BROKEN, _NO_TESTS = 0, 1, 2, 3, 5
_Phase = Callable[[], None]


class ItemRunner:
    """The loop over one trial's tests."""

    def __init__(
        self,
        session: pytest.Session,
        reporter: Reporter,
        order: TestOrder,
        *,
        capture_logs: bool,
        shared: SharedProcess | None = None,
    ) -> None:
        """
        Args:
            order: in which the tests run.
            capture_logs: some test may look at what was logged.
            shared: where the solution is loaded into this process too.
        """
        self._shared = shared
        self._doubts_skips = False
        self._session = session
        self._reporter = reporter
        self._order = order
        self._logging: Any = session.config.pluginmanager.getplugin("logging-plugin") if capture_logs else None

    def run(self, source: str, path: str, *, heed_pytest_plugins: bool) -> int:
        """Load, collect, run and report the test file whose text is ``source``.

        Returns:
            pytest's exit status: 0 passed, 1 failed, 2 interrupted, 3 something broke, 5 no tests; or what a test
            gave to ``pytest.exit``.
        """
        try:
            return self._run(source, path, heed_pytest_plugins=heed_pytest_plugins)
        except (KeyboardInterrupt, Exit) as error:
            self._reporter.stopped(error)
            code = getattr(error, "returncode", None)
            return _INTERRUPTED if code is None else int(code)
        except BaseException as error:  # noqa: BLE001 - as pytest: whatever the tested code did to it
            self._reporter.stopped(error)
            return _BROKEN

    def _run(self, source: str, path: str, *, heed_pytest_plugins: bool) -> int:
        # Where the test itself skips nothing, whoever judges the report sees that the solution did.
        self._doubts_skips = "skip" in source.lower() or "xfail" in source
        items: list[Item] = []
        plain: list[PlainTest] | None = None
        with catch_warnings():
            loaded, is_whole = self._load(source, path)
            if loaded is not None:
                if heed_pytest_plugins:
                    self._session.config.pluginmanager.consider_module(loaded.module)
                plain = plain_tests(loaded, source)
                if plain is None:
                    is_whole = self._collect(TrialModule.of(self._session, loaded), items)
        self._reporter.collected(len(items) + len(plain or ()))
        if not is_whole:
            return _INTERRUPTED
        for test in self._order.arranged(plain or [], lambda test: [test.name]):
            self._run_plain(test, path)
        status = self._run_items(self._order.arranged(items, path_of_item))
        if status != _PASSED or self._reporter.failed:
            return status or _FAILED
        return _PASSED if items or plain else _NO_TESTS

    def _load(self, source: str, path: str) -> tuple[LoadedTest | None, bool]:
        """The file as a module, and whether nothing is missing of it."""
        try:
            return load_test(source, path, self._session.config, self._shared), True
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - as pytest: the file's own code may raise anything
            may_skip = not (self._doubts_skips and comes_from_solution(error))
            if may_skip and (is_a(error, SkipTest) or (type(error) is Skipped and error.allow_module_level)):
                return None, True
            problem = describe_exception(error)
            if is_a(error, Skipped):
                problem.message = f"skipping outside of a test, without allow_module_level=True: {problem.message}"
            self._reporter.problem(problem)
            return None, False

    def _run_items(self, items: list[Item]) -> int:
        if any(hasattr(item, "callspec") for item in items):
            self._session._fixturemanager.pytest_collection_modifyitems(items)
        self._session.items = items
        for position, item in enumerate(items, start=1):
            self._run_item(item, items[position] if position < len(items) else None)
            if self._session.shouldfail or self._session.shouldstop:
                return _INTERRUPTED
        return _PASSED

    def _run_plain(self, test: PlainTest, path: str) -> None:
        self._start_test()
        os.environ["PYTEST_CURRENT_TEST"] = f"{path[1:]}::{test.name} (call)"
        error: BaseException | None = None
        start = perf_counter()
        try:
            with catch_warnings():
                result = test.function()
                if hasattr(result, "__await__") or hasattr(result, "__aiter__"):
                    python.async_fail(test.name)
        except (KeyboardInterrupt, Exit):
            raise
        except BaseException as caught:  # noqa: BLE001 - as pytest: SystemExit fails a test like any other
            error = caught
        seconds = perf_counter() - start
        self._reporter.add(judge_phase("call", error, seconds, doubts_skips=self._doubts_skips))
        self._end_test(test.name)

    def _start_test(self) -> None:
        if self._shared is not None:
            self._shared.before_test()
        self._reporter.start_test()

    def _end_test(self, name: str) -> None:
        replaced = self._shared.after_test() if self._shared is not None else ""
        if replaced:
            message = f"the tested code replaced {replaced} while it was judged"
            self._reporter.add(PhaseReport("call", "failed", 0.0, longrepr=message))
        self._reporter.end_test(name)

    def _collect(self, collector: Collector, items: list[Item]) -> bool:
        """Append the tests below ``collector``; False if some could not be collected."""
        try:
            children = list(collector.collect())
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - as pytest: the file's own code may raise anything
            if is_a(error, Skipped, SkipTest) and not (self._doubts_skips and comes_from_solution(error)):
                return True
            self._reporter.problem(describe_exception(error))
            return False
        whole = True
        for child in children:
            if isinstance(child, Item):
                items.append(child)
            elif isinstance(child, Collector):
                whole &= self._collect(child, items)
        return whole

    def _run_item(self, item: Item, following: Item | None) -> None:
        self._start_test()
        item.stash[tmpdir.tmppath_result_key] = {}
        marked = any(node.own_markers for node in item.listchain())
        with catch_warnings(item if marked else None):
            if self._phase(item, "setup", lambda: _set_up(item, marked=marked)):
                self._phase(item, "call", lambda: _call(item))
            self._phase(item, "teardown", lambda: runner.pytest_runtest_teardown(item, following))
        item._request = False  # type: ignore[attr-defined]
        item.funcargs = None  # type: ignore[attr-defined]
        self._end_test(item.nodeid.partition("::")[2])

    def _phase(self, item: Item, when: str, body: _Phase) -> bool:
        """Run one phase and report it; True if it passed."""
        error: BaseException | None = None
        start = perf_counter()
        try:
            if self._logging is None:
                body()
            else:
                with self._captured_logs(item, when):
                    body()
        except (KeyboardInterrupt, Exit):
            raise
        except BaseException as caught:  # noqa: BLE001 - as pytest: SystemExit fails a test like any other
            error = caught
        seconds = perf_counter() - start
        told = getattr(item, "_excinfo", None)  # what unittest gathered
        if told:
            error = told.pop(0).value
        expected = item.stash.get(skipping.xfailed_key, None)
        report = judge_phase(when, error, seconds, expected=expected, doubts_skips=self._doubts_skips)
        self._reporter.add(report)
        return report.outcome == "passed"

    def _captured_logs(self, item: Item, when: str) -> AbstractContextManager[None]:
        wrapper = getattr(self._logging, f"pytest_runtest_{when}")
        return contextmanager(wrapper)(item)


def _set_up(item: Item, *, marked: bool) -> None:
    if marked:
        skipping.pytest_runtest_setup(item)
    runner.pytest_runtest_setup(item)


def _call(item: Item) -> None:
    if item.own_markers:
        with contextmanager(skipping.pytest_runtest_call)(item):
            runner.pytest_runtest_call(item)
        return
    try:
        runner.pytest_runtest_call(item)
    finally:
        if item.own_markers:  # the test expects to fail since a moment ago
            item.stash[skipping.xfailed_key] = skipping.evaluate_xfail_marks(item)


@contextmanager
def catch_warnings(item: Item | None = None) -> Iterator[None]:
    """As pytest's plugin: warnings are not printed, and filters last as long as the test.

    Args:
        item: the test whose ``filterwarnings`` marks count.
    """
    with warnings.catch_warnings(record=True):
        warnings.filterwarnings("always", category=DeprecationWarning)
        warnings.filterwarnings("always", category=PendingDeprecationWarning)
        for mark in item.iter_markers("filterwarnings") if item else ():
            for argument in mark.args:
                warnings.filterwarnings(*parse_warning_filter(argument, escape=False))
        yield
