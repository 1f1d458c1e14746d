"""Whatever was answered, its entries give each request its own completion, and nothing to all others."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.endpoints.embedded.entries import read_entry
from kodcode_hub.endpoints.embedded.recordings import Recorded, Recordings, Route
from kodcode_hub.endpoints.embedded.validation import Sampling
from kodcode_hub.endpoints.protocol import Completion, Message, Request
from kodcode_hub.ledger.pages import Asked, Settled
from kodcode_hub.pipeline.replay_entry import prompt_entries, replay_entry
from kodcode_hub.pipeline.samples_by_prompt import samples_by_prompt

TEXTS = st.sampled_from(
    ["", "add", "add two", "please add two numbers", "\ud800 ü", "two\nlines", "add two numbers " * 9]
)
COMPLETIONS = st.builds(
    Completion,
    text=st.none() | st.text(max_size=5) | st.just("\udfff"),
    finish=st.sampled_from(["stop", "length", "other"]),
    reasoning=st.none() | st.text(min_size=1, max_size=3),
    prompt_tokens=st.integers(0, 2**31 - 1),
    completion_tokens=st.integers(0, 2**31 - 1),
)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Requests that share prompts, seeds and samplings; the seed of sample k is that of sample 0 plus k."""
    text, is_raw, sample = draw(TEXTS), draw(st.booleans()), draw(st.integers(0, 12))
    base = draw(st.sampled_from([1, 2, 7])) if draw(st.booleans()) else 1 + len(text)
    return Request(
        route="raw" if is_raw else "chat",
        messages=() if is_raw else (Message(role="user", content=text),),
        prompt=text if is_raw else "",
        max_new_tokens=draw(st.sampled_from([100, 200])),
        temperature=draw(st.sampled_from([0.0, 0.8])),
        top_p=0.9,
        stop=draw(st.sampled_from([(), ("a", "", "a", "b", "c", "d", "e")])),
        seed=base + sample,
        sample=sample,
    )


Identity = tuple[Route, str, Sampling, int]


def identity(request: Request) -> Identity:
    """What a server is told by which it can know a request, as TGI's dialect words it."""
    text = request.prompt if request.route == "raw" else request.messages[0]["content"]
    stop = tuple(dict.fromkeys(stop for stop in request.stop if stop))[:4]
    top_p = request.top_p if request.temperature else None
    sampling = Sampling(request.max_new_tokens, max(request.temperature, 0.01), top_p, None, stop)
    return request.route, text, sampling, request.seed


@st.composite
def runs(draw: st.DrawFn) -> dict[Identity, Settled]:
    """What was answered in a run, each request once."""
    drawn = draw(st.lists(st.tuples(requests(), COMPLETIONS, st.sampled_from(["answer", "respond"])), max_size=40))
    asked = [Settled(Asked(step, "subset", "m"), request, completion) for request, completion, step in drawn]
    return {identity(settled.request): settled for settled in asked}


def exported(settled: Iterable[Settled]) -> list[dict[str, Any]]:
    """The entries of these completions, as they are read from a file."""
    prompts = samples_by_prompt(settled, count=9000, folder=None)
    return [json.loads(json.dumps(entry)) for prompt in prompts for entry in prompt_entries(prompt)]


def replayed(found: Recorded | None) -> Completion | None:
    """A recorded completion as a ledger has it."""
    if found is None:
        return None
    assert found.detail is not None
    prompt_tokens, completion_tokens = found.detail.prompt_tokens, found.detail.completion_tokens
    assert prompt_tokens is not None
    assert completion_tokens is not None
    return Completion(found.text, found.detail.finish, found.detail.reasoning, prompt_tokens, completion_tokens)


@given(runs(), st.lists(requests(), max_size=30))
def test_every_seed_gets_its_own_completion_and_all_others_get_none(
    run: dict[Identity, Settled], others: list[Request]
) -> None:
    recordings = Recordings(read_entry(entry, "here") for entry in exported(run.values()))
    samplings: dict[tuple[Route, str], set[Sampling]] = {}
    for route, text, sampling, _ in run:
        samplings.setdefault((route, text), set()).add(sampling)
    for route, text, sampling, seed in [*run, *map(identity, others)]:
        known = samplings.get((route, text), set())
        # Where a prompt was sampled in one way only, nobody needs to tell in which.
        meant = next(iter(known)) if len(known) == 1 else sampling
        expected = run.get((route, text, meant, seed))
        found = recordings.find(route=route, prompt=text, seed=seed, sampling=sampling)
        assert replayed(found) == (expected.completion if expected else None)


@given(runs(), st.randoms())
def test_entries_do_not_depend_on_the_order_of_the_replies(run: dict[Identity, Settled], chance: Random) -> None:
    shuffled = list(run.values())
    chance.shuffle(shuffled)
    assert exported(shuffled) == exported(run.values())


@given(st.integers(0, 2**40), st.lists(st.text(min_size=1), min_size=1, max_size=9))
def test_samples_that_follow_one_another_stand_where_the_plain_format_looks(base: int, texts: list[str]) -> None:
    request = Request("raw", (), "prompt", 9, 0.5, 0.9, (), seed=base)
    samples = [
        Settled(
            Asked("question", "s", "m"), replace(request, seed=base + sample, sample=sample), Completion(text, "stop")
        )
        for sample, text in enumerate(texts)
    ]
    completions = replay_entry(samples[::-1])["completions"]
    assert [completions[(base + sample) % len(completions)] for sample in range(len(texts))] == texts


def test_a_usual_completion_has_short_details() -> None:
    request = Request("chat", (Message(role="user", content="hi"),), "", 9, 0.5, 0.9, (), seed=5)
    entry = replay_entry(
        [Settled(Asked("answer", "leetcode", "org/m"), request, Completion("yes", "stop", None, 3, 4))]
    )
    assert entry == {
        "step": "answer",
        "subset": "leetcode",
        "contains": ["hi"],
        "completions": ["yes"],
        "model": "org/m",
        "exact": True,
        "details": [{"seed": 5, "prompt_tokens": 3, "completion_tokens": 4}],
    }
