"""The plan of question prompts."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kodcode_hub.errors import UsageError
from kodcode_hub.record import Prompt, Seed, content_hash
from kodcode_hub.subsets import SubsetSpec
from kodcode_hub.synthesis.plan import plan_prompts


def some_seeds(number: int) -> list[Seed]:
    return [Seed(str(position), f"text {position}") for position in range(number)]


def joined(seeds: Sequence[Seed]) -> str:
    return "ask about: " + " | ".join(seed.text for seed in seeds)


def plan(seeds: Sequence[Seed], *, count: int, shown: int = 1, seed: int = 7, subset: str = "demo") -> list[Prompt]:
    fields = ("text",) if shown else ()
    spec = SubsetSpec(subset, "a test", "t.jinja", seeds_per_prompt=shown, seed_fields=fields)
    return plan_prompts(spec, seeds, count=count, seed=seed, render=joined)


def uses(prompts: Sequence[Prompt]) -> Counter[str]:
    return Counter(seed.id for prompt in prompts for seed in prompt.seeds)


def test_a_plan_covers_all_seeds_before_it_shows_one_again() -> None:
    """Defect 14: of 1,118 seeds, 1,000 random draws with replacement leave 41% unused."""
    assert len(uses(plan(some_seeds(1118), count=1000))) == 1000
    assert len(uses(plan(some_seeds(1118), count=1118))) == 1118
    assert set(uses(plan(some_seeds(100), count=300)).values()) == {3}


def test_the_same_number_gives_the_same_plan_in_every_process() -> None:
    """Defect 12: KodCode seeds generators that it does not draw from."""
    code = (
        "from tests.seeds.test_plan import plan, some_seeds\n"
        "print([prompt.id for prompt in plan(some_seeds(20), count=30, shown=3)])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": salt},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            timeout=60,
            check=True,
        ).stdout
        for salt in ("1", "2")
    }
    assert runs == {f"{[prompt.id for prompt in plan(some_seeds(20), count=30, shown=3)]}\n".encode()}


def test_another_number_or_subset_gives_another_order() -> None:
    seeds = some_seeds(20)
    plans = [plan(seeds, count=20), plan(seeds, count=20, seed=8), plan(seeds, count=20, subset="other")]
    assert len({tuple(prompt.text for prompt in prompts) for prompts in plans}) == 3
    assert len({frozenset(prompt.text for prompt in prompts) for prompts in plans}) == 1


def test_renumbered_seeds_are_asked_in_the_same_order() -> None:
    """Defect 50: many files number their rows by position."""
    seeds = some_seeds(30)
    renumbered = [Seed(str(position), seed.text) for position, seed in enumerate(reversed(seeds))]
    texts = [[prompt.text for prompt in plan(given_seeds, count=40, shown=2)] for given_seeds in (seeds, renumbered)]
    assert texts[0] == texts[1]


def test_a_prompts_id_is_that_of_what_it_shows() -> None:
    """Defect 50: KodCode numbers prompts from 0 in every run, so that ids of two runs collide."""
    prompt = plan(some_seeds(5), count=1)[0]
    assert prompt.id == content_hash("prompt", "demo", prompt.text, 0)
    ids = {prompt.id for seed in (1, 2, 3) for prompt in plan(some_seeds(5), count=5, seed=seed)}
    assert len(ids) == 5, "the same prompts in another order keep their ids"


def test_without_seeds_the_same_prompt_is_sampled_again_and_again() -> None:
    prompts = plan([], count=4, shown=0)
    assert [prompt.sample for prompt in prompts] == [0, 1, 2, 3]
    assert len({prompt.text for prompt in prompts}) == 1
    assert len({prompt.id for prompt in prompts}) == 4


def test_a_prompt_that_comes_again_is_the_next_sample_of_it() -> None:
    prompts = plan(some_seeds(2), count=6)
    assert sorted((prompt.text[-1], prompt.sample) for prompt in prompts) == [
        (text, sample) for text in "01" for sample in (0, 1, 2)
    ]
    assert len({prompt.id for prompt in prompts}) == 6


def test_in_every_round_seeds_meet_others() -> None:
    texts = [prompt.text for prompt in plan(some_seeds(12), count=8, shown=3)]
    assert set(texts[:4]).isdisjoint(texts[4:])


def test_too_few_seeds_for_one_prompt_are_refused() -> None:
    with pytest.raises(UsageError, match="'demo' shows 3 seeds a prompt, but there are 2; give more seeds"):
        plan(some_seeds(2), count=1, shown=3)


def test_nothing_is_asked_where_nothing_is_wanted() -> None:
    assert plan(some_seeds(2), count=0) == []


def test_equal_texts_under_different_ids_do_not_stand_side_by_side() -> None:
    seeds = [Seed(str(position), f"text {position // 2}") for position in range(40)]
    prompts = plan(seeds, count=20, shown=2)
    assert sum(len({seed.text for seed in prompt.seeds}) == 1 for prompt in prompts) < 4


sizes = st.integers(1, 12).flatmap(lambda number: st.tuples(st.just(number), st.integers(1, min(number, 4))))


@settings(deadline=None)
@given(sizes, st.integers(0, 30), st.integers(0, 30), st.integers(0, 2**40))
def test_a_smaller_plan_is_the_beginning_of_a_larger_one(size: tuple[int, int], few: int, more: int, seed: int) -> None:
    seeds = some_seeds(size[0])
    longer = plan(seeds, count=few + more, shown=size[1], seed=seed)
    assert plan(seeds, count=few, shown=size[1], seed=seed) == longer[:few]


@settings(deadline=None)
@given(sizes, st.integers(0, 40), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(size: tuple[int, int], count: int, random: Random) -> None:
    seeds = some_seeds(size[0])
    expected = plan(seeds, count=count, shown=size[1])
    random.shuffle(seeds)
    assert plan(seeds, count=count, shown=size[1]) == expected


@settings(deadline=None)
@given(sizes, st.integers(0, 40), st.integers(0, 2**40))
def test_every_seed_is_shown_once_before_any_is_shown_twice(size: tuple[int, int], count: int, seed: int) -> None:
    """Defect 14, also where a permutation ends inside of a prompt; the seeds of one prompt are all different."""
    prompts = plan(some_seeds(size[0]), count=count, shown=size[1], seed=seed)
    assert len({prompt.id for prompt in prompts}) == count
    for number in range(count + 1):
        counts = uses(prompts[:number])
        times = [counts[str(position)] for position in range(size[0])]
        assert max(times) - min(times) <= 1
    assert all(len(set(prompt.seeds)) == size[1] for prompt in prompts)
