"""Fingerprints on disk: what comes back is what was stored, no text is in it, and damage is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kodcode_hub.decontamination.benchmarks import Benchmark, BenchmarkItem, benchmark_of_items
from kodcode_hub.decontamination.fingerprint import FINGERPRINT_FORMAT
from kodcode_hub.decontamination.fingerprint_file import (
    FingerprintHeader,
    benchmark_from_fingerprints,
    fingerprint_rows,
    is_fingerprint_header,
    read_header,
)
from kodcode_hub.errors import InputError
from kodcode_hub.pipeline.benchmark_files import load_benchmarks
from kodcode_hub.pipeline.benchmark_store import (
    find_item_text,
    list_stored,
    remove_benchmark,
    store_benchmark,
    stored_benchmark,
)

ITEMS = [
    BenchmarkItem(
        "B/0",
        ("Count the vowels of an unusual sentence written backwards.", "def vowels(sentence): ..."),
        "vowels",
        "def vowels(sentence):\n    return sum(letter in 'aeiou' for letter in sentence.lower())",
        "assert vowels('Quetzalcoatl') == 5",
    ),
    BenchmarkItem("B/1", ("?!",)),
]
BENCHMARK = benchmark_of_items("buoys", ITEMS, revision="r1")

words = st.sampled_from(["sort", "the", "List", "of", "(n)", "def f(x):", "3.5", "'ab'", "\n", "ü", "\ud800", "."])
texts = st.lists(words, min_size=1, max_size=30).map(" ".join)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KODCODE_HOME", str(tmp_path / "home"))


def stored_rows(benchmark: Benchmark = BENCHMARK) -> list[dict[str, Any]]:
    """As they come back from a file."""
    lines = [json.dumps(row) for row in fingerprint_rows(benchmark, source="b.jsonl", text_at=None)]
    return [json.loads(line) for line in lines]


def read_back(rows: list[dict[str, Any]]) -> Benchmark:
    header = read_header(rows[0], source="f")
    return benchmark_from_fingerprints(header.name, header, enumerate(rows[1:], start=2), source="f")


def test_the_header_says_what_the_fingerprints_are_of() -> None:
    header, *others = stored_rows()
    assert header["format"] == FINGERPRINT_FORMAT
    assert is_fingerprint_header(header)
    assert not any(map(is_fingerprint_header, [*others, {"id": "x", "text": "y"}, {"format": 3}]))
    assert read_header(header, source="f") == FingerprintHeader("buoys", "r1", "b.jsonl", None, 2)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=4))
def test_fingerprints_come_back_as_they_were(parts: list[tuple[str, str, str]]) -> None:
    items = [
        BenchmarkItem(str(number), (text,), "f", solution, tests)
        for number, (text, solution, tests) in enumerate(parts)
    ]
    benchmark = benchmark_of_items("b", items, revision="r")
    assert read_back(stored_rows(benchmark)) == Benchmark("b", "r", benchmark.fingerprints, {})


def test_no_word_of_the_text_is_stored() -> None:
    content = json.dumps(stored_rows()).lower()
    for word in ("vowels", "unusual", "backwards", "quetzalcoatl", "letter"):
        assert word not in content


def test_fingerprints_of_another_version_are_refused_with_what_to_do() -> None:
    header = stored_rows()[0] | {"format": "kodcode-fingerprint-0-old"}
    assert is_fingerprint_header(header)
    with pytest.raises(InputError, match=r"'kodcode-fingerprint-0-old', .* make them anew .*kodcode benchmarks add"):
        read_header(header, source="f")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows[0].pop("revision"), "f, row 1: 'revision' is missing; the file is damaged"),
        (lambda rows: rows[0].update(items="2"), "f, row 1: 'items' is text; the file is damaged"),
        (lambda rows: rows.pop(), "f holds 1 fingerprints and should hold 2"),
        (lambda rows: rows.append(rows[1]), "f: rows 2 and 4 have the same id 'B/0'"),
        (lambda rows: rows[2].pop("passages"), "f, row 3: not a fingerprint"),
        (lambda rows: rows[2].update(code="?"), "f, row 3: not a fingerprint"),
        (lambda rows: rows[2].update(id=""), "f, row 3: 'id' is empty"),
    ],
)
def test_a_damaged_file_is_refused_with_the_row(change: Any, message: str) -> None:
    rows = stored_rows()
    change(rows)
    with pytest.raises(InputError, match=message):
        read_back(rows)


def test_what_is_stored_is_there_until_it_is_removed(tmp_path: Path) -> None:
    assert list_stored() == []
    assert store_benchmark(BENCHMARK, source="b.jsonl", text_at=None) is None
    assert stored_benchmark("buoys") == Benchmark("buoys", "r1", BENCHMARK.fingerprints, {})
    later = benchmark_of_items("buoys", ITEMS[:1], revision="r2")
    before = store_benchmark(later, source="c.jsonl", text_at=None)
    assert before is not None
    assert before.header is not None
    assert before.header.revision == "r1"
    assert [entry.name for entry in list_stored()] == ["buoys"]
    folder = tmp_path / "home" / "benchmarks"
    assert [path.name for path in folder.iterdir()] == ["buoys.fingerprints.jsonl.zst"]
    remove_benchmark("buoys")
    assert list_stored() == []


def test_a_stored_file_can_be_given_as_a_file(tmp_path: Path) -> None:
    store_benchmark(BENCHMARK, source="b.jsonl", text_at=None)
    path = tmp_path / "home" / "benchmarks" / "buoys.fingerprints.jsonl.zst"
    assert load_benchmarks([f"other={path}"]) == [Benchmark("other", "r1", BENCHMARK.fingerprints, {})]


def test_a_stored_file_that_cannot_be_read_is_listed_and_replaced_but_never_skipped(tmp_path: Path) -> None:
    store_benchmark(BENCHMARK, source="b.jsonl", text_at=None)
    path = tmp_path / "home" / "benchmarks" / "buoys.fingerprints.jsonl.zst"
    path.write_bytes(path.read_bytes()[:10])
    (entry,) = list_stored()
    assert entry.header is None
    assert "cannot be read" in entry.problem
    with pytest.raises(InputError, match="cannot be read"):
        load_benchmarks(["buoys"])
    before = store_benchmark(BENCHMARK, source="b.jsonl", text_at=None)
    assert before is not None
    assert before.header is None
    assert load_benchmarks(["buoys"])[0].fingerprints == BENCHMARK.fingerprints


def test_the_text_of_an_item_is_read_where_it_was_as_long_as_the_file_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    path.write_text('{"id": "B/0", "text": "Count the vowels."}\n')
    (read,) = load_benchmarks([f"buoys={path}"])
    assert find_item_text(read, "B/0") == "Count the vowels."
    store_benchmark(read, source=str(path), text_at=str(path))
    stored = stored_benchmark("buoys")
    assert stored.texts == {}
    assert find_item_text(stored, "B/0") == "Count the vowels."
    path.write_text('{"id": "B/0", "text": "Count the consonants."}\n')
    assert find_item_text(stored, "B/0") is None
    path.unlink()
    assert find_item_text(stored, "B/0") is None
