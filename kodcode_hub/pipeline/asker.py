"""Asks models, through the ledger: what it holds is never asked again, and nothing is used before it is durable."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from kodcode_hub.endpoints.protocol import Completion, DeadLetter, Endpoint, Message, Request
from kodcode_hub.endpoints.requests import most_tokens
from kodcode_hub.ledger.pages import Asked
from kodcode_hub.ledger.store import Ledger
from kodcode_hub.pipeline.budget import Budget
from kodcode_hub.pipeline.traffic import Traffic
from kodcode_hub.record import content_hash, text_digest
from kodcode_hub.subsets import Sampling

Step = Literal["question", "tag", "answer", "complete", "respond"]
_SEED_SPACE = 2**31 - 2**16


class Unanswered(StrEnum):
    """Why a request has no completion; the reason with which what hangs on it is rejected."""

    NO_REPLY = "no_reply"
    """It is a dead letter; the ledger holds why."""
    OVER_BUDGET = "over_budget"
    """It was not sent, since ``--budget-tokens`` does not suffice for it."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One sample of one prompt."""

    step: Step
    subset: str
    text: str
    sampling: Sampling
    route: Literal["chat", "raw"] = "chat"
    sample: int = 0


class Asker:
    """The endpoints of a build behind its ledger.

    Args:
        endpoints: one for each step.
        run_seed: the build's ``--seed``; all sampling seeds derive from it.
        traffic: is told of every request.
        budget: what may be spent.
    """

    def __init__(
        self,
        endpoints: dict[Step, Endpoint],
        ledger: Ledger,
        *,
        run_seed: int,
        traffic: Traffic | None = None,
        budget: Budget | None = None,
    ) -> None:
        self._endpoints = endpoints
        self._ledger = ledger
        self._run_seed = run_seed
        self._traffic = traffic or Traffic()
        self._budget = budget or Budget()
        self._under_way: dict[str, list[asyncio.Future[Completion | DeadLetter | None]]] = {}

    def model(self, step: Step) -> str:
        """Identity of the model that answers ``step``."""
        return self._endpoints[step].info.model

    @property
    def at_a_time(self) -> int:
        """Questions to be worked on at a time: enough that every endpoint is kept busy while replies are committed."""
        distinct = {id(endpoint): endpoint.info for endpoint in self._endpoints.values()}
        return 2 * sum(info.max_concurrent_requests for info in distinct.values())

    async def ask(self, ask: Ask) -> Completion | Unanswered:
        """The completion, or why there is none.

        Raises:
            EndpointError: the server cannot be used at all.
            RunFolderError: the reply could not be committed.
        """
        endpoint = self._endpoints[ask.step]
        request = self._request(ask)
        key = request.key(endpoint.info.model)
        reply = self._ledger.reply(key)
        if reply is None:
            reply = await self._ask_once(key, request, ask, endpoint)
        else:
            self._traffic.recall(ask.step, endpoint.info.model)
        if reply is None:
            return Unanswered.OVER_BUDGET
        return reply if isinstance(reply, Completion) else Unanswered.NO_REPLY

    async def _ask_once(
        self, key: str, request: Request, ask: Ask, endpoint: Endpoint
    ) -> Completion | DeadLetter | None:
        """Equal requests that are under way at the same time are one request."""
        if key in self._under_way:
            future: asyncio.Future[Completion | DeadLetter | None] = asyncio.get_running_loop().create_future()
            self._under_way[key].append(future)
            return await future
        self._under_way[key] = []
        try:
            reply = await self._fetch(key, request, ask, endpoint)
        except BaseException:
            # Whoever waits with us goes down with us: the build ends here.
            for future in self._under_way.pop(key):
                future.cancel()
            raise
        for future in self._under_way.pop(key):
            if not future.done():
                future.set_result(reply)
        return reply

    async def _fetch(self, key: str, request: Request, ask: Ask, endpoint: Endpoint) -> Completion | DeadLetter | None:
        reply, reserved = None, most_tokens(request) if self._budget.limit is not None else 0
        if reserved and not await self._budget.reserve(reserved):
            return None
        self._traffic.begin()
        try:
            reply = await endpoint.complete(request)
        finally:
            self._traffic.end(ask.step, endpoint.info.model, reply)
            if reserved:
                spent = reply.prompt_tokens + reply.completion_tokens if isinstance(reply, Completion) else 0
                await self._budget.settle(reserved=reserved, spent=spent)
        await self._ledger.keep_reply(key, request, Asked(ask.step, ask.subset, endpoint.info.model), reply)
        return reply

    def _request(self, ask: Ask) -> Request:
        base = int(content_hash("seed", self._run_seed, ask.route, text_digest(ask.text))[:15], 16) % _SEED_SPACE
        messages = (Message(role="user", content=ask.text),) if ask.route == "chat" else ()
        return Request(
            route=ask.route,
            messages=messages,
            prompt=ask.text if ask.route == "raw" else "",
            max_new_tokens=ask.sampling.max_new_tokens,
            temperature=ask.sampling.temperature,
            top_p=ask.sampling.top_p,
            stop=ask.sampling.stop,
            # At least 1: a seed of 0 is refused by some servers.
            seed=1 + base + ask.sample,
            sample=ask.sample,
            top_k=ask.sampling.top_k,
            repetition_penalty=ask.sampling.repetition_penalty,
            presence_penalty=ask.sampling.presence_penalty,
            frequency_penalty=ask.sampling.frequency_penalty,
        )
