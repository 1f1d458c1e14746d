"""Where the files that are not code lie: beside the package in a checkout, inside it once installed."""

from __future__ import annotations

from pathlib import Path

from kodcode_hub.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent


def resource_folder(name: str) -> Path:
    """The folder ``builders`` or ``dataset_card``.

    Raises:
        UsageError: neither the checkout nor the installed package holds it.
    """
    for folder in (_PACKAGE / "_bundled" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise UsageError(f"the folder {name!r} is neither inside {_PACKAGE} nor beside it: install kodcode-hub again")


def samples_folder() -> Path:
    """The recordings, seeds and benchmark of the ``sample:`` endpoint."""
    return _PACKAGE / "samples"
