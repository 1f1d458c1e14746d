"""Which files of a dataset's folder belong to which config and split, as ``datasets`` has it, ours or anybody's.

Told by the README's YAML (``configs`` with ``data_files``) where it says so, else by the names of the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from kodcode_hub.errors import InputError
from kodcode_hub.files.rows import ROW_SUFFIXES
from kodcode_hub.packaging.manifest_file import newest_manifest
from kodcode_hub.subsets import DEFAULT_CONFIG

DatasetFiles = dict[str, dict[str, list[Path]]]
"""Config → split → files, all in order; no config, split or list is empty."""

_DEFAULT_SPLIT = "train"
_IGNORED = frozenset({"README.md", "config.json", "dataset_info.json", "dataset_infos.json", "dataset_dict.json"})
"""Files that ``datasets`` takes for no data."""
_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*$", re.MULTILINE | re.DOTALL)
_SHARD = re.compile(r"(?P<split>\w+(?:\.\w+)*)-.*\.parquet")


def dataset_files(folder: Path) -> DatasetFiles:
    """The files of rows in ``folder``, which is laid out as a dataset's repository.

    The first of these that finds anything: the YAML's ``configs``, of which those are left out whose files are not
    there; ``data/<config>/<split>-*.parquet``; ``data/<split>-*.parquet`` as config ``default``; every other file of
    rows but manifests of releases, by name, as config ``default`` and split ``train``.

    Raises:
        InputError: it is no folder, the README's YAML cannot be understood, or there are no files of rows.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder")
    names = sorted(_names_in(folder))
    found = _configs_of_readme(folder, names) or _configs_by_name(names)
    if not found:
        raise InputError(f"{folder} holds no rows; they are read from {', '.join(ROW_SUFFIXES)}")
    return {
        config: {split: [folder / name for name in members] for split, members in splits.items()}
        for config, splits in found.items()
    }


_Named = dict[str, dict[str, list[str]]]
"""As :data:`DatasetFiles`, with paths below the folder."""


def _names_in(folder: Path) -> Iterator[str]:
    """All files but hidden ones, as ``datasets`` sees them."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        is_hidden = any(part.startswith((".", "__")) for part in name.parts)
        if not is_hidden and name.name not in _IGNORED and path.is_file():
            yield name.as_posix()


def _configs_by_name(names: Sequence[str]) -> _Named:
    by_folder, alone, others = _Named(), _Named(), list[str]()
    for name in names:
        path = PurePosixPath(name)
        shard = _SHARD.fullmatch(path.name)
        if path.parts[0] == "data" and shard is not None and len(path.parts) in (2, 3):
            configs, config = (by_folder, path.parts[1]) if len(path.parts) == 3 else (alone, DEFAULT_CONFIG)
            configs.setdefault(config, {}).setdefault(shard["split"], []).append(name)
        if name.lower().endswith(ROW_SUFFIXES) and not newest_manifest([name]):
            others.append(name)
    return by_folder or alone or ({DEFAULT_CONFIG: {_DEFAULT_SPLIT: others}} if others else {})


def _configs_of_readme(folder: Path, names: Sequence[str]) -> _Named:
    readme = folder / "README.md"
    found: _Named = {}
    for entry in _entries_of(readme):
        if not isinstance(entry, dict) or not isinstance(entry.get("config_name"), str):
            raise InputError(f"{readme}: every entry of 'configs' needs a 'config_name'; found {entry!r}")
        config, base = entry["config_name"], str(entry.get("data_dir") or "").strip("/")
        if config in found:
            raise InputError(f"{readme} names the config {config!r} twice")
        if entry.get("data_files") is None:
            splits = _inferred(names, base)
        else:
            patterns = _patterns_of(entry["data_files"], f"{readme}, config {config!r}")
            matched = {split: _matching(names, base, listed) for split, listed in patterns.items()}
            splits = {split: members for split, members in matched.items() if members}
        if splits:
            found[config] = splits
    return found


def _entries_of(readme: Path) -> list[Any]:
    import yaml

    if not readme.is_file():
        return []
    try:
        matter = _FRONT_MATTER.match(readme.read_text(encoding="utf-8"))
        fields = yaml.safe_load(matter[1]) if matter else None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"the YAML at the top of {readme} cannot be read: {' '.join(str(error).split())}") from error
    entries = fields.get("configs") if isinstance(fields, dict) else None
    if entries is not None and not isinstance(entries, list):
        raise InputError(f"{readme}: 'configs' is not a list but {entries!r}")
    return entries or []


def _patterns_of(given: object, where: str) -> dict[str, list[str]]:
    """By split: a pattern, a list of patterns, or a list of ``{split, path}``."""
    listed: list[Any] = given if isinstance(given, list) else [given]
    if all(isinstance(pattern, str) for pattern in listed):
        return {_DEFAULT_SPLIT: listed}
    patterns: dict[str, list[str]] = {}
    for entry in listed:
        match entry:
            case {"split": str(split), "path": str() | list() as path} if split not in patterns:
                patterns[split] = [str(item) for item in (path if isinstance(path, list) else [path])]
            case _:
                raise InputError(
                    f"{where}: 'data_files' is a pattern, a list of patterns, or a list of 'split' and 'path', each "
                    f"split once; found {entry!r}"
                )
    return patterns


def _inferred(names: Sequence[str], base: str) -> dict[str, list[str]]:
    """The splits of a config that names no files: those of its folder."""
    prefix = f"{base}/" if base else ""
    below = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
    configs = _configs_by_name(below)
    splits = configs.get(DEFAULT_CONFIG) or {}
    return {split: [prefix + name for name in members] for split, members in splits.items()}


def _matching(names: Sequence[str], base: str, patterns: Sequence[str]) -> list[str]:
    """In the order of the patterns, then by name; each once."""
    found: dict[str, None] = {}
    for pattern in patterns:
        parts = PurePosixPath(base, pattern).parts
        found |= {name: None for name in names if _fits(PurePosixPath(name).parts, parts)}
    return list(found)


def _fits(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """``**`` stands for any folders, or for everything below where it ends the pattern; ``*`` never for a slash."""
    if not pattern:
        return not parts
    if pattern[0] == "**":
        if len(pattern) == 1:
            return bool(parts)
        return any(_fits(parts[skipped:], pattern[1:]) for skipped in range(len(parts)))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])
