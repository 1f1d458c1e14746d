"""``kodcode dedup``: a file of any size, each row of which is kept or named as the duplicate of one that is.

The rows are read twice: to hash them, and to write them. Between, memory holds ids and 64-bit keys alone; shingles lie
in an unnamed temporary file, and are read back for rows that share a key with another one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from kodcode_hub.decontamination.keepers import choose_keepers
from kodcode_hub.decontamination.semantic import Embed, require_cosine
from kodcode_hub.decontamination.shingles import exact_threshold
from kodcode_hub.errors import UsageError
from kodcode_hub.files.atomic import write_atomically
from kodcode_hub.files.row_writer import RowWriter, is_stream
from kodcode_hub.files.rows import is_same_file
from kodcode_hub.files.signature_file import SignatureBatch, SignatureSource, open_signature_writer, sha256_of
from kodcode_hub.pipeline.dedup_against import EarlierFile, fill_in_texts, read_earlier
from kodcode_hub.pipeline.dedup_findings import Findings
from kodcode_hub.pipeline.dedup_hashes import RowHashes, SignatureSpool
from kodcode_hub.pipeline.dedup_output import added_columns, write_rows
from kodcode_hub.pipeline.dedup_pairs import PairWriter, open_pairs
from kodcode_hub.pipeline.dedup_report import cluster_sizes, dedup_report, similarity_histogram
from kodcode_hub.pipeline.dedup_semantic import find_semantic_duplicates
from kodcode_hub.pipeline.dedup_settings import DedupOutputs, DedupSettings
from kodcode_hub.pipeline.embedding_model import load_embedding_model
from kodcode_hub.pipeline.marked_rows import ColumnTypes, changed, is_parquet
from kodcode_hub.pipeline.row_listener import RowListener
from kodcode_hub.pipeline.row_source import RowSource, open_source, row_batches

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class DedupResult:
    """What a finished deduplication found."""

    findings: Findings
    pairs: int | None
    """How many were written; None where they were not asked for."""
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """The JSON answer of ``kodcode dedup``."""
        findings = self.findings
        return {
            "rows": findings.rows,
            "kept": int(findings.kept().sum()),
            "duplicates": findings.duplicates,
            "semantic_duplicates": None if findings.semantic is None else len(findings.semantic),
            "clusters": len(cluster_sizes(findings)),
            "without_words": findings.without_words,
            "against": findings.first,
            "pairs": self.pairs,
            "similarity": similarity_histogram(findings),
            "seconds": round(self.seconds, 3),
        }


def dedup_file(
    source: Path | str,
    outputs: DedupOutputs,
    *,
    settings: DedupSettings,
    listener: RowListener | None = None,
) -> DedupResult:
    """Find the duplicates among the rows of ``source`` and write all rows with what was found.

    Args:
        source: a file of rows with an id and text; ``-`` is standard input, of which a copy is made on disk.
        outputs: what is written; files appear together, when all are whole.
        settings: how rows are compared, and with which.
        listener: is told the progress.

    Raises:
        InputError: a file cannot be read, a row cannot be used, or stored signatures are of another kind.
        UsageError: the threshold is no similarity, or a file cannot be written or would overwrite another one.
    """
    started = monotonic()
    threshold = exact_threshold(settings.threshold)
    _refuse_clashes(source, outputs, settings)
    require_cosine(settings.cosine)
    embed = None if settings.semantic is None else load_embedding_model(settings.semantic)
    with ExitStack() as stack:
        rows = stack.enter_context(open_source(source))
        hashes = stack.enter_context(RowHashes(settings, threshold))
        spool = stack.enter_context(SignatureSpool()) if outputs.signatures is not None else None
        sha256 = sha256_of(Path(source)) if outputs.signatures is not None else ""
        run = _Run(rows, source, sha256, outputs, settings, listener)
        earlier = [read_earlier(path, hashes, settings, listener) for path in settings.against]
        types = run.read(hashes, spool)
        pairs = stack.enter_context(open_pairs(outputs.pairs, with_file=bool(earlier)))
        findings, written = run.compare(hashes, threshold, earlier, pairs)
        if embed is not None:
            findings = run.compare_meanings(findings, hashes.without_words, embed)
        run.write(findings, types, spool, stack)
    return DedupResult(findings, written if outputs.pairs is not None else None, monotonic() - started)


@dataclass(frozen=True, slots=True)
class _Run:
    rows: RowSource
    source: Path | str
    sha256: str
    """Of the input before it was read; empty where nobody asks."""
    outputs: DedupOutputs
    settings: DedupSettings
    listener: RowListener | None

    def read(self, hashes: RowHashes, spool: SignatureSpool | None) -> ColumnTypes | None:
        """Hash all rows of the input; returns their types where these are needed."""
        first = len(hashes)
        types = self._types()
        for batch in row_batches(self.rows, column=self.settings.column):
            hashes.add(batch, keep=spool)
            if types is not None:
                types.add(batch.rows)
            self._update("reading", len(hashes) - first, None)
        hashes.ids.require_unique(first, source=self.rows.name)
        return types

    def compare(
        self, hashes: RowHashes, threshold: Fraction, earlier: list[EarlierFile], pairs: RowWriter | None
    ) -> tuple[Findings, int]:
        """Choose the rows that stay; returns the number of pairs too."""
        first = sum(file.rows for file in earlier)
        buckets = hashes.buckets(earlier=first)
        involved = buckets.involved_rows()
        for file in earlier:
            fill_in_texts(file, involved, hashes, self.settings)
        writer = None if pairs is None else PairWriter(pairs, hashes, earlier)
        keepers = choose_keepers(
            hashes.shingles,
            buckets,
            threshold=threshold,
            earlier=first,
            on_pair=writer.write if writer is not None else None,
            on_progress=lambda done, total: self._update("comparing", done, total),
        )
        without_words = sum(row >= first for row in hashes.without_words)
        findings = Findings(hashes.ids, keepers, earlier, without_words, len(involved))
        return findings, 0 if writer is None else writer.written

    def compare_meanings(self, findings: Findings, without_words: Sequence[int], embed: Embed) -> Findings:
        """The same findings with those of an embedding model."""
        semantic = find_semantic_duplicates(
            self.rows,
            findings,
            without_words,
            embed=embed,
            settings=self.settings,
            on_progress=lambda done: self._update("embedding", done, findings.rows),
        )
        return replace(findings, semantic=semantic)

    def write(
        self, findings: Findings, types: ColumnTypes | None, spool: SignatureSpool | None, stack: ExitStack
    ) -> None:
        """All outputs but the pairs; those that ``stack`` holds take their names when it is closed."""
        self._update("writing", 0, findings.rows)
        if self.outputs.report is not None:
            report = json.dumps(dedup_report(findings, self.settings), indent=2) + "\n"
            stack.enter_context(write_atomically(self.outputs.report)).write(report.encode("ascii"))
        if self.outputs.signatures is not None and spool is not None:
            if sha256_of(Path(self.source)) != self.sha256:
                raise changed(self.rows.name)
            source = SignatureSource(self.settings.column, findings.rows, self.sha256)
            writer = stack.enter_context(open_signature_writer(self.outputs.signatures, self.settings.scheme, source))
            kept, position = findings.kept(), 0
            for batch in spool.batches():
                end = position + len(batch.shingles)
                ids = [findings.id(row) for row in range(position, end)]
                writer.write(SignatureBatch(ids, batch.signatures, batch.shingles, kept[position:end]))
                position = end
        write_rows(self.rows, self.source, self.outputs.rows, findings, added_columns(self.settings), types)

    def _types(self) -> ColumnTypes | None:
        """Collected where rows become Parquet that were none."""
        wanted = is_parquet(self.outputs.rows) and not is_parquet(self.source)
        return ColumnTypes(self.rows.name, added_columns(self.settings)) if wanted else None

    def _update(self, step: str, done: int, total: int | None) -> None:
        if self.listener is not None:
            self.listener.update(step, done, total)


def _refuse_clashes(source: Path | str, outputs: DedupOutputs, settings: DedupSettings) -> None:
    """Before anything is read: what cannot be written, and what would overwrite another file."""
    targets = {"--out": outputs.rows, "--pairs": outputs.pairs}
    streams = [name for name, path in targets.items() if path is not None and is_stream(path) and str(path) == "-"]
    if len(streams) > 1:
        raise UsageError("--out - and --pairs - both want standard output: give one of them a file")
    if outputs.signatures is not None and (str(source) == "-" or not Path(source).is_file()):
        raise UsageError("--signatures are those of a file of rows, not of a pipe: give the rows as a file")
    folder = next((path for path in (outputs.report, outputs.signatures) if path is not None and path.is_dir()), None)
    if folder is not None:
        raise UsageError(f"cannot write {folder}: it is a folder; choose another name")
    named = targets | {"--report": outputs.report, "--signatures": outputs.signatures}
    taken = {"the input itself": source, **{f"the file {path} of --against": path for path in settings.against}}
    for name, path in named.items():
        if path is None:
            continue
        for owner, other in taken.items():
            if is_same_file(path, other):
                raise UsageError(f"{name} {path} is {owner}: give it another name")
        taken[f"that of {name}"] = path
