"""Two datasets compared: rows, columns, configs and splits.

Rows are matched by ``question_id`` (``id`` where that is null) within a config, so that the row of a question in its
subset and its row in ``sft`` are two rows; an id that left one config and came into another has moved.

- ``rows`` counts rows: one in two configs counts twice. A row that moved between configs counts as removed and added in
  these, and as one changed row in all. So rows before + added - removed are the rows after, everywhere.
- ``ids`` names each id once in a list; it is in two lists if its rows in two configs fared differently.
- A row is changed if a column that both datasets have (be it renamed) has another value, or its place is another: then
  ``config`` or ``split`` stands before the columns. The column ``version`` does not count, and neither does a column
  that is new or gone: it is told once, not for each row.
- Columns are compared between configs that both datasets have, over the files that are not the same in both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kodcode_hub.packaging.diff_columns import ColumnPlan, renames_in
from kodcode_hub.packaging.diff_match import Configs, Matches, Pair, match_rows
from kodcode_hub.packaging.diff_report import ColumnChanges, ConfigDiff, DatasetDiff, RowCounts, SplitChanges
from kodcode_hub.packaging.diff_rows import Comparison, compare_rows
from kodcode_hub.packaging.diff_source import DatasetFiles
from kodcode_hub.packaging.diff_table import FilePlace, file_places, read_table

ChangedRow = tuple[Pair, tuple[str, ...]]
"""A row, and what changed of it."""


class Content(NamedTuple):
    """What a file holds, if it is known, and where it belongs."""

    config: str
    split: str
    sha256: str | None


def diff_datasets(old: DatasetFiles, new: DatasetFiles) -> DatasetDiff:
    """Compare two datasets and read as little of them as hashes allow.

    A file with the same SHA-256 in the same config and split of both is not read. Of the others the ids are read, and
    whole rows only where the hashes of the two rows differ or are not known. In memory are ids, and digests of the
    columns of the rows that were read: less than 1 GB for 450,000 rows without hashes, whatever the texts.

    Raises:
        InputError: a file cannot be read, a row has no id, or an id occurs twice in a config.
    """
    old_places, new_places = _files_to_compare(old, new)
    old_table, new_table = read_table(old, old_places), read_table(new, new_places)
    matches = match_rows(old_table, new_table)
    comparison = compare_rows(matches.open, old_table, new_table)
    changed = list(_changed_rows(matches, comparison))
    by_configs = Counter(pair.configs for pair, _ in changed)
    split_moves = Counter((pair.configs, pair.splits) for pair, _ in changed if "split" in pair.moves)
    return DatasetDiff(
        old=old.name,
        new=new.name,
        rows=RowCounts(_count(matches.added), _count(matches.removed), len(changed)),
        columns=_all_columns(comparison, new),
        configs={
            config: ConfigDiff(
                _config_rows(config, matches, by_configs),
                _config_columns(config, comparison),
                _config_splits(config, old, new, split_moves),
            )
            for config in {**new.files, **old.files}
        },
        configs_added=_only_in(new.files, old.files),
        configs_removed=_only_in(old.files, new.files),
        moved={configs: rows for configs, rows in by_configs.items() if configs[0] != configs[1]},
        changed_columns=_count_columns(changed),
        added=_sorted_ids(matches.added),
        removed=_sorted_ids(matches.removed),
        changed=_changed_ids(changed),
        schema_versions=(old.schema_version, new.schema_version),
    )


def _files_to_compare(old: DatasetFiles, new: DatasetFiles) -> tuple[list[FilePlace], list[FilePlace]]:
    """The files of either dataset without those that the same config and split of the other has too."""
    contents = [Counter(_content(dataset, place) for place in file_places(dataset)) for dataset in (old, new)]
    shared = contents[0] & contents[1]
    return _without_shared(old, shared), _without_shared(new, shared)


def _without_shared(dataset: DatasetFiles, shared: Mapping[Content, int]) -> list[FilePlace]:
    left, places = dict(shared), []
    for place in file_places(dataset):
        content = _content(dataset, place)
        if content.sha256 is not None and left.get(content, 0):
            left[content] -= 1
        else:
            places.append(place)
    return places


def _content(dataset: DatasetFiles, place: FilePlace) -> Content:
    return Content(place.config, place.split, dataset.sha256.get(place.name))


def _changed_rows(matches: Matches, comparison: Comparison) -> Iterator[ChangedRow]:
    yield from ((pair, pair.moves) for pair in matches.equal)
    for pair, columns in zip(matches.open, comparison.differing, strict=True):
        if columns or pair.moves:
            yield pair, (*pair.moves, *columns)


def _config_rows(config: str, matches: Matches, changed: Mapping[Configs, int]) -> RowCounts:
    left = sum(rows for (before, after), rows in changed.items() if before == config != after)
    came = sum(rows for (before, after), rows in changed.items() if before != config == after)
    return RowCounts(
        added=len(matches.added.get(config, ())) + came,
        removed=len(matches.removed.get(config, ())) + left,
        changed=changed.get((config, config), 0),
    )


def _config_columns(config: str, comparison: Comparison) -> ColumnChanges:
    plan = comparison.plans.get((config, config))
    return _column_changes([plan] if plan else [], comparison)


def _all_columns(comparison: Comparison, new: DatasetFiles) -> ColumnChanges:
    """Of configs that both datasets have; where one is gone, beside the configs to which its rows moved."""
    plans = comparison.plans.items()
    return _column_changes([plan for (then, now), plan in plans if then == now or then not in new.files], comparison)


def _column_changes(plans: Sequence[ColumnPlan], comparison: Comparison) -> ColumnChanges:
    added: dict[str, None] = {}
    removed: dict[str, None] = {}
    renamed: dict[str, str] = {}
    retyped: dict[str, tuple[str, str]] = {}
    for plan in plans:
        renames = renames_in(plan, comparison.renames)
        added |= dict.fromkeys(name for name in plan.added if name not in renames.values())
        removed |= dict.fromkeys(name for name in plan.removed if name not in renames)
        renamed |= renames
        retyped |= plan.retyped
    return ColumnChanges(tuple(added), tuple(removed), renamed, retyped)


def _config_splits(
    config: str, old: DatasetFiles, new: DatasetFiles, split_moves: Mapping[tuple[Configs, tuple[str, str]], int]
) -> SplitChanges:
    """Nothing where the whole config is new or gone: that is said once."""
    if config not in old.files or config not in new.files:
        return SplitChanges()
    moved = {splits: rows for (configs, splits), rows in split_moves.items() if configs == (config, config)}
    before, after = old.files[config], new.files[config]
    return SplitChanges(_only_in(after, before), _only_in(before, after), moved)


def _changed_ids(changed: Sequence[ChangedRow]) -> dict[str, tuple[str, ...]]:
    ids: dict[str, tuple[str, ...]] = {}
    for pair, names in changed:
        ids[pair.id] = tuple(dict.fromkeys((*ids[pair.id], *names))) if pair.id in ids else names
    return {identity: ids[identity] for identity in sorted(ids)}


def _count_columns(changed: Sequence[ChangedRow]) -> dict[str, int]:
    counts = Counter(name for _, names in changed for name in names)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _count(ids: Mapping[str, Sequence[str]]) -> int:
    return sum(map(len, ids.values()))


def _sorted_ids(ids: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(sorted({identity for members in ids.values() for identity in members}))


def _only_in(names: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in set(others))
