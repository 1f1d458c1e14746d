"""``kodcode build``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kodcode_hub.cli.interruption import interruptible
from kodcode_hub.cli.isolation import Isolation
from kodcode_hub.cli.progress_view import progress_view
from kodcode_hub.cli.tables import summary_table
from kodcode_hub.pipeline.build import BuildResult, build_run
from kodcode_hub.pipeline.models import EndpointUrls

EXIT_FOUND_PROBLEMS = 1


def build(
    subsets: Annotated[
        list[str], typer.Argument(metavar="SUBSET|FILE.py ...", help="Subsets, or builder files of your own.")
    ],
    run: Annotated[Path, typer.Option("--run", metavar="DIR", help="The run folder; an existing one is gone on with.")],
    endpoint: Annotated[
        str,
        typer.Option(
            metavar="URL", help="tgi+http://HOST:PORT, openai+http://HOST/v1?model=NAME, replay:FILE[,FILE...], sample:"
        ),
    ],
    answer_endpoint: Annotated[
        str | None, typer.Option(metavar="URL", help="For solutions and tests; else --endpoint.")
    ] = None,
    restyle_endpoint: Annotated[
        str | None, typer.Option(metavar="URL", help="For completion style; else --endpoint.")
    ] = None,
    respond_endpoint: Annotated[str | None, typer.Option(metavar="URL", help="For responses; else --endpoint.")] = None,
    questions: Annotated[int | None, typer.Option(metavar="N", help="Prompts asked a subset (default: 100).")] = None,
    attempts: Annotated[
        int | None, typer.Option(metavar="N", help="Attempts a question at most (default: 10).")
    ] = None,
    first_attempts: Annotated[
        int | None,
        typer.Option(metavar="N", help="Attempts of the first round; more only without a pass (default: 3)."),
    ] = None,
    responses: Annotated[
        int | None,
        typer.Option(metavar="N", help="Responses a question, and as many to its twin; 0: none (default: 3)."),
    ] = None,
    restyle: Annotated[
        bool | None, typer.Option("--restyle/--no-restyle", help="Completion-style twins (default: on).")
    ] = None,
    seeds: Annotated[
        list[str] | None,
        typer.Option(metavar="[SUBSET=]PATH", help="Seeds: a file, a folder, or a Hub dataset; repeat as needed."),
    ] = None,
    benchmarks: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=PATH", help="Decontaminate against this benchmark; repeat as needed."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Seed of sampling, fixed for the run (default: 0).")
    ] = None,
    timeout: Annotated[float | None, typer.Option(metavar="S", help="Seconds for one trial (default: 30).")] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Trials run at a time (default: a core each).")
    ] = None,
    isolation: Annotated[
        Isolation, typer.Option(help="auto, strict: never without; none: run code that you trust as it is.")
    ] = Isolation.auto,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Ask dead letters of earlier starts again.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Generate and verify triplets, and package them into RUN/release.

    The same command goes on after Ctrl-C, a crash or a kill; nothing that was answered is asked again. Options that are
    not given then are those of the last start.

    Examples:

        kodcode build leetcode --run runs/a --endpoint tgi+http://localhost:8080 --seeds problems.jsonl

        kodcode build prefill --run runs/b --endpoint "openai+http://localhost:8000/v1?model=qwen" --questions 1000

        kodcode build my_builder.py --run runs/c --endpoint replay:recorded.jsonl --questions 20 --responses 0
    """
    settings = {
        "subsets": tuple(subsets),
        "questions": questions,
        "attempts": attempts,
        "first_attempts": first_attempts,
        "responses": responses,
        "restyle": restyle,
        "seeds": tuple(seeds) if seeds else None,
        "benchmarks": tuple(benchmarks) if benchmarks else None,
        "seed": seed,
        "timeout_s": timeout,
    }
    urls = EndpointUrls(endpoint, answer_endpoint, restyle_endpoint, respond_endpoint)
    console = Console(stderr=True)
    with interruptible(console), progress_view(console, quiet=quiet) as listener:
        result = build_run(
            run,
            urls,
            settings=settings,
            workers=workers or usable_cores(),
            isolation="none" if isolation is Isolation.none else "strict",
            retry_failed=retry_failed,
            listener=listener,
        )
    show_result(result)
    if result.requests.dead:
        console.print(
            f"{result.requests.dead} requests got no reply: `kodcode status {run}` shows why; "
            "--retry-failed asks them again",
            highlight=False,
        )
        raise typer.Exit(EXIT_FOUND_PROBLEMS)


def show_result(result: BuildResult) -> None:
    """The table by subset and where the release lies, on standard output."""
    console = Console(width=None if Console().is_terminal else 140)
    console.print(summary_table(result.summaries, result.seconds))
    console.print(f"release: {result.release.folder}", highlight=False, soft_wrap=True)


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
