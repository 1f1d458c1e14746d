"""What the tests of this folder render: the templates of the 12 subsets, and seeds to fill them with."""

from __future__ import annotations

from pathlib import Path

from kodcode_hub.record import Seed
from kodcode_hub.subsets import SubsetSpec, load_subset
from kodcode_hub.synthesis.chat_templates import chat_template_named
from kodcode_hub.synthesis.prompts import Templates

SEEDED = (
    "leetcode",
    "codeforces",
    "apps",
    "taco",
    "code_contests",
    "algorithm",
    "data_structure",
    "docs",
    "package",
    "evol",
)
ANALYSED = ("algorithm", "data_structure", "docs")
FIELDS = (("category", "graphs"), ("file_name", "walk"), ("source_name", "heapq"))


def folder_of(spec: SubsetSpec) -> Path:
    """Where the templates of a subset lie."""
    assert spec.folder is not None
    return spec.folder / "templates"


def templates() -> Templates:
    """The templates of the 12 subsets, and the shared ones."""
    return Templates(folder_of(load_subset("prefill")))


def question_prompt(
    name: str, *texts: str, fields: tuple[tuple[str, str], ...] = FIELDS, chat_template: str = "qwen2.5"
) -> str:
    """The question prompt of a subset that shows seeds of these texts; a begun turn by that chat template."""
    spec = load_subset(name)
    if spec.route == "raw":
        chat = chat_template_named(chat_template)
        return templates().begun_turn(spec.template, opening=spec.opening, chat_template=chat)
    seeds = [Seed(f"seed-{number}", text, fields) for number, text in enumerate(texts)]
    return templates().question(spec.template, seeds=seeds, opening=spec.opening)


def lines_of(prompt: str) -> list[str]:
    """The lines of a prompt, split at line feeds alone."""
    return prompt.split("\n")
