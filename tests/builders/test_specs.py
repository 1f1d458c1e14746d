"""The 12 subsets are what KodCode's table says of them."""

from __future__ import annotations

import pytest

from kodcode_hub.subsets import SUBSET_NAMES, all_subsets, load_subset
from kodcode_hub.synthesis.seeds import seeds_from_rows
from tests.builders.shown import SEEDED, folder_of


def test_all_twelve_load_in_order_under_their_own_names() -> None:
    assert tuple(spec.name for spec in all_subsets()) == SUBSET_NAMES
    assert len(SUBSET_NAMES) == 12


@pytest.mark.parametrize("name", SUBSET_NAMES)
def test_seeds_a_prompt_are_those_of_kodcode(name: str) -> None:
    expected = {"leetcode": 3, "prefill": 0, "filter": 0}.get(name, 1)
    assert load_subset(name).seeds_per_prompt == expected


@pytest.mark.parametrize("name", SUBSET_NAMES)
def test_every_template_that_is_named_lies_beside_the_builders(name: str) -> None:
    spec = load_subset(name)
    rule = spec.annotation
    for template in (spec.template, *([rule.template] if rule else [])):
        assert (folder_of(spec) / template).is_file()


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("leetcode", "description"),
        ("codeforces", "problem_statement"),
        ("codeforces", "description"),
        ("apps", "question"),
        ("taco", "question"),
        ("code_contests", "question"),
        ("code_contests", "description"),
        ("algorithm", "codes"),
        ("data_structure", "codes"),
        ("docs", "content"),
        ("package", "instruction"),
        ("evol", "instruction"),
    ],
)
def test_the_field_of_a_subset_holds_the_text_of_its_seeds(name: str, field: str) -> None:
    """Defect 15: Codeforces rows had to have ``description``, though the loader only promised ``problem_statement``."""
    (seed,) = seeds_from_rows([(1, {"id": "a", field: "some text"})], spec=load_subset(name), source="seeds.jsonl")
    assert seed.text == "some text"


@pytest.mark.parametrize("name", SEEDED)
def test_the_field_of_the_subset_goes_before_general_ones(name: str) -> None:
    spec = load_subset(name)
    row = dict.fromkeys(("text", "content", *spec.seed_fields), "something else") | {spec.seed_fields[0]: "the seed"}
    (seed,) = seeds_from_rows([(1, row)], spec=spec, source="seeds.jsonl")
    assert seed.text == "the seed"


@pytest.mark.parametrize(
    ("name", "suffixes"),
    [("algorithm", {".py"}), ("data_structure", {".py"}), ("docs", {".rst", ".md", ".txt", ".ipynb"})],
)
def test_folders_of_snippets_and_of_documentation_can_be_seeds(name: str, suffixes: set[str]) -> None:
    assert set(load_subset(name).seed_suffixes) == suffixes


def test_only_docs_may_abstain() -> None:
    assert [spec.name for spec in all_subsets() if spec.may_abstain] == ["docs"]


def test_prefill_and_filter_are_raw_and_leave_stopping_to_the_chat_template() -> None:
    """Defect 16: stop strings "assistant" and a line break cut questions short."""
    raw = {spec.name: spec for spec in all_subsets() if spec.route == "raw"}
    assert {name: spec.opening for name, spec in raw.items()} == {"prefill": "Write a python function to", "filter": ""}
    assert all(spec.sampling.stop == () for spec in raw.values())
    assert all("user_turn(" in (folder_of(spec) / spec.template).read_text() for spec in raw.values())


def test_sampling_is_what_tgi_takes() -> None:
    """TGI refuses ``top_p`` 1.0, a temperature of 0 and more than four stop sequences."""
    for spec in all_subsets():
        assert 0 < spec.sampling.top_p < 1
        assert spec.sampling.temperature > 0
        assert len(spec.sampling.stop) <= 4


def test_filter_keeps_good_algorithms_and_functions() -> None:
    rule = load_subset("filter").annotation
    assert rule is not None
    assert rule.categories == ("Algorithm Implementation", "Function Generation")
    assert rule.qualities == ("good", "excellent")


def test_no_subset_claims_a_licence_for_seeds_that_it_does_not_bring() -> None:
    assert {spec.licence for spec in all_subsets()} == {None}
