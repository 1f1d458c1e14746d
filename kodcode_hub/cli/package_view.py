"""What ``kodcode package`` shows."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from kodcode_hub.packaging.package import PackageResult


def show_package(result: PackageResult) -> None:
    """Where each row went, and the release by config."""
    answer = result.as_json()
    console = Console(highlight=False, markup=False, soft_wrap=True)
    rejected = "".join(f", {reason} {count}" for reason, count in answer["rejected"].items())
    console.print(f"{answer['in']} rows read, {answer['kept']} kept{rejected}")
    if answer["previous"] is not None:
        console.print(f"since {answer['previous']}: " + _changes(answer["changes"]))
    console.print(_table(answer["rows"]))
    console.print(
        f"release {answer['version']}: {answer['release']} ({answer['files']} files, {answer['bytes'] / 1e6:,.1f} MB)"
    )


def _changes(configs: dict[str, dict[str, int]]) -> str:
    parts = [
        f"{config} " + ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
        for config, counts in configs.items()
    ]
    return "; ".join(parts) or "nothing changed"


def _table(rows: dict[str, dict[str, int]]) -> Table:
    splits = sorted(
        {split for counts in rows.values() for split in counts}, key=("train", "use_with_caution", "incorrect").index
    )
    table = Table()
    table.add_column("config")
    for split in splits:
        table.add_column(split, justify="right")
    for config, counts in rows.items():
        table.add_row(config, *(str(counts.get(split, 0)) for split in splits))
    return table
