"""Any number of questions out of some: by repetition, with words replaced, the same ones every time."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from kodcode_hub.files.rows import read_rows

SEED = 5
FAR = 1 / 3
"""Share of words replaced: (2/3)**5 of the shingles stay, so that a question is far below any threshold to its base."""
NEAR = 1 / 50
"""Share of words replaced in a near copy: about 0.9 of the shingles stay, a Jaccard similarity of about 0.8."""


def read_texts(path: Path) -> list[str]:
    """The ``text`` of all rows of a file."""
    return [str(row["text"]) for _, row in read_rows(str(path))]


def changed_questions(base: Sequence[str], number: int, *, near_copies: float = 0.0, seed: int = SEED) -> Iterator[str]:
    """The questions of ``base`` as they are, and then again and again with words replaced.

    Args:
        base: of which the first ``number`` come unchanged.
        number: how many are made.
        near_copies: share of the changed ones that are near copies of their base.
        seed: of what is replaced by what.
    """
    yield from base[:number]
    generator = random.Random(seed)
    words = sorted({word for text in base[:2000] for word in text.split()})
    for position in range(len(base), number):
        share = NEAR if generator.random() < near_copies else FAR
        text = base[position % len(base)]
        yield " ".join(generator.choice(words) if generator.random() < share else word for word in text.split(" "))


def with_benchmark_stretches(questions: Sequence[str], items: Sequence[str], *, every: int = 50) -> list[str]:
    """Each ``every``-th question with twelve consecutive words of some benchmark item behind it."""
    generator = random.Random(SEED)
    planted = list(questions)
    for position in range(0, len(planted), every):
        words = generator.choice(items).split(" ")
        start = generator.randrange(max(1, len(words) - 12))
        planted[position] += " " + " ".join(words[start : start + 12])
    return planted


def write_rows(path: Path, questions: Iterator[str]) -> None:
    """As JSON Lines with ``id`` and ``question``; one row at a time, so that no memory is held."""
    with path.open("w", encoding="utf-8") as file:
        for position, question in enumerate(questions):
            file.write(json.dumps({"id": f"q{position}", "question": question}) + "\n")
