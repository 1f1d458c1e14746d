"""The examples of a page: its fenced blocks, the commands in them, and what they are said to print."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_BLOCK = re.compile(r"^```(?P<language>\w+)(?: file=(?P<file>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Command:
    """What a reader types, and the output shown below it (``...`` stands for any lines, or for the rest of a line)."""

    text: str
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """One fenced block; ``file`` is the name under which a reader would save it."""

    language: str
    file: str
    text: str

    @property
    def commands(self) -> list[Command]:
        """The commands of a ``console`` block."""
        if self.language != "console":
            return []
        parts = re.split(r"^\$ ", self.text, flags=re.MULTILINE)
        assert not parts[0], f"a console block begins with a command: {self.text}"
        return [_command(part) for part in parts[1:]]

    @property
    def printed(self) -> list[str]:
        """What a program's comments say that it prints."""
        return re.findall(r"^\s*print\(.*\)  # (.*)$", self.text, flags=re.MULTILINE)


def blocks(page: Path) -> list[Block]:
    """All fenced blocks of ``page``, in order."""
    text = page.read_text(encoding="utf-8")
    found = [Block(m["language"], m["file"] or "", m["text"]) for m in _BLOCK.finditer(text)]
    assert len(found) * 2 == len(re.findall(r"^```", text, flags=re.MULTILINE)), (
        f"{page.name}: a block is not understood"
    )
    return found


def prints_what_is_shown(printed: str, shown: tuple[str, ...]) -> bool:
    """Whether the output ``printed`` is the one that a page shows."""
    pattern = "".join(_line_pattern(line) for line in shown)
    return not shown or re.fullmatch(pattern, printed if printed.endswith("\n") else printed + "\n") is not None


def _command(part: str) -> Command:
    first, *shown = part.replace("\\\n", " ").splitlines()
    return Command(first.partition("  #")[0].strip(), tuple(shown))


def _line_pattern(line: str) -> str:
    if line == "...":
        return r"(?:.*\n)*?"
    if line.endswith("..."):
        return re.escape(line.removesuffix("...").rstrip()) + r".*\n"
    return re.escape(line) + r" *\n"
