"""Which statements of the solution ran, as coverage.py counts and rounds them, at a fraction of its cost.

From Python 3.12 on the interpreter tells each line once and is not slowed down after that; before, coverage.py's own
tracer in C listens. What coverage.py adds to it (its data file, its configuration, its parser) is left out.
"""

from __future__ import annotations

import builtins
import contextlib
import sys
import threading
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from . import statement_lines

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_TOOL_IDS = 6


class Measure:
    """The measurement of one file. It never raises into the trial; tested code can raise its own figure."""

    def __init__(self, path: str, source: str) -> None:
        """``path``: as the code's ``co_filename`` spells it; ``source``: the text that lies there."""
        self._source = source
        self._found: tuple[frozenset[int], frozenset[int]] | None = None
        self._listener: _Monitor | _Tracer = _Monitor(path) if sys.version_info >= (3, 12) else _Tracer(path)

    def start(self) -> None:
        """Listen in this thread and in those that it will start."""
        self._listener.start()

    def stop(self) -> None:
        try:
            self._listener.stop()
        except BaseException:  # noqa: BLE001 - the tested code may have broken or deleted anything that this needs
            return

    def executed(self) -> frozenset[int]:
        """The numbers of the lines that ran, as the interpreter tells them."""
        return frozenset(self._listener.lines)

    def percent(self) -> int | None:
        """Per cent of statements run; None where the solution never ran."""
        found = self._find()
        return rounded_percent(len(found[0]), len(found[0] - found[1])) if found else None

    def missing(self) -> str:
        """The first lines of the statements that did not run, with blanks between."""
        found = self._find()
        return " ".join(map(str, sorted(found[0] - found[1]))) if found else ""

    def _find(self) -> tuple[frozenset[int], frozenset[int]] | None:
        """The lines of all statements and of those that ran."""
        if self._found is None and self._listener.module is not None:
            try:
                statements, first_line = statement_lines.find(self._source, self._listener.module)
                run = {first_line.get(line, line) for line in self._listener.lines} & statements
                self._found = frozenset(statements), frozenset(run)
            except BaseException:  # noqa: BLE001 - as above
                return None
        return self._found


def prepare() -> None:
    """Import what measuring needs; once, before the fork."""
    statement_lines.prepare()
    if sys.version_info < (3, 12):
        _Tracer("")


def rounded_percent(statements: int, missing: int) -> int:
    """As coverage.py prints it: 0 and 100 only where they are exact, a file without statements is covered."""
    percent = 100.0 * (statements - missing) / statements if statements else 100.0
    if 0 < percent < 1:
        return 1
    return 99 if 99 < percent < 100 else round(percent)


class _Monitor:
    """``sys.monitoring``: each line tells itself once."""

    def __init__(self, path: str) -> None:
        self.lines: set[int] = set()
        self.module: CodeType | None = None
        """The code of the whole file, once it began to run."""
        self._path = path
        self._tool = -1

    def start(self) -> None:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
        events, disable = monitoring.events, monitoring.DISABLE
        line_event, set_local_events = events.LINE, monitoring.set_local_events
        path, add = self._path, self.lines.add
        self._tool = tool = _take_tool(monitoring)

        def enter(code: CodeType, offset: int) -> object:
            if code.co_filename == path and code.co_name != "__annotate__":
                if code.co_name == "<module>":
                    self.module = code
                set_local_events(tool, code, line_event)
            return disable

        def run_line(code: CodeType, line: int) -> object:
            add(line)
            return disable

        monitoring.register_callback(tool, events.PY_START, enter)
        monitoring.register_callback(tool, events.LINE, run_line)
        monitoring.set_events(tool, events.PY_START)

    def stop(self) -> None:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
        monitoring.set_events(self._tool, 0)
        monitoring.register_callback(self._tool, monitoring.events.LINE, None)


def _take_tool(monitoring: Any) -> int:
    for tool in range(1, _TOOL_IDS):
        try:
            monitoring.use_tool_id(tool, "kodcode")
        except ValueError:  # taken
            continue
        return tool
    raise RuntimeError("all of the interpreter's monitoring tools are taken")


class _Tracer:
    """coverage.py's tracer in C, one for each thread."""

    def __init__(self, path: str) -> None:
        from coverage import tracer

        self.lines: set[int] = set()
        self.module: CodeType | None = None
        self._path = path
        self._data = {path: self.lines}
        self._make: Callable[[], Any] = tracer.CTracer
        self._measured = _disposition(tracer.CFileDisposition, path, is_measured=True)
        self._ignored = _disposition(tracer.CFileDisposition, path, is_measured=False)
        self._known: dict[str, Any] = {}
        self._first: Any = None

    def start(self) -> None:
        threading.settrace(self._start_in_thread)
        self._first = self._new_tracer()
        self._first.start()

    def stop(self) -> None:
        threading.settrace(None)  # type: ignore[arg-type, unused-ignore]
        self._first.stop()

    def _start_in_thread(self, frame: FrameType, event: str, argument: Any) -> Any:
        sys.settrace(None)
        function = self._new_tracer().start()
        return function(frame, event, argument)

    def _new_tracer(self) -> Any:
        made = self._make()
        made.data = self._data
        made.trace_arcs = False
        made.should_trace = self._should_trace
        made.should_trace_cache = self._known
        made.warn = _ignore
        made.concur_id_func = made.should_start_context = made.switch_context = None
        made.check_include = made.disable_plugin = _ignore
        made.file_tracers = {}
        with contextlib.suppress(AttributeError):  # older ones have no lock
            made.lock_data = made.unlock_data = _ignore
        return made

    def _should_trace(self, filename: str, frame: FrameType) -> Any:
        if filename != self._path:
            return self._ignored
        if frame.f_code.co_name == "<module>":
            self.module = frame.f_code
        return self._measured


def _disposition(kind: Callable[[], Any], path: str, *, is_measured: bool) -> Any:
    made = kind()
    made.original_filename = made.canonical_filename = path
    made.source_filename = path if is_measured else None
    made.trace = is_measured
    made.reason = ""
    made.file_tracer = None
    made.has_dynamic_filename = False
    return made


def _ignore(*arguments: object, **named: object) -> None:
    return None
