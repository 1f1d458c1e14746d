"""One Parquet file being written, always with the same settings: the same row groups give the same bytes."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kodcode_hub.files.atomic import naming_failures

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ZSTD_LEVEL = 3


class ParquetFile:
    """Takes tables, each of which becomes a row group. Close it, or discard it."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """
        Args:
            path: a new file; missing parents are made.
            schema: of all tables.

        Raises:
            UsageError: the file cannot be made.
        """
        import pyarrow.parquet as pq

        self.path = path
        self.rows = 0
        self.arrow_bytes = 0
        with naming_failures(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream: BinaryIO = path.open("xb")
        self._writer: pq.ParquetWriter = pq.ParquetWriter(
            self._stream,
            schema,
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            write_page_index=True,
            use_content_defined_chunking=True,
        )

    @property
    def size(self) -> int:
        """Bytes written until now."""
        return self._stream.tell()

    def write(self, table: pa.Table) -> None:
        """Write one row group.

        Raises:
            UsageError: the file cannot be written.
        """
        with naming_failures(self.path):
            self._writer.write_table(table, row_group_size=table.num_rows)
        self.rows += table.num_rows
        self.arrow_bytes += table.nbytes

    def close(self) -> None:
        """Write the footer.

        Raises:
            UsageError: the file cannot be written.
        """
        with naming_failures(self.path):
            self._writer.close()
            self._stream.close()

    def discard(self) -> None:
        """Let go of the file after an error; it is the caller's to remove."""
        with suppress(OSError, ValueError):  # the disk may be full, and what is half written is thrown away
            self._writer.close()
        with suppress(OSError):
            self._stream.close()
