"""What a search finds, in which order, and how it is counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kodcode_hub.browse.catalogue import Catalogue, UnknownRowError
from kodcode_hub.browse.selection import Selection, parse_filters
from kodcode_hub.errors import UsageError
from tests.browse.shelf import a_catalogue, numbers, selected, shelf_row, shelf_rows


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    catalogue = a_catalogue(tmp_path_factory.mktemp("shelf"))
    yield catalogue
    catalogue.rows.close()


def test_without_words_all_rows_come_in_the_order_of_the_release(catalogue: Catalogue) -> None:
    assert numbers(catalogue, selected()) == [
        "1I",
        "1C",
        "2I",
        "4I",
        "5I",
        "3I",
    ]  # a row of caution stands in a file of its own
    assert len(catalogue) == 6


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("palindrome", {"1I", "1C"}),  # in the solution of the second
        ("medians", {"2I"}),  # by its stem
        ("broken", set()),  # trials are not searched
        ("letter", {"1I", "1C"}),  # and in code
        ("is_palindrome", {"1I", "1C"}),
        ("tree", {"3I", "4I"}),
        ("tree -words", {"3I"}),
        ('"binary tree"', {"3I"}),
        ('"tree binary"', set()),
        ("list numbers", {"2I", "4I"}),
        ("np.median", {"2I"}),
        ("-tree", {"1I", "1C", "2I", "5I"}),
        ("...", {"1I", "1C", "2I", "3I", "4I", "5I"}),  # no letter: no word
        ('"', {"1I", "1C", "2I", "3I", "4I", "5I"}),
        ("nowhere", set()),
        ("test_three", {"2I"}),
    ],
)
def test_all_words_must_stand_somewhere_in_question_solution_or_test(
    catalogue: Catalogue, query: str, found: set[str]
) -> None:
    assert set(numbers(catalogue, selected(q=query))) == found


def test_a_word_in_the_question_weighs_more_than_one_in_the_code(catalogue: Catalogue) -> None:
    assert numbers(catalogue, selected(q="palindrome"))[0] == "1I"


def test_an_id_finds_its_row_first_and_then_its_sibling(catalogue: Catalogue) -> None:
    first = shelf_rows()[1]["question_id"]
    assert numbers(catalogue, selected(q=first))[:2] == ["1C", "1I"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"subset": "leetcode"}, ["4I", "5I", "3I"]),
        ({"subset": ["Algorithm", "Leetcode"], "difficulty": "hard"}, ["3I"]),
        ({"style": "complete"}, ["1C"]),
        ({"pass": "1..1"}, ["1I", "1C"]),
        ({"pass": "0.3333..0.3334"}, ["2I"]),
        ({"pass": "..0.1"}, ["3I"]),
        ({"coverage": "80..95", "sort": "-coverage"}, ["5I", "2I", "4I"]),
        ({"library": "numpy"}, ["2I"]),
        ({"library": ["heapq", "re"]}, ["1I", "1C", "2I"]),
        ({"split": "use_with_caution"}, ["3I"]),
        ({"assurance": "low"}, ["1I", "1C", "2I", "4I", "5I", "3I"]),
    ],
)
def test_filters_narrow(catalogue: Catalogue, filters: dict[str, object], found: list[str]) -> None:
    assert numbers(catalogue, selected(**filters)) == found


@pytest.mark.parametrize(
    ("sort", "found"),
    [("-pass", ["1I", "1C", "5I", "4I", "2I", "3I"]), ("coverage", ["3I", "4I", "2I", "5I"]), ("-tests", ["1I", "1C"])],
)
def test_rows_are_sorted_by_numbers(catalogue: Catalogue, sort: str, found: list[str]) -> None:
    assert numbers(catalogue, selected(sort=sort))[: len(found)] == found


def test_facets_count_under_all_other_filters(catalogue: Catalogue) -> None:
    counts = catalogue.facets(selected(subset="Leetcode", difficulty="hard"))
    assert counts["subset"] == {"Leetcode": 1}  # under difficulty=hard alone
    assert counts["difficulty"] == {"easy": 1, "medium": 1, "hard": 1}  # under subset=Leetcode alone
    assert counts["split"] == {"use_with_caution": 1}
    assert counts["coverage"] == {"0..79": 1}


def test_every_counted_band_finds_as_many_rows_as_it_says(catalogue: Catalogue) -> None:
    for facet in ("pass", "coverage"):
        counts = catalogue.facets(Selection())[facet]
        assert sum(counts.values()) == 6
        for band, number in counts.items():
            assert catalogue.search(selected(**{facet: band})).total == number


def test_every_counted_value_finds_as_many_rows_as_it_says(catalogue: Catalogue) -> None:
    for facet in ("subset", "style", "difficulty", "split", "assurance", "library"):
        for value, number in catalogue.facets(Selection())[facet].items():
            assert catalogue.search(selected(**{facet: value})).total == number


def test_a_filtered_value_without_rows_is_counted_as_none(catalogue: Catalogue) -> None:
    assert catalogue.facets(selected(library="pandas"))["library"]["pandas"] == 0


def test_pages_join_to_the_whole_and_none_comes_twice(tmp_path: Path) -> None:
    rows = [shelf_row("Algorithm", number, f"Question {number}.", passes=[1], coverage=100) for number in range(53)]
    catalogue = a_catalogue(tmp_path, rows)
    for sort in ("", "-pass", "coverage"):
        pages = [catalogue.search(selected(p=str(page), **({"sort": sort} if sort else {}))) for page in (1, 2, 3, 4)]
        assert [len(page.rows) for page in pages] == [20, 20, 13, 0]
        assert pages[0].pages == 3
        assert len({hit.question_id for page in pages for hit in page.rows}) == 53


def test_words_are_marked_in_snippets_of_each_text(catalogue: Catalogue) -> None:
    (hit,) = catalogue.search(selected(q="median numbers")).rows
    pieces = dict(hit.snippets)
    assert [text for text, marked in pieces["question"] if marked] == ["median", "numbers"]
    assert "median" in [text for text, marked in pieces["solution"] if marked]
    assert hit.as_json()["snippet"] == "Find the median of a list of numbers."


def test_words_are_marked_by_their_stems(catalogue: Catalogue) -> None:
    hit = catalogue.search(selected(q="Palindromes")).rows[0]
    assert [text.lower() for text, marked in dict(hit.snippets)["question"] if marked] == ["palindromes", "palindrome"]
    assert hit.title == "Palindromes"


def test_a_row_is_read_whole_and_as_it_was_published(catalogue: Catalogue) -> None:
    for row in shelf_rows():
        found = catalogue.get(row["question_id"])
        assert {name: found[name] for name in row if name != "version"} == {
            name: value for name, value in row.items() if name != "version"
        }


def test_siblings_are_the_other_styles_of_a_triplet(catalogue: Catalogue) -> None:
    first, second = (row["question_id"] for row in shelf_rows()[:2])
    assert [hit.question_id for hit in catalogue.siblings(first)] == [second]
    assert catalogue.siblings(shelf_rows()[3]["question_id"]) == []


def test_a_random_row_stands_where_it_says(catalogue: Catalogue) -> None:
    selection = selected(subset="Leetcode")
    for _ in range(10):
        found = catalogue.random(selection)
        assert found is not None
        assert catalogue.ids_at(selection, found[1], 1) == [found[0]]
    assert catalogue.random(selected(q="nowhere")) is None


def test_an_id_that_is_not_there_is_said_to_be_so(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownRowError, match="no row has the question_id 'Algorithm_1'"):
        catalogue.get("Algorithm_1")


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ('{"subset": "Nothing"}', "no subset 'Nothing'; there are Algorithm, Leetcode"),
        ('{"colour": "red"}', "no filter 'colour'; there are assurance, "),
        ('{"pass": "much"}', "takes a range, such as 0.5..1"),
        ('{"pass": "0.5..x"}', "takes numbers from 0 to 1; found 'x'"),
        ('{"pass": {"min": 2}}', "takes numbers from 0 to 1; found 2"),
        ('{"coverage": [1, 2, 3]}', "takes a range"),
        ('{"sort": "beauty"}', "no order 'beauty'; there are relevance, id"),
        ('["subset"]', "the filters are list, not an object"),
        ("{", "the filters are no JSON"),
        ('{"subset": 5}', "takes a name, or a list"),
        ('{"pass": NaN}', "takes numbers"),
    ],
)
def test_filters_that_mean_nothing_are_refused_with_what_there_is(
    catalogue: Catalogue, filters: str, message: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        catalogue.search(parse_filters("", filters))
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    "pair", [("p", "0"), ("p", "-1"), ("p", "x"), ("p", "९"), ("q", "x" * 1001), ("colour", "red")]
)
def test_addresses_that_mean_nothing_are_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(UsageError):
        selected(**{pair[0]: pair[1]})


@pytest.mark.parametrize(
    "query",
    [
        "\0",
        "a\ud800b".encode("utf-8", "replace").decode(),
        '"' * 500,
        "- -- ---",
        "x " * 500,
        "((((",
        "a:b^c~2*?",
        "\u202e",
        "É" * 900,
    ],
)
def test_hostile_searches_are_only_searches(catalogue: Catalogue, query: str) -> None:
    assert catalogue.search(selected(q=query)).total >= 0


@pytest.mark.parametrize(("offset", "limit"), [(-1, 20), (0, -1), (0, 201), (10**12, 1)])
def test_offsets_and_limits_have_bounds(catalogue: Catalogue, offset: int, limit: int) -> None:
    with pytest.raises(UsageError, match="an offset is 0 or more, a limit 0 to 200"):
        catalogue.search(Selection(), offset=offset, limit=limit)


def test_values_that_are_no_plain_words_are_counted_like_others(tmp_path: Path) -> None:
    rows = [
        shelf_row("Algorithm", number, "Add.", passes=[1], coverage=100, flags=flags)
        for number, flags in enumerate([['a "b" OR flag:c'], ["c"], ["c", "d-e"], []])
    ]
    catalogue = a_catalogue(tmp_path, rows)
    for value, found in (('a "b" OR flag:c', 1), ("c", 2), ("d-e", 1)):
        counts = catalogue.facets(selected(flag=value))
        assert counts["flag"] == {"c": 2, 'a "b" OR flag:c': 1, "d-e": 1}
        assert counts["subset"] == {"Algorithm": found}
