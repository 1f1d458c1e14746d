"""What a build reads before it asks anything: builder files, seeds, benchmarks; and the plan made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kodcode_hub.decontamination.contamination import ContaminationCheck
from kodcode_hub.errors import UsageError
from kodcode_hub.pipeline.benchmark_files import load_benchmarks
from kodcode_hub.pipeline.recipe import Recipe
from kodcode_hub.pipeline.seed_sources import load_seeds, resolve_seed_arguments
from kodcode_hub.record import Prompt, Seed
from kodcode_hub.resources import resource_folder
from kodcode_hub.subsets import SubsetSpec, load_subset
from kodcode_hub.synthesis.chat_templates import plain_text
from kodcode_hub.synthesis.plan import plan_prompts
from kodcode_hub.synthesis.prompts import Templates


@dataclass(frozen=True, slots=True)
class SubsetSource:
    """One subset with its planned prompts."""

    spec: SubsetSpec
    templates: Templates
    prompts: list[Prompt]
    begins_turn: bool = False
    """Whether its raw prompt begins the user's turn by the chat template of the model that is asked."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything a build takes from files."""

    subsets: tuple[SubsetSource, ...]
    check: ContaminationCheck
    """Holds the benchmarks, and judges questions by them."""


def load_sources(recipe: Recipe, *, default_seeds: Path | None = None) -> Sources:
    """Read all that ``recipe`` names; whatever a user can get wrong shows here, before anything is asked.

    Args:
        default_seeds: a folder of ``SUBSET.*`` files, used where the recipe names no seeds.

    Raises:
        UsageError: a subset, builder file, seed file or benchmark that cannot be used.
    """
    specs = [load_subset(name) for name in recipe.subsets]
    _require_distinct_names(specs)
    needed = any(spec.seeds_per_prompt for spec in specs)
    arguments = recipe.seeds or ((str(default_seeds),) if default_seeds and needed else ())
    paths = resolve_seed_arguments(arguments, specs)
    subsets = tuple(
        _load_subset_source(spec, load_seeds(spec, paths[spec.name]) if spec.seeds_per_prompt else [], recipe)
        for spec in specs
    )
    return Sources(subsets, ContaminationCheck(load_benchmarks(recipe.benchmarks)))


def _load_subset_source(spec: SubsetSpec, seeds: Sequence[Seed], recipe: Recipe) -> SubsetSource:
    shared = resource_folder("builders") / "templates"
    templates = Templates(*([spec.folder / "templates", spec.folder] if spec.folder else []), shared)

    templates.try_all(annotation=spec.annotation.template if spec.annotation else None)

    def render(shown: Sequence[Seed]) -> str:
        if spec.route == "raw":
            # Without the marks of a chat, so that the plan and its ids do not depend on the model.
            return templates.begun_turn(spec.template, opening=spec.opening, chat_template=plain_text())
        return templates.question(spec.template, seeds=shown, opening=spec.opening)

    prompts = plan_prompts(spec, seeds, count=recipe.questions, seed=recipe.seed, render=render)
    begins_turn = spec.route == "raw" and templates.begins_turn(spec.template, opening=spec.opening)
    return SubsetSource(spec, templates, prompts, begins_turn)


def _require_distinct_names(specs: Sequence[SubsetSpec]) -> None:
    names = [spec.name for spec in specs]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two of the builders are called {name!r}: a run holds one subset of a name")
