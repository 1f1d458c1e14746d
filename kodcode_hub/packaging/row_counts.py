"""Counts over the rows of finished Parquet files, column by column; memory does not grow with the number of rows.

Numbers are kept as how often each value occurs: means and medians come out exact, however rows lie in batches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

MOST_NAMES = 1000
"""Different texts of a column that are remembered for a subset; origins may be as many as rows."""

_BATCH_ROWS = 8192
_ROW_COLUMNS = (
    *("style", "gpt_difficulty", "gpt_pass_sequence", "test_coverage", "tests_passed", "assurance", "flags", "teacher"),
    *("question", "solution", "environment"),
    *("provenance.seeds", "provenance.seed_licence", "provenance.seed_origin"),
)
_SFT_COLUMNS = ("subset", "r1_correctness")


@dataclass(slots=True)
class RowCounts:
    """What was counted of one subset's rows, or of all.

    Args:
        rows: how many there are.
        seeded: rows whose prompt showed seeds.
        texts: column → value → rows; no nulls and no empty texts, and at most ``MOST_NAMES`` values of a column.
        numbers: column → value → rows; no nulls.
        attempts: (passed, asked) → rows; rows without attempts are left out.
        environments: (python, packages, platform) → rows.
        characters: column of texts → characters in all.
        written: column of texts → rows that have one.
        sft: correct or not → SFT rows.
    """

    rows: int = 0
    seeded: int = 0
    texts: dict[str, Counter[str]] = field(default_factory=dict)
    numbers: dict[str, Counter[int]] = field(default_factory=dict)
    attempts: Counter[tuple[int, int]] = field(default_factory=Counter)
    environments: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    sft: Counter[bool] = field(default_factory=Counter)

    def add(self, other: RowCounts) -> None:
        """Take in what was counted elsewhere."""
        self.rows += other.rows
        self.seeded += other.seeded
        for name, texts in other.texts.items():
            _add_texts(self.texts.setdefault(name, Counter()), texts.items())
        for name, numbers in other.numbers.items():
            self.numbers.setdefault(name, Counter()).update(numbers)
        self.attempts.update(other.attempts)
        self.environments.update(other.environments)
        self.characters.update(other.characters)
        self.written.update(other.written)
        self.sft.update(other.sft)


def count_rows(path: Path) -> RowCounts:
    """Counts over one file of a subset.

    Raises:
        OSError: the file cannot be read.
        pyarrow.ArrowInvalid: it is no Parquet file.
    """
    import pyarrow.compute as pc

    counts = RowCounts()
    for batch in _batches(path, _ROW_COLUMNS):
        provenance = batch.column("provenance")
        counts.rows += batch.num_rows
        counts.seeded += pc.sum(pc.greater(pc.utf8_length(pc.struct_field(provenance, "seeds")), 0)).as_py() or 0
        for name, column in _text_columns(batch).items():
            _add_texts(counts.texts.setdefault(name, Counter()), _value_counts(column))
        for name in ("test_coverage", "tests_passed"):
            counts.numbers.setdefault(name, Counter()).update(dict(_value_counts(batch.column(name))))
        counts.attempts.update(_count_attempts(batch.column("gpt_pass_sequence")))
        counts.environments.update(_count_environments(batch.column("environment")))
        for name in ("question", "solution"):
            column = batch.column(name)
            counts.characters[name] += pc.sum(pc.utf8_length(column)).as_py() or 0
            counts.written[name] += len(column) - column.null_count
    return counts


def count_sft_rows(path: Path) -> Mapping[str, RowCounts]:
    """Subset in lower case → counts over the SFT rows of one file.

    Raises:
        OSError: the file cannot be read.
        pyarrow.ArrowInvalid: it is no Parquet file.
    """
    found: dict[str, RowCounts] = {}
    for batch in _batches(path, _SFT_COLUMNS):
        for subset, correct, rows in _group_counts([batch.column(name) for name in _SFT_COLUMNS]):
            found.setdefault((subset or "").lower(), RowCounts()).sft[correct is True] += rows
    return found


def _batches(path: Path, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(batch_size=_BATCH_ROWS, columns=list(columns))


def _text_columns(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    import pyarrow.compute as pc

    names = ("style", "gpt_difficulty", "assurance", "teacher")
    return {name: batch.column(name) for name in names} | {
        "flags": pc.list_flatten(batch.column("flags")),
        "seed_licence": pc.struct_field(batch.column("provenance"), "seed_licence"),
        "seed_origin": pc.struct_field(batch.column("provenance"), "seed_origin"),
    }


def _value_counts(column: pa.Array) -> Iterator[tuple[Any, int]]:
    """Each value that is not null, in the order in which it appears, with the number of rows."""
    counted = column.drop_null().value_counts()
    return zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True)


def _group_counts(columns: list[pa.Array]) -> Iterator[tuple[Any, ...]]:
    """Each combination of values, nulls too, and the number of rows after them."""
    import pyarrow as pa

    names = [str(index) for index in range(len(columns))]
    grouped = pa.table(columns, names=names).group_by(names, use_threads=False).aggregate([([], "count_all")])
    return zip(*(grouped.column(name).to_pylist() for name in (*names, "count_all")), strict=True)


def _count_attempts(sequences: pa.ListArray) -> dict[tuple[int, int], int]:
    import numpy as np
    import pyarrow as pa

    sequences = sequences.drop_null()
    before = np.concatenate(([0], np.cumsum(sequences.values.fill_null(0).to_numpy(zero_copy_only=False))))
    offsets = sequences.offsets.to_numpy()
    passed, asked = before[offsets[1:]] - before[offsets[:-1]], np.diff(offsets)
    pairs = _group_counts([pa.array(passed), pa.array(asked)])
    return {(passed, asked): rows for passed, asked, rows in pairs if asked}


def _count_environments(environments: pa.StructArray) -> dict[tuple[str, str, str], int]:
    environments = environments.drop_null()
    columns = [environments.field(name) for name in ("python", "packages", "platform")]
    counts: Counter[tuple[str, str, str]] = Counter()
    for python, packages, platform, rows in _group_counts(columns):
        counts[python or "", packages or "", platform or ""] += rows
    return counts


def _add_texts(counter: Counter[str], found: Iterable[tuple[str, int]]) -> None:
    for name, rows in found:
        if name and (name in counter or len(counter) < MOST_NAMES):
            counter[name] += rows
