"""Where seeds come from: which path belongs to which subset, and reading a file, a folder or a Hub dataset."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kodcode_hub.errors import HubError, InputError, UsageError
from kodcode_hub.files.rows import ROW_SUFFIXES, display_name, path_kind, read_rows
from kodcode_hub.pipeline.seed_folder import folder_rows
from kodcode_hub.record import Seed
from kodcode_hub.subsets import SubsetSpec
from kodcode_hub.synthesis.seeds import seeds_from_rows

_HUB_ID = re.compile(r"(?P<owner>[A-Za-z0-9][\w.-]*)/(?P<name>[A-Za-z0-9][\w.-]*)(?:@(?P<revision>[\w./-]+))?")
_FILE_SUFFIXES = (*ROW_SUFFIXES, ".py", ".md", ".rst", ".txt", ".ipynb", ".csv", ".tsv", ".gz", ".zip", ".zst")
"""A path that ends in one of these was meant as a file, even where a Hub dataset could have that name."""


def load_seeds(spec: SubsetSpec, path: str) -> list[Seed]:
    """All seeds of one subset.

    Args:
        spec: of the subset.
        path: a file of rows, a folder of snippets or pages (``spec.seed_suffixes``), or, where no such path exists, a
            Hub dataset ``owner/name`` or ``owner/name@revision``.

    Raises:
        InputError: nothing there, or nothing in it that can be read as seeds; the message names the row.
        HubError: the Hub dataset cannot be loaded.
    """
    if _is_folder(path):
        return seeds_from_rows(folder_rows(Path(path), spec=spec), spec=spec, source=path)
    if is_hub_id(path):
        return seeds_from_rows(_hub_rows(path), spec=spec, source=f"Hub dataset {path}")
    _require_path(path)
    return seeds_from_rows(read_rows(path), spec=spec, source=display_name(path))


def resolve_seed_arguments(arguments: Sequence[str], specs: Sequence[SubsetSpec]) -> dict[str, str]:
    """A path for every subset that needs seeds.

    Args:
        arguments: ``PATH`` or ``SUBSET=PATH``, as given on the command line.
        specs: all subsets of the build.

    Raises:
        InputError: a path does not exist.
        UsageError: as in :func:`find_seeds`, or a subset is left without seeds.
    """
    found = find_seeds(arguments, specs)
    missing = [spec.name for spec in specs if spec.seeds_per_prompt and spec.name not in found]
    if missing:
        raise UsageError(
            f"no seeds for {', '.join(missing)}: give --seeds {missing[0]}=PATH (a file of rows, a folder or a Hub "
            f"dataset), or a folder that holds {missing[0]}.jsonl"
        )
    return found


def find_seeds(arguments: Sequence[str], specs: Sequence[SubsetSpec]) -> dict[str, str]:
    """The paths that ``arguments`` name for subsets that need seeds; some may be left without.

    A path alone is for those that no argument names.

    Raises:
        InputError: a path does not exist.
        UsageError: an unknown subset or one that needs no seeds, a subset given twice, or two files for one subset.
    """
    needing = [spec.name for spec in specs if spec.seeds_per_prompt]
    named: dict[str, str] = {}
    paths: list[str] = []
    for argument in arguments:
        subset, path = _split(argument, {spec.name for spec in specs})
        if subset is None:
            paths.append(path)
            continue
        _require_needed(subset, specs)
        _assign(named, {subset: path})
    alone: dict[str, str] = {}
    unnamed = [name for name in needing if name not in named]
    for path in paths if unnamed or not needing else ():
        _assign(alone, _resolve_alone(path, unnamed))
    found = alone | named
    return {name: found[name] for name in needing if name in found}


def is_hub_id(path: str) -> bool:
    """Whether ``path`` must be a Hub dataset: it has the form of one, and neither it nor its owner is a local path."""
    identity = _HUB_ID.fullmatch(path)
    if identity is None or identity["name"].lower().endswith(_FILE_SUFFIXES):
        return False
    return path_kind(path) == path_kind(identity["owner"]) == "missing"


def _split(argument: str, subsets: set[str]) -> tuple[str | None, str]:
    name, separator, path = argument.partition("=")
    if not separator or not name.isidentifier() or (name not in subsets and path_kind(argument) != "missing"):
        return None, str(Path(argument).expanduser())
    if not path:
        raise UsageError(f"--seeds {argument}: no path behind the equals sign; write {name}=PATH")
    # A shell expands ~ at the start of a word only, so not behind the equals sign.
    return name, str(Path(path).expanduser())


def _require_needed(subset: str, specs: Sequence[SubsetSpec]) -> None:
    spec = next((spec for spec in specs if spec.name == subset), None)
    if spec is None:
        names = ", ".join(spec.name for spec in specs)
        raise UsageError(f"--seeds {subset}=...: this build has no subset {subset!r}; it has {names}")
    if not spec.seeds_per_prompt:
        raise UsageError(f"--seeds {subset}=...: subset {subset!r} needs no seeds; leave this option out")


def _resolve_alone(path: str, needing: Sequence[str]) -> dict[str, str]:
    _require_path(path)
    if not needing:
        raise UsageError(f"--seeds {path}: no subset of this build needs seeds; leave this option out")
    if _is_folder(path):
        held = {name: file for name in needing if (file := _file_named(Path(path), name)) is not None}
        if held:
            return held
    if len(needing) > 1:
        raise UsageError(
            f"--seeds {path}: {len(needing)} subsets need seeds ({', '.join(needing)}); say whose these are "
            f"(--seeds {needing[0]}={path}), or give a folder that holds a file named after each"
        )
    return {needing[0]: path}


def _file_named(folder: Path, subset: str) -> str | None:
    names = [subset + suffix for suffix in ROW_SUFFIXES]
    files = sorted(str(folder / name) for name in names if (folder / name).is_file())
    if len(files) > 1:
        raise UsageError(
            f"{folder} holds {len(files)} files of seeds for {subset}: {', '.join(files)}; give one of them"
        )
    return files[0] if files else None


def _assign(paths: dict[str, str], new: Mapping[str, str]) -> None:
    for subset, path in new.items():
        _require_path(path)
        if subset in paths:
            raise UsageError(f"seeds for {subset} are given twice: {paths[subset]} and {path}")
        paths[subset] = path


def _is_folder(path: str) -> bool:
    return path != "-" and path_kind(path) == "folder"


def _require_path(path: str) -> None:
    if path != "-" and path_kind(path) == "missing" and not is_hub_id(path):
        raise InputError(
            f"seed file {path} does not exist; give a file ({', '.join(ROW_SUFFIXES)}), a folder, or a Hub dataset "
            "owner/name"
        )


def _hub_rows(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    identity = _HUB_ID.fullmatch(path)
    assert identity is not None
    from datasets import DatasetDict, load_dataset

    try:
        loaded = load_dataset(f"{identity['owner']}/{identity['name']}", revision=identity["revision"])
    except Exception as error:  # datasets raises a dozen unrelated classes for what fails here
        reason = " ".join(str(error).split())[:300]
        raise HubError(
            f"Hub dataset {path} cannot be loaded ({type(error).__name__}: {reason}); there is no local path of this "
            "name either. Check the name, set HF_TOKEN if it is private, or download it and give its file"
        ) from error
    splits = dict(loaded) if isinstance(loaded, DatasetDict) else {"train": loaded}
    split = "train" if "train" in splits else next(iter(splits)) if len(splits) == 1 else None
    if split is None:
        raise InputError(
            f"Hub dataset {path} has no split 'train' but {', '.join(splits)}; download one and give its file"
        )
    yield from enumerate(splits[split], start=1)
