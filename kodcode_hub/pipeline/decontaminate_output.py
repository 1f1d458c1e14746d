"""The rows that ``kodcode decontaminate`` writes: as they were read, with ``verdict`` and ``matches`` behind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.files.atomic import write_atomically
from kodcode_hub.files.row_writer import is_stream, open_row_writer
from kodcode_hub.files.rows import Row
from kodcode_hub.pipeline.dedup_output import changed, is_parquet
from kodcode_hub.pipeline.judging_workers import JudgedText

if TYPE_CHECKING:
    import pyarrow as pa

    from kodcode_hub.decontamination.contamination import Finding, Match

ADDED_COLUMNS = ("verdict", "contaminated", "matches")
_PARQUET_BATCH = 1024


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
    if is_parquet(source) and is_parquet(out) and not is_stream(out):
        _write_parquet(judged, Path(source), Path(out))
        return
    fitting = nullcontext() if types is None else fitting_into_parquet(types.name)
    with fitting, open_row_writer(out, schema=lambda: types.schema() if types is not None else _no_types()) as writer:
        for item, finding in judged:
            if is_parquet(source):
                _require_json(item, str(source))
            kept = {name: value for name, value in item.row.items() if name not in ADDED_COLUMNS}
            writer.write(kept | _columns(finding, typed=types is not None))


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


def _require_json(item: JudgedText, source: str) -> None:
    for name, value in item.row.items():
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise InputError(
                f"{source}, row {item.number}: column {name!r} holds what JSON has no word for ({error}); "
                "give --out a name that ends in .parquet"
            ) from error


def _no_types() -> pa.Schema:
    raise AssertionError("rows that become Parquet have their types collected")


class ColumnTypes:
    """The Arrow types of columns, found out row by row."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._schema: pa.Schema | None = None

    def add(self, rows: list[Row]) -> None:
        """Look at some more rows.

        Raises:
            UsageError: a column has values of types that have none in common.
        """
        import pyarrow as pa

        with fitting_into_parquet(self.name):
            found = pa.schema(pa.array([_without_text(row) for row in rows]).type)
            both = [found] if self._schema is None else [self._schema, found]
            self._schema = pa.unify_schemas(both, promote_options="permissive")

    def schema(self) -> pa.Schema:
        """Of the rows with the added columns."""
        import pyarrow as pa

        return _with_added(self._schema if self._schema is not None else pa.schema([]))


@contextmanager
def fitting_into_parquet(name: str) -> Iterator[None]:
    """Say it of the rows ``name`` where Arrow refuses them.

    Raises:
        UsageError: it does.
    """
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OverflowError, TypeError) as error:
        raise UsageError(
            f"the rows of {name} do not fit into Parquet: {' '.join(str(error).split())[:200]}; "
            "give --out a name that ends in .jsonl"
        ) from error


def _without_text(value: object) -> Any:
    """The same value with all texts empty: only the type counts, and a text need not be UTF-8."""
    if isinstance(value, str):
        return ""
    if isinstance(value, Mapping):
        return {key: _without_text(item) for key, item in value.items()}
    return [_without_text(item) for item in value] if isinstance(value, list) else value


def _with_added(schema: pa.Schema) -> pa.Schema:
    """With the added columns at the end. The file's own metadata describes other columns and is left out."""
    import pyarrow as pa

    return pa.schema([*(field for field in schema if field.name not in ADDED_COLUMNS), *_added_fields()])


def _write_parquet(judged: Iterator[tuple[JudgedText, Finding]], source: Path, out: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with write_atomically(out) as stream, pq.ParquetFile(source) as file:
            schema = _with_added(file.schema_arrow)
            with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
                for batch in file.iter_batches(batch_size=_PARQUET_BATCH):
                    findings = [finding for _, finding in islice(judged, len(batch))]
                    if len(findings) < len(batch):
                        raise changed(str(source))
                    writer.write_table(_with_findings(batch, schema, findings))
            if next(judged, None) is not None:
                raise changed(str(source))
    except pa.ArrowException as error:
        raise InputError(f"{source} cannot be copied to {out}: {' '.join(str(error).split())[:200]}") from error


def _with_findings(batch: pa.RecordBatch, schema: pa.Schema, findings: list[Finding]) -> pa.Table:
    import pyarrow as pa

    found = [_columns(finding, typed=True) for finding in findings]
    added = [pa.array([_utf8(columns[name]) for columns in found], schema.field(name).type) for name in ADDED_COLUMNS]
    kept = [batch.column(name) for name in schema.names[: -len(ADDED_COLUMNS)]]
    return pa.Table.from_arrays([*kept, *added], schema=schema)


def _utf8(value: Any) -> Any:
    """The same value, lone surrogates (of a benchmark's ids) written as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, Mapping):
        return {key: _utf8(item) for key, item in value.items()}
    return [_utf8(item) for item in value] if isinstance(value, list) else value
