"""A small release of our own to browse: a few questions that differ in everything that is searched and filtered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kodcode_hub.browse.catalogue import Catalogue
from kodcode_hub.browse.index_build import build_index
from kodcode_hub.browse.rows_on_disk import find_rows
from kodcode_hub.browse.selection import Selection, parse_address
from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.release import write_release
from tests.packaging.example_rows import a_row

Row = dict[str, Any]

PALINDROME = """import re


def is_palindrome(text):
    letters = re.sub(r"[^a-z]", "", text.lower())
    if not letters:
        return True
    return letters == letters[::-1]
"""
PALINDROME_TEST = """from solution import is_palindrome


def test_a_word():
    assert is_palindrome("Racecar")


def test_another_word():
    assert not is_palindrome("bicycle")


def test_no_letters():
    assert is_palindrome("...")
"""
MEDIAN = "import heapq\nimport numpy as np\n\n\ndef median(numbers):\n    return float(np.median(numbers))\n"
MEDIAN_TEST = "from solution import median\n\n\ndef test_three():\n    assert median([3, 1, 2]) == 2\n"


def shelf_rows() -> list[Row]:
    """Six rows, in the order of a release."""
    return [
        shelf_row(
            "Algorithm", 1, "# Palindromes\n\nTell whether a text is a palindrome. Case does not count.",
            PALINDROME, PALINDROME_TEST, passes=[1, 1, 1], coverage=100,
        ),
        shelf_row(
            "Algorithm", 1, "Complete the function:\n\n```python\ndef is_palindrome(text):\n```",
            PALINDROME, PALINDROME_TEST, passes=[1, 1, 1], coverage=100, style="complete",
        ),
        shelf_row(
            "Algorithm", 2, "Find the median of a list of numbers.", MEDIAN, MEDIAN_TEST, passes=[0, 1, 0], coverage=90
        ),
        shelf_row("Leetcode", 3, "Walk a binary tree in order.", passes=[0, 0, 0, 1, 0, 0, 0, 0, 0, 0], coverage=70),
        shelf_row("Leetcode", 4, "Sort a list of words. The tree of words is no help.", passes=[1, 1, 0], coverage=85),
        shelf_row("Leetcode", 5, "Rotate a matrix in place; prices are $5 and $10.", passes=[1, 0, 1, 1], coverage=95),
    ]  # fmt: skip


def shelf_row(
    subset: str, number: int, question: str, solution: str = "", test: str = "", *, passes: Sequence[int],
    coverage: int, style: str = "instruct", **changes: Any,
) -> Row:  # fmt: skip
    """One row with an id of its subset, number and style."""
    row = a_row(subset.lower(), number)
    share = sum(passes) / len(passes)
    solution, test = solution or row["solution"], test or row["test"]
    trials = [
        {
            "trial": f"trial_{index}", "solution_code": solution if passed else f"{solution}\nbroken = True\n",
            "test_code": test, "test_result": "pass" if passed else "fail", "test_coverage": coverage, "reason": None,
        }
        for index, passed in enumerate(passes)
    ]  # fmt: skip
    return row | {
        "question_id": f"{subset}_{number:032x}_{'C' if style == 'complete' else 'I'}", "subset": subset,
        "style": style,
        "question": question, "solution": solution, "test": test, "gpt_pass_sequence": list(passes),
        "gpt_pass_trial_num": sum(passes), "gpt_pass_percentage": share, "trials": trials,
        "gpt_difficulty": "easy" if share > 2 / 3 else "hard" if share < 1 / 3 else "medium",
        "chosen_trial": f"trial_{list(passes).index(1)}", "test_coverage": coverage,
        "tests_passed": test.count("def test_"), **changes,
    }  # fmt: skip


def write_shelf(folder: Path, rows: Iterable[Mapping[str, Any]] | None = None, *, version: str = "1.0.0") -> Path:
    """A release of these rows."""
    write_release(folder, shelf_rows() if rows is None else rows, [], version=version, facts=ReleaseFacts())
    return folder


def a_catalogue(folder: Path, rows: Iterable[Mapping[str, Any]] | None = None) -> Catalogue:
    """A catalogue of a release of these rows; all lies in ``folder``."""
    found = find_rows(write_shelf(folder / "release", rows))
    build_index(found, folder / "index")
    return Catalogue(found, folder / "index")


def selected(**names: Any) -> Selection:
    """``selected(q="tree", subset=["Leetcode"])``."""
    pairs = [
        (name.rstrip("_"), each)
        for name, value in names.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    return parse_address(pairs)


def numbers(catalogue: Catalogue, selection: Selection) -> list[str]:
    """The rows found, each as its number and style: ``1I``."""
    return [
        f"{int(hit.question_id.split('_')[1], 16)}{hit.question_id[-1]}" for hit in catalogue.search(selection).rows
    ]
