"""Values that do not fit the published columns are named, never turned into nulls."""

from __future__ import annotations

from typing import Any

import pytest

from kodcode_hub.packaging.row_check import check_row
from kodcode_hub.schema import COLUMNS, SFT_COLUMNS
from tests.packaging.example_rows import a_row, an_sft_row

TRIAL = a_row()["trials"][0]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("question", 3, "column 'question' holds int, not text"),
        ("question", "a\ud800b", "column 'question' holds a lone surrogate at character 1"),
        ("question", b"bytes", "column 'question' holds bytes, not text"),
        ("gpt_pass_trial_num", True, "column 'gpt_pass_trial_num' holds bool, not an integer"),
        ("gpt_pass_trial_num", 1.0, "column 'gpt_pass_trial_num' holds float, not an integer"),
        ("gpt_pass_trial_num", 2**63, "column 'gpt_pass_trial_num' holds an integer beyond 64 bits"),
        ("gpt_pass_percentage", 1, "column 'gpt_pass_percentage' holds int, not a float"),
        ("gpt_pass_percentage", float("nan"), "column 'gpt_pass_percentage' holds nan, not a finite number"),
        ("gpt_pass_sequence", [1, "0"], "column 'gpt_pass_sequence'[1] holds str, not an integer"),
        ("gpt_pass_sequence", "10", "column 'gpt_pass_sequence' holds str, not a list"),
        ("flags", [None], "column 'flags'[0] is null"),
        ("metadata", [], "column 'metadata' holds list, not a dict"),
        ("metadata", {"seed_ids": []}, "column 'metadata' has the members ['seed_ids']"),
        ("trials", [TRIAL, TRIAL | {"test_code": "\udfff"}], "column 'trials'[1].test_code holds a lone surrogate"),
        ("trials", [TRIAL | {"seconds": 1.0}], "column 'trials'[0] has the members"),
        ("question_id", "", "column 'question_id' is empty"),
        ("question_id", None, "column 'question_id' is empty"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_place(column: str, value: Any, message: str) -> None:
    problem = check_row(a_row(**{column: value}), COLUMNS)
    assert problem is not None
    assert problem.startswith(message)


def test_seed_ids_that_are_numbers_do_not_fit() -> None:
    """Defect 50."""
    row = a_row()
    row["metadata"]["seed_ids"] = [3]
    assert check_row(row, COLUMNS) == "column 'metadata'.seed_ids[0] holds int, not text"


def test_a_correctness_that_is_a_text_does_not_fit() -> None:
    """Defect 48: bool("False") is True."""
    columns = (*COLUMNS, *SFT_COLUMNS)
    assert check_row(an_sft_row(), columns) is None
    assert (
        check_row(an_sft_row() | {"r1_correctness": "False"}, columns)
        == "column 'r1_correctness' holds str, not a bool"
    )


def test_missing_and_unknown_columns_are_named() -> None:
    row = a_row(test_code="old name")
    del row["test"]
    assert check_row(row, COLUMNS) == "column 'test' is missing; column 'test_code' is unknown"


def test_nul_and_other_control_characters_fit() -> None:
    assert check_row(a_row(question="a\x00b\r\n\u2028\U0001f600"), COLUMNS) is None
