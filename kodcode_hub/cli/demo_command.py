"""``kodcode demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kodcode_hub.cli.build_command import show_result, usable_cores
from kodcode_hub.cli.interruption import interruptible
from kodcode_hub.cli.progress_view import progress_view
from kodcode_hub.pipeline.demo import first_row, run_demo


def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The run folder of the demo.")] = Path(
        "kodcode-demo"
    ),
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Trials run at a time (default: a core each).")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Run the whole pipeline on the built-in recordings: all 12 subsets, offline, in under two minutes.

    Examples:

        kodcode demo

        kodcode demo --out /tmp/demo
    """
    progress = Console(stderr=True)
    with interruptible(progress), progress_view(progress, quiet=quiet) as listener:
        result = run_demo(out, workers=workers or usable_cores(), listener=listener)
    show_result(result)
    console = Console(width=None if Console().is_terminal else 140)
    row = first_row(result)
    console.print(
        f"\n{row['question_id']} ({row['gpt_difficulty']}, coverage {row['test_coverage']}%)",
        style="bold",
        highlight=False,
    )
    for name in ("question", "solution", "test"):
        console.print(f"--- {name}", style="bold")
        console.print(row[name].strip(), markup=False, highlight=False)
    console.print("\nWhat to do next", style="bold")
    release = result.release.folder
    for line in (
        f'python -c \'from datasets import load_dataset; print(load_dataset("{release}", "leetcode"))\'',
        f"kodcode status {result.run}",
        "kodcode build leetcode --run runs/mine --endpoint tgi+http://HOST:PORT --seeds problems.jsonl",
    ):
        console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
