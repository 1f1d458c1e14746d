"""Prefill: Magpie with a begun question.

The user's turn of a chat is opened with KodCode's words and a base completion finishes it: no seeds. What comes
back is the rest of the question. Short, plain tasks; many are near copies of one another, which is what
deduplication is for. KodCode used Qwen2.5-Coder-7B-Instruct; how the turn begins and where it ends follows from
the model that is asked (``kodcode_hub/synthesis/chat_templates.toml``).
"""

from kodcode_hub.subsets import Sampling, SubsetSpec

SUBSET = SubsetSpec(
    name="prefill",
    source="no seeds: a model continues the begun request",
    template="prefill.txt",
    route="raw",
    opening="Write a python function to",
    # Variety comes from sampling alone here, so it runs hot. It stops at the marks of the chat template and nowhere
    # else: a question may have many lines.
    sampling=Sampling(max_new_tokens=1024, temperature=1.0, top_p=0.99),
)
