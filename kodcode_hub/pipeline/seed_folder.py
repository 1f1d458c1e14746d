"""A folder of source files as rows of seeds: code snippets, or pages of documentation."""

from __future__ import annotations

import json
import logging
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kodcode_hub.errors import InputError
from kodcode_hub.subsets import SubsetSpec

LARGEST_FILE = 1_000_000
"""Bytes. A larger page does not fit into a prompt; it is left out with a notice, never cut."""

_log = logging.getLogger(__name__)


class _Unusable(Exception):
    """Why one file of a folder makes no seed."""


def folder_rows(folder: Path, *, spec: SubsetSpec) -> Iterator[tuple[int, dict[str, Any]]]:
    """One row for each file below ``folder`` whose name ends in one of ``spec.seed_suffixes``, in order of their paths.

    A row holds the text under ``spec.seed_fields[0]``, with ``category`` (the folder it lies in), ``file_name``
    (without suffix) and ``source_name`` (the topmost folder, such as the library in a folder of several). Of a
    notebook the text is its cells' sources in order, code fenced. Hidden files and folders, ``__init__.py``, empty,
    too large and unreadable files are left out; how many, and why, is logged.

    Raises:
        InputError: the subset takes no folder, the folder cannot be listed, or no file in it can be used.
    """
    if not spec.seed_suffixes:
        raise InputError(f"{folder} is a folder; the seeds of subset {spec.name} are read from one file of rows")
    left_out: Counter[str] = Counter()
    number = 0
    for path in _files_below(folder, spec.seed_suffixes):
        try:
            text = _usable_text(path)
        except _Unusable as reason:
            left_out[str(reason)] += 1
            continue
        number += 1
        yield number, {spec.seed_fields[0]: text, **_names(path, folder)}
    if left_out:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(left_out.items()))
        _log.warning("%s: left out %d files (%s)", folder, left_out.total(), reasons)
    if not number:
        found = f"all {left_out.total()} are unusable" if left_out else "there are none"
        raise InputError(f"{folder} holds no seeds for {spec.name}: of files {', '.join(spec.seed_suffixes)} {found}")


def notebook_text(content: str) -> str:
    """The cells of a Jupyter notebook (nbformat 4) as one Markdown text.

    Raises:
        ValueError: it is not such a notebook.
    """
    notebook = json.loads(content)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise ValueError("no cells")
    language = _language(notebook)
    texts = [_cell_text(cell, language) for cell in cells if isinstance(cell, dict)]
    return "\n\n".join(text for text in texts if text.strip())


def _files_below(folder: Path, suffixes: Sequence[str]) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise InputError(f"{error.filename} cannot be listed: {error.strerror}")

    paths = []
    for place, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith((".", "__pycache__"))]
        paths += [
            Path(place, name) for name in files if not name.startswith(".") and name.lower().endswith(tuple(suffixes))
        ]
    yield from sorted(paths, key=lambda path: path.relative_to(folder).parts)


def _usable_text(path: Path) -> str:
    if path.name == "__init__.py":
        raise _Unusable("__init__.py")
    try:
        if not path.is_file():  # a pipe would be waited for without end
            raise _Unusable("not a file")
        if path.stat().st_size > LARGEST_FILE:
            raise _Unusable(f"larger than {LARGEST_FILE:,} bytes")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise _Unusable(f"unreadable ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise _Unusable("not UTF-8") from error
    if path.suffix.lower() == ".ipynb":
        try:
            text = notebook_text(text)
        except (ValueError, RecursionError) as error:
            raise _Unusable("not a notebook") from error
    if not text.strip():
        raise _Unusable("empty")
    return text


def _names(path: Path, folder: Path) -> dict[str, str]:
    inside = path.relative_to(folder).parts
    root = folder.resolve().name
    return {
        "category": inside[-2] if len(inside) > 1 else root,
        "file_name": path.stem,
        "source_name": inside[0] if len(inside) > 1 else root,
    }


def _cell_text(cell: dict[str, Any], language: str) -> str:
    source = cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    if cell.get("cell_type") != "code" or not text.strip():
        return text if cell.get("cell_type") == "markdown" else ""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def _language(notebook: dict[str, Any]) -> str:
    metadata = notebook.get("metadata")
    info = metadata.get("language_info") if isinstance(metadata, dict) else None
    name = info.get("name") if isinstance(info, dict) else None
    return name if isinstance(name, str) else "python"
