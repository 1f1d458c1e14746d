"""Apps: new questions from the training problems of APPS.

Each prompt shows one problem (field ``question``; rows carry a ``problem_id``) and asks for a new one in its
place. Use the training split only: the test split is a benchmark.
"""

from kodcode_hub.subsets import SubsetSpec

SUBSET = SubsetSpec(
    name="apps",
    source="APPS training problems, field question",
    template="apps.md",
    seeds_per_prompt=1,
    seed_fields=("question", "problem", "description", "content", "text"),
)
