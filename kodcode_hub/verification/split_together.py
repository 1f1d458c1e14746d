"""Whether a test and the solution must share a random generator, threads, an event loop or code. Pure."""

from __future__ import annotations

import ast
import re

from kodcode_hub.verification.solution_names import NamesOfTest
from kodcode_hub.verification.syntax_tree import nodes_of

_SEEDS = {
    **dict.fromkeys(("random.seed", "random.setstate"), "random."),
    **dict.fromkeys(("numpy.random.seed", "numpy.random.set_state"), "numpy.random."),
    **dict.fromkeys(("torch.manual_seed", "torch.random.manual_seed", "torch.cuda.manual_seed"), "torch."),
    **dict.fromkeys(("tensorflow.random.set_seed", "tensorflow.set_random_seed"), "tensorflow."),
}
_NOT_DRAWN = frozenset({"Random", "SystemRandom", "default_rng", "RandomState", "Generator", "getstate", "get_state"})
_THREADS = ("threading.Thread", "threading.Timer", "concurrent.futures", "multiprocessing", "_thread.start_new_thread")
_HANDING_OVER = frozenset(
    {*("submit", "map", "apply", "apply_async", "map_async", "starmap", "starmap_async", "imap", "imap_unordered")}
)
_PLAIN_ASYNCIO = frozenset(
    {*("run", "sleep", "get_event_loop", "new_event_loop", "set_event_loop", "get_event_loop_policy", "Runner")}
    | {"iscoroutine", "iscoroutinefunction", "run_until_complete", "close", "TimeoutError", "set_event_loop_policy"}
)
_RUNNING = frozenset(
    {*("eval", "exec", "compile", "importlib.import_module", "__import__", "timeit.timeit", "timeit.repeat")}
    | {"pickle.loads", "pickle.load", "pickle.Unpickler", "marshal.loads", "dill.loads", "joblib.load", "torch.load"}
    | {"pandas.read_pickle", "pandas.eval", "numpy.load", "yaml.load", "yaml.unsafe_load", "jsonpickle.decode"}
    | {"typing.get_type_hints", "inspect.get_annotations"}  # which evaluate the texts of annotations
    | {"sympy.sympify", "sympy.S", "sympy.simplify", "sympy.parse_expr", "sympy.parsing.sympy_parser.parse_expr"}
)
RUNNING_WORDS = frozenset(origin.rpartition(".")[2] for origin in _RUNNING)
_PROGRAMS = ("subprocess.", "os.system", "os.popen", "os.exec", "os.spawn", "os.posix_spawn", "runpy.", "pexpect.")
_NO_SCRIPT = re.compile(r"(?!.*\.(py|sh)\b)", re.DOTALL)
_PICKLING = ("pickle.", "copyreg.", "marshal.", "shelve.", "dill.", "cloudpickle.", "joblib.", "sys.getsizeof")


def seeds_solution(names: NamesOfTest) -> str:
    """The reason, if the test seeds a generator and the solution, not the test, is the first to draw from it."""
    events = sorted(names.calls, key=lambda call: (call.lineno, call.col_offset))
    for position, call in enumerate(events):
        origin = names.origin(call.func)
        if origin in _SEEDS and not _draws_next(names, events[position + 1 :], _SEEDS[origin]):
            return f"it seeds the solution's random numbers ({origin})"
    return ""


def shares_threads(names: NamesOfTest) -> str:
    """The reason, if the test calls the solution from threads or processes of its own."""
    starts = [call for call in names.calls if names.origin(call.func).startswith(_THREADS)]
    handed = [call for call in names.calls if isinstance(call.func, ast.Attribute) and call.func.attr in _HANDING_OVER]
    for call in starts + (handed if starts else []):
        if any(names.comes_from_solution(argument) for argument in _arguments(call)):
            return f"it calls the solution from {ast.unparse(call.func)}"
    return ""


def shares_event_loop(names: NamesOfTest) -> str:
    """The reason, if coroutines of the test and of the solution have to take turns."""
    taken = [node.iter for node in names.nodes.of(ast.AsyncFor)]
    taken += [item.context_expr for node in names.nodes.of(ast.AsyncWith) for item in node.items]
    for awaited in taken:
        if names.comes_from_solution(awaited):
            return f"it takes turns with the solution's {ast.unparse(awaited)}"
    for call in names.calls:
        package, _, name = names.origin(call.func).partition(".")
        if package in ("asyncio", "anyio", "trio") and name.rpartition(".")[2] not in _PLAIN_ASYNCIO:
            return f"it runs the solution's coroutines beside others ({ast.unparse(call.func)})"
    return _hands_over_coroutines(names)


def runs_what_solution_made(names: NamesOfTest) -> str:
    """The reason, if the test executes text or data that the solution returned: that brings its code in anyway."""
    for call in names.calls:
        origin = names.origin(call.func)
        if origin in _RUNNING and any(names.comes_from_outside(argument) for argument in _arguments(call)):
            return f"it executes what the solution made ({origin})"
    return ""


def starts_programs(names: NamesOfTest) -> str:
    """The reason, if the test starts a program that the solution may have written."""
    for call in names.calls:
        origin = names.origin(call.func)
        if origin.startswith(_PROGRAMS) and not all(_is_fixed(names, node) for node in nodes_of(*call.args)):
            return f"it starts a program that the solution may have written ({origin})"
    return ""


def pickles_solution(names: NamesOfTest) -> str:
    """The reason, if the test pickles or measures objects that stay in the solution's process."""
    for call in names.calls:
        origin = names.origin(call.func)
        if origin.startswith(_PICKLING) and any(names.comes_from_solution(argument) for argument in _arguments(call)):
            return f"it takes the solution's objects apart ({origin})"
    return ""


def _is_fixed(names: NamesOfTest, node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, str) or _NO_SCRIPT.match(node.value) is not None
    return isinstance(node, ast.List | ast.Tuple) or names.origin(node) in ("sys", "sys.executable")


def _draws_next(names: NamesOfTest, later: list[ast.Call], package: str) -> bool:
    """True if the next call that matters is a draw by the test, or if none follows that reaches the solution."""
    for call in later:
        if _draws(names, [call.func], package):
            return True
        if names.comes_from_solution(call.func):
            return _draws(names, _arguments(call), package)
    return True


def _draws(names: NamesOfTest, roots: list[ast.expr], package: str) -> bool:
    """True if an expression names one of the package's functions, or a function of the test that does."""
    nodes = nodes_of(*roots)
    called = {node.id for node in nodes if isinstance(node, ast.Name)}
    for function in names.nodes.of(ast.FunctionDef):
        if function.name in called:
            nodes += nodes_of(*function.body)
    origins = [names.origin(node) for node in nodes if isinstance(node, ast.Attribute | ast.Name)]
    return any(
        origin.startswith(package) and origin.rpartition(".")[2] not in _NOT_DRAWN and origin not in _SEEDS
        for origin in origins
    )


def _hands_over_coroutines(names: NamesOfTest) -> str:
    own = {node.name for node in names.nodes.of(ast.AsyncFunctionDef)}
    for call in names.calls if own else ():
        if names.is_exported_by_solution(call.func):
            given = [argument for argument in _arguments(call) if isinstance(argument, ast.Name) and argument.id in own]
            if given:
                return f"it hands its coroutine {ast.unparse(given[0])} to the solution"
    return ""


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]
