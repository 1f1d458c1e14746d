"""``kodcode build``: the whole pipeline, run from its seeds at every start over the memory of the ledger."""

from __future__ import annotations

import asyncio
import gc
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from kodcode_hub.endpoints.connect import EndpointOptions
from kodcode_hub.ledger.figures import RequestFigures, model_figures, request_figures
from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.release import ReleaseSummary, write_release
from kodcode_hub.pipeline.asker import Asker
from kodcode_hub.pipeline.budget import Budget
from kodcode_hub.pipeline.concurrency import run_together
from kodcode_hub.pipeline.finished_rows import FinishedRows
from kodcode_hub.pipeline.models import SAMPLE_URL, STEPS, EndpointUrls, open_endpoints
from kodcode_hub.pipeline.pace import Plan
from kodcode_hub.pipeline.prices import Prices, stored_prices
from kodcode_hub.pipeline.progress import LIVE, Progress, ProgressListener
from kodcode_hub.pipeline.recipe import Recipe, merge_recipe, with_absolute_paths
from kodcode_hub.pipeline.release_facts import gather_facts
from kodcode_hub.pipeline.run_folder import RunFolder, open_run_folder
from kodcode_hub.pipeline.sources import Sources, SubsetSource, load_sources
from kodcode_hub.pipeline.stages import Stages
from kodcode_hub.pipeline.subset_run import run_subset
from kodcode_hub.pipeline.summary import SubsetSummary, summarize
from kodcode_hub.pipeline.tally import Tally
from kodcode_hub.pipeline.traffic import Traffic
from kodcode_hub.pipeline.verifier import Verifier
from kodcode_hub.resources import samples_folder
from kodcode_hub.synthesis.chat_templates import ChatTemplate, choose_chat_template, plain_text
from kodcode_hub.verification.private_folder import clear_leftovers
from kodcode_hub.verification.protocol import Sandbox
from kodcode_hub.verification.self_test import IsolationAsked
from kodcode_hub.verification.warm_sandbox import open_sandbox

_DEFAULT_OPTIONS = EndpointOptions()
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a finished build did."""

    run: Path
    recipe: Recipe
    release: ReleaseSummary
    requests: RequestFigures
    summaries: list[SubsetSummary]
    seconds: dict[str, float]
    """Wall time of each subset in this start; subsets run side by side."""
    over_budget: int = 0
    """Requests that were not sent because the budget was spent."""


def build_run(
    run: Path,
    urls: EndpointUrls,
    *,
    settings: dict[str, Any],
    workers: int,
    isolation: IsolationAsked = "auto",
    retry_failed: bool = False,
    prices: Prices | None = None,
    options: EndpointOptions = _DEFAULT_OPTIONS,
    listener: ProgressListener | None = None,
) -> BuildResult:
    """Build, or go on building, the run in ``run``; when it returns, ``run/release`` is packaged.

    Args:
        run: the run folder; made if it is not there.
        urls: endpoint URLs as in INTERFACE.md.
        settings: fields of :class:`Recipe` that were given now; the others are the run's own, or the defaults.
        workers: trials run at a time.
        isolation: ``strict`` refuses to run trials that nothing isolates; ``auto`` isolates where it can.
        retry_failed: ask the dead letters of earlier starts again.
        prices: what tokens cost; None for those of the start before.
        options: how the endpoints are used: time-outs, limits, retries.
        listener: is told the progress about once a second.

    Raises:
        UsageError: settings, seeds, benchmarks or the run folder cannot be used.
        EndpointError: a server cannot be used; what was answered is kept.
        SandboxError: the sandbox broke.
        IsolationError: trials cannot be isolated here, and ``strict`` was asked for.
    """
    urls.check()
    with open_run_folder(run) as folder:
        recipe = merge_recipe(folder.ledger.meta("recipe"), with_absolute_paths(settings))
        sources = load_sources(recipe, default_seeds=samples_folder() / "seeds" if urls.main == (SAMPLE_URL,) else None)
        folder.ledger.set_meta(LIVE, None)
        if prices is not None:
            folder.ledger.set_meta_now("prices", prices.as_json())
        if retry_failed:
            folder.ledger.forget_dead_letters()
        clear_leftovers(folder.scratch)
        with open_sandbox(recipe.limits, scratch=folder.scratch, workers=workers, isolation=isolation) as sandbox:
            # What is there now stays: the collector need not go through it again and again while replies come in.
            gc.freeze()
            return asyncio.run(_Build(folder, recipe, sources, sandbox, workers, listener).run(urls, options))


@dataclass(frozen=True, slots=True)
class _Build:
    folder: RunFolder
    recipe: Recipe
    sources: Sources
    sandbox: Sandbox
    workers: int
    listener: ProgressListener | None

    async def run(self, urls: EndpointUrls, options: EndpointOptions) -> BuildResult:
        ledger = self.folder.ledger
        async with AsyncExitStack() as stack:
            traffic = Traffic(model_figures(ledger.reader))
            budget = Budget(self.recipe.budget_tokens or None, spent=traffic.total_tokens)
            endpoints = await open_endpoints(urls, stack, options=options)
            asker = Asker(endpoints, ledger, run_seed=self.recipe.seed, traffic=traffic, budget=budget)
            chat_template = self._chat_template(asker)
            ledger.set_meta_now("recipe", self.recipe.as_json())
            ledger.begin_pass()
            ledger.set_meta_now("state", "stopped")
            seconds = await self._run_subsets(asker, traffic, chat_template)
            models = {step: asker.model(step) for step in STEPS}
        facts = gather_facts(self.recipe, self.sources, models, ledger)
        release = write_release(
            self.folder.release,
            rows=ledger.rows("row"),
            sft_rows=ledger.rows("sft"),
            version=self.recipe.version,
            facts=ReleaseFacts(runs=(facts,)),
        )
        ledger.set_meta_now("state", "stopped" if budget.refused else "done")
        requests, summaries = request_figures(ledger.reader), summarize(ledger.reader)
        return BuildResult(self.folder.path, self.recipe, release, requests, summaries, seconds, budget.refused)

    def _chat_template(self, asker: Asker) -> ChatTemplate:
        """That of the model which is asked for questions, if any subset begins the user's turn of a chat."""
        if not any(source.begins_turn for source in self.sources.subsets):
            return plain_text()
        template, caution = choose_chat_template(self.recipe.chat_template, asker.model("question"))
        if caution:
            _LOG.warning("%s", caution)
        return template

    async def _run_subsets(self, asker: Asker, traffic: Traffic, chat_template: ChatTemplate) -> dict[str, float]:
        ledger = self.folder.ledger
        tally = Tally(ledger)
        verifier = Verifier(self.sandbox, ledger, limits=self.recipe.limits, workers=self.workers)
        rows = FinishedRows(ledger, tally, self.recipe, self.sandbox.environment)
        prompts = {source.spec.name: len(source.prompts) for source in self.sources.subsets}
        progress = Progress(
            tally,
            ledger,
            self.listener,
            plan=Plan(prompts, self.recipe.responses, self.recipe.restyle),
            traffic=traffic,
            prices=stored_prices(ledger.meta("prices")),
        )
        seconds: dict[str, float] = {}

        async def run_one(source: SubsetSource) -> None:
            started = monotonic()
            chat = chat_template if source.begins_turn else plain_text()
            stages = Stages(source.spec, self.recipe, source.templates, asker, verifier, tally, chat)
            await run_subset(stages, source.prompts, check=self.sources.check, rows=rows)
            seconds[source.spec.name] = monotonic() - started

        async with progress.reporting():
            await run_together(partial(run_one, source) for source in self.sources.subsets)
            await ledger.flush()
        tally.check()
        return seconds
