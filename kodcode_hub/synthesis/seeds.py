"""Rows of a seed file as seeds: which column holds the text, which id a seed has, what else a template may show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kodcode_hub.files.rows import claim_id, first_text, optional_id
from kodcode_hub.record import Seed, content_hash
from kodcode_hub.subsets import SubsetSpec

ID_FIELDS = ("id", "question_id", "problem_id")
LICENCE_FIELDS = ("licence", "license")
ORIGIN_FIELD = "origin"
LONGEST_FIELD = 500
"""Characters; longer texts beside the seed's own (solutions, editorials) are not carried along."""


def seeds_from_rows(rows: Iterable[tuple[int, Mapping[str, Any]]], *, spec: SubsetSpec, source: str) -> list[Seed]:
    """Make a seed of every row.

    The text is the first of ``spec.seed_fields`` that holds any, byte for byte. The id is the row's ``id``,
    ``question_id`` or ``problem_id`` as text, else the hash of the text; then rows with the same text are one seed.
    Other short texts of the row become ``fields``.

    Args:
        rows: with their numbers from 1.
        spec: of the subset that the seeds are for.
        source: name of the input, for messages.

    Raises:
        InputError: a row without text in any of these columns, a malformed id, or two rows with the same id.
    """
    seeds: dict[str, Seed] = {}
    claimed: dict[str, int] = {}
    for number, row in rows:
        name, text = first_text(row, spec.seed_fields, number=number, source=source)
        given = optional_id(row, ID_FIELDS, number=number, source=source)
        if given is not None:
            claim_id(given, number=number, source=source, seen=claimed)
        seed = _seed(row, given if given is not None else seed_id(text), text, text_field=name, spec=spec)
        known = seeds.get(seed.id)
        # Which of two equal texts comes first must not decide what a template shows: the smallest fields do.
        seeds[seed.id] = seed if known is None else min(known, seed, key=_shown)
    return list(seeds.values())


def seed_id(text: str) -> str:
    """The id of a seed that was given none."""
    return content_hash("seed", text)


def _seed(row: Mapping[str, Any], identity: str, text: str, *, text_field: str, spec: SubsetSpec) -> Seed:
    apart = {text_field, ORIGIN_FIELD, *ID_FIELDS, *LICENCE_FIELDS}
    fields = {
        name: value
        for name, value in row.items()
        if name not in apart and isinstance(value, str) and value and len(value) <= LONGEST_FIELD
    }
    licence = next((row[name] for name in LICENCE_FIELDS if isinstance(row.get(name), str) and row[name]), spec.licence)
    origin = row.get(ORIGIN_FIELD)
    return Seed(identity, text, tuple(sorted(fields.items())), licence, origin if isinstance(origin, str) else None)


def _shown(seed: Seed) -> tuple[object, ...]:
    return (seed.fields, seed.licence or "", seed.origin or "")
