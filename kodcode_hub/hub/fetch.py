"""Revisions of the Hub on this disk, through the client's cache: releases, any dataset, files one by one."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from kodcode_hub.errors import HubError, InputError
from kodcode_hub.files.rows import ROW_SUFFIXES
from kodcode_hub.hub.address import parse_address
from kodcode_hub.hub.client import quiet_client
from kodcode_hub.hub.hf_repository import HfRepository
from kodcode_hub.hub.repository import RemoteFile, Repository, git_oid
from kodcode_hub.packaging.dataset_files import dataset_files
from kodcode_hub.packaging.diff_source import DatasetFiles
from kodcode_hub.packaging.manifest import Manifest
from kodcode_hub.packaging.manifest_file import newest_manifest, read_manifest
from kodcode_hub.packaging.release_folder import ReleaseFolder, check_hashes, open_release

_README = "README.md"
_DOWNLOADS = 8


def fetch_release(address: str) -> ReleaseFolder:
    """Bring a release, ``OWNER/NAME[@REVISION]``, with all its files, each compared with its SHA-256.

    Raises:
        UsageError: it is no address, or there is no such revision.
        InputError: the revision holds no release.
        HubError: the Hub did not answer, or refused.
    """
    repository, commit = _open(address)
    with quiet_client():
        files = repository.files(commit)
        name = newest_manifest(files)
        if name is None:
            raise InputError(f"{address} is no release: it holds no releases/v*.json")
        content = _fetch_file(repository, commit, files[name]).read_bytes()
        manifest = read_manifest(content, f"{address}/{name}")
        names = [name, *(item.path for item in manifest.described_files)]
        folder = _fetch_files(repository, commit, [_existing(files, each, address) for each in names])
    release = open_release(folder)
    check_hashes(release)
    return release


def fetch_dataset(address: str, *, config: str | None = None) -> Path:
    """Bring the README and the files of rows of any dataset, ``OWNER/NAME[@REVISION]``, and give their folder.

    Args:
        address: what to bring.
        config: only its files; what it is not is found out by the names of all files and the README.

    Raises:
        UsageError: it is no address, or there is no such revision.
        InputError: there are no files of rows, or no such config.
        HubError: the Hub did not answer, or refused.
    """
    repository, commit = _open(address)
    with quiet_client():
        files = repository.files(commit)
        by_config = _names_by_config(repository, commit, files, address)
        if config is not None and config not in by_config:
            raise InputError(f"{address} has no config {config!r}; it has {', '.join(by_config)}")
        chosen = by_config if config is None else {config: by_config[config]}
        names = {name for splits in chosen.values() for members in splits.values() for name in members}
        wanted = sorted(names | ({_README} & set(files)))
        return _fetch_files(repository, commit, [files[name] for name in wanted])


def remote_dataset(address: str) -> DatasetFiles:
    """A dataset on the Hub for comparisons: its names and hashes now, its files when they are asked for.

    Raises:
        UsageError: it is no address, or there is no such revision.
        InputError: there are no files of rows.
        HubError: the Hub did not answer, or refused; files that are asked for later raise it too.
    """
    repository, commit = _open(address)
    with quiet_client():
        return dataset_at(repository, commit, name=address, files=repository.files(commit))


def dataset_at(repository: Repository, commit: str, *, name: str, files: Mapping[str, RemoteFile]) -> DatasetFiles:
    """Likewise, for a commit whose files are known."""
    sha256 = {path: file.sha256 for path, file in files.items() if file.sha256 is not None}

    def local(path: str) -> Path:
        with quiet_client():
            return _fetch_file(repository, commit, files[path])

    manifest = release_at(repository, commit, files)
    if manifest is None:
        named = _names_by_config(repository, commit, files, name)
        return DatasetFiles(name, named, sha256, {}, local)
    splits: dict[str, dict[str, list[str]]] = {}
    for file in manifest.files:
        # Somebody may have deleted one behind the manifest's back.
        if file.path in files:
            splits.setdefault(file.config, {}).setdefault(file.split, []).append(file.path)
    hashes = {file.path: file.row_hashes for file in manifest.files if sha256.get(file.path) == file.sha256}
    return DatasetFiles(name, splits, sha256, hashes, local, manifest.schema.get("version"))


def release_at(repository: Repository, commit: str, files: Mapping[str, RemoteFile]) -> Manifest | None:
    """The manifest of the release at a commit; None where it holds none that this version reads."""
    name = newest_manifest(files)
    if name is None:
        return None
    content = _fetch_file(repository, commit, files[name]).read_bytes()
    try:
        return read_manifest(content, f"{repository.name}/{name}")
    except InputError:
        # Of another version of this package: the files are there and can be compared without it.
        return None


def _open(address: str) -> tuple[Repository, str]:
    parsed = parse_address(address)
    repository = HfRepository(parsed.repo)
    with quiet_client():
        return repository, repository.commit_of(parsed.revision or "main")


def _existing(files: Mapping[str, RemoteFile], name: str, address: str) -> RemoteFile:
    if name not in files:
        raise InputError(f"{address} lacks {name}, which its manifest names: choose another revision")
    return files[name]


def _fetch_files(repository: Repository, commit: str, files: Iterable[RemoteFile]) -> Path:
    """The folder that all of them lie in, by their names."""
    wanted = list(files)
    with ThreadPoolExecutor(_DOWNLOADS) as pool:
        paths = list(pool.map(lambda file: _fetch_file(repository, commit, file), wanted))
    return paths[0].parents[len(PurePosixPath(wanted[0].path).parts) - 1]


def _fetch_file(repository: Repository, commit: str, file: RemoteFile) -> Path:
    """One that arrives with other bytes, or was kept broken, is brought once more."""
    for again in (False, True):
        path = repository.download(file.path, commit, again=again)
        if _is_whole(path, file):
            return path
    raise HubError(f"{file.path} of {repository.name} arrives damaged, again and again: try later")


def _is_whole(path: Path, file: RemoteFile) -> bool:
    if path.stat().st_size != file.bytes:
        return False
    if file.sha256 is None:
        return git_oid(path) == file.git_oid
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256


def _names_by_config(
    repository: Repository, commit: str, files: Mapping[str, RemoteFile], address: str
) -> dict[str, dict[str, list[str]]]:
    """Found out as for a folder on the disk: in one with the README, and an empty file for each that has rows."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        for name in files:
            if name.lower().endswith(ROW_SUFFIXES) and (root / name).resolve().is_relative_to(root.resolve()):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).touch()
        if _README in files:
            (root / _README).write_bytes(_fetch_file(repository, commit, files[_README]).read_bytes())
        try:
            found = dataset_files(root)
        except InputError as error:
            raise InputError(str(error).replace(str(root), address)) from error
        return {
            config: {split: [path.relative_to(root).as_posix() for path in paths] for split, paths in splits.items()}
            for config, splits in found.items()
        }
