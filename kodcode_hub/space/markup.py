r"""A question as safe HTML: Markdown with LaTeX, as language models and contest sites write it. All of it is hostile.

Safe by construction: HTML is never read as HTML, every text is escaped where it is written, addresses that are not of
the web stay text, and nothing is loaded. nh3 then lets through what this module writes and nothing else: a mistake here
would show as an element that is missing, not as one that runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from kodcode_hub.space.code_html import highlighted_lines, text_html
from kodcode_hub.space.maths import ATTRIBUTES, ELEMENTS, ENVIRONMENTS, LONGEST_FORMULA, formula_at, mathml

if TYPE_CHECKING:
    import nh3
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

LONGEST_TEXT = 30_000
MOST_BRACKETS = 2_000
"""Opening ones: the parser takes time with the square of them."""
MOST_CELLS = 20_000
"""Lines times the most bars in one: short rows of a table are filled up."""
DEEPEST = 40
"""Of lists, quotes and emphasis in each other."""
_HEADING_SHIFT = 2
"""The page has one first heading, and the question's title is the second."""
_LONGEST_ADDRESS = 200
_MOST_LINES = 40
_WEB = re.compile(r"(?:https?://|mailto:)[^\s<>]", re.IGNORECASE)
_OPENING = re.compile(r"\$\$(?!\$)|\\\[|\\begin\{([A-Za-z]+\*?)\}")
_TAGS = frozenset(
    ("p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "hr", "br", "em", "strong", "s", "a", "code", "pre",
     "span", "div", "table", "thead", "tbody", "tr", "th", "td")
)  # fmt: skip


def question_html(text: str) -> str:
    r"""A question as HTML that runs nothing and loads nothing.

    Headings begin at ``h3``; an image is its description and address as text; each line stays a line, as samples of
    input and output are often no code. Code in fences is coloured, LaTeX becomes MathML, HTML is shown as text, and
    what cannot be seen is written out as in ``code_html``.

    Args:
        text: CommonMark with tables and strikethrough, and LaTeX as ``formula_at`` reads it.

    Returns:
        HTML for a ``div``. A text that is longer than 30,000 characters, has more than 2,000 opening brackets or a
        table of more than 20,000 cells, or is nested deeper than 40, stands in ``<pre class="as-written">`` as it was
        written. These limits keep every text below a second. Never raises.
    """
    shown = None if _is_too_much(text) else _rendered(text)
    return _cleaner().clean(f'<pre class="as-written"><code>{text_html(text)}</code></pre>' if shown is None else shown)


def _is_too_much(text: str) -> bool:
    if len(text) > LONGEST_TEXT or text.count("[") > MOST_BRACKETS:
        return True
    lines = text.splitlines()
    return len(lines) * max((line.count("|") for line in lines), default=0) > MOST_CELLS


def _rendered(text: str) -> str | None:
    parser = _parser()
    try:
        tokens = parser.parse(text)
        if max((token.level for token in _all(tokens)), default=0) >= DEEPEST - 1:
            return None  # the parser leaves out what is nested deeper
        return str(parser.renderer.render(tokens, parser.options, {}))
    except Exception:  # noqa: BLE001 - on a hostile text the parser may raise whatever comes
        return None


def _all(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": DEEPEST})
    parser.enable(["table", "strikethrough"]).disable(["html_block", "html_inline"])
    parser.inline.ruler.before("escape", "formula", _inline_formula)
    interrupted = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("fence", "display_formula", _display_formula, {"alt": interrupted})
    parser.core.ruler.push("defused", _defuse)
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # they are looked at in _defuse
    rules = {
        "text": _text,
        "text_special": _text,
        "code_inline": lambda *args: f"<code>{_text(*args)}</code>",
        "code_block": _code,
        "fence": _code,
        "formula": lambda *args: mathml(_token(*args).content, display=False),
        "display_formula": lambda *args: f'<span class="formula">{mathml(_token(*args).content, display=True)}</span>',
        "table_open": lambda *args: '<div class="wide"><table>\n',
        "table_close": lambda *args: "</table></div>\n",
    }
    for name, rule in rules.items():
        parser.add_render_rule(name, rule)
    return parser


def _token(renderer: Any, tokens: list[Token], index: int, *_: Any) -> Token:
    return tokens[index]


def _text(*args: Any) -> str:
    return text_html(_token(*args).content)


def _code(*args: Any) -> str:
    token = _token(*args)
    language = (token.info.split() or [""])[0]
    lines = "\n".join(highlighted_lines(token.content, language))
    return f"<pre><code>{lines}</code></pre>\n"


def _inline_formula(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "$\\" or (formula := formula_at(state.src, state.pos)) is None:
        return False
    if formula.end > state.posMax:
        return False
    if not silent:
        state.push("display_formula" if formula.display else "formula", "math", 0).content = formula.source
    state.pos = formula.end
    return True


def _display_formula(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A formula that has its lines for itself: they may begin as lists do, and end in backslashes."""
    opening = None if state.is_code_block(start) else _OPENING.match(_line(state, start))
    if opening is None or (opening[1] and opening[1] not in ENVIRONMENTS):
        return False
    closing = {"$$": "$$", r"\[": r"\]"}.get(opening[0], f"\\end{{{opening[1]}}}")
    source = ""
    for line in range(start, min(end, start + _MOST_LINES)):
        source += _line(state, line) + "\n"
        if state.isEmpty(line) or state.sCount[line] < state.blkIndent or len(source) > LONGEST_FORMULA:
            return False
        inside = source.rstrip()[len(opening[0]) :]
        if closing in inside:
            break
    if not inside.endswith(closing) or inside.count(closing) != 1 or "`" in source:
        return False
    if not silent:
        token = state.push("display_formula", "math", 0)
        token.content = source.strip() if opening[1] else inside.removesuffix(closing).strip()
        token.map = [start, line + 1]
        state.line = line + 1
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()


def _defuse(state: StateCore) -> None:
    """Headings further down, no styles, no images, and links to the web only."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + _HEADING_SHIFT)}"
        if "style" in token.attrs:  # text-align, of a cell
            token.attrs = {"class": str(token.attrs["style"]).rpartition(":")[2]}
        if token.children:
            token.children = list(_defused(token.children))


def _defused(tokens: Iterable[Token]) -> Iterator[Token]:
    from markdown_it.token import Token

    opened: list[Token] = []
    for token in tokens:
        if token.type == "link_open":
            opened.append(token)
        link = opened[-1] if opened else None
        if token.type == "link_close":
            opened.pop()
        if token.type == "image":
            yield Token("text", "", 0, content=f"{token.content} ({_shortened(token.attrs['src'])})".lstrip())
        elif token.type not in ("link_open", "link_close") or link is None:
            yield token
        elif _WEB.match(str(link.attrs["href"])):
            token.attrs = {"href": link.attrs["href"]} if token is link else {}
            yield token
        elif token is not link and link.markup != "autolink":
            yield Token("text", "", 0, content=f" ({_shortened(link.attrs['href'])})")


def _shortened(address: object) -> str:
    text = str(address)
    return text if len(text) <= _LONGEST_ADDRESS else f"{text[:_LONGEST_ADDRESS]}…"


@cache
def _cleaner() -> nh3.Cleaner:
    import nh3
    from pygments.token import STANDARD_TYPES

    sides = {"left", "center", "right"}
    return nh3.Cleaner(
        tags=_TAGS | ELEMENTS,
        clean_content_tags=set(),
        attributes={"a": {"href"}, "ol": {"start"}, **dict.fromkeys(ELEMENTS, ATTRIBUTES)},
        allowed_classes={
            "span": {*STANDARD_TYPES.values(), "unseen", "formula"} - {""},
            "code": {"tex"},
            "pre": {"as-written"},
            "div": {"wide"},
            "th": sides,
            "td": sides,
        },
        generic_attribute_prefixes=set(),
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow ugc",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
