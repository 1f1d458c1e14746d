"""The process that loads a published commit: a ``LoadOrder`` on standard input, problems as JSON on the last line."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from kodcode_hub.hub.load_order import ConfigOrder, LoadOrder

_SAMPLE = 3
"""Rows of a split that are read where not all are."""


def main() -> None:
    """Read the order, load, and tell."""
    order = LoadOrder.from_json(json.load(sys.stdin))
    sys.stdout.write(f"{json.dumps(load_configs(order))}\n")


def load_configs(order: LoadOrder) -> list[str]:
    """Load every config and give what is not as it should be."""
    problems: list[str] = []
    for config in order.configs:
        try:
            problems += _load_streaming(order, config) if order.streaming else _load_whole(order, config)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is told and not raised
            reason = " ".join(str(error).split())[:300]
            problems.append(f"config {config.name} does not load ({type(error).__name__}: {reason})")
    return problems


def _load_whole(order: LoadOrder, config: ConfigOrder) -> list[str]:
    from datasets import load_dataset

    loaded = load_dataset(order.repo, config.name, revision=order.commit)
    rows = {split: len(part) for split, part in loaded.items()}
    problems = [] if rows == config.rows else [f"config {config.name} loads {rows} rows instead of {config.rows}"]
    folders = {Path(file["filename"]).parent for part in loaded.values() for file in part.cache_files}
    for split, part in loaded.items():
        problems += _column_problems(config, split, part.features)
    del loaded
    for folder in folders:
        # Not all configs at once on the disk: together they have every row twice.
        shutil.rmtree(folder)
    return problems


def _load_streaming(order: LoadOrder, config: ConfigOrder) -> list[str]:
    from datasets import load_dataset

    loaded = load_dataset(order.repo, config.name, revision=order.commit, streaming=True)
    problems = []
    if set(loaded) != set(config.rows):
        problems.append(f"config {config.name} has the splits {sorted(loaded)} instead of {sorted(config.rows)}")
    for split in loaded.keys() & config.rows:
        rows = list(islice(loaded[split], _SAMPLE))
        if len(rows) < min(_SAMPLE, config.rows[split]):
            problems.append(f"config {config.name} streams {len(rows)} rows of {split} only")
        problems += _column_problems(config, split, loaded[split].features)
    return problems


def _column_problems(config: ConfigOrder, split: str, features: Any) -> Iterator[str]:
    """Columns and types, beside those of a Parquet file on the local disk."""
    import pyarrow.parquet as pq

    wanted = {field.name: field.type for field in pq.read_schema(config.example)}
    found = {field.name: field.type for field in features.arrow_schema}
    if list(found) != list(wanted):
        yield f"config {config.name} loads {split} with the columns {list(found)} instead of {list(wanted)}"
        return
    for name, kind in wanted.items():
        if found[name] != kind:
            yield f"config {config.name} loads {split} with {name} as {found[name]} instead of {kind}"


if __name__ == "__main__":
    main()
