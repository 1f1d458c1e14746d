"""Two texts side by side: each line exactly once, in order, with bounded work."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kodcode_hub.space.side_by_side import MOST_COMPARISONS, Budget, DiffRow, compare, matching_pairs


def text_of(shown: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", shown))


def kinds(rows: Sequence[DiffRow]) -> list[str]:
    return [row.kind for row in rows]


def numbered(count: int) -> str:
    return "".join(f"a{number} = {number}\n" for number in range(1, count + 1))


def test_a_changed_line_stands_beside_what_it_became_with_the_changed_words_marked() -> None:
    (row,) = compare("return left + 1", "return right + 1")
    assert row.kind == "changed"
    assert row.left == (
        1,
        '<span class="k">return</span> <del>left</del> <span class="o">+</span> <span class="mi">1</span>',
    )
    assert row.right is not None
    assert "<ins>right</ins>" in row.right[1]


def test_two_lines_that_share_hardly_anything_are_not_marked() -> None:
    (row,) = compare("import os", "x = frobnicate(y, z)")
    assert row.kind == "changed"
    assert "<del>" not in str(row.left)
    assert "<ins>" not in str(row.right)


def test_a_line_that_is_moved_down_by_a_new_one_stays_the_same() -> None:
    rows = compare("a = 1\nb = 2\n", "new = 0\na = 1\nb = 2\n")
    assert kinds(rows) == ["added", "same", "same"]
    assert rows[0].left is None
    assert [row.right and row.right[0] for row in rows] == [1, 2, 3]
    assert [row.left and row.left[0] for row in rows[1:]] == [1, 2]


def test_lines_that_only_the_left_has_are_removed() -> None:
    assert kinds(compare("a = 1\nb = 2\nc = 3\n", "a = 1\nc = 3\n")) == ["same", "removed", "same"]


def test_lines_far_from_a_change_become_a_gap() -> None:
    left = numbered(20)
    rows = compare(left, left.replace("a10 = 10", "a10 = 11"))
    assert kinds(rows) == ["gap", *["same"] * 3, "changed", *["same"] * 3, "gap"]
    assert [row.skipped for row in rows if row.kind == "gap"] == [6, 7]
    assert rows[0].as_json() == {"kind": "gap", "left": None, "right": None, "skipped": 6}


def test_a_gap_never_stands_for_one_line_only() -> None:
    left = numbered(15)
    rows = compare(left, left.replace("a5 = 5", "a5 = 0").replace("a13 = 13", "a13 = 0"))
    assert kinds(rows) == ["same"] * 4 + ["changed"] + ["same"] * 7 + ["changed"] + ["same"] * 2


def test_equal_texts_are_one_gap_however_their_lines_end() -> None:
    (row,) = compare("a\nb\nc\n", "a\r\nb\rc")
    assert (row.kind, row.skipped) == ("gap", 3)
    assert compare("", "") == []


def test_a_row_as_json_has_lists() -> None:
    (row,) = compare("", "x")
    assert row.as_json() == {"kind": "added", "left": None, "right": [1, "x"], "skipped": 0}


LINES = st.lists(st.sampled_from(["a", "b", "c = 1", "", "d<e", "'''", "  f \u202e"]), max_size=25).map("\n".join)


@settings(max_examples=150, deadline=None)
@given(LINES, LINES)
def test_each_line_of_both_texts_is_there_once_in_order(left: str, right: str) -> None:
    rows = compare(left, right)
    for side, text in (("left", left), ("right", right)):
        expected = text.removesuffix("\n").split("\n") if text else []
        position = 0
        for row in rows:
            line = getattr(row, side)
            position += row.skipped
            if line is not None:
                position += 1
                assert line[0] == position
                assert text_of(line[1]) == expected[position - 1].replace("\u202e", "\\u202e")
        assert position == len(expected)
    for row in rows:
        if row.kind == "same":
            assert row.left is not None
            assert row.right is not None
            assert text_of(row.left[1]) == text_of(row.right[1])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=30), st.lists(st.integers(0, 5), max_size=30))
def test_pairs_are_equal_and_rise_on_both_sides(left: list[int], right: list[int]) -> None:
    pairs = matching_pairs(left, right, Budget())
    assert all(left[i] == right[j] for i, j in pairs)
    assert all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(pairs))


def test_lines_without_unique_ones_are_matched_by_the_longest_common_subsequence() -> None:
    assert len(matching_pairs("abcabba", "cbabac", Budget())) == 4


class Counted:
    """An item that counts how often it is compared."""

    comparisons = 0

    def __init__(self, value: int) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        Counted.comparisons += 1
        return isinstance(other, Counted) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)


@pytest.mark.parametrize("different", [1, 2, 70, 5000, 10**6])
def test_the_work_for_5000_lines_is_bounded_however_often_lines_repeat(different: int) -> None:
    chance = random.Random(different)
    left, right = ([Counted(chance.randrange(different)) for _ in range(5000)] for _ in range(2))
    right.insert(0, Counted(-1))
    Counted.comparisons = 0
    matching_pairs(left, right, Budget())
    assert Counted.comparisons < 2 * MOST_COMPARISONS


def test_a_used_up_budget_ends_the_matching_of_repeated_items() -> None:
    budget = Budget(comparisons=50)
    assert matching_pairs("xaabby", "xbbaay", budget) != []
    assert budget.comparisons == 34
    assert len(matching_pairs("aabb" * 3, "bbaa" * 3, budget)) == 0
    assert budget.comparisons == 34


def test_long_texts_that_have_nothing_in_common_are_changed_line_by_line() -> None:
    rows = compare("a\nb\n" * 2500, "c\nd\n" * 2500)
    assert kinds(rows) == ["changed"] * 5000


def test_words_are_not_marked_where_a_line_has_too_many_changes() -> None:
    left, right = (" ".join(f"same{number} {word}{number}" for number in range(60)) for word in ("x", "y"))
    (row,) = compare(left, right)
    assert row.kind == "changed"
    assert "<del>" not in str(row.left)


def test_hostile_lines_are_escaped() -> None:
    (row,) = compare("x = '<script>'", "x = '<img>'")
    assert "<script" not in str(row.left)
    assert "<img" not in str(row.right)
