"""What became of the columns: added, removed, retyped; and which removed one lives on under another name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import pyarrow as pa

VERSION_COLUMN = "version"
"""Tells when a row changed; a row in which it alone differs did not change."""

RENAMED_FROM = 0.99
"""Share of the common rows with a value on either side whose values must be equal in a renamed column."""

_JSON_KINDS = {str: "text", bool: "boolean", int: "number", float: "number", list: "list", dict: "object"}


@dataclass(frozen=True, slots=True)
class ColumnType:
    """The types of a column in the files of a config.

    Args:
        kinds: as JSON has them: ``text``, ``number``, ``boolean``, ``list``, ``object``; none where all values are
            null.
        names: Arrow's, such as ``list<int64>``; none where a file states no types.
    """

    kinds: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    @classmethod
    def of_arrow(cls, kind: pa.DataType) -> Self:
        """That of a Parquet column."""
        import pyarrow as pa

        if pa.types.is_null(kind):
            return cls()
        name = _type_name(kind)
        return cls(frozenset({_json_kind(name)}), frozenset({name}))

    @classmethod
    def of_value(cls, value: object) -> Self:
        """That of a JSON value."""
        return cls() if value is None else cls(frozenset({_JSON_KINDS[type(value)]}))

    def merged(self, other: ColumnType) -> ColumnType:
        """That of a column which has either type in one file or another."""
        if not self.kinds or not other.kinds:
            return self if self.kinds else other
        names = self.names | other.names if self.names and other.names else frozenset[str]()
        return ColumnType(self.kinds | other.kinds, names)

    def fits(self, other: ColumnType) -> bool:
        """Whether nothing shows that the types differ."""
        if not self.kinds or not other.kinds:
            return True
        return self.names == other.names if self.names and other.names else self.kinds == other.kinds

    def is_comparable(self, other: ColumnType) -> bool:
        """Whether values of both can be equal: ``int64`` and ``double`` can, a list and an object cannot."""
        return not self.kinds or not other.kinds or bool(self.kinds & other.kinds)

    def __str__(self) -> str:
        return " or ".join(sorted(self.names or self.kinds)) or "null"


Columns = Mapping[str, ColumnType]
"""The columns of a config in their order."""


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """How the columns of two configs stand to each other before any value was looked at.

    Args:
        compared: in both, with types whose values can be equal, ``version`` not among them.
        added: only in the new config, in its order.
        removed: only in the old config, in its order.
        retyped: column → its old and its new type.
        candidates: pairs of a removed and an added column of the same type.
        order: the new config's columns.
    """

    compared: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    retyped: Mapping[str, tuple[str, str]]
    candidates: tuple[tuple[str, str], ...]
    order: tuple[str, ...]


def plan_columns(old: Columns, new: Columns) -> ColumnPlan:
    """Compare names and types."""
    common = [name for name in new if name in old]
    added = tuple(name for name in new if name not in old)
    removed = tuple(name for name in old if name not in new)
    return ColumnPlan(
        compared=tuple(name for name in common if name != VERSION_COLUMN and old[name].is_comparable(new[name])),
        added=added,
        removed=removed,
        retyped={name: (str(old[name]), str(new[name])) for name in common if not old[name].fits(new[name])},
        candidates=tuple(
            (before, after)
            for before in removed
            for after in added
            if VERSION_COLUMN not in (before, after)
            and old[before].kinds
            and new[after].kinds
            and old[before].fits(new[after])
        ),
        order=tuple(new),
    )


def find_renames(shares: Mapping[tuple[str, str], float]) -> dict[str, str]:
    """Old name → new name, for pairs of which each column is the one that fits the other best.

    Two columns that fit a third equally well leave it open which of them it became: then none is taken for renamed.

    Args:
        shares: of a pair's common rows with a value on either side, how many have equal values, 0 to 1.
    """
    likely = {pair: share for pair, share in shares.items() if share >= RENAMED_FROM}
    renames = {}
    for (before, after), share in likely.items():
        rivals = [pair for pair in likely if pair != (before, after) and (pair[0] == before or pair[1] == after)]
        if all(likely[pair] < share for pair in rivals):
            renames[before] = after
    return renames


def merge_columns(files: Iterable[Columns]) -> dict[str, ColumnType]:
    """The columns of a config, from those of its files."""
    merged: dict[str, ColumnType] = {}
    for columns in files:
        for name, kind in columns.items():
            merged[name] = merged[name].merged(kind) if name in merged else kind
    return merged


def renames_in(plan: ColumnPlan, renames: Mapping[str, str]) -> dict[str, str]:
    """Those of ``renames`` that concern the two configs."""
    return {before: after for before, after in renames.items() if (before, after) in plan.candidates}


def in_order(names: Iterable[str], order: Sequence[str]) -> tuple[str, ...]:
    """The names as they stand in ``order``."""
    wanted = set(names)
    return tuple(name for name in order if name in wanted)


def _type_name(kind: pa.DataType) -> str:
    """Without what only tells how the values are stored: offsets of 64 bits, dictionaries, names of list items."""
    import pyarrow as pa

    types = pa.types
    if types.is_dictionary(kind):
        return _type_name(kind.value_type)
    if types.is_large_string(kind) or types.is_string_view(kind):
        return "string"
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return f"list<{_type_name(kind.value_type)}>"
    if types.is_struct(kind):
        return f"struct<{', '.join(sorted(f'{field.name}: {_type_name(field.type)}' for field in kind))}>"
    return str(kind)


def _json_kind(name: str) -> str:
    if name.startswith(("int", "uint", "float", "halffloat", "double", "decimal")):
        return "number"
    return {"string": "text", "bool": "boolean", "list": "list", "struct": "object"}.get(name.split("<")[0], name)
