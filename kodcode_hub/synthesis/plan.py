"""Which prompts are asked: a fixed sequence that depends on the seeds' contents and one number alone.

The order of seeds is that of hashes, not of a random generator: it is the same in every Python, on every machine and
for every order of rows in the file. The sequence is made of one permutation of all seeds after another, so that every
seed is shown once before any is shown twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice, repeat
from itertools import count as count_from

from kodcode_hub.errors import UsageError
from kodcode_hub.record import Prompt, Seed, content_hash
from kodcode_hub.subsets import SubsetSpec


def plan_prompts(
    spec: SubsetSpec, seeds: Sequence[Seed], *, count: int, seed: int, render: Callable[[Sequence[Seed]], str]
) -> list[Prompt]:
    """The first ``count`` prompts of a subset; those of a smaller count are their beginning.

    A text that comes again, because the subset has no seeds or the same ones meet again, is the next sample of that
    text.

    Args:
        spec: says how many seeds a prompt shows.
        seeds: with unique ids, in any order.
        count: of prompts; there is no upper limit.
        seed: the number that stands for the whole sequence.
        render: makes the prompt's text; the same seeds must give the same text.

    Raises:
        UsageError: there are fewer seeds than one prompt shows.
    """
    if len(seeds) < spec.seeds_per_prompt:
        raise UsageError(
            f"subset {spec.name!r} shows {spec.seeds_per_prompt} seeds a prompt, but there are {len(seeds)}; "
            "give more seeds"
        )
    samples: Counter[str] = Counter()
    prompts: list[Prompt] = []
    for shown in islice(_groups(spec, seeds, seed), count):
        text = render(shown)
        sample = samples[text]
        samples[text] += 1
        prompts.append(Prompt(prompt_id(spec.name, text, sample), spec.name, text, shown, sample))
    return prompts


def prompt_id(subset: str, text: str, sample: int) -> str:
    """The id of a subset's prompt: what it shows, and which sample of it."""
    return content_hash("prompt", subset, text, sample)


def _groups(spec: SubsetSpec, seeds: Sequence[Seed], seed: int) -> Iterator[tuple[Seed, ...]]:
    """The seeds of each prompt, without end; those of one prompt are all different."""
    if not spec.seeds_per_prompt:
        yield from repeat(())
    order = chain.from_iterable(_permutations(spec.name, seeds, seed))
    postponed: list[int] = []
    while True:
        group: list[int] = []
        # Where a permutation ends inside a prompt, the next one may begin with seeds that this prompt shows already.
        # They open the following prompt, which is long enough for all of them.
        candidates = chain(postponed, order)
        postponed = []
        while len(group) < spec.seeds_per_prompt:
            position = next(candidates)
            (postponed if position in group else group).append(position)
        yield tuple(seeds[position] for position in group)


def _permutations(subset: str, seeds: Sequence[Seed], seed: int) -> Iterator[list[int]]:
    """Orders of all seeds, without end."""
    contents = _content_keys(seeds)
    for epoch in count_from():
        keys = [content_hash("order", subset, seed, epoch, content) for content in contents]
        yield sorted(range(len(seeds)), key=keys.__getitem__)


def _content_keys(seeds: Sequence[Seed]) -> list[str]:
    """What each seed is ordered by: its text, not its id, which many files number by position.

    Seeds of the same text are told apart by their rank among these, so that they do not all stand side by side.
    """
    ranks: Counter[str] = Counter()
    keys = [""] * len(seeds)
    for position in sorted(range(len(seeds)), key=lambda position: seeds[position].id):
        text = seeds[position].text
        keys[position] = content_hash(text, ranks[text])
        ranks[text] += 1
    return keys
