"""Docs: questions from the documentation of Python libraries.

Each prompt shows one page (field ``content``, with ``source_name``) and asks for a question that needs what
the page teaches. Seeds are JSON, JSONL or Parquet, or a folder of ``.rst``, ``.md``, ``.txt`` and ``.ipynb``
files. Many pages teach nothing (change logs, tables of contents): the model may answer BAD_DOCUMENT. The
environment that verifies must have the library.
"""

from kodcode_hub.subsets import SubsetSpec

SUBSET = SubsetSpec(
    name="docs",
    source="documentation pages, field content or .rst, .md, .txt, .ipynb files",
    template="docs.md",
    seeds_per_prompt=1,
    seed_fields=("content", "text", "document", "markdown"),
    seed_suffixes=(".rst", ".md", ".txt", ".ipynb"),
    may_abstain=True,
)
