"""What a test may do that only one interpreter can give it, and how that is found in its text. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import NamedTuple

from kodcode_hub.verification.solution_names import NamesOfTest
from kodcode_hub.verification.split_identity import identity_of_containers, subclasses_of_solution
from kodcode_hub.verification.split_patches import changed_in_sys_modules, replaced_by_assignment, replaced_by_patch
from kodcode_hub.verification.split_together import (
    RUNNING_WORDS,
    pickles_solution,
    runs_what_solution_made,
    seeds_solution,
    shares_event_loop,
    shares_threads,
    starts_programs,
)

_PROCESS_WIDE = {
    **dict.fromkeys(("sys.settrace", "sys.setprofile", "sys.monitoring", "threading.settrace"), "it traces"),
    **dict.fromkeys(("sys.setrecursionlimit", "sys.set_int_max_str_digits"), "it sets a limit of the interpreter"),
    **dict.fromkeys(("decimal.getcontext", "decimal.setcontext", "decimal.localcontext"), "it sets decimal's context"),
    **dict.fromkeys(("numpy.seterr", "numpy.errstate", "numpy.seterrcall"), "it sets how numpy treats errors"),
    **dict.fromkeys(("numpy.set_printoptions", "numpy.printoptions"), "it sets how numpy prints"),
    **dict.fromkeys(("pandas.set_option", "pandas.option_context"), "it sets pandas' options"),
    **dict.fromkeys(("locale.setlocale", "time.tzset", "socket.setdefaulttimeout", "os.umask"), "it sets up a process"),
    **dict.fromkeys(("resource.setrlimit", "resource.getrusage", "psutil.Process"), "it looks at its own process"),
    **dict.fromkeys(("signal.signal", "signal.alarm", "signal.setitimer", "signal.raise_signal"), "it uses signals"),
    **dict.fromkeys(("gc", "tracemalloc", "weakref", "sys.getrefcount", "sys._getframe"), "it looks at memory"),
    **dict.fromkeys(("importlib.reload", "imp.reload"), "it loads a module anew"),
    **dict.fromkeys(("dis", "doctest"), "it looks into the solution's code"),
}
_MOCKING_PACKAGES = (
    *("freezegun", "time_machine", "responses", "requests_mock", "httpretty", "vcr", "pyfakefs", "contextvars"),
)
_READING_SOURCE = frozenset(
    {"getsource", "getsourcelines", "getsourcefile", "getfile", "getcomments", "getclosurevars"}
)
_INSIDES = frozenset({"__code__", "__closure__", "__globals__"})
_WHEREABOUTS = frozenset({"__file__", "__spec__", "__loader__", "__cached__", "__dict__"})
_FINDING_FILES = frozenset({"find_spec", "spec_from_file_location", "run_module", "run_path", "SourceFileLoader"})
_STARTING_PROGRAMS = ("subprocess", "os.system", "os.popen", "os.exec", "os.spawn", "os.posix_spawn", "pexpect")
_SOLUTION = re.compile(r"\bsolution\b")


class Reason(NamedTuple):
    """One kind of test that cannot be split."""

    words: frozenset[str]
    """The kind is looked for only in files that mention one of these, if there are any."""
    find: Callable[[NamesOfTest], str]
    """What the test does, in words; "" if it does nothing of the kind."""


def acts_on_its_process(names: NamesOfTest) -> str:
    """A setting or a measure of the interpreter, of which the solution has one of its own."""
    for call in names.calls:
        origin = names.origin(call.func)
        package = origin.partition(".")[0]
        does = _PROCESS_WIDE.get(origin) or _PROCESS_WIDE.get(package)
        if does and names.is_imported(call.func):
            return f"{does} ({origin})"
    return ""


def captures_descriptors(names: NamesOfTest) -> str:
    """pytest's fixtures for what is written below Python; the solution's process has descriptors of its own."""
    fixtures = {argument.arg for argument in names.nodes.of(ast.arg)} & {"capfd", "capfdbinary"}
    return f"it captures what is written to file descriptors ({min(fixtures)})" if fixtures else ""


def mocks_by_package(names: NamesOfTest) -> str:
    """Packages whose whole purpose is to change what code of the same process sees."""
    found = [package for package in _MOCKING_PACKAGES if names.imported_from(package)]
    return f"{found[0]} works within one process" if found else ""


def reads_solution_code(names: NamesOfTest) -> str:
    """The source, the code objects or the file of the solution."""
    for node in names.nodes.of(ast.Attribute):
        if isinstance(node.ctx, ast.Load):
            inside = node.attr in _INSIDES and names.comes_from_solution(node.value)
            where = node.attr in _WHEREABOUTS and names.origin(node.value) == "solution"
            if inside or where:
                return f"it reads {ast.unparse(node)}"
    for call in names.calls:
        name = names.origin(call.func)
        if name.startswith("inspect.") and name.rpartition(".")[2] in _READING_SOURCE:
            return f"it reads the solution's source ({name})"
        if name == "vars" and call.args and names.origin(call.args[0]) == "solution":
            return "it reads the solution's globals"
    return ""


def handles_solution_file(names: NamesOfTest) -> str:
    """The file ``solution.py``, opened, found, or run as a program."""
    texts = [(id(node), node.value) for node in names.nodes.of(ast.Constant) if isinstance(node.value, str)]
    texts = [(number, text) for number, text in texts if "solution" in text]
    if not texts:
        return ""
    said = _only_said(names)
    used = [text for number, text in texts if number not in said]
    if any("solution.py" in text for text in used):
        return "it uses the file solution.py"
    starts = any(_starts_or_finds(names.origin(call.func)) for call in names.calls)
    return "it runs the solution as a program" if starts and any(map(_SOLUTION.search, used)) else ""


def _only_said(names: NamesOfTest) -> set[int]:
    """The ids of expressions that stand alone, explain an assertion, or are compared with what was returned."""
    said = {id(node.value) for node in names.nodes.of(ast.Expr)}
    said |= {id(node.msg) for node in names.nodes.of(ast.Assert)}
    for comparison in names.nodes.of(ast.Compare):
        if isinstance(comparison.ops[0], ast.Eq | ast.NotEq):
            said |= {id(comparison.left), *map(id, comparison.comparators)}
    return said


def _starts_or_finds(origin: str) -> bool:
    return origin.startswith(_STARTING_PROGRAMS) or origin.rpartition(".")[2] in _FINDING_FILES


def _words(*names: str) -> frozenset[str]:
    return frozenset(name for text in names for name in text.split())


REASONS = (
    Reason(_words("patch setattr delattr setitem delitem"), replaced_by_patch),
    Reason(frozenset(), replaced_by_assignment),
    Reason(_words("modules"), changed_in_sys_modules),
    Reason(frozenset(origin.rpartition(".")[2] for origin in _PROCESS_WIDE), acts_on_its_process),
    Reason(frozenset(_MOCKING_PACKAGES), mocks_by_package),
    Reason(_words("readouterr"), captures_descriptors),
    Reason(_READING_SOURCE | _INSIDES | _WHEREABOUTS | {"vars"}, reads_solution_code),
    Reason(frozenset(), handles_solution_file),
    Reason(_words("seed manual_seed set_seed setstate set_state"), seeds_solution),
    Reason(_words("threading concurrent multiprocessing _thread"), shares_threads),
    Reason(_words("asyncio anyio trio IsolatedAsyncioTestCase"), shares_event_loop),
    Reason(RUNNING_WORDS, runs_what_solution_made),
    Reason(_words("subprocess system popen os runpy pexpect"), starts_programs),
    Reason(_words("pickle copyreg marshal shelve dill cloudpickle joblib getsizeof"), pickles_solution),
    Reason(frozenset(), identity_of_containers),
    Reason(frozenset(), subclasses_of_solution),
)
"""Looked for in this order; those without words in every file."""
