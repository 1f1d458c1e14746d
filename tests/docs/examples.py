"""The examples of a page: fenced blocks, and what is to be done with each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_BLOCK = re.compile(r"^```(?P<language>\w+)(?: file=(?P<file>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block; ``file`` is the name under which a reader would save it."""

    language: str
    file: str
    text: str

    @property
    def commands(self) -> list[str]:
        """The lines that a reader would type."""
        if self.language != "console":
            return []
        return [line[2:].split("  #")[0].strip() for line in self.text.splitlines() if line.startswith("$ ")]


def blocks(page: Path) -> list[Block]:
    """All fenced blocks of ``page``, in order."""
    return [Block(m["language"], m["file"] or "", m["text"]) for m in _BLOCK.finditer(page.read_text())]
