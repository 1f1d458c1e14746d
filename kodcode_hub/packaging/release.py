"""From rows to a release folder that ``load_dataset`` reads, in bounded memory, replaced as a whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.files.atomic import naming_failures, repair_folder, write_folder_atomically
from kodcode_hub.packaging.card import CardContent, columns_of, render_card
from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.manifest import RowHashes, describe_release, write_manifest
from kodcode_hub.packaging.parquet import DEFAULT_LIMITS, DataFile, FileLimits, SplitWriter
from kodcode_hub.packaging.row_check import require_fit
from kodcode_hub.packaging.rows import choose_split
from kodcode_hub.packaging.statistics import Statistics, SubsetFigures
from kodcode_hub.schema import COLUMNS
from kodcode_hub.subsets import DEFAULT_CONFIG, SFT_CONFIG, SUBSET_NAMES

_RELEASE_ENTRIES = {"README.md", "data", "releases"}


@dataclass(frozen=True, slots=True)
class ReleaseSummary:
    """What was written."""

    folder: Path
    version: str
    rows: Mapping[str, Mapping[str, int]]
    """Config → split → rows, ``default`` not among them."""
    files: tuple[DataFile, ...]
    figures: tuple[SubsetFigures, ...]
    total: SubsetFigures


def write_release(
    out: Path,
    rows: Iterable[Mapping[str, Any]],
    sft_rows: Iterable[Mapping[str, Any]],
    *,
    version: str,
    facts: ReleaseFacts,
    limits: FileLimits = DEFAULT_LIMITS,
) -> ReleaseSummary:
    """Write ``README.md``, ``data/<config>/<split>-*.parquet`` and ``releases/v<version>.json`` into ``out``.

    The same rows in the same order give the same bytes. An earlier release in ``out`` is replaced when everything is
    written: a kill before leaves it whole, and what a killed writer left is put right first. A release without rows
    has a card and a manifest that say so, and no data.

    Args:
        out: a folder that does not exist, is empty, or holds a release.
        rows: of all subsets in their final order; the config is the column ``subset`` in lower case.
        sft_rows: likewise; they become the config ``sft``.
        version: ``1.1.0``.
        facts: what the card tells beyond figures computed from the rows.
        limits: sizes of batches, row groups and files.

    Raises:
        InputError: a row does not fit the columns (reason ``schema``), or an id occurs twice.
        UsageError: the version is none, ``out`` holds something else, or it cannot be written.
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+", version, flags=re.ASCII):
        raise UsageError(f"version {version!r} is not of the form 1.1.0: three numbers with dots, without a leading v")
    out = out.resolve()
    _check_replaceable(out)
    with write_folder_atomically(out) as folder:
        data = _Data(folder, limits)
        try:
            for row in rows:
                data.add(row)
            for row in sft_rows:
                data.add_sft(row)
            files = data.close()
        except BaseException:
            data.discard()
            raise
        return _write_texts(folder, out, data, files, version=version, facts=facts)


def subset_order(configs: Iterable[str]) -> list[str]:
    """KodCode's 12 in KodCode's order, then all others by name."""
    known = {name: index for index, name in enumerate(SUBSET_NAMES)}
    return sorted(configs, key=lambda name: (known.get(name, len(known)), name))


class _Data:
    """Sends each row to the files, hashes and figures it belongs to."""

    def __init__(self, folder: Path, limits: FileLimits) -> None:
        self._folder = folder
        self._limits = limits
        self._writers: dict[tuple[str, str], SplitWriter] = {}
        self.hashes = RowHashes()
        self.statistics = Statistics()

    def add(self, row: Mapping[str, Any]) -> None:
        require_fit(row, COLUMNS)
        config = _config_of(row)
        self._write(config, row)
        self.hashes.add(config, choose_split(row), row, alone_in=self.subsets())
        self.statistics.add(config, row)

    def add_sft(self, row: Mapping[str, Any]) -> None:
        require_fit(row, columns_of(SFT_CONFIG))
        self._write(SFT_CONFIG, row)
        self.hashes.add(SFT_CONFIG, choose_split(row), row, alone_in=(SFT_CONFIG,))
        self.statistics.add_sft(_config_of(row), row)

    def subsets(self) -> list[str]:
        return subset_order({config for config, _ in self._writers if config != SFT_CONFIG})

    def close(self) -> tuple[DataFile, ...]:
        files = [file for writer in self._writers.values() for file in writer.close()]
        return tuple(sorted(files, key=lambda file: file.path))

    def discard(self) -> None:
        for writer in self._writers.values():
            writer.discard()

    def _write(self, config: str, row: Mapping[str, Any]) -> None:
        key = config, choose_split(row)
        if key not in self._writers:
            self._writers[key] = SplitWriter(self._folder, *key, columns_of(config), limits=self._limits)
        self._writers[key].add(row)
        if sum(writer.pending_bytes for writer in self._writers.values()) > self._limits.pending:
            max(self._writers.values(), key=lambda writer: writer.pending_bytes).flush()


def _config_of(row: Mapping[str, Any]) -> str:
    """The config's name becomes a folder's, a pattern's and a key in YAML."""
    config = (row["subset"] or "").lower()
    if not re.fullmatch(r"[a-z][a-z0-9_]*", config) or config in (DEFAULT_CONFIG, SFT_CONFIG):
        raise InputError(
            f"row {row['question_id']!r}: subset {row['subset']!r} cannot be the name of a config (schema): use"
            f" letters, digits and underscores, and neither {DEFAULT_CONFIG!r} nor {SFT_CONFIG!r}"
        )
    return config


def _write_texts(
    folder: Path, out: Path, data: _Data, files: tuple[DataFile, ...], *, version: str, facts: ReleaseFacts
) -> ReleaseSummary:
    subsets = data.subsets()
    figures, total = data.statistics.subsets(subsets), data.statistics.total()
    card = render_card(CardContent(version, files, subsets, figures, total, facts))
    manifest = describe_release(version=version, recipe=facts.recipe, files=files, card=card, hashes=data.hashes)
    with naming_failures(out / "README.md"):
        (folder / "README.md").write_bytes(card)
    write_manifest(folder / "releases" / f"v{version}.json", manifest)
    return ReleaseSummary(out, version, manifest["rows"], files, figures, total)


def _check_replaceable(out: Path) -> None:
    """Nothing but an earlier release may be replaced: ``--out`` may name anything by mistake."""
    with naming_failures(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        repair_folder(out)
        if not out.exists():
            return
        if not out.is_dir():
            raise UsageError(f"{out} is a file: a release is a folder; choose another name")
        entries = {entry.name for entry in out.iterdir()}
        foreign = sorted(entries - _RELEASE_ENTRIES)
        if foreign or (entries and not any(out.glob("releases/v*.json"))):
            found = ", ".join(foreign[:3]) or ", ".join(sorted(entries))
            raise UsageError(
                f"{out} is not empty and not a release (it holds {found}): choose another folder, or remove it"
            )
