"""Codeforces: new questions from contest problems.

Each prompt shows one problem (field ``problem_statement``; some dumps call it ``description``) and asks for a
new one, as a function with arguments and a result instead of standard input and output. JSON, JSONL or
Parquet.
"""

from kodcode_hub.subsets import SubsetSpec

SUBSET = SubsetSpec(
    name="codeforces",
    source="contest problems, field problem_statement",
    template="codeforces.md",
    seeds_per_prompt=1,
    seed_fields=("problem_statement", "description", "question", "content", "text"),
)
