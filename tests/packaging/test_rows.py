"""Triplets and responses become rows."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from kodcode_hub.packaging.row_check import check_row
from kodcode_hub.packaging.rows import choose_split, release_row, sft_row
from kodcode_hub.record import Seed, Triplet
from kodcode_hub.schema import COLUMNS, SFT_COLUMNS
from tests.packaging.example_rows import (
    ENVIRONMENT,
    FAILED,
    SOLUTION,
    TEST,
    a_question,
    a_response,
    a_row,
    a_trial,
    a_triplet,
)

V1_1_NAMES = [
    "version",
    "style",
    "subset",
    "question_id",
    "question",
    "solution",
    "test",
    "test_info",
    "gpt_pass_sequence",
    "gpt_pass_trial_num",
    "gpt_difficulty",
    "gpt_pass_percentage",
    "trials",
    "chosen_trial",
    "metadata",
]


def row_of(triplet: Triplet) -> dict[str, Any]:
    return release_row(triplet, version="1.0.0", environment=ENVIRONMENT, recipe="example")


def test_the_columns_are_those_of_kodcode_v1_in_its_order_and_new_ones_after_them() -> None:
    assert list(a_row())[: len(V1_1_NAMES)] == V1_1_NAMES
    assert list(a_row()) == [column.name for column in COLUMNS]
    assert list(sft_row(a_row(), [a_response()])) == [column.name for column in (*COLUMNS, *SFT_COLUMNS)]


def test_a_row_fits_the_published_columns() -> None:
    assert check_row(a_row(), COLUMNS) is None
    assert check_row(sft_row(a_row(), [None, a_response()]), (*COLUMNS, *SFT_COLUMNS)) is None


def test_solution_and_test_are_published_byte_for_byte() -> None:
    odd = "\ufeff# caf\u00e9 \x00\r\nvalue = '```'  \n\n\n"
    row = row_of(a_triplet(trials=(a_trial(solution=odd, test=odd),)))
    assert (row["solution"], row["test"]) == (odd, odd)
    assert (row["trials"][0]["solution_code"], row["trials"][0]["test_code"]) == (odd, odd)


def test_what_nothing_fills_yet_is_null_and_flags_are_an_empty_list() -> None:
    row = row_of(a_triplet())
    assert (row["test_info"], row["test_strength"], row["agreement"], row["flags"]) == (None, None, None, [])


def test_flags_of_the_triplet_are_published() -> None:
    assert row_of(a_triplet(flags=("weak",)))["flags"] == ["weak"]


def test_every_attempt_is_in_the_row_with_its_own_number_and_counts() -> None:
    """Defect 38: further attempts are merged with the first ones, without colliding numbers. Defect 24 likewise."""
    unparsed = a_trial(1, None, solution=None, test=None, reason="unparsed")
    trials = (a_trial(0, FAILED), unparsed, *(a_trial(index, FAILED) for index in range(2, 11)), a_trial(11))
    row = row_of(a_triplet(trials=trials))
    assert [trial["trial"] for trial in row["trials"]] == [f"trial_{index}" for index in range(12)]
    assert row["gpt_pass_sequence"] == [0] * 11 + [1]
    assert (row["gpt_pass_trial_num"], row["gpt_pass_percentage"], row["chosen_trial"]) == (1, 1 / 12, "trial_11")
    assert row["trials"][1] == {
        "trial": "trial_1",
        "solution_code": None,
        "test_code": None,
        "test_result": None,
        "test_coverage": None,
        "reason": "unparsed",
    }
    assert (row["trials"][0]["test_result"], row["trials"][0]["test_coverage"]) == ("fail", 50)


@pytest.mark.parametrize(
    ("passed", "attempts", "difficulty"),
    [(2, 3, "medium"), (3, 3, "easy"), (1, 3, "medium"), (1, 4, "hard"), (1, 1, "easy")],
)
def test_difficulty_is_exact_at_its_bounds(passed: int, attempts: int, difficulty: str) -> None:
    """Defect 39: two of three is not above two thirds."""
    trials = tuple(a_trial(index) if index < passed else a_trial(index, FAILED) for index in range(attempts))
    assert row_of(a_triplet(trials=trials))["gpt_difficulty"] == difficulty


def test_the_completion_twin_says_so_and_names_the_question_it_came_from() -> None:
    """Defect 42."""
    triplet = a_triplet()
    twin = row_of(triplet.restyled("def double(number):\n    '''...'''\n"))
    row = row_of(triplet)
    assert (row["style"], twin["style"]) == ("instruct", "complete")
    assert (row["question_id"][-2:], twin["question_id"][-2:]) == ("_I", "_C")
    assert row["question_id"][:-1] == twin["question_id"][:-1]
    assert row["metadata"]["original_instruction"] == ""
    assert twin["metadata"]["original_instruction"] == row["question"]
    assert twin["question"].startswith("def double")


def test_ids_and_seed_ids_are_texts_that_come_from_content() -> None:
    """Defect 50: the same prompt number in another run is another id; seeds' ids are texts."""
    seeds = (Seed("17", "one"), Seed("4", "two"))
    row = row_of(a_triplet(question=a_question("code_contests", seeds=seeds)))
    assert row["metadata"]["seed_ids"] == ["17", "4"]
    assert row["subset"] == "Code_Contests"
    assert row["metadata"]["mode"] == "code_contests"
    other = replace(a_question("code_contests"), id="f" * 32, text="another")
    assert row_of(a_triplet(question=other))["question_id"] != row["question_id"]


def test_provenance_names_seeds_licences_origins_and_the_imports_written() -> None:
    seeds = (
        Seed("a", "one", licence="MIT", origin="snippets"),
        Seed("b", "two", licence="MIT", origin="pages"),
        Seed("c", "three"),
    )
    trial = a_trial(imports_written=("from solution import double", "import math"))
    provenance = row_of(a_triplet(trials=(trial,), question=a_question(seeds=seeds)))["provenance"]
    assert provenance["seeds"] == "a,b,c"
    assert provenance["seed_licence"] == "MIT"
    assert provenance["seed_origin"] == "snippets, pages"
    assert provenance["imports"] == "from solution import double\nimport math"
    assert row_of(a_triplet())["provenance"]["seed_licence"] is None


def test_nothing_measured_enters_a_row() -> None:
    measured = replace(a_trial().verdict or FAILED, seconds=123.25, cpu_seconds=123.5, peak_memory_mb=123.75)
    assert row_of(a_triplet(trials=(a_trial(0, measured),))) == row_of(a_triplet())
    assert "seconds" not in json.dumps(row_of(a_triplet()))


def test_the_first_response_that_passes_is_chosen_and_published_whole() -> None:
    responses = [None, a_response(1, FAILED), a_response(2), a_response(3)]
    row = sft_row(a_row(), responses)
    assert row["r1_pass_sequence"] == [0, 0, 1, 1]
    assert row["r1_pass_trial_num"] == 2
    assert row["r1_correctness"] is True
    assert (row["r1_solution"], row["r1_teacher"]) == (SOLUTION, "thinker")
    assert row["conversations"] == [
        {"from": "human", "value": "Write double(number)."},
        {"from": "gpt", "value": responses[2].reply if responses[2] else ""},
    ]
    assert row["test"] == TEST


def test_without_a_response_that_passes_the_first_with_code_is_chosen_and_marked_as_incorrect() -> None:
    """Defect 48: a bool, not a text; and wrong answers have a split of their own."""
    row = sft_row(a_row(), [None, a_response(1, FAILED), a_response(2, None)])
    assert row["r1_correctness"] is False
    assert row["conversations"][1]["value"].endswith("Number 1.")
    assert choose_split(row) == "incorrect"


def test_responses_without_any_code_make_no_row() -> None:
    with pytest.raises(ValueError, match="none of the 2 responses"):
        sft_row(a_row(), [None, None])


@pytest.mark.parametrize(
    ("changes", "split"),
    [
        ({}, "train"),
        ({"test_coverage": 80}, "train"),
        ({"test_coverage": 79}, "use_with_caution"),
        ({"test_coverage": None}, "use_with_caution"),
        ({"flags": ["flaky"]}, "use_with_caution"),
        ({"r1_correctness": True}, "train"),
        ({"r1_correctness": True, "test_coverage": 10}, "use_with_caution"),
        ({"r1_correctness": False, "test_coverage": 10}, "incorrect"),
    ],
)
def test_the_split_tells_how_far_to_trust_a_row(changes: dict[str, Any], split: str) -> None:
    """Defect 48."""
    assert choose_split(a_row(**changes)) == split
