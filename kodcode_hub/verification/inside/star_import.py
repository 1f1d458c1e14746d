"""What ``from solution import *`` brings into a test file, and what it must not shadow.

A star import lets the solution choose names in the file that judges it. Here the test keeps what it bound itself, what
pytest would heed, and the built-ins that it uses beside the tested code.
"""

from __future__ import annotations

import builtins
import dis
import warnings
from collections.abc import Callable, Iterable
from types import CodeType, ModuleType
from typing import Any, NamedTuple

BUILT_IN_NAMES = frozenset(vars(builtins))

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

SOLUTION = "solution"

_HEEDED = frozenset(
    {"pytestmark", "collect_ignore", "collect_ignore_glob", "load_tests"}
    | {"setup_module", "teardown_module", "setUpModule", "tearDownModule", "setup_function", "teardown_function"}
)
"""Names of a module by which pytest changes how its tests run; besides all that begin with ``pytest_``."""
_OF_MODULES = frozenset(
    {"__name__", "__file__", "__builtins__", "__spec__", "__loader__", "__package__", "__path__", "__cached__"}
    | {"__getattr__", "__dir__", "__class__", "__dict__", "__test__", "__tracebackhide__", "__unittest"}
    | {"__import__", "__build_class__", "__debug__", "__annotations__"}
)
_STAR_INTRINSIC = 2
"""Argument of ``CALL_INTRINSIC_1`` that is a star import, from Python 3.12 on."""


class Facts(NamedTuple):
    """What a test file's text says of its own names."""

    used: frozenset[str] = frozenset()
    """Names, attributes among them, that the file mentions and does not bind itself."""
    bound: frozenset[str] = frozenset()
    """Names that the file's own top-level statements bind above its last star import of the solution."""
    imported: frozenset[str] = frozenset()
    """Names that they bind by an import, and by nothing else."""
    star: bool = False
    """It has ``from solution import *``."""


def facts_of(source: str) -> Facts:
    """Read a test file's text; there are no facts of one that does not compile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes and the like are said when it is run
            code = compile(source.removeprefix("\ufeff"), "test_solution.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Facts()
    return facts_of_code(code)


def facts_of_code(module: CodeType) -> Facts:
    """The same from the module's code. To look there is far cheaper than to go over a syntax tree."""
    imported: set[str] = set()
    made: set[str] = set()
    above_star: frozenset[str] | None = None
    for name, is_import in _bindings(module):
        if name == "*":
            above_star = frozenset(imported | made)
        else:
            (imported if is_import else made).add(name)
    if above_star is None:
        return Facts(imported=frozenset(imported - made))
    used = frozenset(mentioned_names(module) - imported - made)
    return Facts(used, above_star, frozenset(imported - made), star=True)


def filter_star_import(
    namespace: dict[str, Any], facts: Facts, may_import: Callable[[Any], bool], brought: dict[str, Any]
) -> Callable[..., Any]:
    """An ``__import__`` that gives ``from solution import *`` in ``namespace`` no more than it may have.

    Args:
        namespace: of the test module.
        may_import: whether a value may be imported at all.
        brought: takes what was imported that way.
    """
    plain = builtins.__import__

    def import_(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        module = plain(name, globals, locals, fromlist, level)
        if globals is not namespace or name != SOLUTION or level or tuple(fromlist or ()) != ("*",):
            return module
        exported = exported_names(module)
        chosen = names_to_import(exported, facts.used, facts.bound)
        values = {name: getattr(module, name) for name in exported if name in chosen}
        allowed = {name: value for name, value in values.items() if may_import(value)}
        brought.update(allowed)
        view = ModuleType(SOLUTION)
        vars(view).update(allowed, __all__=list(allowed))
        return view

    return import_


def names_to_import(exported: Iterable[str], used: frozenset[str], bound: frozenset[str]) -> frozenset[str]:
    """Which of the solution's exported names a star import gives to the test.

    The name of a built-in is taken only where it must be what is tested: the test uses no other exported name.

    Args:
        exported: what ``import *`` would bring.
        used: see ``Facts.used``.
        bound: names that stay the test's own.
    """
    allowed = {name for name in exported if name not in bound and not _is_heeded(name)}
    own = allowed - BUILT_IN_NAMES
    return frozenset(own if own & used else own | (allowed & used))


def exported_names(module: Any) -> list[str]:
    """What ``import *`` would bring of ``module``: its ``__all__``, else all that does not begin with ``_``.

    Raises:
        TypeError: as ``import *`` does, for an ``__all__`` that holds something other than text.
    """
    listed = getattr(module, "__all__", None)
    if listed is None:
        return [name for name in list(module.__dict__) if isinstance(name, str) and not name.startswith("_")]
    names = list(listed)
    wrong = [name for name in names if not isinstance(name, str)]
    if wrong:
        raise TypeError(f"Item in {SOLUTION}.__all__ must be str, not {type(wrong[0]).__name__}")
    return names


def _is_heeded(name: str) -> bool:
    return name in _HEEDED or name in _OF_MODULES or name.startswith(("pytest_", "__kept_", "__explain_"))


def _bindings(module: CodeType) -> list[tuple[str, bool]]:
    """The names that a module's code stores, in order, and whether an import did; ``*`` for the solution's star."""
    found: list[tuple[str, bool]] = []
    names, instructions = module.co_names, module.co_code
    load_module, load_part, store = dis.opmap["IMPORT_NAME"], dis.opmap["IMPORT_FROM"], dis.opmap["STORE_NAME"]
    extend, star = dis.EXTENDED_ARG, dis.opmap.get("IMPORT_STAR", -1)
    intrinsic = dis.opmap.get("CALL_INTRINSIC_1", -1)
    between = {dis.opmap[name] for name in ("SWAP", "POP_TOP", "CACHE", "NOP") if name in dis.opmap}
    importing, source, extended = False, "", 0
    for operation, argument in zip(instructions[::2], instructions[1::2], strict=True):
        argument |= extended
        extended = argument << 8 if operation == extend else 0
        if operation == load_module:
            importing, source = True, names[argument]
        elif operation == load_part:
            importing = True
        elif operation == store:
            found.append((names[argument], importing))
            importing = False
        elif operation == star or (operation == intrinsic and argument == _STAR_INTRINSIC):
            if source == SOLUTION:
                found.append(("*", True))
        elif operation != extend and operation not in between:
            importing = False
    return found


def mentioned_names(module: CodeType) -> set[str]:
    """The names, attributes among them, in a module's code; not those that are local to a function."""
    names: set[str] = set()
    waiting = [module]
    while waiting:
        code = waiting.pop()
        names.update(code.co_names)
        waiting += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return names
