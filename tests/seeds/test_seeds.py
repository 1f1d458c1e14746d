"""Rows as seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from kodcode_hub.errors import InputError
from kodcode_hub.record import Seed
from kodcode_hub.subsets import SubsetSpec
from kodcode_hub.synthesis.seeds import seeds_from_rows


def spec_for(*fields: str, licence: str | None = None) -> SubsetSpec:
    return SubsetSpec("demo", "a test", "t.jinja", seeds_per_prompt=1, seed_fields=fields, licence=licence)


Rows = Sequence[Mapping[str, Any]]


def seeds_of(rows: Rows, spec: SubsetSpec) -> list[Seed]:
    return seeds_from_rows(enumerate(rows, start=1), spec=spec, source="f.jsonl")


def test_the_first_field_that_a_row_has_is_its_text() -> None:
    """Defect 15: a row with ``problem_statement`` alone is enough; nothing else reads ``description``."""
    spec = spec_for("problem_statement", "description")
    rows: Rows = [
        {"problem_statement": "one"},
        {"description": "two"},
        {"problem_statement": None, "description": "three"},
    ]
    assert [seed.text for seed in seeds_of(rows, spec)] == ["one", "two", "three"]


def test_a_row_without_any_of_the_fields_is_refused_with_those_it_has() -> None:
    words = r"f.jsonl, row 2 has none of the columns 'codes', 'code'; it has 'text', 'id'"
    with pytest.raises(InputError, match=words):
        seeds_of([{"codes": "x"}, {"text": "y", "id": 1}], spec_for("codes", "code"))
    with pytest.raises(InputError, match=r"f.jsonl, row 1: column 'codes' is a list, not text"):
        seeds_of([{"codes": ["x"]}], spec_for("codes"))


def test_the_text_is_kept_byte_for_byte() -> None:
    text = "\ufeff  def f():\r\n\treturn '\x00\ud800'\n\n "
    assert seeds_of([{"codes": text}], spec_for("codes"))[0].text == text


@pytest.mark.parametrize("name", ["id", "question_id", "problem_id"])
def test_ids_are_text_whatever_the_file_holds(name: str) -> None:
    """Defect 50: KodCode writes whole numbers in some files and text in others."""
    rows: Rows = [{"q": "a", name: 0}, {"q": "b", name: "1_x"}]
    assert [seed.id for seed in seeds_of(rows, spec_for("q"))] == ["0", "1_x"]


def test_a_seed_without_id_has_that_of_its_content() -> None:
    """Defect 50: neither the place in the file nor the other rows count."""
    one, two = seeds_of([{"q": "a"}, {"q": "b"}], spec_for("q"))
    assert one.id != two.id
    assert seeds_of([{"q": "b"}, {"q": "c"}, {"q": "a", "note": "n"}], spec_for("q"))[2].id == one.id


def test_an_id_that_two_rows_have_is_refused_with_both() -> None:
    with pytest.raises(InputError, match=r"f.jsonl: rows 1 and 3 have the same id '7'"):
        seeds_of([{"q": "a", "id": 7}, {"q": "b", "id": 8}, {"q": "a", "id": "7"}], spec_for("q"))
    with pytest.raises(InputError, match=r"f.jsonl, row 1: 'id' is empty"):
        seeds_of([{"q": "a", "id": ""}], spec_for("q"))


def test_rows_without_id_and_of_one_text_are_one_seed_in_any_order() -> None:
    rows: Rows = [{"q": "a", "category": "z"}, {"q": "b"}, {"q": "a", "category": "y"}]
    forward, backward = seeds_of(rows, spec_for("q")), seeds_of(rows[::-1], spec_for("q"))
    assert len(forward) == 2
    assert set(forward) == set(backward)
    assert next(seed for seed in forward if seed.text == "a").field("category") == "y"


def test_short_texts_beside_it_are_kept_for_the_template() -> None:
    row = {"id": 3, "codes": "x", "category": "trees", "file_name": "avl", "year": 2020, "empty": "", "long": "y" * 501}
    seed = seeds_of([row], spec_for("codes"))[0]
    assert seed.fields == (("category", "trees"), ("file_name", "avl"))


def test_licence_and_origin_are_the_rows_else_the_subsets() -> None:
    rows: Rows = [
        {"q": "a", "license": "MIT", "origin": "site/x"},
        {"q": "b", "licence": "BSD"},
        {"q": "c", "license": None},
    ]
    seeds = seeds_of(rows, spec_for("q", licence="Apache-2.0"))
    assert [(seed.licence, seed.origin) for seed in seeds] == [("MIT", "site/x"), ("BSD", None), ("Apache-2.0", None)]
    assert all(not seed.fields for seed in seeds)
