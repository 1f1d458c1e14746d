"""Rows of our own as the finished files of a release, without the code that packages one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kodcode_hub.packaging.card import CardContent, columns_of
from kodcode_hub.packaging.data_file import DataFile
from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.rows import choose_split
from kodcode_hub.packaging.statistics import read_figures
from kodcode_hub.schema import arrow_schema

Row = Mapping[str, Any]


def write_files(folder: Path, rows: Iterable[Row], sft_rows: Iterable[Row] = (), **options: Any) -> list[DataFile]:
    """``data/<config>/<split>-*.parquet``, one for each split that has rows; ``options`` of the Parquet writer."""
    splits: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        splits.setdefault((row["subset"].lower(), choose_split(row)), []).append(row)
    for row in sft_rows:
        splits.setdefault(("sft", choose_split(row)), []).append(row)
    return [_write_file(folder, config, split, found, options) for (config, split), found in splits.items()]


def card_content(
    folder: Path, rows: Iterable[Row], sft_rows: Iterable[Row] = (), *, facts: ReleaseFacts
) -> CardContent:
    """What the card of a release with these rows is made of; subsets in the order of their names."""
    files = write_files(folder, rows, sft_rows)
    subsets = sorted({file.config for file in files} - {"sft"})
    return CardContent(
        version="1.0.0", files=files, subsets=subsets, figures=read_figures(folder, files, subsets=subsets), facts=facts
    )


def _write_file(folder: Path, config: str, split: str, rows: list[Row], options: Mapping[str, Any]) -> DataFile:
    table = pa.Table.from_pylist(rows, schema=arrow_schema(columns_of(config)))
    name = f"data/{config}/{split}-00000-of-00001.parquet"
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, folder / name, **options)
    return DataFile(
        config=config,
        split=split,
        path=name,
        rows=len(rows),
        bytes=(folder / name).stat().st_size,
        arrow_bytes=table.nbytes,
        sha256="0" * 64,
    )
