"""Clean questions lifted to review by an embedding model; the model here counts letters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from kodcode_hub.decontamination.benchmarks import Benchmark, BenchmarkItem, benchmark_of_items
from kodcode_hub.decontamination.contamination import ContaminationCheck, Finding
from kodcode_hub.decontamination.meanings import MeaningCheck
from kodcode_hub.decontamination.semantic import unit_rows
from kodcode_hub.errors import UsageError

TIDES = Benchmark("tides", "r", (), {"T/0": "abab", "T/1": "def f(x):\n    '''cdcd'''"})


def count_letters(texts: Sequence[str]) -> NDArray[np.float32]:
    return unit_rows(np.array([[text.count(letter) for letter in "abcd"] for text in texts], dtype=np.float32))


def test_a_clean_question_near_an_item_is_for_review_and_names_it() -> None:
    check = MeaningCheck([TIDES], embed=count_letters, cosine=0.9)
    (finding,) = check.lift(["dccd"], [Finding("clean", ())])
    match = finding.matches[0]
    assert (finding.verdict, match.verdict, match.id, match.method) == ("review", "review", "T/1", "meaning")
    assert match.score == match.signals["cosine"] == 1.0
    assert match.excerpt == "dccd"


def test_what_is_far_or_was_judged_already_or_empty_stays_as_it_was() -> None:
    check = MeaningCheck([TIDES], embed=count_letters, cosine=0.9)
    findings = [Finding("clean", ()), Finding("contaminated", ()), Finding("review", ()), Finding("clean", ())]
    assert check.lift(["acac", "abab", "abab", " "], findings) == findings
    assert MeaningCheck([], embed=count_letters).lift(["abab"], findings[:1]) == findings[:1]


def test_what_is_compared_is_what_a_text_asks_without_its_code() -> None:
    check = MeaningCheck([TIDES], embed=count_letters, cosine=0.99)
    asked = "abab\n\n```python\ncccccccccccc = dddddddd\n```"
    assert check.lift([asked], [Finding("clean", ())])[0].verdict == "review"


def test_a_benchmark_whose_texts_are_not_here_is_named() -> None:
    known = benchmark_of_items("known", [BenchmarkItem("0", ("Count crates.",))], revision="r")
    hidden = Benchmark("hidden", "r", known.fingerprints, {})
    assert MeaningCheck([known, hidden], embed=count_letters).without_text == ["hidden"]


def test_the_meanings_never_make_a_row_contaminated() -> None:
    text = "Write a function to find the longest word without vowels in a sentence."
    benchmark = benchmark_of_items("b", [BenchmarkItem("0", ("Invert a matrix.",))], revision="r")
    finding = ContaminationCheck([benchmark]).judge(text)
    lifted = MeaningCheck([benchmark], embed=lambda texts: np.ones((len(texts), 1), np.float32)).lift([text], [finding])
    assert (finding.verdict, lifted[0].verdict) == ("clean", "review")


def test_a_cosine_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match=r"cosine 1\.5"):
        MeaningCheck([TIDES], embed=count_letters, cosine=1.5)
