"""Filter: Magpie without a begun question, kept where an annotator approves.

The user's turn is begun and left empty, so the model says what a user might ask it. Most of that is not a
coding task or not a good one: an annotator (the same endpoint, ``annotate.md``) tags every question, and only
Python questions of the two categories and qualities below stay. No seeds. KodCode sampled seven open models;
how the turn begins and where it ends follows from the one that is asked, as in ``prefill.py``.
"""

from kodcode_hub.subsets import AnnotationRule, Sampling, SubsetSpec

SUBSET = SubsetSpec(
    name="filter",
    source="no seeds: a model invents the whole request, an annotator chooses",
    template="filter.txt",
    route="raw",
    opening="",
    annotation=AnnotationRule(
        template="annotate.md",
        categories=("Algorithm Implementation", "Function Generation"),
        qualities=("good", "excellent"),
    ),
    sampling=Sampling(max_new_tokens=1024, temperature=1.0, top_p=0.99),
)
