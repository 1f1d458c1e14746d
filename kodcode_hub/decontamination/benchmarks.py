"""Benchmarks as data: a name, where its items come from, and their fingerprints; the texts where these are at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kodcode_hub.errors import InputError
from kodcode_hub.files.rows import claim_id

if TYPE_CHECKING:
    from kodcode_hub.decontamination.fingerprint import Fingerprint

NumberedRows = Iterable[tuple[int, Mapping[str, Any]]]
"""Rows with their numbers from 1."""


@dataclass(frozen=True, slots=True)
class BenchmarkItem:
    """One task of a benchmark, as it is published."""

    id: str
    texts: tuple[str, ...]
    """The question as it is asked; then other forms of it, such as BigCodeBench's complete prompt."""
    entry_point: str = ""
    """The name of the function; empty where there is none."""
    solution: str = ""
    """The canonical solution, or several, one after the other."""
    tests: str = ""
    """Test code, or examples as text."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The items that no question may repeat."""

    name: str
    revision: str
    """Of what the items were read from: a commit of the Hub, or ``sha256:`` and 16 digits of a file's hash."""
    fingerprints: tuple[Fingerprint, ...]
    """One an item, in their order; ids are unique."""
    texts: Mapping[str, str]
    """The question of each item by its id; empty where only fingerprints are known."""


def benchmark_from_rows(name: str, rows: NumberedRows, *, source: str, revision: str = "") -> Benchmark:
    """Read and fingerprint the items in numbered rows.

    Args:
        name: of the benchmark, as it appears in ``contaminated:<name>/<item id>``.
        rows: of a form that :mod:`benchmark_formats` knows.
        source: name of the input, for messages.
        revision: of the input.

    Raises:
        InputError: an item without id or text, a field of another type than it should be, or two items with the same
            id; the message names the rows.
    """
    return benchmark_of_items(name, items_from_rows(rows, source=source), revision=revision)


def benchmark_of_items(name: str, items: Iterable[BenchmarkItem], *, revision: str) -> Benchmark:
    """A benchmark of items whose ids are unique."""
    # Both modules need the records above, so that they can be imported only here.
    from kodcode_hub.decontamination.fingerprint import fingerprint_item

    listed = list(items)
    return Benchmark(
        name,
        revision,
        tuple(fingerprint_item(item) for item in listed),
        {item.id: item.texts[0] for item in listed},
    )


def items_from_rows(rows: NumberedRows, *, source: str) -> list[BenchmarkItem]:
    """The items in numbered rows.

    Raises:
        InputError: as in :func:`benchmark_from_rows`, or there is no item at all.
    """
    from kodcode_hub.decontamination.benchmark_formats import read_item

    items: list[BenchmarkItem] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        item = read_item(row, number=number, source=source)
        claim_id(item.id, number=number, source=source, seen=seen)
        items.append(item)
    if not items:
        raise InputError(f"{source} is empty: it holds no items")
    return items
