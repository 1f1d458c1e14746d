"""What a build is to do; kept in the run folder, so that a later start need not say it again."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from kodcode_hub.errors import RunFolderError, UsageError
from kodcode_hub.subsets import SUBSET_NAMES, Sampling
from kodcode_hub.synthesis.chat_templates import RECOGNISE, chat_template_named
from kodcode_hub.verification.protocol import Limits


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what a build asks and publishes, besides seeds, benchmarks and models."""

    subsets: tuple[str, ...] = ()
    """Names, or paths of builder files."""
    questions: int = 100
    """Prompts asked a subset."""
    attempts: int = 10
    """Attempts a question at most (KodCode: 10)."""
    first_attempts: int = 3
    """Attempts of the first round; the rest is spent only on questions without a pass."""
    responses: int = 3
    """Reasoning-model responses a published question (KodCode: 3); 0 asks for none."""
    restyle: bool = True
    """Whether completion-style twins are made."""
    seed: int = 0
    duplicate_threshold: float = 0.8
    seeds: tuple[str, ...] = ()
    """``PATH`` or ``SUBSET=PATH``, as given."""
    benchmarks: tuple[str, ...] = ()
    """``NAME=PATH``."""
    chat_template: str = RECOGNISE
    """By which the user's turn is begun in raw prompts: a name, or the one that the model's name tells."""
    timeout_s: float = 30.0
    memory_mb: int = 2048
    budget_tokens: int = 0
    """Tokens that the run may spend over all its starts; 0: no limit."""
    version: str = "1.0.0"
    """Of the release that a finished build packages."""

    def __post_init__(self) -> None:
        for name in ("questions", "attempts", "first_attempts", "memory_mb"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name.replace('_', '-')} is {getattr(self, name)}: at least 1 is needed")
        if self.budget_tokens < 0:
            raise UsageError(f"budget-tokens is {self.budget_tokens}: it is a number of tokens, or 0 for no limit")
        if self.responses < 0:
            raise UsageError(f"responses is {self.responses}: 0 asks for none")
        if not 0 < self.duplicate_threshold <= 1:
            raise UsageError(
                f"the duplicate threshold is {self.duplicate_threshold}: it is a Jaccard similarity above 0, at most 1"
            )
        if self.chat_template != RECOGNISE:
            chat_template_named(self.chat_template)
        if self.timeout_s <= 0:
            raise UsageError(f"the timeout is {self.timeout_s} s: it must be above 0")

    @property
    def rounds(self) -> tuple[range, ...]:
        """Attempt indices, round by round."""
        first = min(self.first_attempts, self.attempts)
        return tuple(part for part in (range(first), range(first, self.attempts)) if part)

    @property
    def limits(self) -> Limits:
        """What one trial may use."""
        return Limits(timeout_s=self.timeout_s, memory_mb=self.memory_mb)

    def published_text(self) -> str:
        """What decides the content of a release, without paths."""
        rounds = f"{self.attempts} attempts at most, {min(self.first_attempts, self.attempts)} in the first round"
        style = "with" if self.restyle else "without"
        return (
            f"{self.questions} prompts a subset, seed {self.seed}; {rounds}; "
            f"{self.timeout_s:g} s and {self.memory_mb} MB a trial; "
            f"{style} completion style; {self.responses} responses a question"
        )

    def as_json(self) -> dict[str, Any]:
        """For the ledger."""
        return asdict(self)


# How the steps behind the question are sampled; attempts must differ, or pass@k cannot grow with k.
ANSWER_SAMPLING = Sampling(max_new_tokens=4096, temperature=0.8)
RESTYLE_SAMPLING = Sampling(max_new_tokens=2048, temperature=0.2)
RESPOND_SAMPLING = Sampling(max_new_tokens=16384, temperature=0.6)
ANNOTATE_SAMPLING = Sampling(max_new_tokens=512, temperature=0.2)


def with_absolute_paths(settings: dict[str, Any]) -> dict[str, Any]:
    """``settings`` with existing paths made absolute, so that a later start may come from another folder."""
    settled = dict(settings)
    for name in ("subsets", "seeds", "benchmarks"):
        if settings.get(name):
            settled[name] = tuple(_absolute(value) for value in settings[name])
    return settled


def _absolute(argument: str) -> str:
    name, equals, path = argument.partition("=")
    if equals and name.isidentifier() and Path(path).exists():
        return f"{name}={Path(path).resolve()}"
    # A bare word is the name of a subset first, a path second.
    if argument not in SUBSET_NAMES and Path(argument).exists():
        return str(Path(argument).resolve())
    return argument


def merge_recipe(stored: dict[str, Any] | None, given: dict[str, Any]) -> Recipe:
    """The recipe of a start: what was stored, changed by what was given now (None: not given).

    Subsets add up, so that a release never loses one that an earlier command named. Seeds named for a subset replace
    that subset's alone. The seed cannot change: every request would be asked, and paid for, again.

    Raises:
        RunFolderError: the seed differs, or the stored recipe is not one.
    """
    changes = {name: value for name, value in given.items() if value is not None}
    if stored is None:
        return Recipe(**changes)
    known = {item.name for item in fields(Recipe)}
    if not set(stored) <= known:
        raise RunFolderError(
            f"the run's recipe holds unknown settings ({', '.join(sorted(set(stored) - known))}): "
            "it was written by another version; choose a new --run folder"
        )
    settings: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
    }
    before = Recipe(**settings)
    if changes.get("seed", before.seed) != before.seed:
        raise RunFolderError(
            f"this run was begun with --seed {before.seed}; with --seed {changes['seed']} every request would be "
            "asked again: leave --seed out, or choose a new --run folder"
        )
    if "seeds" in changes:
        changes["seeds"] = _merged_seeds(before.seeds, tuple(changes["seeds"]))
    added = tuple(name for name in changes.pop("subsets", ()) if name not in before.subsets)
    return replace(before, subsets=before.subsets + added, **changes)


def _merged_seeds(before: tuple[str, ...], given: tuple[str, ...]) -> tuple[str, ...]:
    """``SUBSET=PATH`` replaces the seeds of that subset; a path alone may be anyone's and replaces all there were."""
    named = {_seeded_subset(argument) for argument in given}
    if None in named:
        return given
    return tuple(argument for argument in before if _seeded_subset(argument) not in named) + given


def _seeded_subset(argument: str) -> str | None:
    name, equals, _ = argument.partition("=")
    return name if equals and name.isidentifier() else None
