"""Tasks taken apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.decontamination.task_text import example_values, take_apart

DOCSTRING = '''from typing import List


def widest_gap(depths: List[int]) -> int:
    """ Given the depths of buoys, find the widest gap
    between two neighbours. Return zero for one buoy.
    >>> widest_gap([3, 9, 41])
    32

    Args:
        depths: in metres.
    """
'''


def test_a_docstring_is_read_without_signature_examples_and_sections() -> None:
    task = take_apart(DOCSTRING)
    assert task.sentences == (
        "Given the depths of buoys, find the widest gap between two neighbours.",
        "Return zero for one buoy.",
    )
    assert task.details == ("Args: depths: in metres.",)
    assert task.code == "from typing import List\ndef widest_gap(depths: List[int]) -> int:"
    assert task.names == ("widest_gap",)
    assert task.values == {"[3,9,41]"}


def test_prose_with_a_fence_is_prose_and_code() -> None:
    task = take_apart("Make this faster:\n\n```python\ndef f(x):\n    return x\n```\nKeep it short.")
    assert task.sentences == ("Make this faster:", "Keep it short.")
    assert task.code == "def f(x):\n    return x"


def test_comments_are_prose() -> None:
    assert take_apart("import math\n# Add up the areas.\ndef area(shapes):").sentences == ("Add up the areas.",)


def test_examples_in_any_form_are_no_prose() -> None:
    text = (
        "Count the crates.\n\nExample 1:\n  Input: [4, 4]\n  Output: 2\n\ncount([7, 5]) == 2\n[1, 2, 3] ➞ 3\nThen stop."
    )
    task = take_apart(text)
    assert task.sentences == ("Count the crates.", "Then stop.")
    assert {"[4,4]", "[7,5]", "[1,2,3]"} <= task.values


def test_a_name_that_is_asked_for_is_a_name() -> None:
    assert take_apart("Write a function named `heaviest` (see `lightest(xs)`).").names == ("heaviest", "lightest")


def test_values_are_compared_without_blanks_and_kinds_of_quotes() -> None:
    assert example_values("f(['ab', 'c d'])") == example_values('f( [ "ab","c d" ] )') != frozenset()
    assert example_values("1 22 333 a") == frozenset()


@given(st.text(alphabet=st.sampled_from("`\"'#>.:-ab \n(=)[1]def return")))
def test_any_text_can_be_taken_apart_and_no_prose_is_invented(text: str) -> None:
    task = take_apart(text)
    assert all(word in text for sentence in task.sentences + task.details for word in sentence.split())


def test_remarks_inside_of_code_are_not_what_is_asked() -> None:
    first = "def f(x):\n    '''Sort crates.'''\n    y = 1\n    # Count lamps.\n    return y\n"
    text = f"{first}\n\ndef g():\n    '''Tie ropes.'''\n"
    assert take_apart(text).sentences == ("Sort crates.",)


def test_a_signature_over_several_lines_is_code() -> None:
    text = "def f(\n    first_crate: int,\n    rope: str,\n) -> int:\n    '''Sort crates.'''\n"
    task = take_apart(text)
    assert task.sentences == ("Sort crates.",)
    assert "first_crate: int," in task.code
