"""A benchmark as data: a name and its items' texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kodcode_hub.errors import InputError
from kodcode_hub.files.rows import claim_id, first_text, optional_id

ID_FIELDS = ("id", "task_id", "question_id")
TEXT_FIELDS = ("text", "prompt", "question", "description", "instruct_prompt", "question_content")
"""The first that an item has is compared; HumanEval, MBPP, BigCodeBench and LiveCodeBench use these names."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The items that no question may repeat."""

    name: str
    items: tuple[tuple[str, str], ...]
    """Id and text of each; ids are unique."""


def benchmark_from_rows(name: str, rows: Iterable[tuple[int, Mapping[str, Any]]], *, source: str) -> Benchmark:
    """Read the items out of numbered rows.

    Args:
        name: of the benchmark, as it appears in ``contaminated:<name>/<item id>``.
        rows: with their numbers from 1.
        source: name of the input, for messages.

    Raises:
        InputError: an item without id or text, or two with the same id; the message names the rows.
    """
    items: list[tuple[str, str]] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        identity = optional_id(row, ID_FIELDS, number=number, source=source)
        if identity is None:
            raise InputError(
                f"{source}, row {number} has no id: a benchmark's items need one of {', '.join(ID_FIELDS)}"
            )
        claim_id(identity, number=number, source=source, seen=seen)
        items.append((identity, first_text(row, TEXT_FIELDS, number=number, source=source)[1]))
    return Benchmark(name, tuple(items))
