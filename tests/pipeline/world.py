"""A small world for whole builds: seeds, and recordings in which something happens at every stage."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.making import an_answer

Entry = dict[str, Any]


@dataclass(frozen=True)
class World:
    """Files of a build."""

    seeds: Path
    recordings: Path
    benchmark: Path

    def arguments(self, run: Path, *more: str, endpoint: str | None = None) -> list[str]:
        """The words of a ``kodcode build`` of this world."""
        url = endpoint or f"replay:{self.recordings}"
        words = ["build", "algorithm", "--run", str(run), "--endpoint", url, "--seeds", str(self.seeds)]
        words += ["--benchmarks", f"tiny={self.benchmark}", "--questions", "8", "--attempts", "4", "--responses", "2"]
        return [*words, "--timeout", "20", "--quiet", *more]


ADD = "Write a function `add(a, b)` that returns the sum of two integers, also of negative ones and of very large ones."
NEVER = "Write a function `halve(number)` that halves a number exactly, however large or small the number may be."
HARD = "Write a function `power(base, exponent)` that raises an integer to a power that is not negative, without pow."
BENCH = "Write a function `clamp(value, low, high)` that returns value limited to the closed range from low to high."


def make_world(folder: Path) -> World:
    """Write the files of the world into ``folder``."""
    snippets = [f"def snippet_{number}():\n    return {number}\n" for number in range(8)]
    seeds = folder / "seeds.jsonl"
    rows = [
        {"id": str(number), "codes": code, "category": "c", "file_name": "f"} for number, code in enumerate(snippets)
    ]
    seeds.write_text("".join(json.dumps(row) + "\n" for row in rows))
    recordings = folder / "recorded.jsonl"
    entries = [*_questions(snippets), *_answers(), *_restyled(), *_responses()]
    recordings.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    benchmark = folder / "tiny.jsonl"
    benchmark.write_text(json.dumps({"id": "T/1", "text": BENCH + " It never fails."}) + "\n")
    return World(seeds, recordings, benchmark)


def _questions(snippets: list[str]) -> list[Entry]:
    texts = [_question(ADD), _question(ADD), _question(NEVER), _question(HARD), _question(BENCH),
             "<|Question Begin|>\nWrite a function that", "", "I'm sorry, but I can't help with that."]  # fmt: skip
    return [
        {"step": "question", "contains": [snippet.strip()], "completions": [text]}
        for snippet, text in zip(snippets, texts, strict=True)
    ]


def _question(text: str) -> str:
    return f"<|Analysis Begin|>\nSome thoughts.\n<|Analysis End|>\n\n<|Question Begin|>\n{text}\n<|Question End|>"


def _answers() -> list[Entry]:
    add = "def add(a, b):\n    return a + b\n"
    add_test = "def test_add():\n    assert add(2, 3) == 5\n\n\ndef test_negative():\n    assert add(-2, -3) == -5\n"
    power = "def power(base, exponent):\n    result = 1\n    for _ in range(exponent):\n        result *= base\n"
    power += "    return result\n"
    power_test = "from solution import power\n\n\ndef test_power():\n    assert power(2, 10) == 1024\n"
    wrong = power.replace("result = 1", "result = 0")
    halve_test = "from solution import halve\n\n\ndef test_halve():\n    assert halve(3) == 1.5\n"
    return [
        {"step": "answer", "contains": [ADD, "<|Solution Begin|>"], "completions": [an_answer(add, add_test)] * 2},
        {
            "step": "answer",
            "contains": [HARD, "<|Solution Begin|>"],
            "completions": [an_answer(power, power_test), an_answer(wrong, power_test), "no sections here"],
        },
        {
            "step": "answer",
            "contains": [NEVER, "<|Solution Begin|>"],
            "completions": [an_answer("def halve(n):\n    return n // 2\n", halve_test)],
        },
    ]


def _restyled() -> list[Entry]:
    add = 'def add(a, b):\n    """The sum.\n\n    >>> add(1, 2)\n    3\n    """\n'
    power = 'def power(base, exponent):\n    """The power.\n\n    >>> power(2, 3)\n    8\n    """\n    return base\n'
    return [
        {"step": "complete", "contains": [text, "<|Completion Begin|>"],
         "completions": [f"<|Completion Begin|>\n```python\n{stub}```\n<|Completion End|>"]}
        for text, stub in ((ADD, add), (HARD, power))
    ]  # fmt: skip


def _responses() -> list[Entry]:
    def reply(code: str) -> str:
        return f"<think>\nLet me see.\n</think>\n\nSo:\n\n```python\n{code}```\n"

    right, wrong = "def add(a, b):\n    return a + b\n", "def add(a, b):\n    return a - b\n"
    return [
        {"step": "respond", "contains": [ADD], "completions": [reply(right), reply(wrong)]},
        {"step": "respond", "contains": ['"""The sum.'], "completions": [reply(wrong)]},
        {"step": "respond", "contains": [HARD], "completions": ["<think>\nthis never ends"]},
    ]
