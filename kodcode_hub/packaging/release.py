"""From rows to a release folder that ``load_dataset`` reads, in bounded memory, replaced as a whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kodcode_hub.errors import UsageError
from kodcode_hub.files.atomic import naming_failures, repair_folder, write_folder_atomically
from kodcode_hub.packaging.card import CardContent, render_card
from kodcode_hub.packaging.data_file import DataFile
from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.manifest import TextFile, describe_release, version_numbers
from kodcode_hub.packaging.manifest_file import write_manifest
from kodcode_hub.packaging.plots import draw_plots
from kodcode_hub.packaging.row_batcher import RowBatcher
from kodcode_hub.packaging.split_writer import DEFAULT_LIMITS, FileLimits
from kodcode_hub.packaging.statistics import Figures, read_figures
from kodcode_hub.subsets import SFT_CONFIG, SUBSET_NAMES

_RELEASE_ENTRIES = {"README.md", "assets", "data", "releases", ".search"}
"""The last is the index that the Space searches; it is never published."""


@dataclass(frozen=True, slots=True)
class ReleaseSummary:
    """What was written."""

    folder: Path
    version: str
    rows: Mapping[str, Mapping[str, int]]
    """Config → split → rows, ``default`` not among them."""
    files: tuple[DataFile, ...]
    figures: Figures


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
        facts: what card and manifest tell beyond figures computed from the rows.
        limits: sizes of batches, row groups and files.

    Raises:
        InputError: a row does not fit the columns (reason ``schema``), or an id occurs twice.
        UsageError: the version is none, ``out`` holds something else, or it cannot be written.
    """
    with new_release(out, version) as folder:
        batcher = RowBatcher(folder, limits)
        try:
            for row in rows:
                batcher.add(row)
            for row in sft_rows:
                batcher.add_sft(row)
            files = batcher.close()
        except BaseException:
            batcher.discard()
            raise
        return write_texts(folder, out.resolve(), files, version=version, facts=facts)


@contextmanager
def new_release(out: Path, version: str) -> Iterator[Path]:
    """A folder in which a release is made; it takes the place of ``out`` when the block ends well.

    Raises:
        UsageError: the version is none, ``out`` holds something else than a release, or it cannot be written.
    """
    if version_numbers(version) is None:
        raise UsageError(f"version {version!r} is not of the form 1.1.0: three numbers with dots, without a leading v")
    out = out.resolve()
    _check_replaceable(out)
    with write_folder_atomically(out) as folder:
        yield folder


def write_texts(
    folder: Path, out: Path, files: tuple[DataFile, ...], *, version: str, facts: ReleaseFacts
) -> ReleaseSummary:
    """Card, pictures and manifest for the finished data files in ``folder``.

    Args:
        folder: in which the release is made.
        out: the name it will have.
        files: all Parquet files.
        version: of the release.
        facts: what card and manifest tell beyond figures computed from the rows.

    Raises:
        UsageError: they cannot be written.
    """
    subsets = subset_order({file.config for file in files} - {SFT_CONFIG})
    figures = read_figures(folder, files, subsets=subsets)
    texts = {
        "README.md": render_card(CardContent(version, files, subsets, figures, facts)),
        **(draw_plots(figures) if files else {}),
    }
    described = [_write_text(folder, name, content) for name, content in texts.items()]
    manifest = describe_release(version, files=files, card=described[0], assets=described[1:], facts=facts)
    write_manifest(folder, manifest)
    return ReleaseSummary(out, version, manifest.rows, files, figures)


def subset_order(configs: Iterable[str]) -> list[str]:
    """KodCode's 12 in KodCode's order, then all others by name."""
    known = {name: index for index, name in enumerate(SUBSET_NAMES)}
    return sorted(configs, key=lambda name: (known.get(name, len(known)), name))


def _write_text(folder: Path, name: str, content: bytes) -> TextFile:
    path = folder / name
    with naming_failures(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return TextFile(name, len(content), hashlib.sha256(content).hexdigest())


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
