"""Python text that loads exactly the rows of a selection with ``datasets``."""

from __future__ import annotations

from dataclasses import dataclass

from kodcode_hub.browse.facet_table import SPANS
from kodcode_hub.browse.selection import Range, Selection

_COLUMNS = {
    "subset": "subset", "style": "style", "difficulty": "gpt_difficulty", "assurance": "assurance",
    "pass": "gpt_pass_percentage", "coverage": "test_coverage", "strength": "test_strength",
}  # fmt: skip
MOST_IDS = 200
_IMPORT = "from datasets import load_dataset"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the rows can be loaded from.

    Args:
        address: a folder, or ``OWNER/NAME`` of the Hub.
        revision: of the repository; empty for a folder.
        configs: config → its splits.
        is_folder: whether ``address`` is one.
    """

    address: str
    revision: str
    configs: dict[str, tuple[str, ...]]
    is_folder: bool = False


def loading_code(selection: Selection, origin: Origin, *, total: int, ids: list[str], download: str) -> str:
    """The code.

    Args:
        selection: resolved.
        origin: of the release.
        total: how many rows the selection has.
        ids: of all its rows, if they are at most 200; else empty.
        download: address of the selection as JSON Lines, for what a filter cannot say.
    """
    words = bool(selection.query or selection.choices.get("library"))
    if words and not ids:
        return "\n".join([_IMPORT, "", f"{_from_download(download)}  # {total} rows", ""])
    conditions = [f'row["question_id"] in {{{", ".join(map(repr, ids))}}}'] if words else _conditions(selection)
    splits = selection.choices.get("split", ())
    return "\n".join(_lines(selection, origin, conditions, splits, total)) + "\n"


def _from_download(address: str) -> str:
    return f'rows = load_dataset("json", data_files={address!r}, split="train")'


def _lines(
    selection: Selection, origin: Origin, conditions: list[str], splits: tuple[str, ...], total: int
) -> list[str]:
    subsets = selection.choices.get("subset", ())
    config = subsets[0].lower() if len(subsets) == 1 and subsets[0].lower() in origin.configs else "default"
    named = [repr(origin.address), *([repr(config)] if config in origin.configs else [])]
    present = origin.configs.get(config) or tuple(dict.fromkeys(s for each in origin.configs.values() for s in each))
    wanted = [split for split in present if not splits or split in splits]
    named += [f"split={'+'.join(wanted)!r}", *([f"revision={origin.revision!r}"] if origin.revision else [])]
    lines = [_IMPORT, "", f"rows = load_dataset({', '.join(named)})"]
    if config != "default":
        conditions = [condition for condition in conditions if not condition.startswith('row["subset"]')]
    if conditions:
        lines.append(f"rows = rows.filter(lambda row: {' and '.join(conditions)})")
    return [*lines, f"assert len(rows) == {total}"]


def _conditions(selection: Selection) -> list[str]:
    conditions = []
    for name, values in selection.choices.items():
        if name == "flag":
            conditions.append(f'set(row["flags"] or ()) & {{{", ".join(map(repr, values))}}}')
        elif name in _COLUMNS:
            conditions.append(f'row["{_COLUMNS[name]}"] in {values!r}')
    return conditions + [_range_condition(name, span) for name, span in selection.spans.items()]


def _range_condition(name: str, span: Range) -> str:
    scale = next(each.scale for each in SPANS if each.name == name)
    column = f'row["{_COLUMNS[name]}"]'
    value = f"round({column}, 4)" if scale > 1 else column
    low = f"{span.low / scale:g} <= " if span.low is not None else ""
    high = f" <= {span.high / scale:g}" if span.high is not None else ""
    return f"{column} is not None and {low}{value}{high}" if low or high else f"{column} is not None"
