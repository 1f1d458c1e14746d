"""Any number of published rows of realistic length, the same ones every time: texts of our own, words replaced."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kodcode_hub.files.rows import read_rows
from kodcode_hub.schema import COLUMNS

SUBSETS = ("Leetcode", "Taco", "Docs", "Filter")
_REPLACED = 0.15
_SOLUTION_LINES, _TEST_LINES = 11, 13


def generate_rows(texts: list[str], number: int, *, first: int = 0, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Rows with ids of their own, ascending, some 7 KB of text each: three trials, now and then ten.

    Args:
        texts: questions; words are taken from them.
        number: of rows.
        first: number of the first row, of which id and texts are made.
        seed: of all choices.
    """
    words = sorted({word for text in texts[:2000] for word in text.split() if word.isidentifier()})
    for index in range(first, first + number):
        yield _row(random.Random(f"{seed}/{index}"), texts, words, index)


def read_questions(path: Path) -> list[str]:
    """The texts of a file of rows."""
    return [str(row.get("text") or row["question"]) for _, row in read_rows(path)]


def _row(generator: random.Random, texts: list[str], words: list[str], index: int) -> dict[str, Any]:
    subset = SUBSETS[index % len(SUBSETS)]
    name = f"{index:08x}{hashlib.sha256(str(index).encode()).hexdigest()[:24]}"
    solution, test = _code(generator, words, _SOLUTION_LINES), _code(generator, words, _TEST_LINES)
    attempts = generator.choice((3, 3, 3, 10))
    trials = [_trial(number, generator, words, solution, test) for number in range(attempts)]
    filled = {
        "version": "1.0.0",
        "style": "instruct",
        "subset": subset,
        "question_id": f"{subset}_{name}_I",
        "question": " ".join(
            generator.choice(words) if generator.random() < _REPLACED else word
            for word in generator.choice(texts).split(" ")
        ),
        "solution": solution,
        "test": test,
        "test_info": [
            {"function_name": "f", "parameter_list": "(a)", "function_declaration": "def f(a):", "docstring": ""}
        ],
        "gpt_pass_sequence": [1] + [0] * (attempts - 1),
        "gpt_pass_trial_num": 1,
        "gpt_difficulty": "medium" if attempts == 3 else "hard",
        "gpt_pass_percentage": 1 / attempts,
        "trials": trials,
        "chosen_trial": "trial_0",
        "metadata": {"original_instruction": "", "seed_ids": [name[:8]], "prompt_id": name, "mode": subset.lower()},
        "test_coverage": generator.choice((100, 100, 96, 88, 70)),
        "tests_passed": 7,
        "assurance": "high",
        "flags": [],
        "teacher": "a-model",
        "environment": {"python": "3.11", "packages": "pytest 8.3", "platform": "linux x86_64"},
        "provenance": {
            "recipe": "generated", "prompt_hash": name, "seeds": name[:8], "seed_licence": None, "seed_origin": None,
            "imports": "from solution import f",
        },
    }  # fmt: skip
    return {column.name: filled.get(column.name) for column in COLUMNS}


def _trial(number: int, generator: random.Random, words: list[str], solution: str, test: str) -> dict[str, Any]:
    chosen = number == 0
    return {
        "trial": f"trial_{number}",
        "solution_code": solution if chosen else _code(generator, words, _SOLUTION_LINES),
        "test_code": test if chosen else _code(generator, words, _TEST_LINES),
        "test_result": "pass" if chosen else "fail",
        "test_coverage": 100,
        "reason": "",
    }


def _code(generator: random.Random, words: list[str], lines: int) -> str:
    """Lines of the shape of code: indentation and keywords repeat, names do not."""
    shapes = (
        "    {0} = {1}({2}, {3})",
        "    if {0} > {1}:",
        "        return {0} + {1}",
        "    for {0} in {1}:",
        "    assert {0}({1}) == {2}",
    )
    body = [generator.choice(shapes).format(*generator.choices(words, k=4)) for _ in range(lines)]
    return "def {}({}):\n".format(*generator.choices(words, k=2)) + "\n".join(body) + "\n"
