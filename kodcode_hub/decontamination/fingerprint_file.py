"""The form in which the fingerprints of a benchmark are stored: a header and one line an item, no text anywhere.

{"format": "kodcode-fingerprint-...", "name": ..., "revision": ..., "source": ..., "text_at": ..., "items": n}
{"id": ..., ...}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kodcode_hub.decontamination.benchmarks import Benchmark, NumberedRows
from kodcode_hub.errors import InputError
from kodcode_hub.files.rows import claim_id, optional_id, type_name

_FORMATS = "kodcode-fingerprint-"
"""What all versions of the format begin with."""


@dataclass(frozen=True, slots=True)
class FingerprintHeader:
    """What fingerprints were made of."""

    name: str
    revision: str
    source: str
    """For people: a path as it was given, or an address of the Hub."""
    text_at: str | None
    """A file that held the items when they were fingerprinted; None where it is not to be read again."""
    items: int


def is_fingerprint_header(row: Mapping[str, Any]) -> bool:
    """Whether this first row of a file says that fingerprints follow, of whatever version."""
    form = row.get("format")
    return isinstance(form, str) and form.startswith(_FORMATS)


def fingerprint_rows(benchmark: Benchmark, *, source: str, text_at: str | None) -> Iterator[dict[str, object]]:
    """The lines of a fingerprint file."""
    from kodcode_hub.decontamination.fingerprint import FINGERPRINT_FORMAT

    header = FingerprintHeader(benchmark.name, benchmark.revision, source, text_at, len(benchmark.fingerprints))
    yield {"format": FINGERPRINT_FORMAT, **asdict(header)}
    for fingerprint in benchmark.fingerprints:
        yield fingerprint.as_json()


def read_header(row: Mapping[str, Any], *, source: str) -> FingerprintHeader:
    """The first row of a fingerprint file.

    Raises:
        InputError: it is of another version, or a field is missing or of another type.
    """
    from kodcode_hub.decontamination.fingerprint import FINGERPRINT_FORMAT

    if row.get("format") != FINGERPRINT_FORMAT:
        raise InputError(
            f"{source} holds fingerprints of the format {row.get('format')!r}, and {FINGERPRINT_FORMAT!r} is what is "
            "read here: make them anew from the benchmark (kodcode benchmarks add NAME PATH)"
        )
    for name, kinds in {"name": str, "revision": str, "source": str, "text_at": str | None, "items": int}.items():
        if name not in row or not isinstance(row[name], kinds):
            raise InputError(f"{source}, row 1: {name!r} is {_found(row, name)}; the file is damaged, make it anew")
    return FingerprintHeader(row["name"], row["revision"], row["source"], row["text_at"], row["items"])


def benchmark_from_fingerprints(name: str, header: FingerprintHeader, rows: NumberedRows, *, source: str) -> Benchmark:
    """Read the fingerprints behind a header.

    Args:
        name: of the benchmark; that of the header need not be kept.
        header: of the same file.
        rows: behind the header.
        source: name of the input, for messages.

    Raises:
        InputError: a row is no fingerprint, two have the same id, or there are not as many as the header says; the
            message names the row.
    """
    fingerprints = tuple(_fingerprints(rows, source))
    if len(fingerprints) != header.items:
        raise InputError(
            f"{source} holds {len(fingerprints)} fingerprints and should hold {header.items}; the file is damaged, "
            "make it anew"
        )
    return Benchmark(name, header.revision, fingerprints, {})


def _fingerprints(rows: Iterable[tuple[int, Mapping[str, Any]]], source: str) -> Iterator[Any]:
    from kodcode_hub.decontamination.fingerprint import Fingerprint

    seen: dict[str, int] = {}
    for number, row in rows:
        identity = optional_id(row, ("id",), number=number, source=source)
        try:
            fingerprint = Fingerprint.from_json(dict(row))
        except ValueError as error:
            raise InputError(f"{source}, row {number}: {error}; the file is damaged, make it anew") from error
        claim_id(identity or fingerprint.id, number=number, source=source, seen=seen)
        yield fingerprint


def _found(row: Mapping[str, Any], name: str) -> str:
    return type_name(row[name]) if name in row else "missing"
