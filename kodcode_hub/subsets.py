"""What a subset is, and how its builder file is found and read.

A builder file is a Python file that binds ``SUBSET`` to a :class:`SubsetSpec`; the 12 of KodCode lie in ``builders/``
and a user's own is used the same way: ``kodcode build path/to/mine.py``.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from kodcode_hub.errors import UsageError
from kodcode_hub.resources import resource_folder

SUBSET_NAMES = (
    "prefill",
    "leetcode",
    "codeforces",
    "apps",
    "taco",
    "code_contests",
    "algorithm",
    "data_structure",
    "docs",
    "filter",
    "package",
    "evol",
)

DEFAULT_CONFIG = "default"
SFT_CONFIG = "sft"
"""The configs that a release has besides its subsets: all of them together, and the rows with responses."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How completions of one step are sampled; what is None is left to the server."""

    max_new_tokens: int
    temperature: float
    top_p: float = 0.95
    stop: tuple[str, ...] = ()
    top_k: int | None = None
    repetition_penalty: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None


@dataclass(frozen=True, slots=True)
class AnnotationRule:
    """Which annotated questions stay (KodCode's Filter subset, by an LLM annotator)."""

    template: str
    categories: tuple[str, ...]
    qualities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubsetSpec:
    """Everything that distinguishes one subset from another.

    Args:
        name: config name, lower case, ``[a-z][a-z0-9_]*``.
        source: where its questions come from, for people.
        template: file name of the question prompt's template under the builder's ``templates/`` folder; for
            ``route="raw"`` its text is the begun chat turn, and the reply continues it. What stands before the user's
            words comes from the chat template of the model that is asked, where it says ``user_turn()``.
        seeds_per_prompt: 0 for subsets that need no seeds.
        seed_fields: field names that hold a seed's text, the first that a row has is taken.
        seed_suffixes: what a folder of seeds is made of (``.py`` snippets, documentation pages).
        route: ``chat``, or ``raw`` for a completion without chat template (Magpie).
        opening: with ``route="raw"``: the words with which the user's turn is begun; they open the question.
        may_abstain: the reply may be ``BAD_DOCUMENT`` instead of a question (Docs).
        annotation: keep only what an annotator approves (Filter).
        sampling: of the question prompt.
        folder: set on loading: where the builder file lies.
    """

    name: str
    source: str
    template: str
    seeds_per_prompt: int = 0
    seed_fields: tuple[str, ...] = ()
    seed_suffixes: tuple[str, ...] = ()
    route: Literal["chat", "raw"] = "chat"
    opening: str = ""
    may_abstain: bool = False
    annotation: AnnotationRule | None = None
    sampling: Sampling = Sampling(max_new_tokens=4096, temperature=0.8)
    licence: str | None = None
    """Licence of the seeds, where it is one for all of them."""
    folder: Path | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            raise UsageError(f"subset name {self.name!r}: use lower-case letters, digits and _, a letter first")
        if self.name in (DEFAULT_CONFIG, SFT_CONFIG):
            raise UsageError(f"subset name {self.name!r}: every release has a config of that name; choose another one")
        if self.seeds_per_prompt and not self.seed_fields:
            raise UsageError(
                f"subset {self.name!r} shows {self.seeds_per_prompt} seeds a prompt but names no seed_fields"
            )
        if self.route == "raw" and self.seeds_per_prompt:
            raise UsageError(f"subset {self.name!r}: a raw completion takes no seeds")


def load_subset(name_or_file: str) -> SubsetSpec:
    """One of the 12 subsets by name, or a builder file of the user's own.

    Raises:
        UsageError: no such subset or file, the file fails to load, or it binds no ``SUBSET``.
    """
    if name_or_file in SUBSET_NAMES:
        return _load_file(resource_folder("builders") / f"{name_or_file}.py")
    path = Path(name_or_file)
    if path.suffix == ".py":
        if not path.is_file():
            raise UsageError(f"builder file {name_or_file} does not exist")
        return _load_file(path)
    raise UsageError(f"unknown subset {name_or_file!r}: name one of {', '.join(SUBSET_NAMES)}, or a builder file (.py)")


def all_subsets() -> Iterator[SubsetSpec]:
    """The 12 subsets, in KodCode's order."""
    return (load_subset(name) for name in SUBSET_NAMES)


def _load_file(path: Path) -> SubsetSpec:
    spec = importlib.util.spec_from_file_location(f"kodcode_builder_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise UsageError(f"builder file {path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # a user's file may raise anything
        raise UsageError(f"builder file {path} does not load: {type(error).__name__}: {error}") from error
    subset = getattr(module, "SUBSET", None)
    if not isinstance(subset, SubsetSpec):
        raise UsageError(f"builder file {path} does not bind SUBSET to a kodcode_hub.subsets.SubsetSpec")
    return replace(subset, folder=path.resolve().parent)
