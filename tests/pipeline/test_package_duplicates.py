"""Duplicates across the runs of a release, with the real search."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kodcode_hub.errors import UsageError
from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.package import PackageResult, package_release
from kodcode_hub.packaging.release import write_release
from kodcode_hub.packaging.release_folder import ReleaseFolder, open_release
from kodcode_hub.pipeline.package_duplicates import reject_duplicates
from tests.packaging.example_rows import a_row, an_sft_row

QUESTION = "Write a function that takes a list of numbers and gives the sum of all those that are even in it"
REPEATED = QUESTION + " please"
OTHER = "Given two strings find the length of the longest subsequence that is common to both of them and print it out"


def row(name: str, question: str, **changes: Any) -> dict[str, Any]:
    subset = changes.get("subset", "Leetcode")
    return a_row("leetcode", 0, **changes) | {"question_id": f"{subset}_{name}", "question": question}


def twin(name: str, original: str) -> dict[str, Any]:
    written = row(name, f"def f(): '''{original}'''", style="complete")
    return written | {"metadata": written["metadata"] | {"original_instruction": original}}


def a_release(
    out: Path, *rows: dict[str, Any], sft: list[dict[str, Any]] | None = None, version: str = "0.1.0"
) -> ReleaseFolder:
    return open_release(write_release(out, rows, sft or [], version=version, facts=ReleaseFacts()).folder)


def package(out: Path, *sources: ReleaseFolder, threshold: float = 0.8, **options: Any) -> PackageResult:
    asked: dict[str, Any] = {"previous": None, "version": "1.0.0"} | options
    return package_release(
        sources,
        out,
        facts=ReleaseFacts(),
        reject_duplicates=partial(reject_duplicates, threshold=threshold),
        **asked,
    )


def test_a_question_of_a_later_run_that_repeats_an_earlier_one_goes_with_its_twin_and_conversation(
    tmp_path: Path,
) -> None:
    first = a_release(tmp_path / "first", row("a_I", QUESTION), row("b_I", OTHER))
    conversation = an_sft_row() | {"question_id": "Leetcode_c_I"}
    second = a_release(
        tmp_path / "second",
        twin("c_C", REPEATED),
        row("c_I", REPEATED),
        row("d_I", "Something else"),
        sft=[conversation],
    )
    result = package(tmp_path / "out", first, second)
    assert result.rejected == {
        "Leetcode_c_C": "duplicate_of:Leetcode_a_I",
        "Leetcode_c_I": "duplicate_of:Leetcode_a_I",
    } | {"Leetcode_c_I": result.rejected["Leetcode_c_I"]}
    assert result.as_json()["rejected"] == {"duplicate_of": 2, "no_triplet": 1}
    assert open_release(tmp_path / "out").manifest.rows == {"leetcode": {"train": 3}}


def test_a_twin_alone_is_judged_by_the_question_it_was_made_of(tmp_path: Path) -> None:
    first = a_release(tmp_path / "first", row("a_I", QUESTION))
    second = a_release(tmp_path / "second", twin("c_C", REPEATED))
    assert package(tmp_path / "out", first, second).rejected == {"Leetcode_c_C": "duplicate_of:Leetcode_a_I"}


def test_published_rows_stay_whatever_they_are_like(tmp_path: Path) -> None:
    old = a_release(tmp_path / "old", row("a_I", QUESTION), row("b_I", REPEATED), version="1.0.0")
    new = a_release(tmp_path / "new", row("c_I", QUESTION), row("d_I", OTHER))
    result = package(tmp_path / "out", new, previous=old, version="1.1.0")
    assert result.rejected == {"Leetcode_c_I": "duplicate_of:Leetcode_a_I"}
    assert open_release(tmp_path / "out").manifest.rows == {"leetcode": {"train": 3}}


def test_a_twin_that_comes_later_is_no_duplicate_of_its_own_question(tmp_path: Path) -> None:
    old = a_release(tmp_path / "old", row("a_I", QUESTION), version="1.0.0")
    new = a_release(tmp_path / "new", row("a_I", QUESTION), twin("a_C", QUESTION))
    assert package(tmp_path / "out", new, previous=old, version="1.1.0").rejected == {}


def test_questions_of_different_subsets_are_not_compared(tmp_path: Path) -> None:
    first = a_release(tmp_path / "first", row("a_I", QUESTION))
    second = a_release(tmp_path / "second", row("a_I", QUESTION, subset="Apps"))
    assert package(tmp_path / "out", first, second).rejected == {}


def test_the_threshold_counts_and_one_run_alone_is_left_as_it_is(tmp_path: Path) -> None:
    alone = a_release(tmp_path / "alone", row("a_I", QUESTION), row("b_I", QUESTION))
    assert package(tmp_path / "out", alone).rejected == {}
    first = a_release(tmp_path / "first", row("a_I", QUESTION))
    second = a_release(tmp_path / "second", row("c_I", REPEATED))
    assert package(tmp_path / "out", first, second, threshold=1.0).rejected == {}
    with pytest.raises(UsageError, match="threshold"):
        package(tmp_path / "out", first, second, threshold=1.5)
