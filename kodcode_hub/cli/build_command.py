"""``kodcode build``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kodcode_hub.cli.endpoint_options import (
    AnswerEndpoint,
    BudgetTokens,
    Concurrency,
    IdleTimeout,
    MainEndpoint,
    RequestsPerMinute,
    RespondEndpoint,
    RestyleEndpoint,
    TokensPerMinute,
    endpoint_options,
)
from kodcode_hub.cli.interruption import interruptible
from kodcode_hub.cli.isolation import Isolation
from kodcode_hub.cli.progress_view import progress_view
from kodcode_hub.cli.tables import summary_table
from kodcode_hub.pipeline.build import BuildResult, build_run
from kodcode_hub.pipeline.models import EndpointUrls
from kodcode_hub.pipeline.prices import read_prices
from kodcode_hub.synthesis.chat_templates import chat_template_names

EXIT_FOUND_PROBLEMS = 1


def build(
    subsets: Annotated[
        list[str], typer.Argument(metavar="SUBSET|FILE.py ...", help="Subsets, or builder files of your own.")
    ],
    run: Annotated[Path, typer.Option("--run", metavar="DIR", help="The run folder; an existing one is gone on with.")],
    endpoint: MainEndpoint,
    answer_endpoint: AnswerEndpoint = None,
    restyle_endpoint: RestyleEndpoint = None,
    respond_endpoint: RespondEndpoint = None,
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
    chat_template: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|none",
            help="How prefill and filter begin the user's turn (default: auto, as the model's name tells): "
            f"{', '.join(chat_template_names())}.",
        ),
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
    concurrency: Concurrency = None,
    requests_per_minute: RequestsPerMinute = None,
    tokens_per_minute: TokensPerMinute = None,
    budget_tokens: BudgetTokens = None,
    idle_timeout: IdleTimeout = 600.0,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Ask dead letters of earlier starts again.")
    ] = False,
    prices: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Prices of a million tokens by model, in TOML; remembered by the run."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Generate and verify triplets, and package them into RUN/release.

    The same command goes on after Ctrl-C, a crash or a kill; nothing that was answered is asked again. Options that are
    not given then are those of the last start.

    Examples:

        kodcode build leetcode --run runs/a --endpoint tgi+http://localhost:8080 --seeds problems.jsonl

        kodcode build prefill --run runs/b --endpoint "openai+http://localhost:8000/v1?model=qwen" --questions 1000

        kodcode build filter --run runs/d --endpoint "openai+http://localhost:8000/v1?model=my" --chat-template llama-3

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
        "chat_template": chat_template,
        "seed": seed,
        "timeout_s": timeout,
        "budget_tokens": budget_tokens,
    }
    urls = EndpointUrls(
        tuple(endpoint), tuple(answer_endpoint or ()), tuple(restyle_endpoint or ()), tuple(respond_endpoint or ())
    )
    price_table = read_prices(prices) if prices is not None else None
    console = Console(stderr=True)
    with interruptible(console), progress_view(console, quiet=quiet) as listener:
        result = build_run(
            run,
            urls,
            settings=settings,
            workers=workers or usable_cores(),
            isolation="none" if isolation is Isolation.none else "strict",
            retry_failed=retry_failed,
            prices=price_table,
            options=endpoint_options(
                concurrency=concurrency,
                requests_per_minute=requests_per_minute,
                tokens_per_minute=tokens_per_minute,
                idle_timeout_s=idle_timeout,
            ),
            listener=listener,
        )
    show_result(result)
    problems = list(_problems(result))
    for problem in problems:
        console.print(problem, highlight=False, soft_wrap=True)
    if problems:
        raise typer.Exit(EXIT_FOUND_PROBLEMS)


def _problems(result: BuildResult) -> Iterator[str]:
    if result.requests.dead:
        yield (
            f"{result.requests.dead} requests got no reply: `kodcode status {result.run}` shows why; "
            "--retry-failed asks them again"
        )
    if result.over_budget:
        yield (
            f"{result.over_budget} requests were not sent, as the {result.recipe.budget_tokens} tokens of "
            "--budget-tokens do not suffice for them: start the same command again with more"
        )


def show_result(result: BuildResult) -> None:
    """The table by subset and where the release lies, on standard output."""
    console = Console(width=None if Console().is_terminal else 140)
    console.print(summary_table(result.summaries, result.seconds))
    console.print(f"release: {result.release.folder}", highlight=False, soft_wrap=True)


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
