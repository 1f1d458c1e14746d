"""The completions of one prompt as an entry of a replay file. Pure; ``endpoints/embedded/entries.py`` reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kodcode_hub.endpoints.embedded.validation import chat_prompt
from kodcode_hub.endpoints.protocol import Completion, Request
from kodcode_hub.endpoints.requests import raw_prompt, stop_strings
from kodcode_hub.ledger.pages import Settled


def prompt_text(request: Request) -> str:
    """What the embedded server takes for the prompt of this request."""
    return raw_prompt(request) if request.route == "raw" else chat_prompt(request.messages)


def prompt_entries(requests: Sequence[Sequence[Settled]]) -> Iterator[dict[str, Any]]:
    """The entries of one prompt: one, or where it was asked in several ways, one for each that says in which.

    Args:
        requests: of each its samples, at least one.
    """
    samplings = [_sampling(samples[0].request) for samples in requests]
    differ = any(sampling != samplings[0] for sampling in samplings)
    for samples, sampling in zip(requests, samplings, strict=True):
        yield replay_entry(samples, sampling=sampling if differ else None)


def replay_entry(samples: Sequence[Settled], *, sampling: dict[str, Any] | None = None) -> dict[str, Any]:
    """One entry for all samples of a prompt.

    Where their seeds follow one another, ``completions[seed % n]`` is the sample's own; ``details`` say which seed each
    belongs to, so that a sample which the run does not have gets no other one's text.

    Args:
        samples: at least one; of one step, route, prompt and model, each with a seed of its own.
        sampling: the only parameters that the entry is for; None: any.
    """
    in_order = sorted(samples, key=lambda settled: settled.request.seed)
    shift = in_order[0].request.seed % len(in_order)
    placed = [*in_order[len(in_order) - shift :], *in_order[: len(in_order) - shift]]
    asked, request = in_order[0].asked, in_order[0].request
    subsets = {settled.asked.subset for settled in in_order}
    return {
        "step": asked.step,
        **({"subset": asked.subset} if len(subsets) == 1 else {}),
        **({"route": "raw"} if request.route == "raw" else {}),
        "contains": [prompt_text(request)],
        "completions": [settled.completion.text or "" for settled in placed],
        "model": asked.model,
        "exact": True,
        **({"sampling": sampling} if sampling is not None else {}),
        "details": [_detail(settled.request.seed, settled.completion) for settled in placed],
    }


def _sampling(request: Request) -> dict[str, Any]:
    """The parameters by which a replay tells two requests of one prompt apart."""
    return {
        "max_tokens": request.max_new_tokens,
        "temperature": request.temperature,
        **({"top_p": request.top_p} if 0 < request.top_p < 1 and request.temperature > 0 else {}),
        **({"top_k": request.top_k} if request.top_k is not None else {}),
        **({"stop": list(stop)} if (stop := stop_strings(request)) else {}),
    }


def _detail(seed: int, completion: Completion) -> dict[str, Any]:
    """What is as usual is left out: most completions have a text and no other reasoning, and end by themselves."""
    return {
        "seed": seed,
        **({"finish": completion.finish} if completion.finish != "stop" else {}),
        **({"reasoning": completion.reasoning} if completion.reasoning is not None else {}),
        "prompt_tokens": completion.prompt_tokens,
        "completion_tokens": completion.completion_tokens,
        **({"text": None} if completion.text is None else {}),
    }
