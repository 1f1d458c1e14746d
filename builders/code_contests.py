"""Code_Contests: new questions from the training problems of CodeContests.

Each prompt shows one problem (field ``question``, in other copies ``description``) and asks for a new one.
The statements are long and full of story; the template asks for the idea without the story.
"""

from kodcode_hub.subsets import SubsetSpec

SUBSET = SubsetSpec(
    name="code_contests",
    source="CodeContests training problems, field question or description",
    template="code_contests.md",
    seeds_per_prompt=1,
    seed_fields=("question", "description", "problem_statement", "content", "text"),
)
