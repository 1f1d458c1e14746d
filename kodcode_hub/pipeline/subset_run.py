"""One subset's way from its prompts to its rows: the order of the stages, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from kodcode_hub.decontamination.contamination import ContaminationCheck
from kodcode_hub.pipeline.concurrency import map_bounded
from kodcode_hub.pipeline.finished_rows import FinishedRows
from kodcode_hub.pipeline.stages import Stages
from kodcode_hub.record import Prompt, Question, Triplet


async def run_subset(
    stages: Stages, prompts: Sequence[Prompt], *, check: ContaminationCheck, rows: FinishedRows
) -> None:
    """Run all stages of one subset.

    Duplicates are judged when all questions are there: which one is the first must not depend on which reply came
    first. From there on each question goes its own way.
    """
    questions = await stages.annotate(await stages.synthesize(prompts))
    clean = await stages.sift(questions, check)

    async def finish(question: Question) -> None:
        await _finish_question(stages, question, rows)

    await map_bounded(finish, clean, limit=stages.asker.at_a_time)


async def _finish_question(stages: Stages, question: Question, rows: FinishedRows) -> None:
    trials = await stages.answer(question)
    triplet = stages.select(question, trials) if trials else None
    if triplet is None:
        return
    await _finish_triplet(stages, triplet, rows)
    twin = await stages.restyle(triplet) if stages.recipe.restyle else None
    if twin is not None:
        await _finish_triplet(stages, twin, rows)


async def _finish_triplet(stages: Stages, triplet: Triplet, rows: FinishedRows) -> None:
    rows.keep(triplet, await stages.respond(triplet))
