"""The card's pictures."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.packaging.bar_chart import WIDTH
from kodcode_hub.packaging.plots import draw_plots, make_plots
from kodcode_hub.packaging.statistics import Figures, SubsetFigures

SVG = "{http://www.w3.org/2000/svg}"
PATHS = ["assets/rows.svg", "assets/difficulty.svg", "assets/coverage.svg", "assets/pass_at_1.svg"]


def a_line(name: str = "leetcode", rows: int = 10) -> SubsetFigures:
    easy = rows // 2
    return SubsetFigures(
        name=name,
        rows=rows,
        instruct=rows,
        complete=0,
        online_judge=0,
        easy=easy,
        medium=0,
        hard=rows - easy,
        pass_at_1=0.25 if rows else None,
        pass_at_n=1.0 if rows else None,
        coverage=90.0 if rows else None,
        coverage_buckets=(0, rows - easy, 0, 0, easy),
        tests_passed=4.0 if rows else None,
        tests_median=4.0 if rows else None,
        question_characters=100.0 if rows else None,
        solution_characters=100.0 if rows else None,
        seeded=0,
        splits=(("train", rows),) if rows else (),
        assurance=(),
        flags=(),
        environments=(),
        sft_rows=0,
        sft_correct=0,
        licences=(),
        origins=(),
        teachers=(),
    )


def figures_of(*lines: SubsetFigures) -> Figures:
    return Figures(lines, a_line("all", sum(line.rows for line in lines)))


def texts_of(svg: bytes) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def described(svg: bytes) -> str:
    return ElementTree.fromstring(svg).findtext(f"{SVG}desc") or ""


def test_equal_figures_give_equal_bytes_and_other_figures_others() -> None:
    figures = figures_of(a_line(), a_line("apps", 7))
    assert draw_plots(figures) == draw_plots(figures)
    assert list(draw_plots(figures)) == PATHS
    assert draw_plots(figures_of(a_line(rows=11), a_line("apps", 7))) != draw_plots(figures)


def test_without_rows_there_are_no_pictures() -> None:
    assert draw_plots(figures_of()) == {}
    assert draw_plots(figures_of(a_line(rows=0))) == {}


def test_a_picture_of_what_no_row_has_is_not_drawn() -> None:
    bare = replace(a_line(), pass_at_1=None, coverage_buckets=(0,) * 5)
    assert list(draw_plots(Figures((bare,), replace(bare, name="all")))) == PATHS[:2]


def test_a_picture_says_in_words_what_it_shows() -> None:
    plots = {plot.path: plot for plot in make_plots(figures_of(a_line(rows=4), a_line("apps", 1)))}
    difficulty = ElementTree.fromstring(plots["assets/difficulty.svg"].svg)
    assert difficulty.get("role") == "img"
    assert difficulty.findtext(f"{SVG}title") == "Difficulty by subset, share of rows"
    assert described(plots["assets/difficulty.svg"].svg) == (
        "leetcode: easy 50%, medium 0%, hard 50% of 4 rows; apps: easy 0%, medium 0%, hard 100% of 1 row; "
        "all: easy 40%, medium 0%, hard 60% of 5 rows."
    )
    assert described(plots["assets/rows.svg"].svg) == "leetcode: 4; apps: 1."
    assert described(plots["assets/pass_at_1.svg"].svg) == "leetcode: 25.0%; apps: 25.0%; all: 25.0%."
    assert all(plot.alt and "\n" not in plot.alt for plot in plots.values())


def test_one_subset_is_not_shown_a_second_time_as_all() -> None:
    assert "all" not in texts_of(draw_plots(figures_of(a_line()))["assets/difficulty.svg"])


@pytest.mark.parametrize("number", [1, 2, 12, 40])
def test_everything_lies_inside_the_picture_and_bars_do_not_overlap(number: int) -> None:
    figures = figures_of(*(a_line(f"a_rather_long_name_{index}", 1 + 10**index % 90_001) for index in range(number)))
    for svg in draw_plots(figures).values():
        root = ElementTree.fromstring(svg)
        height = float(root.get("height", "0"))
        bars: dict[str, list[tuple[float, float]]] = {}
        for element in root.iter(f"{SVG}rect"):
            left, top = float(element.get("x", "")), float(element.get("y", ""))
            right, bottom = left + float(element.get("width", "")), top + float(element.get("height", ""))
            assert 0 <= left < right <= WIDTH
            assert 0 <= top < bottom <= height
            if element.get("class") is None:
                bars.setdefault(element.get("y", ""), []).append((left, right))
        for parts in bars.values():
            assert all(right <= left + 0.11 for (_, right), (left, _) in pairwise(parts))
        baselines = [float(element.get("y", "")) for element in root.iter(f"{SVG}text")]
        assert max(baselines) < height


def test_no_subset_vanishes_beside_one_that_is_much_larger() -> None:
    root = ElementTree.fromstring(draw_plots(figures_of(a_line(rows=1), a_line("apps", 10**6)))["assets/rows.svg"])
    widths = [float(element.get("width", "")) for element in root.iter(f"{SVG}rect") if element.get("class") is None]
    assert min(widths) >= 1


@given(st.text() | st.sampled_from(["</text><script>alert(1)</script>", '"&amp;', "]]>", "\x00\x1b\ud800\uffff"]))
def test_no_name_breaks_the_picture(name: str) -> None:
    for svg in draw_plots(figures_of(a_line(name), a_line("apps"))).values():
        root = ElementTree.fromstring(svg)
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags == {"svg", "title", "desc", "style", "rect", "g", "text"}
        assert "apps" in texts_of(svg)


def test_the_name_of_a_subset_stays_readable() -> None:
    assert 'a<b & "c"' in texts_of(draw_plots(figures_of(a_line('a<b & "c"')))["assets/difficulty.svg"])
    assert "subset_" + "x" * 18 + "…" in texts_of(
        draw_plots(figures_of(a_line("subset_" + "x" * 50)))["assets/rows.svg"]
    )
