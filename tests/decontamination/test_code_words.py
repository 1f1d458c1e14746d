"""Code as words: what does not change what a program does does not count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.decontamination.code_words import FEWEST_FOLDED_WORDS, code_words
from kodcode_hub.decontamination.shingles import jaccard, shingles_of, words_of

CODE = '''\
def add_all(numbers, start=0):
    """Sum up."""
    # from the left
    total = start
    for number in numbers:
        total += number * 16
    return f"{total!r} 'x'", 'a', numbers.count(1.5)
'''
RENAMED = """\
def f( xs,
       s = 0,
):
    t = s; \n    for x in xs: t += x*0x10   # shifted
    return f'''{total!r} 'x\\'''', "a", \\
        xs.count(1.50,)
""".replace("f'''{total!r} 'x\\''''", "f\"{total!r} 'x'\"")


def test_renaming_and_reformatting_do_not_hide_a_copy() -> None:
    assert code_words(CODE) == code_words(RENAMED)
    assert len(code_words(CODE).split()) >= FEWEST_FOLDED_WORDS


@pytest.mark.parametrize(
    ("old", "new"),
    [("+=", "-="), ("16", "17"), ("'a'", "'b'"), (".count", ".index"), ("for number in", "while"), ("!r}", "!s}")],
)
def test_what_a_program_does_counts(old: str, new: str) -> None:
    changed = CODE.replace(old, new)
    assert changed != CODE
    assert code_words(changed) != code_words(CODE)


def test_words_are_words_of_text_too() -> None:
    words = code_words(CODE + "\nÜmlaut = 'ü' if Ü else 1e-7 + 2j + 0xFF_FF\n")
    assert words_of(words) == words.split()


def test_short_code_keeps_its_names() -> None:
    assert code_words("def add(a, b): return a + b") != code_words("def add(x, y): return x + y")
    assert code_words("def low(s): return s.lower()") != code_words("def up(s): return s.upper()")
    assert code_words("x = 1 # one") == code_words("x=1;")


def test_a_name_that_is_a_method_is_folded_where_it_is_no_method() -> None:
    assert code_words(CODE.replace("number", "value").replace("values", "items")) == code_words(CODE)


@pytest.mark.parametrize("nothing", ["", "\n\n", "# a comment", '"""A docstring."""', "'one'\n'two'", ";"])
def test_code_without_meaning_has_no_words(nothing: str) -> None:
    assert code_words(nothing) == ""


def test_a_string_that_is_used_is_no_docstring() -> None:
    assert code_words('x = """text"""') != code_words("x = ''")
    assert code_words('print("""text""")') == code_words("print('text')")


def test_code_with_errors_is_cut_by_a_pattern_and_compared_all_the_same() -> None:
    broken = CODE.replace("(numbers, start=0)", "(numbers, start=0")
    renamed = (
        broken.replace("total", "t").replace("numbers", "n").replace("start", "s").replace("  # from the left", "")
    )
    assert jaccard(shingles_of(code_words(broken)), shingles_of(code_words(renamed))) > 0.7
    assert code_words("It's prose, isn't it? No code at all: 1.2.3 $ `x`")


@given(st.text() | st.text(alphabet="f'\"{}\\\n #()[];:,=.x1\ud800"))
def test_nothing_makes_it_fail(text: str) -> None:
    words = code_words(text)
    assert words_of(words) == words.split()


@given(st.text(alphabet="f{}\n #()[];:,=.x1"))
def test_comments_do_not_count(text: str) -> None:
    assert code_words(f"{text}\n# a comment\n") == code_words(f"{text}\n")
