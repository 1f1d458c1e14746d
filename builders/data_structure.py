"""Data_Structure: questions that test whether a data structure was understood.

Each prompt shows one implementation (field ``codes``, with ``category`` and ``file_name``), has it analysed,
and asks for a question in which the structure must be used, extended or rebuilt. Seeds are JSON, JSONL or
Parquet, or a folder of ``.py`` files. KodCode took 352 snippets.
"""

from kodcode_hub.subsets import SubsetSpec

SUBSET = SubsetSpec(
    name="data_structure",
    source="implementations of data structures, field codes or .py files",
    template="data_structure.md",
    seeds_per_prompt=1,
    seed_fields=("codes", "code", "content", "text"),
    seed_suffixes=(".py",),
)
