"""What a release says of one of its Parquet files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataFile:
    """One finished Parquet file."""

    config: str
    split: str
    path: str
    """Below the release folder, with forward slashes."""
    rows: int
    bytes: int
    arrow_bytes: int
    """What the rows take in memory as Arrow data."""
    sha256: str
    row_hashes: tuple[str, ...] = ()
    """The content hash of each row, in order: 16 hexadecimal digits."""
