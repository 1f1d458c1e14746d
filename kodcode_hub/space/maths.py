"""LaTeX as MathML, which browsers draw and screen readers read; what cannot be converted stays as text."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from xml.etree import ElementTree

LONGEST_FORMULA = 1000
_DEEPEST = 30
ELEMENTS = frozenset(
    ("math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "msup", "msub", "msubsup", "mfrac", "msqrt", "mroot",
     "mover", "munder", "munderover", "mmultiscripts", "mprescripts", "mtable", "mtr", "mtd", "mstyle", "mpadded",
     "mphantom", "menclose")
)  # fmt: skip
ATTRIBUTES = frozenset(
    ("display", "alttext", "mathvariant", "stretchy", "fence", "form", "lspace", "rspace", "minsize", "maxsize",
     "accent", "accentunder", "linethickness", "columnalign", "rowspacing", "columnspacing", "width", "height", "depth",
     "displaystyle", "scriptlevel", "movablelimits", "separator", "symmetric", "notation")
)  # fmt: skip
_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"


@lru_cache(maxsize=2000)
def mathml(source: str, *, display: bool) -> str:
    """One formula as HTML.

    Args:
        source: LaTeX without its delimiters.
        display: on a line of its own.
    """
    converted = None if _is_too_much(source) else _converted(source, display)
    return converted or f'<code class="tex">{escape(source)}</code>'


def _is_too_much(source: str) -> bool:
    depth = deepest = 0
    for letter in source:
        depth += (letter == "{") - (letter == "}")
        deepest = max(deepest, depth)
    return len(source) > LONGEST_FORMULA or deepest > _DEEPEST or source.count("\\left") > _DEEPEST


def _converted(source: str, display: bool) -> str | None:
    from latex2mathml.converter import convert

    try:
        root = ElementTree.fromstring(convert(source, display="block" if display else "inline"))
    except Exception:  # noqa: BLE001 - the converter raises whatever comes, and a formula is worth no error
        return None
    root.set("alttext", " ".join(source.split()))
    try:
        return _written(root)
    except RecursionError:
        return None


def _written(element: ElementTree.Element) -> str:
    """An element with known children and attributes; of an unknown one only its children."""
    name = element.tag.removeprefix(_NAMESPACE)
    inside = escape(element.text or "") + "".join(_written(child) + escape(child.tail or "") for child in element)
    if name not in ELEMENTS:
        return inside
    known = "".join(f' {key}="{escape(value)}"' for key, value in element.attrib.items() if key in ATTRIBUTES)
    return f"<{name}{known}>{inside}</{name}>"
