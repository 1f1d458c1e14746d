"""Questions that repeat a benchmark's items."""

from __future__ import annotations

import pytest

from kodcode_hub.decontamination.benchmarks import Benchmark
from kodcode_hub.decontamination.overlap import BOILERPLATE_ITEMS, BenchmarkIndex, decontaminate
from kodcode_hub.record import Prompt, Question

CODE = '''def widest_gap(depths: list[int]) -> int:
    """ Given the depths of buoys along a coast, find the widest gap between two
    neighbouring buoys after sorting them, and return zero for fewer than two.
    >>> widest_gap([3, 9, 4])
    5
    """
'''
SHORT = "Find the heaviest crate on one of several tilted belts."
TINY = "Sort a list."
FIVE_WORDS = "Sort a list of words."
TEMPLATE = "The answer must be self contained and must start with the following lines of code:"
TEMPLATED = [
    f"{text} {TEMPLATE}"
    for text in (
        "Draw a chart of rainfall for every month of a year.",
        "Parse a log file and count its warnings by module and day.",
        *(f"Compute statistic number {number} of a table of {number} columns." for number in range(BOILERPLATE_ITEMS)),
    )
]

BENCHMARKS = [
    Benchmark("buoys", (("B/0", CODE), ("B/1", TINY), ("B/2", FIVE_WORDS))),
    Benchmark("belts", (("7", SHORT), *((f"T{number}", text) for number, text in enumerate(TEMPLATED)))),
]
INDEX = BenchmarkIndex(BENCHMARKS)


def found(text: str) -> tuple[str, str, str] | None:
    match = INDEX.best_match(text)
    return None if match is None else (match.benchmark, match.id, match.method)


@pytest.mark.parametrize("text", [CODE, CODE.upper(), CODE.replace("\n", " ").replace('"""', "#"), f"  {CODE}\r\n"])
def test_a_copy_is_found_whatever_its_layout(text: str) -> None:
    assert found(text) == ("buoys", "B/0", "near_copy")


def test_a_copy_with_a_few_words_changed_is_found() -> None:
    assert found(CODE.replace("coast", "shore").replace("buoys after", "ones after")) == ("buoys", "B/0", "near_copy")


def test_an_item_inside_a_longer_question_is_found_with_its_words_as_evidence() -> None:
    others = "Read the table of tides first. " * 3 + " ".join(f"Fact {number} about harbours." for number in range(40))
    question = Question("q", "demo", f"{others}\n\n{CODE}\n{others}", Prompt("p", "demo", "ask"))
    clean, rejected = decontaminate([question], benchmarks=BENCHMARKS)
    assert clean == []
    assert [(item.id, item.reason) for item in rejected] == [("q", "contaminated:buoys/B/0")]
    evidence = rejected[0].evidence
    excerpt = evidence.pop("excerpt")
    assert evidence == {"benchmark": "buoys", "id": "B/0", "method": "containment", "score": 1.0}
    assert excerpt.startswith("def widest_gap(depths: list[int]) -> int:")
    assert excerpt in question.text


def test_a_large_part_of_an_item_is_found() -> None:
    part = CODE[: CODE.index(">>>")]
    assert found(f"{part} {' '.join(f'more{number}' for number in range(60))}") == ("buoys", "B/0", "containment")
    assert found(CODE[: CODE.index("find the widest")]) is None


def test_a_short_item_must_be_contained_whole() -> None:
    around = "A factory moves goods all day long and nobody looks at them. {} Return its index, or None."
    assert found(around.format(SHORT)) == ("belts", "7", "containment")
    assert found(around.format(SHORT.replace("belts", "rails"))) is None


def test_a_very_short_item_is_found_only_as_the_whole_question() -> None:
    for item, text in (("B/1", TINY), ("B/2", FIVE_WORDS)):
        assert found(text.upper()) == ("buoys", item, "near_copy")
        assert found(f"{text} Then remove every second element and return what is left of it.") is None


def test_what_many_items_share_does_not_count() -> None:
    assert found(f"Simulate a queue of customers at three tills. {TEMPLATE}") is None
    assert found(TEMPLATE) is None
    assert found(TEMPLATED[1]) == ("belts", "T1", "near_copy")
    assert found(TEMPLATED[0].replace(TEMPLATE, "Use any library.")) == ("belts", "T0", "near_copy")


def test_a_benchmark_whose_items_are_all_alike_is_still_found() -> None:
    alike = Benchmark("alike", tuple((str(number), SHORT) for number in range(BOILERPLATE_ITEMS + 1)))
    match = BenchmarkIndex([alike]).best_match(SHORT)
    assert match is not None
    assert (match.id, float(match.score)) == ("0", 1.0)


def test_the_best_match_wins_and_of_equal_ones_the_copy_then_the_earliest() -> None:
    longer = f"{SHORT} Ignore crates that are lighter than their neighbours on both sides."
    index = BenchmarkIndex(
        [Benchmark("one", (("part", SHORT), ("all", longer))), Benchmark("two", (("copy", longer),))]
    )
    match = index.best_match(longer)
    assert match is not None
    assert (match.benchmark, match.id, match.method) == ("one", "all", "near_copy")


@pytest.mark.parametrize("text", ["", " ", "?!", "日本語", "\x00\ud800", "Sum two numbers.", "x " * 100_000])
def test_clean_empty_and_strange_questions_pass(text: str) -> None:
    assert found(text) is None


def test_without_benchmarks_everything_is_clean() -> None:
    question = Question("q", "demo", CODE, Prompt("p", "demo", "ask"))
    for benchmarks in ([], [Benchmark("empty", ())], [Benchmark("wordless", (("0", "?!"),))]):
        assert decontaminate([question], benchmarks=benchmarks) == ([question], [])


def test_every_question_leaves_once_and_in_order_and_an_index_serves_many_calls() -> None:
    texts = [SHORT, "Reverse a string.", CODE, "Add up the digits of a number."]
    questions = [Question(str(number), "demo", text, Prompt("p", "demo", "ask")) for number, text in enumerate(texts)]
    clean, rejected = decontaminate(questions, benchmarks=INDEX)
    assert ([question.id for question in clean], [item.id for item in rejected]) == (["1", "3"], ["0", "2"])
    assert decontaminate(questions, benchmarks=BENCHMARKS) == (clean, rejected)
