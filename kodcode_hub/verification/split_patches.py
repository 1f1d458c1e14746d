"""Whether a test replaces something that the solution, in a process of its own, would have to see. Pure."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from kodcode_hub.verification.solution_names import NamesOfTest
from kodcode_hub.verification.syntax_tree import dotted_name, nodes_of

_CROSSING = ("builtins.input", "sys.stdin", "sys.stdout", "sys.stderr", "os.environ")
"""What the solution's process takes from the test's at each call, so that it may be replaced there."""

_HARMLESS = ("sys.path", "sys.dont_write_bytecode", "sys.tracebacklimit")
_OWN_MODULES = ("test_solution", "__main__", "__name__")
_PATCH = ("unittest.mock.patch", "mock.patch", "mocker.patch", "patch")
_REPLACING_METHODS = frozenset({"setattr", "delattr", "setitem", "delitem"})
_SYS_MODULES_THAT_MAY_BE_READ = ("__name__", "'solution'", "'test_solution'")


def replaced_by_patch(names: NamesOfTest) -> str:
    """The reason, if unittest's ``patch``, pytest's ``monkeypatch`` or ``setattr`` reaches for the solution's world."""
    return _first(_judge_call(names, call) for call in names.calls)


def replaced_by_assignment(names: NamesOfTest) -> str:
    """The reason, if a statement such as ``solution.x = ...`` or ``time.time = ...`` does."""
    changed = [node for node in names.nodes.of(ast.Attribute) if not isinstance(node.ctx, ast.Load)]
    if not changed:
        return ""
    functions = {node.name for node in names.nodes.of(ast.FunctionDef)}
    plain = {id(target) for node in names.nodes.of(ast.AugAssign) for target in [node.target]}
    for assignment in names.nodes.of(ast.Assign):
        if not any(_is_code(part, functions) for part in nodes_of(assignment.value)):
            plain.update(map(id, assignment.targets))
    return _first(_judge_assignment(names, node, plain=id(node) in plain) for node in changed)


def changed_in_sys_modules(names: NamesOfTest) -> str:
    """The reason, if ``sys.modules`` is used for more than finding the file's own module."""
    harmless = {
        id(node.value)
        for node in names.nodes.of(ast.Subscript)
        if isinstance(node.ctx, ast.Load) and ast.unparse(node.slice) in _SYS_MODULES_THAT_MAY_BE_READ
    }
    harmless |= {id(other) for node in names.nodes.of(ast.Compare) for other in node.comparators}
    uses = [*names.nodes.of(ast.Attribute), *names.nodes.of(ast.Name)]
    if any(names.origin(node) == "sys.modules" and id(node) not in harmless for node in uses):
        return "it works on sys.modules, of which the solution has its own"
    return ""


def _judge_call(names: NamesOfTest, call: ast.Call) -> str:
    origin = names.origin(call.func)
    base, _, last = origin.rpartition(".")
    judge: Callable[[NamesOfTest, ast.Call], str] | None = None
    if origin in _PATCH:
        judge = _judge_target
    elif base in _PATCH and last == "object":
        judge = _judge_attribute
    elif base in _PATCH and last in ("dict", "multiple"):
        judge = _judge_target
    elif last in _REPLACING_METHODS and (isinstance(call.func, ast.Attribute) or not base):
        judge = _judge_target if last.endswith("item") or _is_text(call) else _judge_attribute
    return judge(names, call) if judge and _first_argument(call) is not None else ""


def _judge_target(names: NamesOfTest, call: ast.Call) -> str:
    """Of ``patch("a.b")``, ``patch.dict(a.b)``, ``monkeypatch.setattr("a.b", 1)``, ``monkeypatch.setitem(a, 1, 2)``."""
    match _first_argument(call):
        case ast.Constant(value=str(path)):
            return _judge_path(path)
        case ast.JoinedStr(values=[ast.FormattedValue(value=ast.Name(id="__name__")), *_]):
            return ""
        case ast.JoinedStr() | ast.BinOp():
            return "it patches something whose name is computed"
        case ast.expr() as target:
            return _judge_object(names, target, "")
    return ""


def _judge_attribute(names: NamesOfTest, call: ast.Call) -> str:
    """Of ``patch.object(a, "b")``, ``monkeypatch.setattr(a, "b", ...)``, ``setattr(a, "b", ...)``."""
    target = _first_argument(call)
    attribute = call.args[1].value if len(call.args) > 1 and isinstance(call.args[1], ast.Constant) else ""
    if target is None or (names.origin(call.func) == "setattr" and not names.is_imported(target)):
        return ""  # an instance's attribute, which crosses like any other
    return _judge_object(names, target, str(attribute))


def _judge_object(names: NamesOfTest, target: ast.expr, attribute: str) -> str:
    origin = names.origin(target)
    path = f"{origin}.{attribute}" if attribute else origin
    if _is_among(path, _CROSSING):
        return ""
    if names.is_imported(target) or names.comes_from_solution(target):
        return _reason(path or ast.unparse(target))
    return ""


def _judge_path(path: str) -> str:
    return "" if _is_among(path, _CROSSING + _OWN_MODULES) else _reason(path)


def _judge_assignment(names: NamesOfTest, target: ast.Attribute, *, plain: bool) -> str:
    path, base = names.origin(target), names.origin(target.value)
    if _is_among(path, _CROSSING + _HARMLESS) or isinstance(target.value, ast.Call):
        return ""
    if names.is_exported_by_solution(target.value):
        is_class = base != "solution" and base.rpartition(".")[2][:1].isupper()
        return "" if is_class and plain else _reason(path)
    return _reason(path) if names.is_imported(target.value) else ""


def _is_code(node: ast.AST, functions: set[str]) -> bool:
    """True for functions and mocks, which shall replace some of the solution's, as opposed to plain values."""
    name = dotted_name(node) if isinstance(node, ast.Name | ast.Attribute) else ""
    return isinstance(node, ast.Lambda) or name in functions or name.endswith("Mock")


def _first_argument(call: ast.Call) -> ast.expr | None:
    if call.args:
        return call.args[0]
    return next((keyword.value for keyword in call.keywords if keyword.arg in ("target", "in_dict", "name")), None)


def _is_text(call: ast.Call) -> bool:
    return isinstance(_first_argument(call), ast.Constant | ast.JoinedStr | ast.BinOp)


def _is_among(path: str, known: tuple[str, ...]) -> bool:
    return any(path == name or path.startswith(name + ".") for name in known)


def _reason(path: str) -> str:
    return f"it replaces {path}, which the solution looks up in its own process"


def _first(reasons: Iterable[str]) -> str:
    return next((reason for reason in reasons if reason), "")
