"""Benchmarks from datasets of the Hub: their data files, read as local ones are; no script of a repository is ever run.

An address is written as huggingface_hub writes paths: ``hf://datasets/OWNER/NAME[@REVISION][/PATH]``. PATH is a file, a
folder or a pattern (``data/test-*``); without it all data files are read, if they lie in one folder.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from kodcode_hub.decontamination.benchmarks import Benchmark, BenchmarkItem, benchmark_of_items, items_from_rows
from kodcode_hub.errors import HubError, InputError, UsageError
from kodcode_hub.files.rows import ROW_SUFFIXES, read_rows

_SCHEME = "hf://"
_ADDRESS = re.compile(
    r"hf://datasets/(?P<repo>[\w.-]+/[\w.-]+)(?:@(?P<revision>refs/(?:convert|pr)/\w+|[^/@]+))?(?:/(?P<path>.*))?"
)
_SHOWN = 6
"""Files of a repository that a message names."""


def is_hub_address(path: str) -> bool:
    """Whether a path is on the Hub, well written or not."""
    return path.startswith(_SCHEME)


def read_hub_benchmark(name: str, address: str) -> tuple[Benchmark, str]:
    """A benchmark at a commit of the Hub, and its address with that commit.

    Raises:
        UsageError: the address is not well written.
        InputError: it has no data files, files in several folders, or rows that are no items.
        HubError: the Hub did not answer, or refused.
    """
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        raise UsageError(f"{address}: write hf://datasets/OWNER/NAME, with @REVISION and /PATH behind it if need be")
    repo, path = parts["repo"], (parts["path"] or "").strip("/")
    commit, held = _list_files(repo, parts["revision"], address)
    at_commit = f"{_SCHEME}datasets/{repo}@{commit}"
    files = _choose(held, path, address)
    items: dict[str, tuple[BenchmarkItem, str]] = {}
    for file in files:
        local = _download(repo, file, commit, address)
        for item in items_from_rows(read_rows(local), source=f"{at_commit}/{file}"):
            _, earlier = items.setdefault(item.id, (item, file))
            if earlier != file:
                raise InputError(
                    f"{at_commit}: {earlier} and {file} both have the item {item.id!r}; name the file that counts, "
                    f"such as {_SCHEME}datasets/{repo}/{file}"
                )
    benchmark = benchmark_of_items(name, [item for item, _ in items.values()], revision=commit)
    return benchmark, f"{at_commit}/{path}" if path else at_commit


def _list_files(repo: str, revision: str | None, address: str) -> tuple[str, list[str]]:
    """The commit that ``revision`` is, and the names of all files there."""
    from huggingface_hub import HfApi

    try:
        info = HfApi().dataset_info(repo, revision=revision)
    except Exception as error:
        raise _unreachable(address, error) from error
    if info.sha is None:
        raise HubError(f"{address}: the Hub does not say which commit this is; give @REVISION")
    return info.sha, sorted(sibling.rfilename for sibling in info.siblings or [])


def _download(repo: str, file: str, commit: str, address: str) -> str:
    """The path of a local copy."""
    from huggingface_hub import hf_hub_download

    try:
        return hf_hub_download(repo, file, repo_type="dataset", revision=commit)
    except Exception as error:
        raise _unreachable(f"{address} ({file})", error) from error


def _unreachable(address: str, error: Exception) -> HubError:
    reason = " ".join(str(error).split())[:300]
    return HubError(
        f"{address} cannot be read from the Hub ({type(error).__name__}: {reason}); check the name and the revision, "
        "set HF_TOKEN if it is private or gated, or download its file and give the path of that"
    )


def _choose(held: Sequence[str], path: str, address: str) -> list[str]:
    """The data files that a path means.

    Raises:
        InputError: none, or without a path files in several folders.
    """
    data = [
        file for file in held if file.lower().endswith(ROW_SUFFIXES) and not PurePosixPath(file).name.startswith(".")
    ]
    chosen = [
        file for file in data if not path or file == path or file.startswith(f"{path}/") or fnmatchcase(file, path)
    ]
    if not chosen:
        raise InputError(
            f"{address} has no such data file ({', '.join(ROW_SUFFIXES)}); the repository holds {_named(data or held)}"
        )
    if not path and len({PurePosixPath(file).parent for file in chosen}) > 1:
        raise InputError(f"{address} has data in several folders; write one of them behind it: {_named(chosen)}")
    return chosen


def _named(files: Sequence[str]) -> str:
    return (", ".join(files[:_SHOWN]) + (", ..." if len(files) > _SHOWN else "")) or "nothing"
