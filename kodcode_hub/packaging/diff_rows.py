"""The columns in which rows of two datasets differ. Of values only digests are held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kodcode_hub.files.rows import Row
from kodcode_hub.packaging.diff_columns import ColumnPlan, find_renames, in_order, plan_columns, renames_in
from kodcode_hub.packaging.diff_files import chosen_rows
from kodcode_hub.packaging.diff_match import Configs, Pair
from kodcode_hub.packaging.diff_table import Table, TableFile
from kodcode_hub.packaging.diff_values import NULL_DIGEST, value_digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Digests = Mapping[str, NDArray[np.uint64]]
    """Column → the digest of its value in each pair; that of null where a pair's config has no such column."""
    Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two tables have in common and not.

    Args:
        plans: by old and new config, for configs in both tables and those between which rows moved.
        renames: old name of a column → its new name.
        differing: for each pair the columns with different values, by their new names and in their order.
    """

    plans: Mapping[Configs, ColumnPlan]
    renames: Mapping[str, str]
    differing: Sequence[tuple[str, ...]]


def compare_rows(pairs: Sequence[Pair], old: Table, new: Table) -> Comparison:
    """Read the rows of ``pairs`` in both tables and compare them.

    Memory: 8 bytes a pair and column for each table.

    Raises:
        InputError: a file cannot be read.
    """
    plans = _plan(pairs, old, new)
    groups = _group_pairs(pairs)
    before = _read_digests(old, [pair.old for pair in pairs], _columns_read(plans, side=0))
    after = _read_digests(new, [pair.new for pair in pairs], _columns_read(plans, side=1))
    renames = find_renames(_equal_shares(plans, groups, before, after))
    differing: list[tuple[str, ...]] = [()] * len(pairs)
    for configs, members in groups.items():
        compared = {name: name for name in plans[configs].compared} | renames_in(plans[configs], renames)
        unequal = {now: before[then][members] != after[now][members] for then, now in compared.items()}
        names = in_order(unequal, plans[configs].order)
        _note_names(differing, members, {name: unequal[name] for name in names})
    return Comparison(plans, renames, differing)


def _plan(pairs: Sequence[Pair], old: Table, new: Table) -> dict[Configs, ColumnPlan]:
    both = {(config, config): None for config in new.columns if config in old.columns}
    both |= {pair.configs: None for pair in pairs}
    return {configs: plan_columns(old.columns[configs[0]], new.columns[configs[1]]) for configs in both}


def _group_pairs(pairs: Sequence[Pair]) -> dict[Configs, Indices]:
    import numpy as np

    members: dict[Configs, list[int]] = {}
    for index, pair in enumerate(pairs):
        members.setdefault(pair.configs, []).append(index)
    return {configs: np.array(indices, dtype=np.int64) for configs, indices in members.items()}


def _columns_read(plans: Mapping[Configs, ColumnPlan], *, side: int) -> dict[str, list[str]]:
    """Config → the columns whose values are needed of the old (0) or the new (1) dataset."""
    needed: dict[str, dict[str, None]] = {}
    for configs, plan in plans.items():
        names = (*plan.compared, *(candidate[side] for candidate in plan.candidates))
        needed.setdefault(configs[side], {}).update(dict.fromkeys(names))
    return {config: list(names) for config, names in needed.items()}


def _read_digests(table: Table, positions: Sequence[int], columns: Mapping[str, Sequence[str]]) -> Digests:
    """File by file, each from its first row to its last."""
    import numpy as np

    names = list(dict.fromkeys(name for members in columns.values() for name in members))
    digests = np.full((len(positions), len(names)), NULL_DIGEST, dtype=np.uint64)
    order = np.argsort(positions, kind="stable")
    rising = np.array(positions, dtype=np.int64)[order]
    for file in table.files:
        first, end = np.searchsorted(rising, [file.start, file.start + file.rows])
        wanted = columns.get(file.place.config, ())
        if first == end or not wanted:
            continue
        places = [names.index(name) for name in wanted]
        rows = _rows_of(table, file, (rising[first:end] - file.start).tolist(), wanted)
        for index, row in zip(order[first:end], rows, strict=True):
            digests[index, places] = [value_digest(row.get(name)) for name in wanted]
    return {name: digests[:, place] for place, name in enumerate(names)}


def _rows_of(table: Table, file: TableFile, chosen: Sequence[int], wanted: Sequence[str]) -> Iterator[Row]:
    path = table.dataset.local(file.place.name)
    return chosen_rows(path, table.source(file.place), chosen=chosen, columns=wanted)


def _equal_shares(
    plans: Mapping[Configs, ColumnPlan], groups: Mapping[Configs, Indices], before: Digests, after: Digests
) -> dict[tuple[str, str], float]:
    """Of a removed and an added column: the share of rows with a value on either side that have the same on both.

    Over all configs, because a schema is renamed as a whole, and a small config proves little.
    """
    equal: dict[tuple[str, str], int] = {}
    filled: dict[tuple[str, str], int] = {}
    for configs, members in groups.items():
        for pair in plans[configs].candidates:
            then, now = before[pair[0]][members], after[pair[1]][members]
            is_filled = (then != NULL_DIGEST) | (now != NULL_DIGEST)
            equal[pair] = equal.get(pair, 0) + int((is_filled & (then == now)).sum())
            filled[pair] = filled.get(pair, 0) + int(is_filled.sum())
    return {pair: equal[pair] / count for pair, count in filled.items() if count}


def _note_names(differing: list[tuple[str, ...]], members: Indices, unequal: Digests) -> None:
    """Write the names of the columns that differ to each pair's place; equal combinations are one tuple."""
    import numpy as np

    if not unequal:
        return
    names = list(unequal)
    table = np.column_stack([unequal[name] for name in names])
    combinations: dict[bytes, tuple[str, ...]] = {}
    for row in np.flatnonzero(table.any(axis=1)):
        key = table[row].tobytes()
        if key not in combinations:
            combinations[key] = tuple(names[place] for place in np.flatnonzero(table[row]))
        differing[members[row]] = combinations[key]
