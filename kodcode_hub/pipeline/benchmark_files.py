"""Benchmarks from arguments: ``NAME=PATH`` reads one, ``NAME`` alone takes the one stored under that name."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from kodcode_hub.decontamination.benchmarks import Benchmark, benchmark_from_rows
from kodcode_hub.decontamination.fingerprint_file import (
    benchmark_from_fingerprints,
    is_fingerprint_header,
    read_header,
)
from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.files.rows import display_name, path_kind, read_rows
from kodcode_hub.pipeline.benchmark_hub import is_hub_address, read_hub_benchmark
from kodcode_hub.pipeline.benchmark_store import file_revision, stored_benchmark, stored_names

_NAME = re.compile(r"[A-Za-z0-9][\w.+-]*")


@dataclass(frozen=True, slots=True)
class ReadBenchmark:
    """A benchmark, and what it was read from."""

    benchmark: Benchmark
    source: str
    """For people."""
    text_at: str | None
    """The absolute path of the file that holds the items; None where it is none that can be read again."""


def load_benchmarks(arguments: Sequence[str], *, option: str = "--benchmarks") -> list[Benchmark]:
    """The benchmarks that ``arguments`` name; the name is what ``contaminated:<name>/<item id>`` says.

    Args:
        arguments: ``NAME=PATH``, where PATH is a file of items or of fingerprints, ``-`` or an address of the Hub; or
            ``NAME`` alone, of a stored benchmark.
        option: by which they were given, for messages.

    Raises:
        UsageError: an argument of another form, a name given twice, or one under which nothing is stored.
        InputError: a file that is missing or malformed; the message names the row.
        HubError: the Hub did not answer, or refused.
    """
    paths: dict[str, str | None] = {}
    for argument in arguments:
        name, separator, path = argument.partition("=")
        if not _NAME.fullmatch(name) or (separator and not path):
            raise UsageError(
                f"{option} {argument}: write NAME=PATH, such as humaneval=humaneval.jsonl.gz, or the NAME of a stored "
                "benchmark"
            )
        if name in paths:
            raise UsageError(f"{option}: {name!r} is given twice; give every benchmark a name of its own")
        paths[name] = path if separator else None
        _require_stored(name, paths[name], option)
    return [
        stored_benchmark(name) if path is None else read_benchmark(name, path).benchmark for name, path in paths.items()
    ]


def load_all_stored() -> list[Benchmark]:
    """Every stored benchmark, by name.

    Raises:
        UsageError: none is stored.
        InputError: a stored one cannot be read.
    """
    names = stored_names()
    if not names:
        raise UsageError(
            "there is nothing to compare with: give --benchmark NAME=PATH, or store benchmarks with "
            "kodcode benchmarks add NAME PATH"
        )
    return [stored_benchmark(name) for name in names]


def require_name(name: str) -> None:
    """Check the name of a benchmark.

    Raises:
        UsageError: it is none.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a benchmark: take letters, digits and . _ + -, such as humaneval")


def read_benchmark(name: str, path: str) -> ReadBenchmark:
    """Read a file of items or of fingerprints, standard input (``-``), or a dataset of the Hub.

    Raises:
        InputError: it is missing or malformed; the message names the row.
        HubError: the Hub did not answer, or refused.
    """
    if is_hub_address(path):
        benchmark, source = read_hub_benchmark(name, path)
        return ReadBenchmark(benchmark, source, None)
    file = path if path == "-" else str(Path(path).expanduser())
    kind = "pipe" if file == "-" else path_kind(file)
    if kind == "missing":
        raise InputError(f"benchmark file {file} does not exist")
    rows, source = read_rows(file), display_name(file)
    first = next(rows)
    if is_fingerprint_header(first[1]):
        header = read_header(first[1], source=source)
        return ReadBenchmark(benchmark_from_fingerprints(name, header, rows, source=source), header.source, None)
    if kind == "file":
        revision = file_revision(Path(file))
        benchmark = benchmark_from_rows(name, chain([first], rows), source=source, revision=revision)
        return ReadBenchmark(benchmark, source, str(Path(file).absolute()))
    return _read_stream(name, chain([first], rows), source)


def _read_stream(name: str, rows: Iterator[tuple[int, Mapping[str, Any]]], source: str) -> ReadBenchmark:
    """From a pipe, whose bytes are gone once they are read: its revision is that of the rows' content."""
    digest = hashlib.sha256()

    def hashed() -> Iterator[tuple[int, Mapping[str, Any]]]:
        for number, row in rows:
            digest.update(json.dumps(row, sort_keys=True).encode("ascii") + b"\n")
            yield number, row

    benchmark = benchmark_from_rows(name, hashed(), source=source)
    revision = f"sha256-of-rows:{digest.hexdigest()[:16]}"
    return ReadBenchmark(Benchmark(benchmark.name, revision, benchmark.fingerprints, benchmark.texts), source, None)


def _require_stored(name: str, path: str | None, option: str) -> None:
    """Before anything is read."""
    names = stored_names() if path is None else []
    if path is None and name not in names:
        stored = f"stored are {', '.join(names)}" if names else "none is stored"
        raise UsageError(
            f"{option} {name}: no benchmark of this name is stored ({stored}); write NAME=PATH, or store it with "
            f"kodcode benchmarks add NAME PATH"
        )
