"""Whom a command that goes through a file of rows tells how far it is."""

from __future__ import annotations

from typing import Protocol


class RowListener(Protocol):
    """Someone who shows progress (the terminal)."""

    def update(self, step: str, done: int, total: int | None) -> None:
        """``done`` of ``total`` rows are through a step; None where nobody knows how many there are."""
        ...

    def note(self, sentence: str) -> None:
        """Show something that is said once."""
        ...
