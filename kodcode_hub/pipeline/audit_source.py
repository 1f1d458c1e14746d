"""What ``kodcode audit`` is pointed at: a file, a folder or a repository, as a list of files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.files.rows import display_name, path_kind
from kodcode_hub.packaging.dataset_files import dataset_files
from kodcode_hub.pipeline.package_sources import open_source_release
from kodcode_hub.pipeline.run_folder import LEDGER_NAME
from kodcode_hub.subsets import SFT_CONFIG

Fetch = Callable[[str], Path]
"""Brings a repository, ``OWNER/NAME`` or ``OWNER/NAME@REVISION``, and gives its folder."""


@dataclass(frozen=True, slots=True)
class AuditSource:
    """Files of rows, in order."""

    name: str
    """As it was given, for messages."""
    files: tuple[Path | str, ...]

    @property
    def is_read_once(self) -> bool:
        """Standard input and pipes cannot be read twice."""
        return any(str(file) == "-" or path_kind(file) == "pipe" for file in self.files)


def find_source(address: str, *, config: str | None, fetch: Fetch) -> AuditSource:
    """The files behind ``address``.

    Args:
        address: a file, a folder laid out as a dataset's repository, a finished run's folder, or the address of a
            repository; ``-`` is standard input.
        config: of a folder or repository; without one all rows, each once, but for those of ``sft``, which are the
            others' with an answer to each.
        fetch: is called with what is no path of this machine.

    Raises:
        InputError: there is nothing there, or no such config; whatever ``fetch`` raises.
        UsageError: a config of a single file is asked for.
    """
    kind = "file" if address == "-" else path_kind(address)
    if kind in ("file", "pipe"):
        if config is not None:
            raise UsageError(f"--config {config} belongs to a folder or repository; {display_name(address)} is a file")
        return AuditSource(display_name(address), (address,))
    folder = _release_in(Path(address)) if kind == "folder" else fetch(address)
    return AuditSource(address, tuple(_files_in(folder, address, config)))


def _release_in(folder: Path) -> Path:
    """A finished run stands for the release that it has packaged."""
    return open_source_release(folder).path if (folder / LEDGER_NAME).exists() else folder


def _files_in(folder: Path, name: str, config: str | None) -> list[Path]:
    found = dataset_files(folder)
    if config is not None and config not in found:
        raise InputError(f"{name} has no config {config!r}; it has {', '.join(found)}")
    usual = [each for each in found if each != SFT_CONFIG] or [SFT_CONFIG]
    chosen = [config] if config is not None else usual
    once: dict[Path, Path] = {}
    for members in (found[each] for each in chosen):
        for file in (file for files in members.values() for file in files):
            once.setdefault(file.resolve(), file)
    return list(once.values())
