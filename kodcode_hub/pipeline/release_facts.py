"""What the card of a build's release tells beyond its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from kodcode_hub.decontamination.contamination import ContaminationCheck
from kodcode_hub.decontamination.decision import thresholds
from kodcode_hub.ledger.figures import contaminated_counts, stage_counts
from kodcode_hub.ledger.store import Ledger
from kodcode_hub.packaging.facts import BenchmarkFacts, Rejection, RunFacts
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


def gather_facts(recipe: Recipe, sources: Sources, models: Mapping[Step, str], ledger: Ledger) -> RunFacts:
    """The facts of a finished run; none of them depends on when or where it ran."""
    contaminated = contaminated_counts(ledger.reader)
    annotated = any(source.spec.annotation for source in sources.subsets)
    asked = [step for step in models if _is_asked(step, recipe, annotated=annotated)]
    return RunFacts(
        models=tuple((_STEP_TITLES[step], models[step]) for step in asked),
        attempts=recipe.attempts,
        duplicate_threshold=recipe.duplicate_threshold,
        contamination_rule=_contamination_rule(sources.check) if sources.check.benchmarks else "",
        benchmarks=tuple(
            BenchmarkFacts(item.name, item.revision, len(item.fingerprints), contaminated.get(item.name, 0))
            for item in sources.check.benchmarks
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


def _contamination_rule(check: ContaminationCheck) -> str:
    return (
        "words in common (near copies, runs of 8, 10 and 13 words, containment weighted by rarity), tasks alike in "
        "other words, code of the solution, names and examples, weighed into one score; setting "
        f"{check.setting}: a question is removed from a score of {thresholds()[check.setting]} on"
    )


def _rejections(ledger: Ledger) -> tuple[Rejection, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    for _, stage, reason, count in stage_counts(ledger.reader):
        if reason is not None:
            counts[stage, reason] += count
    ordered = sorted(counts.items(), key=lambda item: (STAGES.index(item[0][0]), item[0][1]))
    return tuple(Rejection(stage, reason, count) for (stage, reason), count in ordered)
