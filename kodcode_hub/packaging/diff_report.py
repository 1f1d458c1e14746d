"""What a comparison of two datasets found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many rows were added, removed and changed."""

    added: int = 0
    removed: int = 0
    changed: int = 0

    def as_json(self) -> dict[str, int]:
        """As ``--json`` has it."""
        return {"added": self.added, "removed": self.removed, "changed": self.changed}


@dataclass(frozen=True, slots=True)
class ColumnChanges:
    """What became of the columns.

    Args:
        added: neither in the old dataset nor renamed, in the new one's order.
        removed: neither in the new dataset nor renamed, in the old one's order.
        renamed: old name → new name.
        retyped: column → old type and new type.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    retyped: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.renamed or self.retyped)

    def as_json(self) -> dict[str, Any]:
        """As ``--json`` has it."""
        return {
            "added": list(self.added),
            "removed": list(self.removed),
            "renamed": dict(self.renamed),
            "retyped": {name: list(types) for name, types in self.retyped.items()},
        }


@dataclass(frozen=True, slots=True)
class SplitChanges:
    """What became of the splits of a config; ``moved`` counts rows by old and new split."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.moved)

    def as_json(self) -> dict[str, Any]:
        """As ``--json`` has it."""
        return {"added": list(self.added), "removed": list(self.removed), "moved": moves_as_json(self.moved)}


@dataclass(frozen=True, slots=True)
class ConfigDiff:
    """What became of one config."""

    rows: RowCounts
    columns: ColumnChanges
    splits: SplitChanges


@dataclass(frozen=True, slots=True)
class DatasetDiff:
    """What became of a dataset. How rows are counted is said in ``diff.py``.

    Args:
        old: its name.
        new: likewise.
        rows: of all configs together.
        columns: changes in any config that both datasets have.
        configs: every config of either dataset, in the new one's order, those that are gone last.
        configs_added: names of configs.
        configs_removed: likewise.
        moved: (old config, new config) → rows.
        changed_columns: column → number of rows in which it changed, the most frequent first.
        added: ids, sorted, each once.
        removed: likewise.
        changed: id → columns, by their new names; sorted.
        schema_versions: old and new, as the manifests state them; None without a manifest.
    """

    old: str
    new: str
    rows: RowCounts
    columns: ColumnChanges
    configs: Mapping[str, ConfigDiff]
    configs_added: tuple[str, ...]
    configs_removed: tuple[str, ...]
    moved: Mapping[tuple[str, str], int]
    changed_columns: Mapping[str, int]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: Mapping[str, tuple[str, ...]]
    schema_versions: tuple[int | None, int | None]

    @property
    def is_identical(self) -> bool:
        """Whether nothing differs but what is not compared: the column ``version``, and which file a row is in."""
        rows, schemas = self.rows, self.schema_versions
        return not (
            (rows.added or rows.removed or rows.changed or self.columns)
            or (self.configs_added or self.configs_removed)
            or any(config.splits or config.columns for config in self.configs.values())
            or (None not in schemas and schemas[0] != schemas[1])
        )

    def as_json(self) -> dict[str, Any]:
        """The answer of ``kodcode diff --json``."""
        return {
            "old": self.old,
            "new": self.new,
            "identical": self.is_identical,
            "rows": self.rows.as_json(),
            "columns": self.columns.as_json(),
            "configs": {
                name: {"rows": config.rows.as_json(), "columns": config.columns.as_json()}
                for name, config in self.configs.items()
            },
            "configs_added": list(self.configs_added),
            "configs_removed": list(self.configs_removed),
            "moved": moves_as_json(self.moved),
            "splits": {name: config.splits.as_json() for name, config in self.configs.items() if config.splits},
            "schema_version": {"old": self.schema_versions[0], "new": self.schema_versions[1]},
            "changed_columns": dict(self.changed_columns),
            "ids": {
                "added": list(self.added),
                "removed": list(self.removed),
                "changed": {identity: list(columns) for identity, columns in self.changed.items()},
            },
        }


def moves_as_json(moved: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    """Rows that moved, by where from and where to."""
    return [{"from": before, "to": after, "rows": rows} for (before, after), rows in sorted(moved.items())]
