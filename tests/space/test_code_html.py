"""Code as safe HTML: nothing is lost, lines are Python's, and what cannot be seen is seen."""

from __future__ import annotations

import tokenize
from html.parser import HTMLParser
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kodcode_hub.space.code_html import highlighted_lines, line_html, text_html, visible

HOSTILE_CODE = st.text(
    st.one_of(st.sampled_from("'\"\\#\n\r\f\t\x0b\x00<>&{}()\u202e\u2028\u200b\ufeff\ud800"), st.characters()),
    max_size=80,
)


class Shown(HTMLParser):
    """Reads HTML back: the text, with what was written out turned back, and the tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.open: list[str | None] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))
        self.open.append(dict(attrs).get("class"))

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        written_out = self.open[-1:] == ["unseen"]
        self.text += data.encode("ascii").decode("unicode_escape") if written_out else data


def normal(code: str) -> str:
    return code.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")


def test_a_token_over_several_lines_is_closed_and_opened_again() -> None:
    assert highlighted_lines('x = """a\nb"""\n') == [
        'x <span class="o">=</span> <span class="s2">&quot;&quot;&quot;a</span>',
        '<span class="s2">b&quot;&quot;&quot;</span>',
    ]


@pytest.mark.parametrize(
    ("code", "lines"), [("", 0), ("\n", 1), ("a", 1), ("a\n", 1), ("a\n\n", 2), ("a\rb\r\nc", 3), ("\n\na", 3)]
)
def test_blank_lines_at_either_end_are_kept(code: str, lines: int) -> None:
    assert len(highlighted_lines(code)) == lines


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_what_ends_a_line_for_python_ends_one(character: str) -> None:
    code = f"a = 1  #{character}\nb = 2\n"
    rows = [token.start[0] for token in tokenize.tokenize(BytesIO(code.encode()).readline) if token.string == "b"]
    assert rows == [2]
    lines = highlighted_lines(code)
    assert len(lines) == 2
    assert Shown(lines[1]).text == "b = 2"
    assert 'class="unseen"' in lines[0]


@settings(max_examples=200, deadline=None)
@given(HOSTILE_CODE, st.sampled_from(["python", "pycon", "json", "bash", "sql", "klingon", ""]))
def test_nothing_is_lost_and_nothing_but_spans_is_added(code: str, language: str) -> None:
    lines = [Shown(line) for line in highlighted_lines(code, language)]
    assert "\n".join(line.text for line in lines) == normal(code)
    for line in lines:
        assert not line.open
        assert {tag for tag, _ in line.tags} <= {"span"}
        assert all([name for name, _ in attributes] == ["class"] for _, attributes in line.tags)


def test_code_that_reads_other_than_it_runs_is_given_away() -> None:
    (line,) = highlighted_lines('if access != "user\u202e \u2066# admin\u2069 \u2066": pass')
    assert "\u202e" not in line
    assert '<span class="unseen">\\u202e</span>' in line
    assert line.count("unseen") == 4


@pytest.mark.parametrize(
    "character", ["\x00", "\x1b", "\x7f", "\x85", "\xad", "\u200b", "\ufeff", "\ud83d", "\U000e0041"]
)
def test_what_cannot_be_seen_is_written_out_and_can_be_encoded(character: str) -> None:
    assert character not in text_html(f"a{character}b")
    assert visible(f"a{character}b") == "a" + character.encode("unicode_escape").decode() + "b"
    text_html(character).encode("utf-8")


def test_what_can_be_seen_stays() -> None:
    assert text_html("é 漢\t👍 م\n") == "é 漢\t👍 م\n"


@pytest.mark.parametrize("language", ["klingon", "java", '" onload=x', "__class__", "../x", "PYTHON3\n"])
def test_an_unknown_language_is_escaped_only(language: str) -> None:
    assert highlighted_lines("def f(): <b>", language) == ["def f(): &lt;b&gt;"]


def test_a_known_language_may_be_written_in_any_case() -> None:
    assert highlighted_lines("pass", "Python") == ['<span class="k">pass</span>']


def test_code_of_more_than_200_kb_is_escaped_only() -> None:
    longest = "pass\n" * 40_000
    assert highlighted_lines(longest)[0] == '<span class="k">pass</span>'
    assert set(highlighted_lines(longest + "#")) == {"pass", "#"}


def test_parts_of_a_line_are_marked_across_its_colours() -> None:
    html = line_html([("k", "def"), ("", " "), ("nf", "f<>")], [(1, 5)], "ins")
    marked = '<ins><span class="k">ef</span> <span class="nf">f</span></ins>'
    assert html == f'<span class="k">d</span>{marked}<span class="nf">&lt;&gt;</span>'
