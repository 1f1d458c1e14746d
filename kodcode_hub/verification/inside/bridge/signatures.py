"""What a function tells of itself: text, parameters, annotations. Told where a test's source asks for such things."""

from __future__ import annotations

import builtins
import inspect
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .values import Reader, Writer

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_KINDS = tuple(inspect._ParameterKind)
_EMPTY = inspect.Parameter.empty


def describe_signature(writer: Writer, function: types.FunctionType, *, has_attributes: bool) -> list[Any]:
    """``[doc, parameters, annotations, attributes]``; a parameter is ``[name, kind, [default] or []]``."""
    parameters = [
        [it.name, int(it.kind), [] if it.default is _EMPTY else [writer.item(it.default)]]
        for it in inspect.signature(function, follow_wrapped=False).parameters.values()
    ]
    annotations = {name: writer.item(value) for name, value in function.__annotations__.items()}
    attributes = {str(name): writer.item(value) for name, value in vars(function).items()} if has_attributes else {}
    return [function.__doc__ if type(function.__doc__) is str else None, parameters, annotations, attributes]


def apply_signature(reader: Reader, function: types.FunctionType, described: Any) -> None:
    """Make a mirror function tell the same of itself."""
    doc, parameters, annotations, attributes = described
    function.__dict__.update({name: reader.item(item) for name, item in attributes.items()})
    function.__doc__ = doc if type(doc) is str else None
    function.__annotations__ = {str(name): reader.item(item) for name, item in annotations.items()}
    made = [
        inspect.Parameter(
            name,
            _KINDS[kind],
            default=reader.item(default[0]) if default else _EMPTY,
            annotation=function.__annotations__.get(name, _EMPTY),
        )
        for name, kind, default in parameters
    ]
    result = function.__annotations__.get("return", _EMPTY)
    function.__signature__ = inspect.Signature(made, return_annotation=result)  # type: ignore[attr-defined]
