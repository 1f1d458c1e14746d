"""Leetcode: new questions in the manner of interview problems.

Each prompt shows three human-written problem statements (field ``description``) and asks for one that none of
them is. Three, so that the question takes after a kind of problem and not after one problem. Bring the seeds
yourself: JSON, JSONL or Parquet with a ``description`` a row; their licence is theirs.
"""

from kodcode_hub.subsets import SubsetSpec

SUBSET = SubsetSpec(
    name="leetcode",
    source="interview problems written by people, field description",
    template="leetcode.md",
    seeds_per_prompt=3,
    seed_fields=("description", "question", "problem_statement", "content", "text"),
)
