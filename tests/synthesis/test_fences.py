"""Code in replies, as models write it."""

from __future__ import annotations

import pytest

from kodcode_hub.synthesis.fences import section_code

CODE = "def f(x):\n    return x"


@pytest.mark.parametrize("language", ["python", "py", "python3", "Python", ""])
def test_every_spelling_of_the_language_is_taken_off(language: str) -> None:
    """Defect 26: with ``py`` the word stayed in the code."""
    assert section_code(f"\n```{language}\n{CODE}\n```\n") == CODE


def test_backticks_inside_the_code_stay() -> None:
    """Defect 26: every run of backticks was removed, also inside strings."""
    code = 'def strip(s):\n    return s.replace("```", "").replace("```python\\n", "")'
    assert section_code(f"```python\n{code}\n```") == code


def test_a_fence_in_a_docstring_does_not_end_the_code() -> None:
    code = 'def f():\n    """Shows\n\n```\nf()\n```\n    """\n    return 1'
    assert section_code(f"```python\n{code}\n```\nThat is it.") == code


def test_prose_around_the_block_is_left_out() -> None:
    assert section_code(f"First the idea.\n\n```python\n{CODE}\n```\nIt doubles nothing.") == CODE


def test_a_helper_in_a_block_of_its_own_is_kept() -> None:
    assert section_code(f"```python\n{CODE}\n```\n```python\nclass C: ...\n```") == f"{CODE}\n\nclass C: ..."


def test_an_output_block_is_not_code() -> None:
    assert section_code(f"```python\n{CODE}\n```\nprints\n```\n1\n2 3\n```") == CODE


def test_bare_code_and_stray_fences() -> None:
    assert section_code(f"\n{CODE}\n") == CODE
    assert section_code(f"{CODE}\n```\n") == CODE
    assert section_code(f"`python\n{CODE}\n```\n") == CODE
    assert section_code(f"``\n```python\n{CODE}\n```\n") == CODE


def test_line_endings_are_kept() -> None:
    assert section_code("```python\r\nx = 1\r\ny = 2\r\n```\r\n") == "x = 1\r\ny = 2"


def test_an_indented_block_loses_its_indent() -> None:
    assert section_code("1. So:\n\n   ```python\n   def f(x):\n       return x\n   ```") == CODE


def test_nothing_is_nothing() -> None:
    assert section_code("\n```python\n```\n") is None
    assert section_code(" \n ") is None
