"""``kodcode demo``: all 12 subsets on the built-in recordings, offline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kodcode_hub.errors import KodcodeError
from kodcode_hub.pipeline.build import BuildResult, build_run
from kodcode_hub.pipeline.models import SAMPLE_URL, EndpointUrls
from kodcode_hub.pipeline.progress import ProgressListener
from kodcode_hub.resources import samples_folder
from kodcode_hub.subsets import SUBSET_NAMES


def run_demo(run: Path, *, workers: int, listener: ProgressListener | None = None) -> BuildResult:
    """Run the whole pipeline on the ``sample:`` endpoint; ``run`` is an ordinary run folder.

    Raises:
        RunFolderError: ``run`` cannot be used.
    """
    settings = {
        "subsets": SUBSET_NAMES,
        "questions": 5,
        "responses": 2,
        "timeout_s": 5.0,
        "benchmarks": (f"toybench={samples_folder() / 'benchmarks' / 'toybench.jsonl'}",),
    }
    return build_run(run, EndpointUrls((SAMPLE_URL,)), settings=settings, workers=workers, listener=listener)


def first_row(result: BuildResult) -> dict[str, Any]:
    """The first row of the first config, read back from the release's Parquet files."""
    import pyarrow.parquet as pq

    for config in result.release.rows:
        for path in sorted((result.release.folder / "data" / config).glob("train-*.parquet")):
            with pq.ParquetFile(path) as file:
                row: dict[str, Any] = next(file.iter_batches(batch_size=1)).to_pylist()[0]
                return row
    raise KodcodeError(
        f"{result.release.folder} holds no rows; the sample recordings are damaged: install kodcode-hub again"
    )
