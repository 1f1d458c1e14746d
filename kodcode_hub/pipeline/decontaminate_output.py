"""The rows that ``kodcode decontaminate`` writes: as they were read, with ``verdict`` and ``matches`` behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kodcode_hub.pipeline.judging_workers import JudgedText
from kodcode_hub.pipeline.marked_rows import (
    AddedColumns,
    ColumnTypes,
    copies_parquet,
    is_parquet,
    write_marked,
    write_parquet_copy,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from kodcode_hub.decontamination.contamination import Finding, Match


def match_json(match: Match) -> dict[str, Any]:
    """One entry of ``matches``."""
    from kodcode_hub.decontamination.contamination import match_evidence

    return {**match_evidence(match), "verdict": match.verdict}


def write_judged(
    judged: Iterator[tuple[JudgedText, Finding]], source: Path | str, out: Path | str, types: ColumnTypes | None
) -> None:
    """Write all rows with what was found.

    Args:
        judged: all rows of ``source``, in order.
        source: where they come from; Parquet that becomes Parquet keeps the types of its columns.
        out: where they go.
        types: of the columns, where rows become Parquet that were none.

    Raises:
        InputError: the rows hold what the output cannot.
        UsageError: the output cannot be written.
    """
    name = str(source)
    if copies_parquet(source, out):
        added = (_columns(finding, typed=True) for _, finding in judged)
        write_parquet_copy(Path(source), Path(out), added, ADDED_COLUMNS, name=name)
    else:
        typed = types is not None
        rows = ((item.number, ADDED_COLUMNS.without(item.row) | _columns(found, typed=typed)) for item, found in judged)
        write_marked(rows, out, name=name, types=types, from_parquet=is_parquet(source))


def _columns(finding: Finding, *, typed: bool) -> dict[str, Any]:
    """The added columns; in Parquet, whose objects have the same names in every row, signals are a list."""
    matches = [match_json(match) for match in finding.matches]
    if typed:
        for match in matches:
            match["signals"] = [{"name": name, "value": value} for name, value in match["signals"].items()]
    return {"verdict": finding.verdict, "contaminated": finding.verdict == "contaminated", "matches": matches}


def _added_fields() -> list[pa.Field]:
    import pyarrow as pa

    signals = pa.list_(pa.struct([("name", pa.string()), ("value", pa.float64())]))
    text = pa.string()
    match = [
        ("benchmark", text),
        ("id", text),
        ("revision", text),
        ("method", text),
        ("score", pa.float64()),
        ("excerpt", text),
        ("reason", text),
        ("signals", signals),
        ("verdict", text),
    ]
    return [
        pa.field("verdict", text),
        pa.field("contaminated", pa.bool_()),
        pa.field("matches", pa.list_(pa.struct(match))),
    ]


ADDED_COLUMNS = AddedColumns(frozenset({"verdict", "contaminated", "matches"}), _added_fields)
"""The columns that are added."""
