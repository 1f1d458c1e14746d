"""Packaging: from finished releases, of runs or merged before, to the next one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kodcode_hub.errors import UsageError
from kodcode_hub.packaging.facts import Changes, ReleaseFacts, RunFacts
from kodcode_hub.packaging.manifest import Manifest, version_numbers
from kodcode_hub.packaging.package_inputs import InputFile, read_inputs
from kodcode_hub.packaging.package_plan import Candidates, collect_candidates, count_changes, plan_splits
from kodcode_hub.packaging.package_writer import write_splits
from kodcode_hub.packaging.release import ReleaseSummary, new_release, write_texts
from kodcode_hub.packaging.release_folder import ReleaseFolder
from kodcode_hub.packaging.siblings import reject_unlike_siblings
from kodcode_hub.packaging.split_writer import DEFAULT_LIMITS, FileLimits
from kodcode_hub.schema import COLUMNS

RejectDuplicates = Callable[[Sequence[InputFile], Candidates], None]

NO_TRIPLET = "no_triplet"
TRIPLET_CHANGED = "triplet_changed"
REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class PackageResult:
    """What was packaged."""

    summary: ReleaseSummary
    changes: Changes | None
    leavings: Mapping[str, int]
    """How the rows of the sources left: ``kept``, or a reason; their sum is the number of rows read."""
    rejected: Mapping[str, str]
    """Id → reason, of rows of sources and of the previous release that were left out."""

    def as_json(self) -> dict[str, Any]:
        """The JSON answer of ``kodcode package``."""
        configs = self.changes.configs if self.changes else ()
        return {
            "release": str(self.summary.folder),
            "version": self.summary.version,
            "previous": self.changes.previous if self.changes else None,
            "rows": {config: dict(splits) for config, splits in self.summary.rows.items()},
            "in": sum(self.leavings.values()),
            "kept": self.leavings.get("kept", 0),
            "rejected": {reason: count for reason, count in sorted(self.leavings.items()) if reason != "kept"},
            "changes": {
                item.config: {"added": item.added, "removed": item.removed, "changed": item.changed} for item in configs
            },
            "files": len(self.summary.files),
            "bytes": sum(file.bytes for file in self.summary.files),
        }


def package_release(
    sources: Sequence[ReleaseFolder],
    out: Path,
    *,
    version: str,
    previous: ReleaseFolder | None,
    facts: ReleaseFacts,
    reject_duplicates: RejectDuplicates,
    remove: Collection[str] = (),
    limits: FileLimits = DEFAULT_LIMITS,
) -> PackageResult:
    """Merge releases into a new one in ``out``, which is replaced as a whole or not at all.

    Args:
        sources: finished releases of runs; of rows with the same id the first counts.
        out: a folder that does not exist, is empty, or holds a release (the previous one too).
        version: of the new release, higher than that of ``previous``.
        previous: its rows stay in their places, and where nothing changes in their files.
        facts: title, licence and the like; runs and changes are filled in.
        reject_duplicates: leaves out rows that repeat others.
        remove: ids to be left out, of any source and the previous release.
        limits: sizes of row groups and files.

    Raises:
        InputError: a source is damaged, or holds rows that no release has.
        UsageError: the version does not do, an id to be removed is nowhere, or ``out`` cannot be written.
    """
    if previous is not None:
        check_version(version, previous.manifest)
    _check_apart(out, sources if previous is None else [previous, *sources])
    with new_release(out, version) as folder:
        inputs = read_inputs(previous, sources)
        rows, sft = choose_rows(inputs, reject_duplicates=reject_duplicates, remove=remove)
        plans = [*plan_splits(inputs, rows), *plan_splits(inputs, sft)]
        changes = None if previous is None else _changes(inputs, previous, rows, sft)
        rejected = sft.rejected | rows.rejected
        filled = replace(
            facts, runs=_distinct_runs(previous, sources), changes=changes, rejected=tuple(sorted(rejected.items()))
        )
        files = write_splits(folder, inputs, plans, version=version, limits=limits)
        summary = write_texts(folder, out.resolve(), files, version=version, facts=filled)
    return PackageResult(summary, changes, rows.leavings() + sft.leavings(), rejected)


def choose_rows(
    inputs: Sequence[InputFile], *, reject_duplicates: RejectDuplicates, remove: Collection[str] = ()
) -> tuple[Candidates, Candidates]:
    """The rows of the subsets, and those of the config ``sft``, whose triplets must be among the former.

    Raises:
        UsageError: an id to be removed is nowhere.
        InputError: a file cannot be read.
    """
    rows, sft = collect_candidates(inputs, sft=False), collect_candidates(inputs, sft=True)
    for identity in remove:
        if identity not in rows.old and identity not in rows.new:
            raise UsageError(f"--remove names {identity!r}, which is in no source and not in the previous release")
        rows.reject(identity, REMOVED)
    reject_duplicates(inputs, rows)
    reject_unlike_siblings(inputs, rows)
    for identity in [identity for identity in sft.chosen() if identity not in rows.old and identity not in rows.new]:
        sft.reject(identity, NO_TRIPLET)
    for identity in [identity for identity in rows.new if identity in rows.old]:
        if identity in sft.old and identity not in sft.new:
            # Its response was run against tests that the release has no longer.
            sft.reject(identity, TRIPLET_CHANGED)
    return rows, sft


def check_version(version: str, previous: Manifest) -> None:
    """A release is newer than the one it is packaged on, and takes columns away only with a new major version.

    Raises:
        UsageError: it does not, and what to do.
    """
    new, old = version_numbers(version), version_numbers(previous.version)
    if new is None or old is None:
        return
    if new <= old:
        raise UsageError(f"--version {version} is not above {previous.version}, the version of the previous release")
    gone = [name for name in previous.columns if name not in {column.name for column in COLUMNS}]
    if gone and new[0] == old[0]:
        raise UsageError(
            f"the column {gone[0]!r} of the previous release is removed or renamed, which code that reads it will not "
            f"survive: that needs a major version, {old[0] + 1}.0.0 or later, not {version}"
        )


def _check_apart(out: Path, releases: Sequence[ReleaseFolder]) -> None:
    """A release holds nothing but its own files; in place of one a new release may come, but not into it.

    Raises:
        UsageError: ``out`` lies in one of the releases.
    """
    for release in releases:
        if release.path.resolve() in out.resolve().parents:
            raise UsageError(f"{out} lies in the release {release.path}: choose a folder beside it")


def _changes(inputs: Sequence[InputFile], previous: ReleaseFolder, rows: Candidates, sft: Candidates) -> Changes:
    known, published = previous.manifest.columns, {column.name for column in COLUMNS}
    return Changes(
        previous.manifest.version,
        (*count_changes(inputs, rows), *count_changes(inputs, sft)),
        columns_added=tuple(column.name for column in COLUMNS if column.name not in known),
        columns_removed=tuple(name for name in known if name not in published),
    )


def _distinct_runs(previous: ReleaseFolder | None, sources: Sequence[ReleaseFolder]) -> tuple[RunFacts, ...]:
    releases = sources if previous is None else [previous, *sources]
    return tuple(dict.fromkeys(run for release in releases for run in release.manifest.runs))
