"""Addresses and filters, parsed."""

from __future__ import annotations

import pytest

from kodcode_hub.browse.search_words import parse_words
from kodcode_hub.browse.selection import Range, Selection, parse_address, parse_filters


def test_the_address_is_the_selection() -> None:
    pairs = [("q", " two words "), ("subset", "A"), ("subset", "B"), ("pass", "0.25..1"), ("sort", "-pass"), ("p", "3")]
    assert parse_address([*pairs, ("id", "A_1_I"), ("n", "7"), ("show", "check"), ("__theme", "dark")]) == Selection(
        "two words", {"subset": ("A", "B")}, {"pass": Range(2500, 10_000)}, "-pass", 3
    )


@pytest.mark.parametrize("value", ['"0.25..0.5"', "[0.25, 0.5]", '{"min": 0.25, "max": 0.5}', '["0.25", "0.5"]'])
def test_ranges_may_be_written_in_several_ways(value: str) -> None:
    assert parse_filters("", f'{{"pass_rate": {value}}}').spans == {"pass": Range(2500, 5000)}


@pytest.mark.parametrize(
    ("value", "found"),
    [('"80.."', Range(80, None)), ('"..80"', Range(None, 80)), ("80", Range(80, 80)), ('{"max": 80}', Range(None, 80))],
)
def test_either_end_may_be_open(value: str, found: Range) -> None:
    assert parse_filters("", f'{{"test_coverage": {value}}}').spans == {"coverage": found}


def test_empty_filters_are_none() -> None:
    assert parse_filters("x", '{"subset": [], "pass": "", "style": null}') == parse_filters("x", "") == Selection("x")


def test_published_columns_name_filters_too() -> None:
    filters = parse_filters("", '{"gpt_difficulty": "hard", "flags": ["a"]}')
    assert filters.choices == {"difficulty": ("hard",), "flag": ("a",)}


def test_equal_selections_have_equal_keys_whatever_their_order() -> None:
    first = parse_address([("subset", "A"), ("style", "B"), ("pass", "0..1")])
    assert first.key == parse_address([("pass", "0..1"), ("style", "B"), ("subset", "A")]).key
    assert first.key != parse_address([("pass", "0..0.5"), ("style", "B"), ("subset", "A")]).key


def test_parts_of_a_search() -> None:
    parts = parse_words('is_prime "Two Sums" -slow -"no way" well-known')
    assert [(part.text, part.terms, part.is_phrase, part.excluded) for part in parts] == [
        ("is_prime", ("is", "prime"), False, False),
        ("Two Sums", ("two", "sum"), True, False),
        ("slow", ("slow",), False, True),
        ("no way", ("no", "way"), True, True),
        ("well-known", ("well", "known"), False, False),
    ]


def test_no_search_has_more_than_24_parts() -> None:
    assert len(parse_words("a b c d e f g h " * 10)) == 24
