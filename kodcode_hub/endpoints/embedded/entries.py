"""One entry of a replay file: what prompts it is meant for, and what they get.

The plain form (``contains``, ``completions``) says what a model wrote. ``kodcode ledger export`` adds what a run needs
to come out the same once more: who wrote it (``model``), that this very prompt is meant (``exact``), and of each
completion the seed that it belongs to, how it ended, its reasoning and its tokens (``details``). Readers that know the
plain form alone may pass over these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kodcode_hub.endpoints.embedded.validation import Sampling
from kodcode_hub.errors import InputError

STEPS = ("question", "answer", "complete", "respond", "tag")
"""What a recorded completion was asked for."""

FINISHES = ("stop", "length", "other")
"""How a completion may have ended: by itself, cut off, or by a content filter and the like."""

_PLAIN_KEYS = frozenset({"step", "contains", "completions", "route", "subset", "id"})
_KEYS = _PLAIN_KEYS | {"model", "exact", "sampling", "details"}
_DETAIL_KEYS = frozenset({"seed", "finish", "reasoning", "prompt_tokens", "completion_tokens", "text"})
_SAMPLING_KEYS = frozenset({"max_tokens", "temperature", "top_p", "top_k", "stop"})
_MOST_TOKENS = 2**31 - 1
_MOST_SEED = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Detail:
    """What the text of a completion does not say.

    Args:
        seed: the only one that is answered with it; None: any that falls on it.
        prompt_tokens, completion_tokens: as they were counted; None: as the embedded server counts.
        has_text: False for a reply without content, whose text is then empty.
    """

    seed: int | None = None
    finish: Literal["stop", "length", "other"] = "stop"
    reasoning: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    has_text: bool = True


@dataclass(frozen=True, slots=True)
class Recording:
    """One entry of a replay file.

    Args:
        contains: a prompt with all these texts is meant; with none, every prompt of the route.
        completions: one for each sample; never empty.
        raw_only: whether only raw completions are answered.
        details: one for each completion, or none at all; all have a seed or none has.
        model: who wrote the completions, where the entry says so.
        sampling: the only parameters that are answered; None: any.
        exact: whether only the prompt that is the one text of ``contains`` is meant; raw where ``raw_only``, else chat.
    """

    contains: tuple[str, ...]
    completions: tuple[str, ...]
    raw_only: bool = False
    details: tuple[Detail, ...] = ()
    model: str | None = None
    sampling: Sampling | None = None
    exact: bool = False


def read_entry(row: Mapping[str, Any], where: str) -> Recording:
    """The recording in a row of a replay file.

    Args:
        where: file and row, for messages.

    Raises:
        InputError: it is not what INTERFACE calls an entry, or its additions are malformed.
    """
    _check_keys(row, _KEYS, "a recording", where)
    if row.get("step") not in STEPS:
        raise InputError(f"{where}: 'step' is {row.get('step')!r:.80}; it is one of {', '.join(STEPS)}")
    if row.get("route") not in (None, "raw"):
        raise InputError(f"{where}: 'route' is {row['route']!r:.80}; it is 'raw', or left out for every route")
    contains, completions = _texts(row, "contains", where), _texts(row, "completions", where)
    if not completions:
        raise InputError(f"{where}: 'completions' is empty; a recording holds at least one")
    exact = row.get("exact")
    if exact not in (None, False) and (exact is not True or len(contains) != 1):
        raise InputError(
            f"{where}: 'exact' is {exact!r:.80}; it is true where 'contains' is one whole prompt, or left out"
        )
    return Recording(
        contains,
        completions,
        raw_only=row.get("route") == "raw",
        details=_details(row.get("details"), len(completions), where),
        model=_model(row.get("model"), where),
        sampling=_sampling(row.get("sampling"), where),
        exact=exact is True,
    )


def _check_keys(row: Mapping[str, Any], known: frozenset[str], name: str, where: str) -> None:
    if unknown := sorted(row.keys() - known):
        raise InputError(f"{where}: {name} has no {unknown[0]!r:.80}; it has {', '.join(sorted(known))}")


def _texts(row: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    value = row.get(name)
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise InputError(f"{where}: {name!r} is missing or not a list of texts")
    return tuple(value)


def _model(value: object, where: str) -> str | None:
    if value is not None and (not isinstance(value, str) or not value):
        raise InputError(f"{where}: 'model' is {value!r:.80}; it is a model's name, or left out")
    return value


def _details(value: object, count: int, where: str) -> tuple[Detail, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) != count:
        raise InputError(f"{where}: 'details' is not a list as long as 'completions' ({count})")
    details = tuple(_detail(item, f"{where}: 'details[{index}]'") for index, item in enumerate(value))
    seeds = [detail.seed for detail in details if detail.seed is not None]
    if seeds and len(seeds) < count:
        raise InputError(
            f"{where}: 'details' give a seed for {len(seeds)} of {count} completions; for all, or for none"
        )
    if len(set(seeds)) < len(seeds):
        raise InputError(f"{where}: 'details' name a seed twice; each seed has one completion")
    return details


def _detail(item: object, where: str) -> Detail:
    if not isinstance(item, Mapping):
        raise InputError(f"{where} is no object")
    _check_keys(item, _DETAIL_KEYS, "it", where)
    if item.get("finish", "stop") not in FINISHES:
        raise InputError(f"{where}: 'finish' is {item['finish']!r:.80}; it is one of {', '.join(FINISHES)}")
    if not isinstance(item.get("reasoning"), str | None):
        raise InputError(f"{where}: 'reasoning' is {item['reasoning']!r:.80}; it is text or left out")
    if item.get("text") is not None:
        raise InputError(
            f"{where}: 'text' is {item['text']!r:.80}; it is null for a reply without content, or left out"
        )
    return Detail(
        seed=_count(item, "seed", _MOST_SEED, where),
        finish=item.get("finish", "stop"),
        reasoning=item.get("reasoning"),
        prompt_tokens=_count(item, "prompt_tokens", _MOST_TOKENS, where),
        completion_tokens=_count(item, "completion_tokens", _MOST_TOKENS, where),
        has_text="text" not in item,
    )


def _sampling(value: object, where: str) -> Sampling | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise InputError(f"{where}: 'sampling' is no object")
    where = f"{where}: 'sampling'"
    _check_keys(value, _SAMPLING_KEYS, "it", where)
    for name in ("temperature", "top_p"):
        if not isinstance(value.get(name), int | float | None) or isinstance(value.get(name), bool):
            raise InputError(f"{where}: {name!r} is {value[name]!r:.80}; it is a number or left out")
    for name in ("max_tokens", "top_k"):
        _count(value, name, _MOST_TOKENS, where)
    if value.get("stop") is not None:
        _texts(value, "stop", where)
    return Sampling.of(value)


def _count(holder: Mapping[str, Any], name: str, most: int, where: str) -> int | None:
    value = holder.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most):
        raise InputError(f"{where}: {name!r} is {value!r:.80}; it is a whole number from 0 to {most}")
    return value
