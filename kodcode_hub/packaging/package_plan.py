"""Which rows a release gets, and from where: decided by ids and hashes alone, before any row is read. Pure.

A row of the previous release stays where it is. A row that a source has too replaces it if it says something else, and
otherwise leaves it alone. Of rows with the same id in several sources the first counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from kodcode_hub.packaging.facts import ConfigChanges
from kodcode_hub.packaging.package_inputs import InputFile, Place
from kodcode_hub.subsets import SFT_CONFIG


@dataclass(slots=True)
class Candidates:
    """The rows of either the subsets or of ``sft``, by id."""

    old: dict[str, Place] = field(default_factory=dict)
    """Of the previous release."""
    new: dict[str, Place] = field(default_factory=dict)
    """Of the sources: rows that are not in the previous release, or differ from it."""
    offered: Counter[str] = field(default_factory=Counter)
    """Id → rows of the sources that have it."""
    repeated: Counter[str] = field(default_factory=Counter)
    """Id → rows of the sources that have it with another content than an earlier source."""
    rejected: dict[str, str] = field(default_factory=dict)
    """Id → reason."""
    removed: dict[str, Place] = field(default_factory=dict)
    """Rows of the previous release that are left out."""

    def reject(self, identity: str, reason: str) -> None:
        """Leave a row out, of the sources and of the previous release."""
        self.new.pop(identity, None)
        if identity in self.old:
            self.removed[identity] = self.old.pop(identity)
        self.rejected[identity] = reason

    def leavings(self) -> Counter[str]:
        """How the rows of the sources left: ``kept``, or the kind of the reason for which they were rejected."""
        counts: Counter[str] = Counter()
        for identity, rows in self.offered.items():
            reason = self.rejected.get(identity)
            repeated = 0 if reason else self.repeated[identity]
            counts[reason.partition(":")[0] if reason else "kept"] += rows - repeated
            counts["repeated_id"] += repeated
        return +counts

    def chosen(self) -> dict[str, Place]:
        """Id → where the row of the release comes from."""
        return self.old | self.new


def collect_candidates(inputs: Sequence[InputFile], *, sft: bool) -> Candidates:
    """The rows of all inputs, each id once.

    Args:
        inputs: files of the previous release first.
        sft: whether those of the config ``sft``, or all others.
    """
    rows = Candidates()
    for number, item in enumerate(inputs):
        if (item.file.config == SFT_CONFIG) is not sft:
            continue
        for row, identity in enumerate(item.ids):
            if item.release == 0:
                rows.old[identity] = Place(number, row)
            else:
                _offer(rows, inputs, identity, Place(number, row))
    return rows


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of the previous release, and what becomes of its rows."""

    number: int
    """In the list of all input files."""
    dropped: frozenset[int]
    replaced: Mapping[int, Place]

    @property
    def is_untouched(self) -> bool:
        """Whether all rows stay as they are."""
        return not self.dropped and not self.replaced


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """The rows of one split of one config, in order."""

    config: str
    split: str
    kept: tuple[KeptFile, ...]
    appended: tuple[Place, ...]
    """Rows that come last, by id."""


def plan_splits(inputs: Sequence[InputFile], rows: Candidates) -> list[SplitPlan]:
    """Where each row goes; splits without rows are left out."""
    replaced: dict[Place, Place] = {}
    appended: dict[tuple[str, str], list[tuple[str, Place]]] = {}
    for identity, place in rows.new.items():
        key = _split_of(inputs, place)
        old = rows.old.get(identity)
        if old is not None and _split_of(inputs, old) == key:
            replaced[old] = place
        else:
            appended.setdefault(key, []).append((identity, place))
    stays = {place for identity, place in rows.old.items() if identity not in rows.new} | replaced.keys()
    kept: dict[tuple[str, str], list[KeptFile]] = {}
    for number in sorted({place.file for place in stays}):
        kept.setdefault(_split_of(inputs, Place(number, 0)), []).append(_kept_file(inputs, number, stays, replaced))
    keys = sorted(kept.keys() | appended.keys())
    return [
        SplitPlan(*key, tuple(kept.get(key, ())), tuple(place for _, place in sorted(appended.get(key, ()))))
        for key in keys
    ]


def count_changes(inputs: Sequence[InputFile], rows: Candidates) -> list[ConfigChanges]:
    """What became of each config's rows since the previous release, by config; those without changes are left out."""
    counts: dict[str, Counter[str]] = {}
    for identity, place in rows.new.items():
        kind = "changed" if identity in rows.old else "added"
        counts.setdefault(_split_of(inputs, place)[0], Counter())[kind] += 1
    for place in rows.removed.values():
        counts.setdefault(_split_of(inputs, place)[0], Counter())["removed"] += 1
    return [
        ConfigChanges(config, kinds["added"], kinds["removed"], kinds["changed"])
        for config, kinds in sorted(counts.items())
    ]


def _offer(rows: Candidates, inputs: Sequence[InputFile], identity: str, place: Place) -> None:
    rows.offered[identity] += 1
    earlier = rows.new.get(identity) or rows.old.get(identity)
    if earlier is not None and _hash_of(inputs, earlier) == _hash_of(inputs, place):
        return
    if rows.offered[identity] > 1:
        rows.repeated[identity] += 1
    else:
        rows.new[identity] = place


def _kept_file(
    inputs: Sequence[InputFile], number: int, stays: Collection[Place], replaced: Mapping[Place, Place]
) -> KeptFile:
    places = [Place(number, row) for row in range(inputs[number].file.rows)]
    return KeptFile(
        number,
        frozenset(place.row for place in places if place not in stays),
        {place.row: replaced[place] for place in places if place in replaced},
    )


def _split_of(inputs: Sequence[InputFile], place: Place) -> tuple[str, str]:
    file = inputs[place.file].file
    return file.config, file.split


def _hash_of(inputs: Sequence[InputFile], place: Place) -> str:
    return inputs[place.file].file.row_hashes[place.row]
