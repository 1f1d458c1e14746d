"""What the card of a build's release tells beyond its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from kodcode_hub.decontamination.overlap import (
    BOILERPLATE_ITEMS,
    CONTAINMENT,
    CONTAINMENT_SHINGLES,
    NEAR_COPY,
)
from kodcode_hub.ledger.figures import contaminated_counts, stage_counts
from kodcode_hub.ledger.store import Ledger
from kodcode_hub.packaging.facts import BenchmarkFacts, Rejection, ReleaseFacts
from kodcode_hub.pipeline.asker import Step
from kodcode_hub.pipeline.recipe import Recipe
from kodcode_hub.pipeline.sources import Sources
from kodcode_hub.pipeline.tally import STAGES

_STEP_TITLES: dict[Step, str] = {
    "question": "questions",
    "tag": "annotation",
    "answer": "solutions and tests",
    "complete": "completion style",
    "respond": "responses",
}


def gather_facts(recipe: Recipe, sources: Sources, models: Mapping[Step, str], ledger: Ledger) -> ReleaseFacts:
    """The facts of a finished run; none of them depends on when or where it ran."""
    contaminated = contaminated_counts(ledger.reader)
    annotated = any(source.spec.annotation for source in sources.subsets)
    asked = [step for step in models if _is_asked(step, recipe, annotated=annotated)]
    return ReleaseFacts(
        models=tuple((_STEP_TITLES[step], models[step]) for step in asked),
        attempts=recipe.attempts,
        duplicate_threshold=recipe.duplicate_threshold,
        contamination_rule=_contamination_rule() if sources.benchmarks else "",
        benchmarks=tuple(
            BenchmarkFacts(item.name, len(item.items), contaminated.get(item.name, 0)) for item in sources.benchmarks
        ),
        rejected=_rejections(ledger),
        recipe=recipe.published_text(),
    )


def _is_asked(step: Step, recipe: Recipe, *, annotated: bool) -> bool:
    if step == "tag":
        return annotated
    if step == "complete":
        return recipe.restyle
    return step != "respond" or recipe.responses > 0


def _contamination_rule() -> str:
    return (
        f"near copy: Jaccard similarity of 5-word shingles of at least {float(NEAR_COPY)}; containment: at least "
        f"{float(CONTAINMENT)} of an item's shingles, of which it has {CONTAINMENT_SHINGLES} or more; "
        f"shingles that more than {BOILERPLATE_ITEMS} items share do not count"
    )


def _rejections(ledger: Ledger) -> tuple[Rejection, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    for _, stage, reason, count in stage_counts(ledger.reader):
        if reason is not None:
            counts[stage, reason] += count
    ordered = sorted(counts.items(), key=lambda item: (STAGES.index(item[0][0]), item[0][1]))
    return tuple(Rejection(stage, reason, count) for (stage, reason), count in ordered)
