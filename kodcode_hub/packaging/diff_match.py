"""Rows of two datasets matched by their ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from kodcode_hub.packaging.diff_table import Table, known_equal

Configs = tuple[str, str]
"""A row's config in the old and in the new dataset; mostly the same."""


class Pair(NamedTuple):
    """A row that is in both datasets."""

    id: str
    configs: Configs
    splits: tuple[str, str]
    old: int
    """Its position in the old table."""
    new: int

    @property
    def moves(self) -> tuple[str, ...]:
        """What changed of its place: ``config``, ``split``, both or nothing."""
        places = (("config", self.configs), ("split", self.splits))
        return tuple(name for name, (before, after) in places if before != after)


@dataclass(frozen=True, slots=True)
class Matches:
    """What became of each row of two tables; rows that are known to be equal and in their place are left out.

    Args:
        equal: rows that are known to be equal and have another config or split.
        open: rows whose values must be compared.
        added: config → ids that only the new table has.
        removed: config → ids that only the old table has.
    """

    equal: list[Pair]
    open: list[Pair]
    added: Mapping[str, list[str]]
    removed: Mapping[str, list[str]]


def match_rows(old: Table, new: Table) -> Matches:
    """Match rows within their config; then an id that is left over in one config of either table has moved."""
    added = {config: _only_in(ids, old.ids.get(config, {})) for config, ids in new.ids.items()}
    removed = {config: _only_in(ids, new.ids.get(config, {})) for config, ids in old.ids.items()}
    moved = _find_moves(removed, added)
    equal: list[Pair] = []
    unknown: list[Pair] = []
    for identity, configs in [*_common_ids(old, new), *moved.items()]:
        before, after = old.ids[configs[0]][identity], new.ids[configs[1]][identity]
        splits = old.file_at(before).place.split, new.file_at(after).place.split
        pair = Pair(identity, configs, splits, before, after)
        if not known_equal(old, before, new, after):
            unknown.append(pair)
        elif pair.moves:
            equal.append(pair)
    return Matches(equal, unknown, _without(added, moved), _without(removed, moved))


def _common_ids(old: Table, new: Table) -> Iterable[tuple[str, Configs]]:
    for config, ids in new.ids.items():
        before = old.ids.get(config, {})
        yield from ((identity, (config, config)) for identity in ids if identity in before)


def _only_in(ids: Mapping[str, int], others: Mapping[str, int]) -> list[str]:
    return [identity for identity in ids if identity not in others]


def _find_moves(removed: Mapping[str, list[str]], added: Mapping[str, list[str]]) -> dict[str, Configs]:
    before, after = _only_configs(removed), _only_configs(added)
    return {identity: (before[identity], config) for identity, config in after.items() if identity in before}


def _only_configs(ids: Mapping[str, list[str]]) -> dict[str, str]:
    """Id → its config, for ids that stand in one config alone."""
    counts = Counter(identity for members in ids.values() for identity in members)
    return {identity: config for config, members in ids.items() for identity in members if counts[identity] == 1}


def _without(ids: Mapping[str, list[str]], moved: Mapping[str, Configs]) -> dict[str, list[str]]:
    return {config: [identity for identity in members if identity not in moved] for config, members in ids.items()}
