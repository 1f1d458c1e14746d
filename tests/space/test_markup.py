"""A question as HTML: what Markdown means is kept, what is hostile is inert, and no text takes long."""

from __future__ import annotations

import html
import re
import time
from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kodcode_hub.space.markup import LONGEST_TEXT, question_html
from kodcode_hub.space.maths import ATTRIBUTES, ELEMENTS

TAGS = {
    "p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "hr", "br", "em", "strong", "s", "a", "code", "pre",
    "span", "div", "table", "thead", "tbody", "tr", "th", "td", *ELEMENTS,
}  # fmt: skip
CLASSES = re.compile(r"[a-z]{1,3}\d?|unseen|formula|tex|as-written|wide|left|center|right")
REL = "noopener noreferrer nofollow ugc"


class Inert(HTMLParser):
    """Reads HTML as a browser would, and fails on whatever is not on the lists above."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        if tag not in ("br", "hr"):
            self.open.append(tag)
        values = dict(attrs)
        assert len(values) == len(attrs)
        if tag == "a":
            self.links += [values.pop("href") or ""] if "href" in values else []
            assert {name: values.pop(name, None) for name in ("rel", "target")} == {"rel": REL, "target": "_blank"}
        if tag == "ol":
            assert (values.pop("start", None) or "1").isdigit()
        for name, value in values.items():
            if name == "class":
                assert CLASSES.fullmatch(value or "")
            else:
                assert tag in ELEMENTS
                assert name in ATTRIBUTES

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")


def check_inert(shown: str) -> Inert:
    """Also what nh3 let through once it lets through again: no reading of it finds more in it."""
    shown.encode()
    assert not re.search("[\x00\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)
    inert = Inert(shown)
    assert all(re.match("(?:https?:|mailto:)", link, re.IGNORECASE) for link in inert.links)
    attributes = {"a": {"href", "target"}, "ol": {"start"}, **{name: set(ATTRIBUTES) for name in ELEMENTS}}
    assert nh3.clean(shown, tags=TAGS, attributes=attributes | {"*": {"class"}}, link_rel=REL) == shown
    return inert


VECTORS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//x></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mi><style><img src=x onerror=alert(1)>",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=alert(1)></annotation-xml></math>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<details open ontoggle=alert(1)>",
    "<form action=//x><button>x",
    "<style>*{background:url(//x)}</style>",
    "<meta http-equiv=refresh content='0;url=//x'>",
    "<base href=//x>",
    "<link rel=stylesheet href=//x>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[><img src=x onerror=alert(1)>]]>",
    "<?php echo 1 ?><!DOCTYPE html>",
    "<p id=content name=body>",
    "</pre></code></div></body><script>alert(1)</script>",
    "<textarea><script>alert(1)</script>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#x73;cript:alert(1))",
    "[x](&#106;avascript&colon;alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](< javascript:alert(1)>)",
    "[x](\x01javascript:alert(1))",
    "[x](java%0ascript:alert(1))",
    "[x](vbscript:msgbox)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://x/1)",
    "[x](//evil.example/x)",
    "[x](/app/runs)",
    "[x](#top)",
    "[x](http:javascript:alert(1))",
    "[x](https://x\"onmouseover=alert(1)//)",
    "[x](https://x 'y\" onmouseover=\"alert(1)')",
    "[x](https://x \"<script>alert(1)</script>\")",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "[x][r]\n\n[r]: https://x '\"><script>alert(1)</script>'",
    "[r]\n\n[r]: data:text/html,<script>alert(1)</script>",
    "![x](javascript:alert(1))",
    "![x](https://x/y.png)",
    "![x\" onerror=\"alert(1)](https://x/y.png 'z')",
    "![<script>alert(1)</script>](data:image/svg+xml;base64,PHN2Zz4=)",
    "[![x](https://x/y.png)](javascript:alert(1))",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "<https://x/\"onmouseover=alert(1)>",
    "<a@b.c?subject=<script>>",
    "```\" onload=\"alert(1)\n<script>\n```",
    "```py'><script>alert(1)</script>\n</code></pre><script>alert(1)</script>\n```",
    "~~~html <img src=x onerror=alert(1)>\n</pre><img src=x>\n~~~",
    "`</code><img src=x onerror=alert(1)>`",
    "    </pre><script>alert(1)</script>",
    "# <img src=x onerror=alert(1)>",
    "| <script> | b |\n|:-:|---|\n| <img src=x onerror=alert(1)> | `<svg>` |",
    "$\\text{</math><img src=x onerror=alert(1)>}$",
    "$$\\text{</math><style><img src=x onerror=alert(1)>}$$",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\style{position:fixed}{x}\\class{code}{y}$",
    "$\\unicode{x3c}script\\unicode{x3e}$",
    "\\[ \\text{<!--} \\]\n<img src=x onerror=alert(1)>-->",
    "\\(\\foo</code><script>alert(1)</script>\\)",
    "\\begin{align}\\text{<script>}\\end{align}",
    "a\x00<\x00script\x00>alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;img src=x onerror=alert(1)&#62;",
    "\u202eevil\u202c \u2066x\u2069 &#x202e; `\u202e` $\\text{\u202e}$ [x](https://x/\u202e)",
    "\ud83d lone &#xd83d;",
    "<http://xn--a\u202e.example>",
    "* <b>\n  > <script>\n  > alert(1)",
]  # fmt: skip


@pytest.mark.parametrize("text", VECTORS, ids=range(len(VECTORS)))
def test_a_hostile_question_is_inert(text: str) -> None:
    inert = check_inert(question_html(text))
    assert not [link for link in inert.links if not link.startswith(("http://x", "https://x", "mailto:"))]


@pytest.mark.parametrize("text", VECTORS[:23], ids=range(23))
def test_html_in_a_question_is_shown_as_text(text: str) -> None:
    assert Inert(question_html(text)).text.split() == html.unescape(text).split()


PIECES = st.one_of(
    st.sampled_from(VECTORS),
    st.sampled_from(
        ["\n", "\n\n", "    ", "> ", "- ", "1. ", "# ", "```", "~~~", "`", "*", "**", "_", "~~", "[", "](", ")", "![",
         "<", ">", "&", '"', "'", "\\", "$", "$$", "$$$", "\\(", "\\)", "\\[", "\\]", "\\begin{align}",
         "\\end{align}", "|", "|-|", "\t", "\r", "\x0c", "\u2028", "]: ", "javascript:", "https://x", "---", "===",
         "&#x", ";", "a", "1"]
    ),
    st.text(max_size=5),
)  # fmt: skip


@settings(max_examples=100, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(PIECES, max_size=20).map("".join))
def test_any_mixture_is_inert_and_never_raises(text: str) -> None:
    check_inert(question_html(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# a\n## b\n##### c", "<h3>a</h3>\n<h4>b</h4>\n<h6>c</h6>\n"),
        ("a\n===", "<h3>a</h3>\n"),
        ("a\nb", "<p>a<br>\nb</p>\n"),
        ("~~a~~ **b** *c*", "<p><s>a</s> <strong>b</strong> <em>c</em></p>\n"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'),
        ("```python\nif x:\n```", '<pre><code><span class="k">if</span> x:</code></pre>\n'),
        ("```\n1 2\n3\n```", "<pre><code>1 2\n3</code></pre>\n"),
        ("![a b](https://x/y.png)", "<p>a b (https://x/y.png)</p>\n"),
        ("[a](javascript:b)", "<p>a (javascript:b)</p>\n"),
        ("<javascript:b>", "<p>javascript:b</p>\n"),
        ("https://x.example", "<p>https://x.example</p>\n"),
        ("`$a$` and `\\(b\\)`", "<p><code>$a$</code> and <code>\\(b\\)</code></p>\n"),
        ("```\n$a$\n```", "<pre><code>$a$</code></pre>\n"),
        ("    $a$", "<pre><code>$a$</code></pre>\n"),
        ("\\$5 and $10", "<p>$5 and $10</p>\n"),
        ("costs $5, then `$x$`", "<p>costs $5, then <code>$x$</code></p>\n"),
    ],
)
def test_what_markdown_means(text: str, expected: str) -> None:
    assert question_html(text) == expected


def test_a_link_to_the_web_opens_elsewhere_and_tells_nothing() -> None:
    assert question_html("[a](https://x.example 'title')") == (
        f'<p><a href="https://x.example" target="_blank" rel="{REL}">a</a></p>\n'
    )


def test_the_cells_of_a_table_keep_their_sides() -> None:
    shown = question_html("| a | b |\n|:--|--:|\n| 1 | 2 |")
    assert '<td class="left">1</td>\n<td class="right">2</td>' in shown
    assert shown.startswith('<div class="wide"><table>')


def test_a_long_address_of_an_image_is_cut() -> None:
    assert len(question_html(f"![a](data:image/png;base64,{'A' * 5000})")) < 300


@pytest.mark.parametrize(
    "text",
    ["a $n_1$ b", "a $$n_1$$ b", "a $$$n_1$$$ b", "a \\(n_1\\) b", "- $n_1$\n", "| a |\n|---|\n| $n_1$ |", "# $n_1$"],
)
def test_formulas_within_a_line(text: str) -> None:
    shown = question_html(text)
    check_inert(shown)
    assert 'alttext="n_1"><mrow><msub><mi>n</mi><mn>1</mn></msub></mrow></math>' in shown


@pytest.mark.parametrize(
    "text",
    ["$$\na\n- b\n$$", "text\n$$\na\n- b\n$$\ntext", "\\[\na\n- b\n\\]", "\\[ a\n- b \\]", "> $$\n> a\n> - b\n> $$",
     "- x\n  $$\n  a\n  - b\n  $$"],
)  # fmt: skip
def test_a_formula_with_lines_of_its_own_is_no_list(text: str) -> None:
    shown = question_html(text)
    check_inert(shown)
    assert '<span class="formula"><math display="block" alttext="a - b">' in shown


def test_environments_need_no_delimiters() -> None:
    shown = question_html("\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}\n\n\\begin{foo}\na\n\\end{foo}")
    assert shown.count("<mtr>") == 2
    assert "<p>\\begin{foo}<br>\na<br>\n\\end{foo}</p>" in shown


@pytest.mark.parametrize("text", ["$$\na", "$$ a\n\nb $$", "\\[\na\n\n\\]", "\\begin{align}\na", "$$\na `b\n$$"])
def test_a_formula_that_does_not_end_in_its_paragraph_is_text(text: str) -> None:
    assert "<math" not in question_html(text)


REPEATED = [
    ">", "[", "*", "*a ", "`", "&", "<", "_a", "~", "~~a", "[a](", "![", "*a_ ", "[a", "&#x", "<!--", "<![CDATA[",
    "\\", "> ", "- ", "1. ", "a b\n", "a\n\n", "    a\n", "[a](b '", "<http://a>", "$", "$$ ", "$a$ ", "$$a\n", "\\(",
    "\\[", "\\[\n", "\\[a\n", "\\begin{align}\n", "$a", "$$$a ", "$`", "|", "|a|\n", "|-|\n", "[a]: b\n", "[a]: <",
    "```\n", "```py\ndef\n", "\u202e", "<a ", "***a**b*", "a\\\n", "$\\frac{a}{b}$ ", "$$\nx_{i}\n$$\n", "\x00", "\t",
    "# a\n",
]  # fmt: skip
NESTED = {
    "quotes": ">" * 10_000 + "a",
    "brackets": "[" * 10_000 + "a" + "]" * 10_000,
    "stars": "*" * 10_000 + "a" + "*" * 10_000,
    "backticks": "`" * 100_000,
    "images": "![" * 1900 + "a" + "](b)" * 1900,
    "lists": "\n".join(" " * (2 * depth) + "- a" for depth in range(160)),
    "table": "|".join("a" * 1000) + "\n" + "|".join("-" * 1000) + "\na" * 5000,
    "wide table": "|".join("a" * 20) + "\n" + "|".join("-" * 20) + "\na" * 950,
    "braces": "$" + "{" * 900 + "a" + "}" * 900 + "$",
    "macros": "$\\def\\a{\\b\\b}\\def\\b{\\a\\a}\\a$" * 500,
    "megabyte": "a *b* $c$\n" * 100_000,
}


def seconds(text: str) -> float:
    begun = time.process_time()
    shown = question_html(text)
    taken = time.process_time() - begun
    check_inert(shown)
    return taken


@pytest.mark.parametrize("piece", REPEATED)
def test_no_repetition_takes_a_second(piece: str) -> None:
    assert seconds((piece * LONGEST_TEXT)[:LONGEST_TEXT]) < 1


@pytest.mark.parametrize("name", NESTED)
def test_no_nesting_takes_a_second(name: str) -> None:
    assert seconds(NESTED[name]) < 1


@pytest.mark.parametrize(
    "text",
    ["a" * LONGEST_TEXT + "*b*", "[" * 2001 + "*b*", "> " * 38 + "*b*", "*" * 100 + "b" + "*" * 100,
     "|" * 200 + "\n" * 100 + "*b*"]
)  # fmt: skip
def test_beyond_the_limits_a_text_is_shown_whole_as_it_was_written(text: str) -> None:
    shown = question_html(text)
    assert shown.startswith('<pre class="as-written">')
    assert Inert(shown).text == text


def test_within_the_limits_a_text_is_read() -> None:
    for text in ("a" * (LONGEST_TEXT - 3) + "*b*", "[" * 2000 + "*b*", "> " * 37 + "*b*"):
        assert "<em>b</em>" in question_html(text)


def test_a_parser_that_breaks_leaves_the_text_as_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from kodcode_hub.space import markup

    monkeypatch.setattr(markup._parser(), "parse", lambda text: 1 / 0)
    assert question_html("*a*") == '<pre class="as-written"><code>*a*</code></pre>'
