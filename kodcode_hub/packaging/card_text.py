"""Foreign text inside the card's Markdown: names of models, licences and recipes come from servers and users.

Nothing of it may end a table's cell, a line, a code span or a fence early, start markup, or load a picture.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from kodcode_hub.packaging.row_counts import MOST_NAMES

_LONGEST = 300
_NAMES_SHOWN = 5
_MARKUP = re.compile(r"[`*_\[\]|~$]")
_BEGINS_BLOCK = re.compile(r"^(?P<before>\d*)(?P<sign>[-+#=.)])")
_NOT_SHOWN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2060-\u2069\ufeff]")
"""Control characters, and those that turn the direction of the text around them or cannot be seen."""
_URL = re.compile(r"https?://[^\s<>\"|\\^`{}]+")


def one_line(text: object) -> str:
    """Text on one line, of at most 300 characters, without control characters."""
    found = " ".join(_NOT_SHOWN.sub("\ufffd", str(text)).split())
    return found if len(found) <= _LONGEST else found[: _LONGEST - 3] + "..."


def cell(text: object) -> str:
    """Text inside a Markdown table or line: shown as it is, and no cell ends early."""
    shown = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\\", "&#92;")
    # Bare addresses would become links, with the escapes in them.
    shown = shown.replace("://", "&#58;//").replace("www.", "www&#46;").replace("@", "&#64;")
    return _MARKUP.sub(r"\\\g<0>", shown)


def sentence(text: object) -> str:
    """As :func:`cell`, where the text begins a line: neither a list nor a heading begins there."""
    return _BEGINS_BLOCK.sub(r"\g<before>\\\g<sign>", cell(text), count=1)


def code(text: object) -> str:
    """A code span; plain text where renderers differ on what ends the span or the cell."""
    shown = one_line(text)
    return cell(shown) if not shown or re.search(r"[`|\\]", shown) else f"`{shown}`"


def fenced(text: str) -> str:
    """A code block whose fence is longer than any in ``text``."""
    fence = "`" * max(3, _longest_run(text) + 1)
    shown = _NOT_SHOWN.sub("\ufffd", "\n".join(text.splitlines()).rstrip())
    return f"{fence}text\n{shown}\n{fence}"


def link(text: str) -> str:
    """A link where ``text`` is a URL, else the text."""
    shown = one_line(text)
    return f"<{shown}>" if _URL.fullmatch(shown) else cell(shown)


def shell(text: str) -> str:
    """One argument of a command line."""
    return shlex.quote(one_line(text))


def names(texts: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    shown = ", ".join(map(link, texts[:_NAMES_SHOWN]))
    more = len(texts) - _NAMES_SHOWN
    at_least = "at least " if len(texts) >= MOST_NAMES else ""
    return f"{shown} and {at_least}{more} more" if more > 0 else shown or "not stated"


def choices(values: Sequence[object]) -> str:
    """``5``, ``5 or 10``, ``3, 5 or 10``."""
    texts = [cell(value) for value in values]
    return " or ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def percent(share: float | None) -> str:
    """One digit behind the point; empty where there is no figure."""
    return "" if share is None else f"{100 * share:.1f}%"


def decimal(value: float | None) -> str:
    """One digit behind the point; empty where there is no figure."""
    return "" if value is None else f"{value:.1f}"


def whole(value: float | None) -> str:
    """Without digits behind the point, thousands apart; empty where there is no figure."""
    return "" if value is None else f"{value:,.0f}"


FILTERS = {
    function.__name__: function
    for function in (cell, sentence, code, fenced, link, shell, names, choices, percent, decimal, whole)
}
"""What the template may use."""


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
