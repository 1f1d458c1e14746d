"""What ``kodcode dedup`` says it found."""

from __future__ import annotations

from rich.console import Console

from kodcode_hub.pipeline.dedup_file import DedupResult
from kodcode_hub.pipeline.dedup_report import cluster_sizes, similarity_histogram
from kodcode_hub.pipeline.dedup_settings import DedupSettings


def show_findings(result: DedupResult, settings: DedupSettings, *, to_stderr: bool) -> None:
    """The figures, on standard output unless that holds rows."""
    findings, sizes = result.findings, cluster_sizes(result.findings)
    lines = [
        f"{findings.rows} rows in {result.seconds:.1f} s: {int(findings.kept().sum())} kept, "
        f"{findings.duplicates} duplicates (similarity {settings.threshold:g} or more, {settings.method})",
    ]
    if findings.semantic is not None:
        lines.append(f"by meaning: {len(findings.semantic)} duplicates more (cosine {settings.cosine:g} or more)")
    if len(sizes):
        histogram = ", ".join(f"{start} {count}" for start, count in similarity_histogram(findings).items())
        lines += [f"clusters: {len(sizes)}, the largest of {sizes.max()} rows", f"by similarity from: {histogram}"]
    if findings.earlier:
        lines.append(f"earlier rows: {findings.first} (files: {len(findings.earlier)})")
    if findings.without_words:
        lines.append(f"rows without words: {findings.without_words}; these have no duplicates")
    if result.pairs is not None:
        lines.append(f"pairs: {result.pairs}")
    console = Console(stderr=to_stderr, highlight=False, markup=False, soft_wrap=True)
    for line in lines:
        console.print(line)
