"""Taco: new questions from the training problems of TACO.

Each prompt shows one problem (field ``question``) and asks for one that trains the same skill in another
setting. Use the training split only: the test split is a benchmark.
"""

from kodcode_hub.subsets import SubsetSpec

SUBSET = SubsetSpec(
    name="taco",
    source="TACO training problems, field question",
    template="taco.md",
    seeds_per_prompt=1,
    seed_fields=("question", "problem", "description", "content", "text"),
)
