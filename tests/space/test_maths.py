"""LaTeX as MathML: formulas are drawn, hostile ones are text, and text that only looks like LaTeX stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kodcode_hub.space.maths import ATTRIBUTES, DEEPEST, ELEMENTS, LONGEST_FORMULA, formula_at, mathml


class Tags(HTMLParser):
    """The tags, attributes and depth of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: dict[str, list[str]] = {}
        self.text = ""
        self.depth = self.deepest = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1

    def handle_data(self, data: str) -> None:
        self.text += data


def is_drawn(source: str) -> bool:
    return mathml(source, display=False).startswith("<math")


@pytest.mark.parametrize(
    "source",
    [r"1 \le n \le 10^{5}", r"a_{i,j}^2", r"\sum_{i=1}^{n} a_i", r"\frac{a}{b}", r"\lfloor x \rfloor",
     r"\mathcal{O}(n)", r"\left\lceil \frac{n}{2} \right\rceil",
     r"\begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}", r"a \bmod b", r"\operatorname{lcm}(a, b)",
     r"\{1, \ldots, n\}", r"\binom{n}{k}", r"\sqrt[3]{x}", r"x \equiv 1 \pmod{10^9+7}",
     r"\begin{aligned} a &= b \\ c &= d \end{aligned}", r"\begin{pmatrix} a & b \\[2pt] c & d \end{pmatrix}",
     r"\arg\max_x f", r"\&", r"\backslash", r"\vec{v} \oplus \overline{ab}", r"\text{a\_b}"],
)  # fmt: skip
def test_what_contest_sites_write_is_drawn(source: str) -> None:
    assert is_drawn(source)


def test_a_formula_keeps_its_source_for_those_who_do_not_see_it() -> None:
    html = mathml('a <\n"b"', display=True)
    assert html.startswith('<math display="block" alttext="a &lt; &quot;b&quot;">')
    assert "display" not in Tags(mathml("a", display=False)).attributes


@pytest.mark.parametrize(
    ("source", "shown"),
    [(r"\leqslant", '<mo stretchy="false">⩽</mo>'), (r"\mathbb{RZ}", "<mi>ℝ</mi><mi>ℤ</mi>"),
     (r"\mathbf{a1b}", "<mi>𝐚</mi>"), (r"\mathfrak{Cc}", "<mi>ℭ</mi><mi>𝔠</mi>"),
     (r"\text{a\_b}", "<mtext>a_b</mtext>"), ("a &lt; b", "<mo>&lt;</mo>"),
     (r"n \log n", '<mo lspace="0.167em" rspace="0.167em">log</mo>'),
     (r"\mathrm{ab}", '<mi mathvariant="normal">a</mi>')],
)  # fmt: skip
def test_details_that_browsers_or_the_converter_do_not_know_are_mended(source: str, shown: str) -> None:
    assert shown in mathml(source, display=False)


@pytest.mark.parametrize(
    "source",
    [r"\foo{a}", r"\begin{foo}a\end{foo}", r"\frac{a}", "_", "^", r"\sqrt", r"\limits", r"a \\ b", "a & b", r"\left(",
     r"\boxed{a}", r"\begin{matrix}", r"a^b^c"],
)  # fmt: skip
def test_what_would_be_drawn_wrong_stays_latex(source: str) -> None:
    html = mathml(source, display=False)
    assert Tags(html).tags == {"code"}
    assert Tags(html).text == source


BOMBS = [
    r"\def\a{\b\b}\def\b{\c\c}\def\c{\d\d}" + r"\a" * 50,
    r"\def\a{\a\a}\a",
    r"\newcommand{\a}{\b\b}\newcommand{\b}{\a\a}\a",
    r"\newenvironment{x}{\begin{x}}{\end{x}}\begin{x}\end{x}",
    r"\DeclareMathOperator{\a}{\a}\a",
    r"\left\verb|\def|\a{\a\a}\a",
    r"\sideset{}{}{" * 100 + "x" + "}" * 100,
    r"\sideset{}{}{" * 30 + "x",
    "{" * 1500,
    "a^{" * 300,
    "^" * 2000,
    r"\hat" * 500,
    r"\left(" * 300,
    r"\begin{matrix}" * 140,
    r"_a^b" * 500,
    "x" * (LONGEST_FORMULA + 1),
    r"\frac{" * 41 + "a" + "}{b}" * 41,
]


@pytest.mark.parametrize("source", BOMBS, ids=range(len(BOMBS)))
@pytest.mark.timeout(20)
def test_a_bomb_stays_latex(source: str) -> None:
    html = mathml(source, display=True)
    assert html.startswith('<code class="tex">')
    assert Tags(html).text == source


def test_formulas_up_to_the_limits_are_drawn() -> None:
    assert is_drawn("a+" * 999 + "b")
    assert is_drawn("{" * 30 + "a" + "}" * 30)


@pytest.mark.parametrize(
    "source",
    [r"\text{</math><img src=x onerror=alert(1)>}", r"\text{&lt;/math&gt;&lt;img src=x onerror=alert(1)&gt;}",
     r"\href{javascript:alert(1)}{a}", r"\style{background:url(//x)}{a}", r"\class{code}{a}",
     r"\mbox{<script>alert(1)</script>}", r"\unicode{x3c}script>", r'\color{"onmouseover=alert(1)}{a}',
     r"\textcolor{red\" onload=x}{a}", r"\verb|<svg onload=x>|", r"\hspace{1em\" onload=\"x}",
     r"\rule{9999em}{9999em}", r"\hspace{99em}\hspace{-9em}", r"\colorbox{red}{<b>}", r"\operatorname{a b}<iframe>",
     r"\tag{<a href=//x>}", r"\fbox{<mglyph src=x>}", "<annotation-xml encoding=text/html>",
     r"\text{<!--<img src=x>-->}", r"\text{]]><img src=x>}", "\x00\u202e"],
)  # fmt: skip
@pytest.mark.parametrize("display", [True, False])
def test_hostile_latex_becomes_presentation_elements_only(source: str, display: bool) -> None:
    check_inert(mathml(source, display=display))


def check_inert(html: str) -> None:
    tags = Tags(html)
    assert tags.depth == 0
    assert tags.deepest <= DEEPEST + 2
    assert tags.tags <= ELEMENTS | {"code", "span"}
    assert set(tags.attributes) <= ATTRIBUTES | {"class"}
    assert {*tags.attributes.get("class", [])} <= {"tex", "unseen"}
    assert not re.search("[\x00\u202e]", html)
    for name in ("width", "height", "depth", "lspace", "voffset", "minsize", "maxsize", "linethickness"):
        for value in tags.attributes.get(name, []):
            number = re.match(r"[+-]?[\d.]+", value)
            assert number is not None
            assert -1 < float(number[0]) < 10


PIECES = st.sampled_from(
    [r"\text{", r"\frac{", r"\sqrt", r"\left(", r"\right)", r"\begin{matrix}", r"\end{matrix}", r"\href{",
     r"\style{", r"\color{red}", r"\over", r"\atop", r"\hspace{", r"\\", r"&", r"_", r"^", r"{", r"}", r"$", r"'",
     r"a", r"1", r"+", r"<", r">", r"\unicode{", r"\verb|", r"\mathbf{", r"\sideset", r"\substack{",
     r"\operatorname{", r"\not", r"\limits", r"\middle|", r"\skew3", r"\genfrac", r"\tag{", r"%", r"#", r"~", r"\(",
     r"&lt;", r"<img", r"\x22", r"on=",
     " ", '"', "\n", "\u202e", "\x00", "\ud800", "é"]
)  # fmt: skip


@settings(max_examples=300, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(PIECES, max_size=25).map("".join), st.booleans())
def test_any_latex_is_inert_and_never_raises(source: str, display: bool) -> None:
    html = mathml(source, display=display)
    html.encode()
    check_inert(html)


@pytest.mark.parametrize(
    ("text", "source", "display"),
    [("$n$", "n", False), ("$$n$$", "n", True), ("$$$n$$$", "n", False), ("$$$$$$n$$$$$$", "n", True),
     (r"\(n\)", "n", False), (r"\[n\]", "n", True), ("$i$th", "i", False), ("$i$-th", "i", False),
     ("$10$ apples", "10", False), ("$ n$", None, False), ("$a\\$b$", "a\\$b", False),
     ("$2 \\cdot 3$", r"2 \cdot 3", False), ("$[0, n)$", "[0, n)", False), ("$*$", "*", False),
     (r"\[a \\ b\],", r"a \\ b", True),
     (r"\(\begin{matrix}a\\(b)\end{matrix}\)", r"\begin{matrix}a\\(b)\end{matrix}", False)],
)  # fmt: skip
def test_delimiters_of_formulas(text: str, source: str | None, display: bool) -> None:
    found = formula_at(text, 0)
    assert (found and found[:2]) == (source and (source, display))


@pytest.mark.parametrize(
    "text",
    ["costs $5 and $10", "$5, or $10 for two", "$5-$10", "US$5 or US$6", "$HOME/$USER", "$PATH:$HOME/bin",
     "$(ls) $(pwd)", "pay $5 and 10$", "$1.50 per unit, then 3$", "$5", "$", "$$", "$$$$", "$$ $$", "$ 5 $", "$a",
     "$$a", "$$a$", "$a$$", "$x = `echo $`", r"f\(x\)", r"see \[1, 2\] there", r"\(a", r"\[a", r"\\(a\\)",
     "$1,000 and ($2,000)"],
)  # fmt: skip
def test_what_is_no_formula_stays_text(text: str) -> None:
    assert not [place for place in range(len(text)) if formula_at(text, place)]


def test_a_delimiter_without_its_partner_is_looked_for_in_2000_characters_only() -> None:
    assert formula_at("$" + "a" * 2000 + "$", 0) is not None
    assert formula_at("$" + "a" * 2001 + "$", 0) is None
