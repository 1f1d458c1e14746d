"""What ``kodcode diff`` shows of two datasets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kodcode_hub.cli.decontaminate_view import visible
from kodcode_hub.packaging.diff_report import ColumnChanges, ConfigDiff, DatasetDiff, SplitChanges

_IDS_SHOWN = 10
_TYPE_WIDTH = 60


def show_diff(diff: DatasetDiff) -> None:
    """The differences on standard output: in one line, by config, by column and split, and the first ids."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    _print(console, [f"old: {diff.old}", f"new: {diff.new}", _headline(diff)])
    if diff.is_identical:
        return
    console.print(_config_table(diff), soft_wrap=False)
    _print(console, _schema_lines(diff))
    _print(console, _place_lines(diff))
    _print(console, _id_lines(diff))


def _headline(diff: DatasetDiff) -> str:
    if diff.is_identical:
        return "no differences"
    columns = ", ".join(f"{name} {rows}" for name, rows in diff.changed_columns.items())
    rows = diff.rows
    return f"{rows.added} rows added, {rows.removed} removed, {rows.changed} changed" + (
        f" ({columns})" if columns else ""
    )


def _config_table(diff: DatasetDiff) -> Table:
    table = Table(title="By config", title_justify="left")
    table.add_column("config")
    for name in ("added", "removed", "changed"):
        table.add_column(name, justify="right")
    table.add_column("columns and splits")
    for name, config in diff.configs.items():
        rows = config.rows
        table.add_row(
            Text(visible(name)), str(rows.added), str(rows.removed), str(rows.changed), _config_note(diff, name, config)
        )
    return table


def _config_note(diff: DatasetDiff, name: str, config: ConfigDiff) -> str:
    if name in diff.configs_added:
        return "new config"
    if name in diff.configs_removed:
        return "config is gone"
    return ", ".join(["columns"] * bool(config.columns) + ["splits"] * bool(config.splits))


def _schema_lines(diff: DatasetDiff) -> Iterator[str]:
    before, after = diff.schema_versions
    if before != after:
        yield f"schema version: {_known(before)} -> {_known(after)}"
    yield from _column_lines(diff.columns)


def _column_lines(columns: ColumnChanges) -> Iterator[str]:
    if columns.renamed:
        yield "columns renamed: " + ", ".join(f"{before} -> {after}" for before, after in columns.renamed.items())
    if columns.added:
        yield f"columns added: {', '.join(columns.added)}"
    if columns.removed:
        yield f"columns removed: {', '.join(columns.removed)}"
    for name, (before, after) in columns.retyped.items():
        yield f"column of another type: {name}: {_short(before)} -> {_short(after)}"


def _place_lines(diff: DatasetDiff) -> Iterator[str]:
    for (before, after), rows in diff.moved.items():
        yield f"rows moved from config {before} to {after}: {rows}"
    for name, config in diff.configs.items():
        yield from (f"{name}: {change}" for change in _split_changes(config.splits))


def _split_changes(splits: SplitChanges) -> Iterator[str]:
    if splits.added:
        yield f"new split {', '.join(splits.added)}"
    if splits.removed:
        yield f"split {', '.join(splits.removed)} is gone"
    for (before, after), rows in splits.moved.items():
        yield f"rows moved from split {before} to {after}: {rows}"


def _id_lines(diff: DatasetDiff) -> Iterator[str]:
    yield from _first("added", dict.fromkeys(diff.added, ""))
    yield from _first("removed", dict.fromkeys(diff.removed, ""))
    yield from _first("changed", {identity: f": {', '.join(names)}" for identity, names in diff.changed.items()})


def _first(label: str, ids: Mapping[str, str]) -> Iterator[str]:
    if ids:
        yield f"{label}:"
    for identity in list(ids)[:_IDS_SHOWN]:
        yield f"  {identity}{ids[identity]}"
    if len(ids) > _IDS_SHOWN:
        yield f"  and {len(ids) - _IDS_SHOWN} more; --json has them all"


def _short(kind: str) -> str:
    return kind if len(kind) <= _TYPE_WIDTH else f"{kind[: _TYPE_WIDTH - 3]}..."


def _known(version: int | None) -> str:
    return "unknown" if version is None else str(version)


def _print(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        console.print(Text(visible(line)))
