"""From a folder to a catalogue, with the index made where there is none."""

from __future__ import annotations

import shutil
from pathlib import Path

from kodcode_hub.browse.catalogue import Catalogue
from kodcode_hub.browse.index_build import Progress, build_index, cached_index, find_index
from kodcode_hub.browse.rows_on_disk import find_rows
from kodcode_hub.errors import InputError


def open_catalogue(folder: Path, *, name: str = "", progress: Progress | None = None) -> Catalogue:
    """The catalogue of a release, or of a dataset of KodCode's columns.

    Args:
        folder: where it lies.
        name: for people; the folder's name where it is empty.
        progress: is told how many rows are in, while an index is made.

    Raises:
        InputError: there are no rows, or they cannot be read.
        UsageError: the index cannot be written.
    """
    rows = find_rows(folder, name)
    place = find_index(rows, folder)
    if place is None:
        place = cached_index(rows)
        build_index(rows, place, progress=progress)
        return Catalogue(rows, place)
    try:
        return Catalogue(rows, place)
    except InputError:
        # What lies in the cache is ours to make again; what lies in a release is not.
        if place != cached_index(rows):
            raise
        shutil.rmtree(place)
        build_index(rows, place, progress=progress)
        return Catalogue(rows, place)
