"""``kodcode status``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from kodcode_hub.cli.tables import model_table, status_table
from kodcode_hub.pipeline.prices import read_prices
from kodcode_hub.pipeline.status import run_status

_SHOWN_CHARACTERS = 200


def status(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, under way or not.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
    list_dead_letters: Annotated[
        bool, typer.Option("--dead-letters", help="Each dead letter: its prompt, all errors, the last answer.")
    ] = False,
    prices: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Prices of tokens, in TOML; else those the build was given.")
    ] = None,
) -> None:
    """Counts by stage and reason, requests, tokens, cost, and what is left.

    Examples:

        kodcode status runs/a

        kodcode status runs/a --json | jq .stages.select

        kodcode status runs/a --dead-letters --prices prices.toml
    """
    table = read_prices(prices) if prices is not None else None
    answer = run_status(run, prices=table, list_dead_letters=list_dead_letters)
    if as_json:
        typer.echo(json.dumps(answer))
        return
    console = Console(width=None if Console().is_terminal else 140)
    console.print(status_table(answer))
    if answer["models"]:
        console.print(model_table(answer))
    if answer["unpriced"]:
        names = ", ".join(answer["unpriced"])
        console.print(Text(f"no cost in all: the price table lacks {_visible(names)}"))
    for letter in answer["dead_letters"]:
        line = f"{letter['count']} dead letters: {letter['step']} of {letter['subset']}, e.g. {letter['example']}"
        console.print(Text(_visible(line)))
    for letter in answer.get("dead_letter_list", []):
        console.print(Text("\n".join(_letter_lines(letter))), soft_wrap=True)


def _letter_lines(letter: dict[str, Any]) -> Iterator[str]:
    """One dead letter in full."""
    status_text = f"status {letter['status']}" if letter["status"] is not None else "no answer"
    tries = "1 try" if letter["tries"] == 1 else f"{letter['tries']} tries"
    yield f"--- {letter['step']} of {letter['subset']} by {letter['model']}: {status_text} after {tries}"
    request = letter["request"][:_SHOWN_CHARACTERS]
    yield f"request    {_one_line(request)}{'...' if len(letter['request']) > len(request) else ''}"
    for number, error in enumerate(letter["errors"], start=1):
        yield f"error {number:<4} {_one_line(error)}"
    if letter["last_body"]:
        yield f"last body  {_one_line(letter['last_body'])}"


def _one_line(text: str) -> str:
    return _visible(text).replace("\n", "\\n")


def _visible(text: str) -> str:
    """The same text, with nothing by which a server could steer the terminal."""
    return "".join(
        character if character.isprintable() or character == "\n" else character.encode("unicode_escape").decode()
        for character in text
    )
