"""Ctrl-C during a run: a sentence instead of a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

EXIT_INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""


@contextmanager
def interruptible(console: Console) -> Iterator[None]:
    """Say what Ctrl-C left behind, and end with 130."""
    try:
        yield
    except KeyboardInterrupt:
        console.print("stopped; the same command goes on where this one was", highlight=False)
        raise typer.Exit(EXIT_INTERRUPTED) from None
