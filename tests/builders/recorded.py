"""The sample data of ``sample:`` as the tests see it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from kodcode_hub.record import Seed
from kodcode_hub.resources import samples_folder
from kodcode_hub.subsets import SUBSET_NAMES, load_subset
from kodcode_hub.synthesis.seeds import seeds_from_rows


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a recording."""

    subset: str
    step: str
    contains: tuple[str, ...]
    completions: tuple[str, ...]
    raw: bool


def json_rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file, which must have one a line."""
    return [json.loads(line) for line in path.read_bytes().decode("utf-8").removesuffix("\n").split("\n")]


@lru_cache
def entries(subset: str) -> tuple[Entry, ...]:
    """The recordings of one subset."""
    return tuple(
        Entry(row["subset"], row["step"], tuple(row["contains"]), tuple(row["completions"]), row.get("route") == "raw")
        for row in json_rows(samples_folder() / "recordings" / f"{subset}.jsonl")
    )


def all_entries(step: str) -> list[Entry]:
    """The recordings of one step, of all subsets."""
    return [entry for subset in SUBSET_NAMES for entry in entries(subset) if entry.step == step]


@lru_cache
def seeds(subset: str) -> tuple[Seed, ...]:
    """The sample seeds of one subset."""
    rows = json_rows(samples_folder() / "seeds" / f"{subset}.jsonl")
    return tuple(seeds_from_rows(enumerate(rows, 1), spec=load_subset(subset), source=f"{subset}.jsonl"))
