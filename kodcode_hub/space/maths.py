r"""LaTeX as MathML, which browsers draw without a script. Safe by construction.

The converter's output is never used as it is: latex2mathml copies ``\text{<img onerror=...>}`` and ``\href`` into it.
Its tree is read instead, and written anew from the elements and attributes below; all else is left out or refuses the
formula. Formulas that would take long are refused before: the converter expands macros, and ``\sideset`` doubles.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from kodcode_hub.space.code_html import text_html, visible

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LONGEST_FORMULA = 2000
DEEPEST = 40
"""Of braces in the source, and of elements in the result."""

_BODY = r"((?:[^\\$`]|\\.){1,2000}+)"
"""No code in it, and no other formula: a code span that begins before a dollar's partner is a code span."""
_DOLLARS = re.compile(rf"(?<!\$)(\${{6}}|\${{1,3}})(?!\$){_BODY}\1(?!\$)", re.DOTALL)
_ROUND = re.compile(r"(?<![\w\\])\\\(((?:[^\\`]|\\[^()]){1,2000}+)\\\)")
_SQUARE = re.compile(r"\\\[((?:[^\\`]|\\[^\[\]]){1,2000}+)\\\](?=[.,;:]?[ \t]*(?:\n|\Z))")
_GOES_ON = re.compile(r"\d|(?!(?:st|nd|rd|th|s)\b)\w")
_PRICE = re.compile(r"\d[\d,.]*[kKmMbB]?\s+[A-Za-z]{2,}[^\\^_={}<>]*")

_CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "mroot": 2, "msubsup": 3, "munderover": 3}
_LEAVES = frozenset(("mi", "mn", "mo", "mtext", "mspace"))
ELEMENTS = _LEAVES.union(_CHILDREN, ("math", "mrow", "msqrt", "mstyle", "mpadded", "mphantom", "mtable", "mtr", "mtd"))
_WORDS = re.compile(r"true|false|[012]|block|inline|normal|bold|italic|monospace|sans-serif|prefix|postfix|infix")
_LENGTHS = re.compile(r"[+-]?0?\.\d{1,4}(?:em|ex)|\+?\d(?:\.\d{1,4})?(?:em|ex|pt|px)|0")
"""Below ten letters, and back by less than one: others would draw a formula over other parts of the page."""
_SIDES = re.compile(r"(?:left|right|center|solid|dashed|none)(?: (?:solid|dashed|none))*")
_ATTRIBUTES: dict[str, re.Pattern[str]] = {
    **dict.fromkeys(("accent", "displaystyle", "fence", "form", "largeop", "mathvariant", "movablelimits"), _WORDS),
    **dict.fromkeys(("scriptlevel", "stretchy"), _WORDS),
    **dict.fromkeys(
        ("depth", "height", "linethickness", "lspace", "maxsize", "minsize", "rspace", "voffset", "width"), _LENGTHS
    ),
    **dict.fromkeys(("columnalign", "columnlines", "rowlines"), _SIDES),
}
"""Attributes, and the values that they may have; no colours, which a dark page would hide."""
ATTRIBUTES = frozenset((*_ATTRIBUTES, "display", "alttext"))

_REFUSED = re.compile(r"\\(?:def|(?:re)?newcommand|newenvironment|DeclareMathOperator|sideset)(?![A-Za-z])")
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([A-Za-z]+\*?)\}")
ENVIRONMENTS = {
    **{name: name for name in ("array", "cases", "split", "equation", "equation*", "smallmatrix")},
    **{f"{kind}matrix": f"{kind}matrix" for kind in ("", "p", "b", "B", "v", "V")},
    **dict.fromkeys(("align", "align*", "aligned", "eqnarray", "eqnarray*", "flalign", "flalign*"), "align*"),
    **dict.fromkeys(("gather", "gather*", "gathered", "multline", "multline*"), "matrix"),
    "dcases": "cases",
}
"""Environments, and what the converter knows them as."""
_ROW_SPACING = re.compile(r"(?<=\\\\)\s*\[[\d.\s]*[a-z]{2}\]")
_ARG = re.compile(r"\\arg(?![A-Za-z])")
_ENTITY = re.compile(r"&(?:lt|gt|amp);")
_FUNCTION = re.compile(r"(?!mod\b)[A-Za-z]{2,}")
_ESCAPED = re.compile(r"\\([_%#&${}])")
_ALPHABETS = {
    "bold": "BOLD",
    "italic": "ITALIC",
    "double-struck": "DOUBLE-STRUCK",
    "script": "SCRIPT",
    "fraktur": "FRAKTUR",
    "monospace": "MONOSPACE",
    "sans-serif": "SANS-SERIF",
}


def mathml(source: str, *, display: bool) -> str:
    r"""One formula as ``<math>``, with its source as ``alttext``.

    Args:
        source: LaTeX without its delimiters; hostile.
        display: drawn as a line of its own.

    Returns:
        MathML; or the source in ``<code class="tex">`` where it is longer than 2000 characters, nested deeper than 40,
        defines macros, or has a command that the converter does not know. Never raises.
    """
    try:
        root = _converted(source, display)
        inside = "".join(_written(child, 1) for child in root)
    except Exception:  # noqa: BLE001 - on hostile LaTeX the converter raises whatever comes
        return f'<code class="tex">{text_html(source)}</code>'
    alternative = html.escape(visible(" ".join(source.split())))
    kind = ' display="block"' if display else ""
    return f'<math{kind} alttext="{alternative}">{inside}</math>'


class Formula(NamedTuple):
    """A formula in a text."""

    source: str
    display: bool
    end: int
    """Where the text goes on, behind the closing delimiter."""


def formula_at(text: str, start: int) -> Formula | None:
    r"""The formula whose delimiter stands at ``start``.

    Delimiters are ``$``, ``$$`` (display), Codeforces' ``$$$`` and ``$$$$$$`` (display), ``\( \)`` and ``\[ \]``. What
    only looks like them is text: prices, shell variables, and brackets that a converter to Markdown escaped, as in
    ``f\(x\)``, and ``\[1, 2\]`` within a line. Looks at no more than 2000 characters.
    """
    if text.startswith("$", start):
        match = _DOLLARS.match(text, start)
        if match is None or not match[2].strip() or (match[1] == "$" and not _is_formula(text, match)):
            return None
        return Formula(match[2].strip(), match[1] in ("$$", "$$$$$$"), match.end())
    if match := _ROUND.match(text, start):
        return Formula(match[1].strip(), False, match.end())
    if (match := _SQUARE.match(text, start)) and not text[text.rfind("\n", 0, start) + 1 : start].strip():
        return Formula(match[1].strip(), True, match.end())
    return None


def _is_formula(text: str, match: re.Match[str]) -> bool:
    """Whether what single dollars enclose is one: pandoc's rule, and some for prices and variables."""
    source = match[2]
    if source != source.strip() or text[: match.start()][-1:].isalnum():
        return False
    return not _GOES_ON.match(text, match.end()) and not _PRICE.fullmatch(source)


class _UnknownError(ValueError):
    """The formula has something that would be drawn wrong."""


def _converted(source: str, display: bool) -> Element:
    if len(source) > LONGEST_FORMULA or _depth(source) > DEEPEST or _REFUSED.search(source):
        raise _UnknownError(source[:80])
    from latex2mathml.converter import convert_to_element

    return convert_to_element(_rewritten(source), display="block" if display else "inline")


def _depth(source: str) -> int:
    depth = deepest = 0
    for character in source:
        depth += (character == "{") - (character == "}")
        deepest = max(deepest, depth)
    return deepest


def _rewritten(source: str) -> str:
    """LaTeX that the converter knows, for LaTeX that it does not; sites also leave ``&lt;`` in formulas."""
    source = _ENTITY.sub(lambda match: html.unescape(match[0]), source)
    source = _ROW_SPACING.sub("", source)
    source = _ARG.sub(r"\\operatorname{arg}", source)
    return _ENVIRONMENT.sub(lambda match: rf"\{match[1]}{{{ENVIRONMENTS[match[2]]}}}", source)


def _written(element: Element, depth: int) -> str:
    """An element from the lists above.

    Raises:
        _UnknownError: it is not there, is nested too deep, or has too few children.
    """
    name, children = element.tag, list(element)
    if name not in ELEMENTS or depth > DEEPEST or len(children) != _CHILDREN.get(name, len(children)):
        raise _UnknownError(name)
    if element.get("linebreak") or (not children and name not in _LEAVES and name not in ("mrow", "mtd")):
        raise _UnknownError(name)  # a line break without lines, or an operator without its operand
    if name in _LEAVES and not children:
        return _leaf(name, html.unescape(element.text or ""), element)
    name = "mrow" if name in _LEAVES else name
    return f"<{name}{_attributes(element)}>{''.join(_written(child, depth + 1) for child in children)}</{name}>"


def _leaf(name: str, text: str, element: Element) -> str:
    if name == "mtext":
        text = _ESCAPED.sub(r"\1", text)
    elif (text.startswith("\\") and len(text) > 1) or element.text == "&":
        raise _UnknownError(text)  # a command that the converter does not know, or a cell of no table
    attributes = _attributes(element)
    if name == "mi" and unicodedata.category(text[:1] or " ") in ("Sm", "Ps", "Pe"):
        name, attributes = "mo", ' stretchy="false"'  # with the space around it that an operator has
    elif name in ("mi", "mo") and _FUNCTION.fullmatch(text):
        name, attributes = "mo", f'{attributes} lspace="0.167em" rspace="0.167em"'  # as the word that it is: n log n
    elif name in ("mi", "mn") and (variant := element.get("mathvariant")) in _ALPHABETS:
        text, attributes = "".join(_letter(character, _ALPHABETS[variant]) for character in text), ""
    return f"<{name}{attributes}>{html.escape(visible(text))}</{name}>"


def _attributes(element: Element) -> str:
    return "".join(
        f' {name}="{value}"'
        for name, value in element.attrib.items()
        if name in _ATTRIBUTES and _ATTRIBUTES[name].fullmatch(value)
    )


def _letter(character: str, alphabet: str) -> str:
    """A letter of another alphabet: browsers know no ``mathvariant`` but ``normal`` (MathML Core, section 2.1.6)."""
    kind = "DIGIT" if character.isdigit() else "CAPITAL" if character.isupper() else "SMALL"
    name = f"{kind} {unicodedata.name(character, '').rpartition(' ')[2]}"
    for place in (f"MATHEMATICAL {alphabet}", alphabet.replace("FRAKTUR", "BLACK-LETTER")):
        try:
            return unicodedata.lookup(f"{place} {name}")
        except KeyError:  # some letters had their places before there were whole alphabets: ℝ, ℭ
            continue
    return character
