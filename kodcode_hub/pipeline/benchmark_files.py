"""Benchmarks from ``NAME=PATH`` arguments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from kodcode_hub.decontamination.benchmarks import Benchmark, benchmark_from_rows
from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.files.rows import display_name, path_kind, read_rows

_NAME = re.compile(r"[A-Za-z0-9][\w.+-]*")


def load_benchmarks(arguments: Sequence[str]) -> list[Benchmark]:
    """Read each ``NAME=PATH``; the name is what ``contaminated:<name>/<item id>`` says.

    Raises:
        UsageError: an argument of another form, or a name given twice.
        InputError: a file that is missing or malformed; the message names the row.
    """
    benchmarks: dict[str, Benchmark] = {}
    for argument in arguments:
        name, separator, path = argument.partition("=")
        if not separator or not path or not _NAME.fullmatch(name):
            raise UsageError(f"--benchmarks {argument}: write NAME=PATH, such as humaneval=humaneval.jsonl.gz")
        if name in benchmarks:
            raise UsageError(f"--benchmarks: {name!r} is given twice; give every benchmark a name of its own")
        benchmarks[name] = _load(name, path)
    return list(benchmarks.values())


def _load(name: str, path: str) -> Benchmark:
    file = path if path == "-" else str(Path(path).expanduser())
    if file != "-" and path_kind(file) == "missing":
        raise InputError(f"benchmark file {file} does not exist")
    return benchmark_from_rows(name, read_rows(file), source=display_name(file))
