"""Package: new questions from instructions that are about a Python package.

Each prompt shows one instruction (field ``instruction``, KodCode: Package-Instruct) and asks for a new task
that is best solved with the same package. The environment that verifies must have the package.
"""

from kodcode_hub.subsets import SubsetSpec

SUBSET = SubsetSpec(
    name="package",
    source="instructions about Python packages, field instruction",
    template="package.md",
    seeds_per_prompt=1,
    seed_fields=("instruction", "question", "prompt", "content", "text"),
)
