r"""Code and plain text as safe HTML: escaped, with what cannot be seen made visible.

Characters that are not drawn, or that change the order in which others are drawn, are written out as Python would
write them: U+202E becomes ``\u202e``. What a reader sees is then what Python reads (CVE-2021-42574, "Trojan Source").
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pygments.lexer import Lexer

Piece = tuple[str, str]
"""A pygments class, or the empty string, and the text that has it."""
Span = tuple[int, int]
"""Characters of a line, from the first up to but without the second."""

_LANGUAGES: dict[str, tuple[str, int]] = {
    **dict.fromkeys(("python", "py", "python3"), ("python", 200_000)),
    **dict.fromkeys(("bash", "sh", "shell"), ("bash", 10_000)),
    **{name: (name, 10_000) for name in ("json", "pycon", "sql")},
}
"""Name → pygments' name, and the most characters that are coloured. Only languages whose lexer was measured on hostile
text: that of Python is linear, those of Java and C need 40 s for 20,000 line ends."""
_UNCOLOURED = frozenset({"n", "p", "w", "err"})
"""Classes that no style needs to colour; most tokens have one of them."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters but tab, line feed and carriage return
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"  # blank
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # of no width, line ends that Python does not count, directions
    "\ud800-\udfff]"  # halves of characters, which UTF-8 does not have
)


def highlighted_lines(code: str, language: str = "python") -> list[str]:
    r"""Code as one piece of HTML a line, with pygments' short classes: ``<span class="k">def</span>``.

    Args:
        code: any text. Only ``\n``, ``\r\n`` and ``\r`` end a line, so that numbers equal those of Python's tracebacks
            and of coverage; a form feed, which ends one for ``str.splitlines``, does not.
        language: as behind a fence, of any case. What is not known, or too long to colour, is escaped only.

    Returns:
        As many lines as Python counts. The text of each is the source line without its end, where what cannot be seen
        is written out in a ``<span class="unseen">``. A token over several lines ends and begins again in each.
    """
    return [line_html(pieces) for pieces in line_pieces(code, language)]


def text_html(text: str) -> str:
    """Text as HTML: escaped, and what cannot be seen written out in a ``<span class="unseen">``; line ends stay."""
    return _UNSEEN.sub(lambda match: f'<span class="unseen">{_written_out(match)}</span>', html.escape(text))


def visible(text: str) -> str:
    """Text with what cannot be seen written out, not escaped: for attributes and formulas, which hold no span."""
    return _UNSEEN.sub(_written_out, text)


def line_pieces(code: str, language: str = "python") -> list[list[Piece]]:
    """For each line its pieces, whose texts together are the line."""
    lines = _LINE_END.split(code)
    if not lines[-1]:
        lines.pop()
    lexer = _lexer_for(language, len(code))
    if lexer is None:
        return [[("", line)] for line in lines]
    pieces: list[list[Piece]] = [[]]
    for _, token, text in lexer.get_tokens_unprocessed("\n".join(lines)):
        first, *others = text.split("\n")
        pieces[-1].append((_class_of(token), first))
        pieces.extend([(_class_of(token), other)] for other in others)
    return pieces[: len(lines)]


def line_html(pieces: Sequence[Piece], marked: Sequence[Span] = (), mark: str = "mark") -> str:
    """A line of HTML.

    Args:
        pieces: of the line.
        marked: parts of the line that stand in an element of their own, rising and apart from each other.
        mark: that element's tag.
    """
    parts, start = [], 0
    for first, end in marked:
        parts.append(_coloured(pieces, start, first))
        parts.append(f"<{mark}>{_coloured(pieces, first, end)}</{mark}>")
        start = end
    parts.append(_coloured(pieces, start, sum(len(text) for _, text in pieces)))
    return "".join(parts)


def _coloured(pieces: Sequence[Piece], first: int, end: int) -> str:
    """The HTML of some characters of a line; neighbours of one class share a span."""
    runs: list[Piece] = []
    position = 0
    for name, text in pieces:
        cut = text[max(0, first - position) : max(0, end - position)]
        position += len(text)
        if cut and runs and runs[-1][0] == name:
            runs[-1] = (name, runs[-1][1] + cut)
        elif cut:
            runs.append((name, cut))
    return "".join(f'<span class="{name}">{text_html(text)}</span>' if name else text_html(text) for name, text in runs)


def _written_out(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def _lexer_for(language: str, characters: int) -> Lexer | None:
    name, most = _LANGUAGES.get(language.casefold(), ("", -1))
    return _lexer(name) if characters <= most else None


@cache
def _lexer(name: str) -> Lexer:
    from pygments.lexers import get_lexer_by_name

    lexer: Lexer = get_lexer_by_name(name)
    return lexer


@cache
def _class_of(token: Any) -> str:
    """pygments' short class of a token type, or of the nearest type above that has one."""
    from pygments.token import STANDARD_TYPES

    while token not in STANDARD_TYPES:
        token = token.parent
    name: str = STANDARD_TYPES[token]
    return "" if name in _UNCOLOURED else name
