"""What is measured of one question beside one item."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.decontamination.benchmark_index import BenchmarkIndex
from kodcode_hub.decontamination.benchmarks import BenchmarkItem
from kodcode_hub.decontamination.decision import evidence_of
from kodcode_hub.decontamination.fingerprint import fingerprint_item, fingerprint_text
from kodcode_hub.decontamination.likeness import Sought
from kodcode_hub.decontamination.rarity import Rarity
from kodcode_hub.decontamination.signals import Signals, Suspect, measure

WORDS = ["lighthouse", "harbour", "buoy", "crate", "rope", "tide", "mast", "anchor"]
ITEM = BenchmarkItem(
    "i",
    ("Weigh every lighthouse crate, then moor the tide under an anchor rope beside some harbour mast.",),
    entry_point="moor_tide",
    solution=(
        "    total = 0\n    for crate in crates:\n        total += crate.weight * tide[crate.name]\n    return total\n"
    ),
    tests="assert moor_tide(['mast', 'rope'], [1417, 2]) == 'harbour'",
)


def beside(text: str, item: BenchmarkItem = ITEM, *, code: str = "", others: tuple[BenchmarkItem, ...] = ()) -> Signals:
    print_ = fingerprint_item(item)
    rarity = Rarity([print_, *map(fingerprint_item, others)])
    return measure(Suspect(fingerprint_text(text, code=code)), print_, sought=Sought(print_), rarity=rarity)


def test_the_item_itself_has_all_its_words() -> None:
    signals = beside(ITEM.texts[0])
    assert (signals.near_copy, signals.containment, signals.containment_all) == (1.0, 1.0, 1.0)
    assert (signals.ngram_8, signals.ngram_10, signals.ngram_13) == (1.0, 1.0, 1.0)
    assert (signals.uncontained, signals.task.likeness, signals.task.opposites) == (0.0, 1.0, 0)


def test_runs_of_words_are_counted_by_their_length() -> None:
    ten = " ".join(ITEM.texts[0].split()[:10])
    signals = beside(f"{ten} something else is asked for here")
    assert (signals.ngram_8, signals.ngram_10, signals.ngram_13) == (3 / 9, 1 / 7, 0.0)


def test_what_every_task_says_weighs_nothing() -> None:
    item = BenchmarkItem("i", ("Write a python function that takes a list and returns the lighthouse.",))
    assert beside("Write a python function that takes a list and returns the sum.", item).containment < 0.5
    assert beside("Please use a function that returns the lighthouse.", item).uncontained > 0


@pytest.mark.parametrize("code", [ITEM.solution.replace("crate", "c").replace("tide", "t").replace("total", "s")])
def test_code_counts_whatever_its_names(code: str) -> None:
    assert beside("", code=f"def f(cs, t):\n{code}").code > 0.9
    assert beside("", code="def f(cs):\n    return [c for c in cs if c]\n").code < 0.2


def test_short_code_counts_by_its_names_and_very_short_code_not_at_all() -> None:
    short = BenchmarkItem("s", ("?",), solution="    return len(set(text.lower().split()))\n")
    assert beside("", short, code=f"def f(text):\n{short.solution}").code == 1.0
    assert beside("", short, code=f"def f(q):\n{short.solution.replace('text', 'q')}").code < 1.0
    tiny = BenchmarkItem("t", ("?",), solution="    return sum(x)\n")
    assert beside("", tiny, code=f"def f(x):\n{tiny.solution}").code == 0.0


def test_imports_are_no_code() -> None:
    lines = "import os\nimport sys\nfrom collections import Counter\nfrom itertools import chain\nimport math\n"
    item = BenchmarkItem("i", ("?",), solution=lines + ITEM.solution)
    assert beside("", item, code=lines).code == 0.0


def test_a_name_and_a_value_count_less_the_more_items_have_them() -> None:
    text = "def moor_tide(x):\n    '''\n    >>> moor_tide(['mast', 'rope'], [1417, 2])\n    'harbour'\n    '''"
    alone, shared = beside(text), beside(text, others=(ITEM,))
    assert (alone.same_name, shared.same_name) == (1.0, 0.5)
    assert alone.examples == 1.0 > shared.examples > 0
    assert beside(text, others=(ITEM,) * 5).examples == 0.0


def test_the_sentence_that_agrees_best_is_found_wherever_it_stands() -> None:
    item = BenchmarkItem("i", ("Find the lighthouse whose lamp is the oldest.",))
    before = "Ships sail at night. Ropes are tied by hand. Crates are heavy."
    signals = beside(f"{before} Which lighthouse has the oldest lamp?", item)
    assert signals.task.recall == 1.0
    assert (signals.task.first, signals.task.elsewhere > 1) == (0.0, True)


def test_an_opposite_counts_only_where_the_question_has_not_the_word_itself() -> None:
    item = BenchmarkItem("i", ("Find the largest lighthouse of a harbour.",))
    assert beside("Find the smallest lighthouse of a harbour.", item).task.opposites == 1
    assert beside("Find the largest lighthouse of a harbour rather than the smallest.", item).task.opposites == 0
    assert beside("Find a lighthouse that is not the largest of a harbour.", item).task.opposites == 1
    twice = BenchmarkItem("i", ("Add two ropes and print how many digits the sum has.",))
    assert beside("Add two ropes and print how many digits the product has.", twice).task.opposites == 1


@given(st.lists(st.sampled_from([*WORDS, "the", "sum", "of", "largest", "a\n", "def f(x):", ">>>", "."]), max_size=60))
def test_every_share_is_a_share(words: list[str]) -> None:
    text = " ".join(words)
    signals = beside(text, code=text)
    for name, value in signals.by_name().items():
        assert value >= 0, name
        if name not in ("contained", "shared", "asked", "elsewhere", "opposites", "exchanged"):
            assert value <= 1 + 1e-9, name


def test_an_item_is_compared_by_its_first_sentences_too() -> None:
    item = BenchmarkItem("i", ("Count the lighthouse lamps. Then moor every crate. Ropes of an anchor are heavy.",))
    signals = beside("Count the lighthouse lamps.", item)
    assert signals.task.recall == 1.0
    assert signals.task.begun < 1


def test_of_sentences_that_are_about_as_near_the_first_counts() -> None:
    item = BenchmarkItem("i", ("Find the oldest lighthouse lamp.",))
    ask = "Find the oldest lighthouse lamp"
    text = f"{ask} string. Ropes hold. Crates stand. Masts break. {ask}."
    assert beside(text, item).task.first == 1.0


def test_code_that_many_items_have_is_nobodys() -> None:
    code = f"def f(crates, tide):\n{ITEM.solution}"
    assert beside("", code=code).code == 1.0
    assert beside("", code=code, others=(ITEM,) * 5).code == 0.0


def test_how_it_must_not_be_done_makes_no_other_task() -> None:
    item = BenchmarkItem("i", ("Sort the crates by weight.",))
    assert beside("Sort the crates by weight without using the built-in tide function.", item).task.precision == 1.0


def test_a_sentence_amid_much_else_says_less_than_the_same_at_the_beginning() -> None:
    item = BenchmarkItem("i", ("Find the oldest lighthouse lamp.",))
    rest = "Ships sail at night. Ropes are tied. Crates stand on belts. Anchors rust. Masts break in a storm."
    amid, first = (evidence_of(beside(text, item)) for text in (f"{rest} {item.texts[0]}", f"{item.texts[0]} {rest}"))
    assert first["same_task"] > amid["same_task"] > 0
    assert first["same_order"] > amid["same_order"] > 0


def test_an_item_is_a_candidate_by_its_name_or_by_words_that_say_nothing() -> None:
    named = BenchmarkItem("name", ("Count lamps.",), entry_point="get_result")
    void = BenchmarkItem("void", ("Write a function that returns the result of the given input and prints it.",))
    index = BenchmarkIndex([[fingerprint_item(named), fingerprint_item(void)]])
    for text, found in (("def get_result(x): 'Tie ropes.'", "name"), (f"Tie ropes. {void.texts[0]}", "void")):
        suspect = Suspect(fingerprint_text(text))
        assert [item.fingerprint.id for item in index.candidates(suspect)] == [found]
