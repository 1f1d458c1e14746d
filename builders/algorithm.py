"""Algorithm: questions that test whether an algorithm was understood.

Each prompt shows one implementation (field ``codes``, with ``category`` and ``file_name``), has it analysed,
and asks for a question that needs the idea but is not answered by the snippet. Seeds are JSON, JSONL or
Parquet, or a folder of ``.py`` files. KodCode took 1,118 snippets from TheAlgorithms/Python and
keon/algorithms.
"""

from kodcode_hub.subsets import SubsetSpec

SUBSET = SubsetSpec(
    name="algorithm",
    source="implementations of algorithms, field codes or .py files",
    template="algorithm.md",
    seeds_per_prompt=1,
    seed_fields=("codes", "code", "content", "text"),
    seed_suffixes=(".py",),
)
