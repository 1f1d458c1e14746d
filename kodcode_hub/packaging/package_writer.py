"""Writes the files of a planned release: what does not change is copied byte for byte, new rows come into new files.

So that files do not become many, those at the end of a split that have no more rows than are added are written again
together with the new ones; a split that grows in n releases has some log n files, and a release sends little more
than its new rows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from kodcode_hub.packaging.card import columns_of
from kodcode_hub.packaging.data_file import DataFile
from kodcode_hub.packaging.package_inputs import InputFile, Place
from kodcode_hub.packaging.package_plan import KeptFile, SplitPlan
from kodcode_hub.packaging.prefetch import prefetched
from kodcode_hub.packaging.row_gatherer import RowGatherer
from kodcode_hub.packaging.split_writer import FileLimits, SplitWriter

if TYPE_CHECKING:
    import pyarrow as pa


def write_splits(
    folder: Path, inputs: Sequence[InputFile], plans: Sequence[SplitPlan], *, version: str, limits: FileLimits
) -> tuple[DataFile, ...]:
    """Write all splits, some of them at a time; by path.

    Args:
        folder: in which the release is made.
        inputs: all input files.
        plans: of all splits.
        version: is written into new and changed rows.
        limits: sizes of row groups and files.

    Raises:
        InputError: an input cannot be read, or changed meanwhile.
        UsageError: a file cannot be written.
    """
    jobs = [_SplitJob(folder, inputs, plan, version, limits) for plan in plans]
    with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="split") as threads:
        try:
            written = list(threads.map(_SplitJob.write, sorted(jobs, key=_SplitJob.size, reverse=True)))
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise
    return tuple(sorted((file for files in written for file in files), key=lambda file: file.path))


@dataclass(frozen=True, slots=True)
class _SplitJob:
    folder: Path
    inputs: Sequence[InputFile]
    plan: SplitPlan
    version: str
    limits: FileLimits

    def size(self) -> int:
        """About how much there is to do."""
        return len(self.plan.appended)

    def write(self) -> tuple[DataFile, ...]:
        plan = self.plan
        writer = SplitWriter(self.folder, plan.config, plan.split, columns_of(plan.config), limits=self.limits)
        kept, again = _part_files(self.inputs, plan, self.limits)
        gatherer = RowGatherer(self.inputs, plan.config, self.version)
        try:
            for file in kept:
                self._write_kept(file, writer, gatherer)
            for batch, hashes in prefetched(self._tail(again, gatherer)):
                writer.add(batch, hashes)
            return writer.close()
        except BaseException:
            writer.discard()
            raise
        finally:
            gatherer.close()

    def _write_kept(self, file: KeptFile, writer: SplitWriter, gatherer: RowGatherer) -> None:
        """A file keeps its borders and those of its row groups, so that what is the same in it has the same bytes."""
        item = self.inputs[file.number]
        if file.is_untouched and item.is_current:
            writer.keep_file(item.path, item.file)
            return
        writer.finish_file()
        for start, end in pairwise(item.group_starts):
            for batch, hashes in self._rows_of(file, range(start, end), gatherer):
                writer.add(batch, hashes)
            writer.flush()
        writer.finish_file()

    def _tail(self, again: Sequence[KeptFile], gatherer: RowGatherer) -> Iterator[tuple[pa.RecordBatch, list[str]]]:
        for file in again:
            yield from self._rows_of(file, range(self.inputs[file.number].file.rows), gatherer)
        yield from gatherer.gather(self.plan.appended)

    def _rows_of(
        self, file: KeptFile, rows: range, gatherer: RowGatherer
    ) -> Iterator[tuple[pa.RecordBatch, list[str]]]:
        """Rows of a file of the previous release that stay, or what replaces them, in their order."""
        for replaces, places in _runs(file, rows):
            yield from gatherer.gather(places, keep_version=not replaces)


def _runs(file: KeptFile, rows: range) -> Iterator[tuple[bool, list[Place]]]:
    """Neighbouring rows that are replaced, and neighbouring ones that are not."""
    run: list[Place] = []
    replaces = False
    for row in rows:
        if row in file.dropped:
            continue
        if run and (row in file.replaced) is not replaces:
            yield replaces, run
            run = []
        replaces = row in file.replaced
        run.append(file.replaced[row] if replaces else Place(file.number, row))
    if run:
        yield replaces, run


def _part_files(
    inputs: Sequence[InputFile], plan: SplitPlan, limits: FileLimits
) -> tuple[list[KeptFile], list[KeptFile]]:
    """The files that stay, and those at the end that are written again with the rows that are added."""
    kept = list(plan.kept)
    again: list[KeptFile] = []
    rows, size = len(plan.appended), 0
    while kept and rows:
        file = inputs[kept[-1].number].file
        size += file.bytes
        if file.rows > rows or size > limits.shard // 2:
            break
        again.insert(0, kept.pop())
        rows += file.rows
    return kept, again
