"""Verdicts on questions beside benchmark items, kind by kind; the items are the tests' own."""

from __future__ import annotations

import pytest

from kodcode_hub.decontamination.benchmarks import Benchmark, BenchmarkItem, benchmark_of_items
from kodcode_hub.decontamination.contamination import ContaminationCheck, Finding, decontaminate
from kodcode_hub.decontamination.decision import decide, evidence_of, thresholds
from kodcode_hub.decontamination.fingerprint import Fingerprint, fingerprint_item, fingerprint_text
from kodcode_hub.decontamination.likeness import Likeness
from kodcode_hub.decontamination.signals import Signals
from kodcode_hub.record import Prompt, Question

BUOYS = '''from typing import List


def widest_gap(depths: List[int]) -> int:
    """ Given the depths of some buoys along a coast, find the widest gap between two
    neighbouring buoys after sorting them by depth, and return zero for fewer than two.
    >>> widest_gap([31, 9, 47])
    22
    >>> widest_gap([])
    0
    """
'''
GAP_CODE = """
    ordered = sorted(depths)
    widest = 0
    for shallow, deep in zip(ordered, ordered[1:]):
        if deep - shallow > widest:
            widest = deep - shallow
    return widest
"""
VOWELS = "Write a function to find the longest word without vowels in a given sentence."
CRATE = "Write a python function to find the sum of the weights of the heaviest crates on each conveyor belt."
CHART = (
    "Draw a chart of the rainfall of every month from a CSV file and save it as an image.\nThe function should output "
    "with:\n    Axes: the axes of the chart.\nYou should write self-contained code starting with:\n```\nimport "
    "pandas as pd\ndef task_func(path):\n```"
)

ITEMS = (
    BenchmarkItem("B/0", (BUOYS,), entry_point="widest_gap", solution=GAP_CODE),
    BenchmarkItem(
        "B/1", (VOWELS,), entry_point="longest_without_vowels", tests="assert f('sky rhythm of') == 'rhythm'"
    ),
    BenchmarkItem("B/2", (CRATE,), entry_point="heaviest_sum"),
    BenchmarkItem("B/3", (CHART,), entry_point="task_func"),
)
BENCHMARK = benchmark_of_items("harbour", ITEMS, revision="r1")
STRICT = ContaminationCheck([BENCHMARK])
BALANCED = ContaminationCheck([BENCHMARK], setting="balanced")


def judged(text: str, *, code: str = "") -> tuple[str, str, str]:
    finding = STRICT.judge(text, code=code)
    best = finding.matches[0]
    return finding.verdict, best.id, best.method


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_an_item_itself_is_contaminated_by_itself(item: BenchmarkItem) -> None:
    assert judged(item.texts[0]) == ("contaminated", item.id, "near_copy")


@pytest.mark.parametrize("text", [BUOYS.upper(), BUOYS.replace("\n", " "), f"> {BUOYS}".replace("    ", "\t")])
def test_another_layout_hides_nothing(text: str) -> None:
    assert judged(text)[:2] == ("contaminated", "B/0")


def test_an_item_in_the_middle_of_a_long_text_is_found_with_the_span() -> None:
    around = " ".join(f"Fact {number} about harbours, ropes and tides is told here." for number in range(40))
    text = f"{around}\n\nQuestion 3. {CRATE}\n\n{around}"
    finding = STRICT.judge(text)
    assert (finding.verdict, finding.matches[0].id) == ("contaminated", "B/2")
    assert finding.matches[0].excerpt == CRATE.rstrip(".")


def test_a_large_part_of_an_item_is_found() -> None:
    assert judged(BUOYS[: BUOYS.index(", and return zero")])[:2] == ("contaminated", "B/0")


def test_other_names_hide_nothing() -> None:
    renamed = BUOYS.replace("widest_gap", "compute_it").replace("depths", "payload").replace("buoys", "elements")
    assert judged(renamed)[:2] == ("contaminated", "B/0")


def test_another_style_hides_nothing() -> None:
    as_prose = (
        "Write a Python function `largest_space` that takes `xs`. Given the depths of some buoys along a coast, find "
        "the widest gap between two neighbouring buoys after sorting them by depth, and return zero for fewer than two."
    )
    as_docstring = (
        'def f(text):\n    """\n    Find the longest word without vowels in a sentence.\n\n    >>> f("a")\n    """\n'
    )
    assert judged(as_prose)[:2] == ("contaminated", "B/0")
    assert judged(as_docstring)[:2] == ("contaminated", "B/1")


def test_other_words_for_the_same_task_are_found() -> None:
    assert judged("Determine the longest term of a text that has no vowel.")[1:] == ("B/1", "same_task")
    text = "For each conveyor belt, add up the weights of its heaviest crates."
    assert judged(text) == ("contaminated", "B/2", "same_task")


def test_the_code_of_a_solution_is_found_in_the_text_and_in_a_solution() -> None:
    renamed = GAP_CODE.replace("shallow", "a").replace("deep", "b").replace("ordered", "rows").replace("widest", "m")
    fenced = f"Find the bugs in this code:\n\n```python\ndef g(depths):{renamed}```\n"
    assert judged(fenced) == ("contaminated", "B/0", "code")
    assert judged("Tell me about trees.", code=f"def g(depths):{renamed}") == ("contaminated", "B/0", "code")


@pytest.mark.parametrize(
    "text",
    [
        "Write a function to find the shortest word without vowels in a given sentence.",
        "Write a python function to find the product of the weights of the heaviest crates on each conveyor belt.",
        "Write a python function to find the average of the weights of the heaviest crates on each conveyor belt.",
    ],
)
def test_the_opposite_of_an_item_is_for_review(text: str) -> None:
    for check in (STRICT, BALANCED):
        finding = check.judge(text)
        assert finding.verdict == "review"
        assert "opposite" in finding.matches[0].reason


@pytest.mark.parametrize(
    "text",
    [
        "Write a python function to reverse a linked list in groups of k nodes.",
        CHART.replace(
            "Draw a chart of the rainfall of every month from a CSV file and save it as an image.", "Sort keys."
        ),
        BUOYS[: BUOYS.index('"""')] + '"""Invert a matrix of complex numbers."""\n',
        "def heaviest_sum(data):\n    '''Tokenize a formula and evaluate it with a stack.'''\n",
        "",
        "?!",
        "日本語\x00\ud800",
        "x " * 20_000,
    ],
)
def test_a_template_a_name_or_nothing_in_common_is_clean(text: str) -> None:
    assert BALANCED.judge(text) == Finding("clean", ())


def test_the_settings_differ_in_the_score_from_which_a_row_is_contaminated() -> None:
    table = thresholds()
    assert table["strict"] > table["balanced"] > table["review"] > 0
    text = "Which word of a sentence is the longest that has not one vowel, if the sentence is in English?"
    finding, same = STRICT.judge(text), BALANCED.judge(text)
    assert finding.matches[0].score == same.matches[0].score
    for setting, verdict in (("strict", finding.verdict), ("balanced", same.verdict)):
        assert (verdict == "contaminated") == (finding.matches[0].score >= table[setting])


def test_a_match_names_benchmark_item_revision_signals_and_scores() -> None:
    match = STRICT.judge(VOWELS).matches[0]
    assert (match.benchmark, match.id, match.revision, match.verdict) == ("harbour", "B/1", "r1", "contaminated")
    assert match.excerpt == VOWELS.rstrip(".")
    assert 0 < match.score <= 1
    assert {"near_copy", "ngram_8", "ngram_10", "ngram_13", "containment", "code", "examples", "likeness"} <= set(
        match.signals
    )
    assert (match.signals["near_copy"], match.signals["ngram_8"], match.signals["containment"]) == (1.0, 1.0, 1.0)


def test_a_question_is_judged_by_fingerprints_that_went_through_json() -> None:
    read = [type(one).from_json(one.as_json()) for one in BENCHMARK.fingerprints]
    assert read == list(BENCHMARK.fingerprints)
    stored = ContaminationCheck([Benchmark("harbour", "r1", tuple(read), {})])
    for text in (BUOYS, VOWELS, CRATE, "Find the longest word with vowels."):
        assert stored.judge(text) == STRICT.judge(text)


def test_a_fingerprint_holds_no_word_of_the_text() -> None:
    said = str(fingerprint_item(ITEMS[0]).as_json()).lower()
    assert not [word for word in ("buoys", "widest", "depths", "ordered", "gap_", "coast") if word in said]


def test_the_order_of_benchmarks_and_further_items_do_not_change_what_is_found() -> None:
    other = benchmark_of_items("other", [BenchmarkItem("o", ("Invert a matrix of complex numbers.",))], revision="r2")
    both = ContaminationCheck([other, BENCHMARK])
    for text in (BUOYS, VOWELS, CRATE, CHART):
        assert both.judge(text) == STRICT.judge(text)


def test_more_evidence_never_makes_a_match_less_likely() -> None:
    nothing = Signals(**dict.fromkeys(_shares(), 0.0), task=Likeness())
    low = decide(nothing)
    assert low.score < thresholds()["review"]
    assert all(weight >= 0 for weight in low.evidence.values())
    for share in _shares():
        if share != "uncontained":
            higher = Signals(**{**dict.fromkeys(_shares(), 0.0), share: 1.0}, task=Likeness())
            assert decide(higher).score >= low.score, share
    assert set(evidence_of(nothing)) == set(low.evidence)


def test_every_question_leaves_the_stage_once_and_what_is_for_review_stays() -> None:
    texts = [VOWELS, "Reverse a string.", BUOYS, VOWELS.replace("longest", "shortest")]
    questions = [Question(str(number), "demo", text, Prompt("p", "demo", "ask")) for number, text in enumerate(texts)]
    kept, rejected = decontaminate(questions, check=STRICT)
    assert [question.id for question in kept] == ["1", "3"]
    assert [(item.id, item.reason) for item in rejected] == [
        ("0", "contaminated:harbour/B/1"),
        ("2", "contaminated:harbour/B/0"),
    ]
    assert rejected[0].evidence["method"] == "near_copy"


def test_without_benchmarks_everything_is_clean() -> None:
    for benchmarks in ([], [Benchmark("empty", "r", (), {})]):
        assert ContaminationCheck(benchmarks).judge(BUOYS) == Finding("clean", ())


def test_an_item_without_a_single_word_is_nobodys() -> None:
    empty = benchmark_of_items("empty", [BenchmarkItem("0", ("?!",)), BenchmarkItem("1", ("日本語",))], revision="r")
    check = ContaminationCheck([empty])
    assert [check.judge(text).verdict for text in ("?!", "日本語", VOWELS)] == ["clean"] * 3


def test_a_name_that_everybody_gives_is_no_name() -> None:
    assert fingerprint_text("def task_func(x): pass").names == frozenset()
    assert len(fingerprint_text("def widest_gap(x): pass").names) == 1


def _shares() -> list[str]:
    return [name for name in Signals.__slots__ if name != "task"]


def test_at_most_five_matches_are_told_and_what_is_contaminated_before_what_is_for_review() -> None:
    many = [BenchmarkItem(str(number), (VOWELS,)) for number in range(7)]
    check = ContaminationCheck([benchmark_of_items("many", many, revision="r")])
    assert [match.id for match in check.judge(VOWELS).matches] == ["0", "1", "2", "3", "4"]
    flipped = BenchmarkItem("flipped", (CRATE.replace("sum", "product"),))
    same = BenchmarkItem("same", ("Total the weights of the heaviest crates on a conveyor belt.",))
    check = ContaminationCheck([benchmark_of_items("two", [flipped, same], revision="r")], setting="balanced")
    matches = check.judge(CRATE).matches
    assert [(match.id, match.verdict) for match in matches] == [("same", "contaminated"), ("flipped", "review")]
    assert matches[0].score < matches[1].score


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("passages", [], "0 passages"),
        ("passages", [["", ""]], "1 passages"),
        ("passages", [["", ""], ["AAAAAAAAAAA=", ""]], "0 words with 1 runs"),
        ("sentences", [["", ""]], "without concepts"),
        ("names", "AAA", "padding"),
        ("code", "AAAA", "multiple of"),
        ("values", 5, "not a fingerprint"),
    ],
)
def test_a_fingerprint_that_is_none_is_refused_with_the_reason(field: str, value: object, reason: str) -> None:
    row = BENCHMARK.fingerprints[0].as_json() | {field: value}
    with pytest.raises(ValueError, match=reason):
        Fingerprint.from_json(row)
