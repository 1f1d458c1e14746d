"""Ctrl-C during a run: a sentence instead of a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

EXIT_INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""


@contextmanager
def interruptible(console: Console, *, goes_on: bool = True) -> Iterator[None]:
    """Say what Ctrl-C left behind, and end with 130.

    Args:
        goes_on: something is kept that the next start goes on with.
    """
    try:
        yield
    except KeyboardInterrupt:
        left = "; the same command goes on where this one was" if goes_on else ""
        console.print(f"stopped{left}", highlight=False)
        raise typer.Exit(EXIT_INTERRUPTED) from None
