"""Rows one by one into Arrow batches, checked and hashed, each for the split it belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kodcode_hub.errors import InputError
from kodcode_hub.packaging.card import columns_of
from kodcode_hub.packaging.data_file import DataFile
from kodcode_hub.packaging.row_check import require_fit
from kodcode_hub.packaging.row_hash import row_hash
from kodcode_hub.packaging.rows import choose_split
from kodcode_hub.packaging.split_writer import FileLimits, SplitWriter
from kodcode_hub.schema import Column, arrow_schema
from kodcode_hub.subsets import DEFAULT_CONFIG, SFT_CONFIG

if TYPE_CHECKING:
    import pyarrow as pa


class RowBatcher:
    """Sends each row to the files it belongs to."""

    def __init__(self, folder: Path, limits: FileLimits) -> None:
        """
        Args:
            folder: in which the release is made.
            limits: sizes of batches, row groups and files.
        """
        self._folder, self._limits = folder, limits
        self._splits: dict[tuple[str, str], _Split] = {}
        self._configs: dict[str, str] = {}
        self._sft_configs: dict[str, str] = {}

    def add(self, row: Mapping[str, Any]) -> None:
        """Take one row of a subset.

        Raises:
            InputError: it does not fit the columns, or its id was there already.
            UsageError: the files cannot be written.
        """
        require_fit(row, columns_of(DEFAULT_CONFIG))
        self._put(config_of(row), row, self._configs)

    def add_sft(self, row: Mapping[str, Any]) -> None:
        """Take one row of the config ``sft``.

        Raises:
            InputError: as :meth:`add`.
            UsageError: the files cannot be written.
        """
        require_fit(row, columns_of(SFT_CONFIG))
        config_of(row)
        self._put(SFT_CONFIG, row, self._sft_configs)

    def close(self) -> tuple[DataFile, ...]:
        """Finish all files; by path.

        Raises:
            UsageError: the files cannot be written.
        """
        files = [file for split in self._splits.values() for file in split.close()]
        return tuple(sorted(files, key=lambda file: file.path))

    def discard(self) -> None:
        """Let go of open files after an error."""
        for split in self._splits.values():
            split.writer.discard()

    def _put(self, config: str, row: Mapping[str, Any], configs: dict[str, str]) -> None:
        """``configs``: the config of each id until now."""
        name = row["question_id"]
        if name in configs:
            raise InputError(
                f"question_id {name!r} of config {config!r} occurs twice (also in config {configs[name]!r}): ids are"
                " unique"
            )
        configs[name] = config
        key = config, choose_split(row)
        if key not in self._splits:
            columns = columns_of(config)
            self._splits[key] = _Split(
                SplitWriter(self._folder, *key, columns, limits=self._limits), columns, self._limits.batch
            )
        self._splits[key].add(row)
        if sum(split.pending_bytes for split in self._splits.values()) > self._limits.pending:
            max(self._splits.values(), key=lambda split: split.pending_bytes).flush()


def config_of(row: Mapping[str, Any]) -> str:
    """The config of a row's subset; its name becomes a folder's, a pattern's and a key in YAML.

    Raises:
        InputError: it cannot.
    """
    config = (row["subset"] or "").lower()
    if not is_config(config):
        raise InputError(
            f"row {row['question_id']!r}: subset {row['subset']!r} cannot be the name of a config (schema): use"
            f" letters, digits and underscores, and neither {DEFAULT_CONFIG!r} nor {SFT_CONFIG!r}"
        )
    return config


def is_config(name: str) -> bool:
    """Whether a subset's config may be called so."""
    return re.fullmatch(r"[a-z][a-z0-9_]*", name) is not None and name not in (DEFAULT_CONFIG, SFT_CONFIG)


class _Split:
    """Rows of one split that wait to become a batch."""

    def __init__(self, writer: SplitWriter, columns: tuple[Column, ...], batch_bytes: int) -> None:
        self.writer = writer
        self._schema: pa.Schema = arrow_schema(columns)
        self._batch_bytes = batch_bytes
        self._rows: list[Mapping[str, Any]] = []
        self._rows_bytes = 0

    @property
    def pending_bytes(self) -> int:
        return self._rows_bytes + self.writer.pending_bytes

    def add(self, row: Mapping[str, Any]) -> None:
        self._rows.append(row)
        self._rows_bytes += _text_length(row)
        if self._rows_bytes >= self._batch_bytes:
            self._make_batch()

    def flush(self) -> None:
        self._make_batch()
        self.writer.flush()

    def close(self) -> tuple[DataFile, ...]:
        self._make_batch()
        return self.writer.close()

    def _make_batch(self) -> None:
        if self._rows:
            import pyarrow as pa

            batch = pa.RecordBatch.from_pylist(self._rows, schema=self._schema)
            self.writer.add(batch, list(map(row_hash, self._rows)))
            self._rows, self._rows_bytes = [], 0


def _text_length(value: object) -> int:
    """Characters of all texts in ``value``, and a word for everything else."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(_text_length, value.values()))
    if isinstance(value, (list, tuple)):
        return sum(map(_text_length, value))
    return 8
