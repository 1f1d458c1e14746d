"""Untrusted code as safe HTML, line by line, with the classes of pygments and nothing else."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pygments.lexer import Lexer

LONGEST_CODE = 100_000
"""Characters that are coloured; longer code is only escaped."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_LANGUAGES = frozenset(
    ("python", "py", "python3", "pycon", "json", "bash", "sh", "console", "sql", "java", "c", "cpp", "c++", "js",
     "javascript", "go", "rust", "html", "xml", "yaml", "diff")
)  # fmt: skip
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def highlighted_lines(code: str, language: str = "python") -> list[str]:
    r"""One text of HTML for each line; its text is that of the line.

    Characters that are not seen, or turn the direction of what follows, are written out as ``\u202e``, so that code is
    what it looks like.

    Args:
        code: any text; lines end with ``\n``, ``\r\n`` or ``\r``, as for Python.
        language: a name that pygments knows; of an unknown one nothing is coloured.
    """
    lines = source_lines(code)
    text = "\n".join(lines)
    lexer = _lexer(language.strip().lower()) if len(text) <= LONGEST_CODE else None
    if lexer is None:
        return [safe_text(line) for line in lines]
    coloured = [""]
    for kind, value in lexer.get_tokens(text):
        first, *others = value.split("\n")
        coloured[-1] += _token(str(kind), first)
        coloured += [_token(str(kind), other) for other in others]
    return coloured if len(coloured) == len(lines) else [safe_text(line) for line in lines]


def source_lines(code: str) -> list[str]:
    """The lines as Python counts them; what ends the last one begins no further line."""
    lines = _LINE_END.split(code)
    return lines[:-1] if lines[-1] == "" else lines


def safe_text(text: str) -> str:
    """Escaped, with unseen characters written out."""
    return _UNSEEN.sub(_written_out, escape(text))


def _written_out(match: re.Match[str]) -> str:
    number = ord(match[0])
    name = f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
    return f'<span class="unseen">{name}</span>'


def _token(kind: str, text: str) -> str:
    if not text:
        return ""
    name = _class_of(kind)
    return f'<span class="{name}">{safe_text(text)}</span>' if name else safe_text(text)


@lru_cache(maxsize=256)
def _class_of(kind: str) -> str:
    from pygments.token import STANDARD_TYPES, string_to_tokentype

    found: Any = string_to_tokentype(kind.removeprefix("Token").lstrip("."))
    while found is not None and found not in STANDARD_TYPES:
        found = found.parent
    return str(STANDARD_TYPES[found]) if found else ""


@lru_cache(maxsize=32)
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name

    return get_lexer_by_name(language, stripnl=False, ensurenl=False) if language in _LANGUAGES else None
