r"""Questions, which are Markdown and LaTeX of anybody's, as safe HTML.

Nothing in a question becomes markup but Markdown; HTML in it is shown as text. What comes out is filtered once more by
a list of what is allowed, so that a mistake here cannot become one in the browser.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kodcode_hub.space.code_html import highlighted_lines, safe_text
from kodcode_hub.space.maths import ATTRIBUTES, ELEMENTS, mathml

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

LONGEST_TEXT = 100_000
"""Characters; a longer question is shown as it was written."""
_HEADING_SHIFT = 2
"""The page has the first two levels."""
_LONGEST_MATHS = 2000
_DELIMITERS = (
    ("$$$", "$$$", False),
    ("$$", "$$", True),
    ("$", "$", False),
    ("\\(", "\\)", False),
    ("\\[", "\\]", True),
)
_MOST_OPENINGS = 2000
"""Of brackets in a text that are read as the beginning of a link; the parser takes longer with each."""
_TAGS = frozenset(
    ("p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "span", "em", "strong", "s", "a", "br",
     "hr", "table", "thead", "tbody", "tr", "th", "td")
)  # fmt: skip
_REL = "noopener noreferrer nofollow ugc"


def question_html(text: str) -> str:
    """A question as HTML that holds nothing active and loads nothing.

    Args:
        text: Markdown with LaTeX between ``$$$``, ``$$``, ``$``, ``\\( \\)`` or ``\\[ \\]``.
    """
    if len(text) > LONGEST_TEXT or text.count("[") + text.count("*") + text.count("_") > _MOST_OPENINGS:
        return f"<pre>{safe_text(text)}</pre>"
    return _cleaned(str(_parser().render(text)))


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable(["table", "strikethrough"])
    parser.disable(["html_block", "html_inline", "autolink"])
    parser.inline.ruler.before("escape", "maths", _maths_rule)
    parser.validateLink = _is_link  # type: ignore[method-assign, assignment]
    rules: dict[str, Any] = {
        "maths": lambda tokens, index, *_: mathml(tokens[index].content, display=tokens[index].meta["display"]),
        "fence": lambda tokens, index, *_: _code(tokens[index].content, tokens[index].info),
        "code_block": lambda tokens, index, *_: _code(tokens[index].content, ""),
        "image": lambda tokens, index, *_: safe_text(f"{tokens[index].content} ({tokens[index].attrGet('src')})"),
        "text": lambda tokens, index, *_: safe_text(tokens[index].content),
        "code_inline": lambda tokens, index, *_: f"<code>{safe_text(tokens[index].content)}</code>",
        "heading_open": lambda tokens, index, *_: f"<{_heading(tokens[index].tag)}>",
        "heading_close": lambda tokens, index, *_: f"</{_heading(tokens[index].tag)}>\n",
    }
    parser.renderer.rules.update(rules)  # type: ignore[attr-defined]
    return parser


def _maths_rule(state: StateInline, silent: bool) -> bool:
    """LaTeX at this place; ``$`` only where it stands at the formula, so that prices stay prices."""
    for opening, closing, display in _DELIMITERS:
        if not state.src.startswith(opening, state.pos):
            continue
        start = state.pos + len(opening)
        end = state.src.find(closing, start, start + _LONGEST_MATHS)
        content = state.src[start:end] if end >= 0 else ""
        if not content.strip() or (opening == "$" and not _is_formula(content, state.src[end + 1 : end + 2])):
            continue
        if not silent:
            token = state.push("maths", "", 0)
            token.content, token.meta = content.strip(), {"display": display}
        state.pos = end + len(closing)
        return True
    return False


def _is_formula(content: str, behind: str) -> bool:
    return not (
        content[0].isspace() or content[-1].isspace() or behind.isdigit() or "`" in content or "\n\n" in content
    )


def _is_link(address: str) -> bool:
    return address.strip().lower().startswith(("http://", "https://", "mailto:"))


def _code(content: str, info: str) -> str:
    language = info.split(maxsplit=1)[0] if info.split() else ""
    return "<pre><code>" + "\n".join(highlighted_lines(content, language)) + "\n</code></pre>\n"


def _heading(tag: str) -> str:
    return f"h{min(6, int(tag[1:]) + _HEADING_SHIFT)}"


def _cleaned(html: str) -> str:
    import nh3

    return nh3.clean(
        html,
        tags=set(_TAGS | ELEMENTS),
        attributes={"a": {"href", "title", "target"}, "span": {"class"}, "code": {"class"}, "ol": {"start"}}
        | {name: set(ATTRIBUTES) for name in ELEMENTS},
        url_schemes={"http", "https", "mailto"},
        set_tag_attribute_values={"a": {"target": "_blank"}},
        link_rel=_REL,
        generic_attribute_prefixes=None,
        strip_comments=True,
    )
