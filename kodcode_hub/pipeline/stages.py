"""The stages of one subset, from its prompts to its finished rows.

Each function runs one stage: it asks, hands the reply to the pure rooms, and reports to the tally who stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from kodcode_hub.decontamination.contamination import ContaminationCheck, decontaminate
from kodcode_hub.decontamination.duplicates import deduplicate
from kodcode_hub.pipeline.asker import Ask, Asker, Unanswered
from kodcode_hub.pipeline.concurrency import map_bounded
from kodcode_hub.pipeline.recipe import (
    ANNOTATE_SAMPLING,
    ANSWER_SAMPLING,
    RESPOND_SAMPLING,
    RESTYLE_SAMPLING,
    Recipe,
)
from kodcode_hub.pipeline.tally import Tally
from kodcode_hub.pipeline.verifier import Verifier
from kodcode_hub.record import Prompt, Question, Rejected, Response, Trial, Triplet
from kodcode_hub.subsets import SubsetSpec
from kodcode_hub.synthesis.annotation import judge_annotation
from kodcode_hub.synthesis.answer import parse_answer
from kodcode_hub.synthesis.chat_templates import ChatTemplate, plain_text
from kodcode_hub.synthesis.examples import examples_test
from kodcode_hub.synthesis.interface import interface_under_test
from kodcode_hub.synthesis.prompts import Templates
from kodcode_hub.synthesis.question import parse_question
from kodcode_hub.synthesis.response import parse_response, response_id
from kodcode_hub.synthesis.restyle import parse_restyled
from kodcode_hub.verification.select import select_triplet

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Stages:
    """What the stages of one subset work with."""

    spec: SubsetSpec
    recipe: Recipe
    templates: Templates
    asker: Asker
    verifier: Verifier
    tally: Tally
    chat_template: ChatTemplate = field(default_factory=plain_text)
    """Of the model that is asked for questions, where the subset begins the user's turn of a chat."""

    async def synthesize(self, prompts: Sequence[Prompt]) -> list[Question]:
        """Ask for one question a prompt."""
        self.tally.enter("synthesize", self.spec.name, (prompt.id for prompt in prompts))
        made = await map_bounded(self._synthesize_one, prompts, limit=self.asker.at_a_time)
        return [question for question in made if question is not None]

    async def annotate(self, questions: Sequence[Question]) -> list[Question]:
        """Keep what the annotator approves, where the subset has one."""
        if self.spec.annotation is None:
            return list(questions)
        self.tally.enter("annotate", self.spec.name, (question.id for question in questions))
        made = await map_bounded(self._annotate_one, questions, limit=self.asker.at_a_time)
        return [question for question in made if question is not None]

    async def sift(self, questions: Sequence[Question], check: ContaminationCheck) -> list[Question]:
        """Drop near-duplicates, then what benchmarks know; the first of a cluster by the plan's order stays."""
        self.tally.enter("deduplicate", self.spec.name, (question.id for question in questions))
        unique, duplicates = await asyncio.to_thread(deduplicate, questions, threshold=self.recipe.duplicate_threshold)
        self.tally.sort_out("deduplicate", self.spec.name, [question.id for question in unique], duplicates)
        self.tally.enter("decontaminate", self.spec.name, (question.id for question in unique))
        clean, contaminated = await asyncio.to_thread(decontaminate, unique, check=check)
        self.tally.sort_out("decontaminate", self.spec.name, [question.id for question in clean], contaminated)
        return clean

    async def answer(self, question: Question) -> list[Trial]:
        """Ask for attempts, round by round until one passes; each is verified as it comes."""
        self.tally.enter("answer", self.spec.name, [question.id])
        trials: list[Trial] = []
        for attempts in self.recipe.rounds:
            made = await asyncio.gather(*(self._attempt(question, index) for index in attempts))
            if Unanswered.OVER_BUDGET in made:
                # A pass rate over the attempts that happened to be affordable would be no pass rate.
                self.tally.reject("answer", self.spec.name, Rejected(question.id, Unanswered.OVER_BUDGET))
                return []
            answered = [trial for trial in made if isinstance(trial, Trial)]
            trials += answered
            # A round without any reply says that the endpoint does not take this prompt.
            if not answered or any(trial.passed for trial in trials):
                break
        if trials:
            self.tally.keep("answer", self.spec.name, question.id)
        else:
            self.tally.reject("answer", self.spec.name, Rejected(question.id, Unanswered.NO_REPLY))
        return trials

    def select(self, question: Question, trials: Sequence[Trial]) -> Triplet | None:
        """Choose the trial to publish."""
        self.tally.enter("select", self.spec.name, [question.id])
        selected = select_triplet(question, trials)
        evidence = {"pass_sequence": [int(trial.passed) for trial in sorted(trials, key=lambda trial: trial.index)]}
        if isinstance(selected, Rejected):
            self.tally.reject("select", self.spec.name, replace(selected, evidence=evidence))
            return None
        self.tally.keep("select", self.spec.name, question.id, evidence)
        return selected

    async def restyle(self, triplet: Triplet) -> Triplet | None:
        """Ask for the completion-style twin, check it and run its examples."""
        twin_id = triplet.restyled("").id
        self.tally.enter("restyle", self.spec.name, [twin_id])
        solution, test = triplet.chosen.solution or "", triplet.chosen.test or ""
        text = self.templates.restyle(triplet.question.text, solution, test)
        completion = await self.asker.ask(Ask("complete", self.spec.name, text, RESTYLE_SAMPLING))
        if isinstance(completion, Unanswered):
            return self._passed_on("restyle", twin_id, Rejected(twin_id, completion))
        twin = parse_restyled(triplet, completion)
        if isinstance(twin, Triplet):
            verdict = await self.verifier.verify(solution, examples_test(twin.text))
            if not verdict.passed:
                twin = twin.flagged("examples_fail")
        return self._passed_on("restyle", twin_id, twin)

    async def respond(self, triplet: Triplet) -> list[Response | None]:
        """Ask a reasoning model, and run its code against the triplet's tests; None for a response without code."""
        if not self.recipe.responses:
            return []
        chosen = triplet.chosen
        interface = [
            item.function_declaration for item in interface_under_test(chosen.solution or "", chosen.test or "")
        ]
        prompt = self.templates.respond(triplet.text or triplet.question.text, interface)
        indices = range(self.recipe.responses)
        self.tally.enter("respond", self.spec.name, (response_id(triplet, index) for index in indices))
        return list(await asyncio.gather(*(self._respond_once(triplet, prompt, index) for index in indices)))

    async def _synthesize_one(self, prompt: Prompt) -> Question | None:
        spec = self.spec
        completion = await self.asker.ask(self._question_ask(prompt))
        if isinstance(completion, Unanswered):
            return self._passed_on("synthesize", prompt.id, Rejected(prompt.id, completion))
        teacher = self.asker.model("question")
        return self._passed_on("synthesize", prompt.id, parse_question(prompt, completion, spec=spec, teacher=teacher))

    def _question_ask(self, prompt: Prompt) -> Ask:
        spec, chat = self.spec, self.chat_template
        if spec.route == "chat":
            return Ask("question", spec.name, prompt.text, spec.sampling, sample=prompt.sample)
        text = self.templates.begun_turn(spec.template, opening=spec.opening, chat_template=chat)
        sampling = replace(spec.sampling, stop=chat.stop + spec.sampling.stop)
        return Ask("question", spec.name, text, sampling, route="raw", sample=prompt.sample)

    async def _annotate_one(self, question: Question) -> Question | None:
        assert self.spec.annotation is not None
        text = self.templates.annotate(self.spec.annotation.template, question.text)
        completion = await self.asker.ask(Ask("tag", self.spec.name, text, ANNOTATE_SAMPLING))
        if isinstance(completion, Unanswered):
            return self._passed_on("annotate", question.id, Rejected(question.id, completion))
        return self._passed_on(
            "annotate", question.id, judge_annotation(question, completion, rule=self.spec.annotation)
        )

    async def _attempt(self, question: Question, index: int) -> Trial | Unanswered:
        text = self.templates.answer(question.text)
        completion = await self.asker.ask(Ask("answer", self.spec.name, text, ANSWER_SAMPLING, sample=index))
        if isinstance(completion, Unanswered):
            return completion
        trial = parse_answer(completion, index=index, teacher=self.asker.model("answer"))
        if trial.solution is None or trial.test is None:
            return trial
        trial_id = f"{question.id}/{index}"
        self.tally.enter("verify", self.spec.name, [trial_id])
        verdict = await self.verifier.verify(trial.solution, trial.test)
        self.tally.keep("verify", self.spec.name, trial_id)
        return replace(trial, verdict=verdict)

    async def _respond_once(self, triplet: Triplet, prompt: str, index: int) -> Response | None:
        completion = await self.asker.ask(Ask("respond", self.spec.name, prompt, RESPOND_SAMPLING, sample=index))
        id_ = response_id(triplet, index)
        if isinstance(completion, Unanswered):
            return self._passed_on("respond", id_, Rejected(id_, completion))
        teacher = self.asker.model("respond")
        response = parse_response(triplet, completion, index=index, prompt=prompt, teacher=teacher)
        if isinstance(response, Response):
            verdict = await self.verifier.verify(response.solution, triplet.chosen.test or "")
            response = replace(response, verdict=verdict)
        return self._passed_on("respond", id_, response)

    def _passed_on(self, stage: str, id_: str, result: Kept | Rejected) -> Kept | None:
        """Tell the tally, and unwrap."""
        if isinstance(result, Rejected):
            self.tally.reject(stage, self.spec.name, replace(result, id=id_))
            return None
        self.tally.keep(stage, self.spec.name, id_)
        return result
