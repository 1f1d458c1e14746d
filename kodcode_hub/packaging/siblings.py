"""Siblings: the rows of one question in its styles, with the same solution and tests. Ids differ in the last letter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from kodcode_hub.packaging.package_inputs import InputFile, Place
from kodcode_hub.packaging.package_plan import Candidates

SIBLING_DIFFERS = "sibling_differs"


def stem_of(identity: str) -> str:
    """The part of an id that siblings share."""
    return identity[:-2] if identity.endswith(("_I", "_C")) else identity


def reject_unlike_siblings(inputs: Sequence[InputFile], rows: Candidates) -> None:
    """Leave out completion-style rows whose solution or tests are not those of their sibling; the instruction stays.

    Pairs that were in the previous release and did not change are not looked at again.

    Raises:
        InputError: a file cannot be read.
    """
    chosen = rows.chosen()
    pairs = [
        (identity, twin)
        for identity in chosen
        if identity.endswith("_C")
        and (twin := f"{stem_of(identity)}_I") in chosen
        and (identity in rows.new or twin in rows.new)
    ]
    digests = _digests(inputs, (chosen[identity] for pair in pairs for identity in pair))
    for identity, twin in pairs:
        if digests[chosen[identity]] != digests[chosen[twin]]:
            rows.reject(identity, SIBLING_DIFFERS)


def _digests(inputs: Sequence[InputFile], places: Iterable[Place]) -> dict[Place, int]:
    """A hash of solution and test of each row."""
    wanted: dict[int, set[int]] = {}
    for place in places:
        wanted.setdefault(place.file, set()).add(place.row)
    digests: dict[Place, int] = {}
    with ThreadPoolExecutor(thread_name_prefix="siblings") as threads:
        for part in threads.map(partial(_digests_of_file, inputs), wanted.keys(), wanted.values()):
            digests |= part
    return digests


def _digests_of_file(inputs: Sequence[InputFile], number: int, wanted: set[int]) -> dict[Place, int]:
    digests = {}
    first = 0
    for batch in inputs[number].batches(["solution", "test"]):
        rows = [row for row in range(batch.num_rows) if first + row in wanted]
        texts = batch.take(rows)
        for row, solution, test in zip(rows, texts["solution"].to_pylist(), texts["test"].to_pylist(), strict=True):
            digests[Place(number, first + row)] = hash((solution, test))
        first += batch.num_rows
    return digests
