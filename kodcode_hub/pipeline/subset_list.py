"""``kodcode subsets``: what there is to build, and which seeds are there for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kodcode_hub.pipeline.seed_sources import find_seeds, load_seeds
from kodcode_hub.subsets import all_subsets


@dataclass(frozen=True, slots=True)
class SubsetEntry:
    """One line of the list."""

    config: str
    source: str
    seeds_per_prompt: int
    seeds_found: int | None
    """None where no seeds were named for it, or it needs none."""


def list_subsets(seed_arguments: Sequence[str]) -> list[SubsetEntry]:
    """The 12 subsets, with the number of seeds that ``seed_arguments`` (``SUBSET=PATH`` or a folder) hold for each.

    Raises:
        UsageError: a seed argument that cannot be used.
    """
    specs = list(all_subsets())
    paths = find_seeds(seed_arguments, specs)
    return [
        SubsetEntry(
            spec.name,
            spec.source,
            spec.seeds_per_prompt,
            len(load_seeds(spec, paths[spec.name])) if spec.name in paths else None,
        )
        for spec in specs
    ]
