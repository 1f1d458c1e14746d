"""Evol: new questions from evolved instructions.

Each prompt shows one instruction (field ``instruction``, KodCode: Evol-Instruct), often vague or in another
language, and asks for a precise Python task that goes one step further.
"""

from kodcode_hub.subsets import SubsetSpec

SUBSET = SubsetSpec(
    name="evol",
    source="evolved coding instructions, field instruction",
    template="evol.md",
    seeds_per_prompt=1,
    seed_fields=("instruction", "question", "prompt", "content", "text"),
)
