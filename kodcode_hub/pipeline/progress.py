"""Progress while a build runs: told to a listener, and noted in the ledger for ``kodcode status``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from time import monotonic
from typing import Protocol

from kodcode_hub.ledger.figures import RequestFigures
from kodcode_hub.ledger.store import Ledger
from kodcode_hub.pipeline.pace import Counts, Pace, Plan
from kodcode_hub.pipeline.prices import Prices
from kodcode_hub.pipeline.spending import Spent, spent_by_model
from kodcode_hub.pipeline.tally import Tally
from kodcode_hub.pipeline.traffic import Traffic, Window

_SECONDS_BETWEEN_REPORTS = 1.0
_RATES_OVER_S = 30.0
_SETTLED = "settled"

LIVE = "live"
"""Name of the ledger's value that holds what is true only while a build runs."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast it goes, over the last half minute; replies that the ledger knew do not count."""

    requests_per_second: float
    """Settled, for better or worse."""
    tokens_per_second: float
    """Completion tokens."""
    by_model: dict[tuple[str, str], float]
    """Completion tokens a second by step and model."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where a build stands."""

    counts: Counts
    seconds: float
    """Since this start."""
    seconds_left: float | None
    """None while there is nothing to go by."""
    requests: RequestFigures
    """Of all starts."""
    this_start: RequestFigures
    under_way: int
    """Asked and not settled, those that wait for their turn included."""
    rates: Rates
    spent: list[Spent]
    cost: Decimal | None
    """Of all starts; None without prices, or where one is missing."""
    currency: str | None
    unpriced: list[str]
    """Models that replied and are missing in the price table."""


class ProgressListener(Protocol):
    """Someone who shows progress (the terminal)."""

    def update(self, snapshot: Snapshot) -> None:
        """Show ``snapshot``; called about once a second and once at the end."""
        ...


class Progress:
    """Reports once a second for as long as ``reporting`` is open.

    Args:
        plan: what is to be asked; the measure of what is left.
        traffic: what was asked so far.
        prices: what tokens cost.
    """

    def __init__(
        self,
        tally: Tally,
        ledger: Ledger,
        listener: ProgressListener | None,
        *,
        plan: Plan,
        traffic: Traffic,
        prices: Prices,
    ) -> None:
        self._tally = tally
        self._ledger = ledger
        self._listener = listener
        self._traffic = traffic
        self._prices = prices
        self._pace = Pace(plan, traffic)
        self._settled: Window[str] = Window(_RATES_OVER_S)
        self._tokens: Window[tuple[str, str]] = Window(_RATES_OVER_S)
        self._started = monotonic()

    @asynccontextmanager
    async def reporting(self) -> AsyncIterator[None]:
        """Report until the block ends, then once more."""
        task = asyncio.create_task(self._report_for_ever())
        try:
            yield
        finally:
            task.cancel()
            self._report()
            self._ledger.set_meta(LIVE, None)

    async def _report_for_ever(self) -> None:
        while True:
            self._report()
            await asyncio.sleep(_SECONDS_BETWEEN_REPORTS)

    def _report(self) -> None:
        snapshot = self._snapshot(monotonic())
        self._ledger.set_meta("entered", self._tally.entered())
        self._ledger.set_meta(
            LIVE,
            {
                "seconds_left": snapshot.seconds_left,
                "requests_per_second": round(snapshot.rates.requests_per_second, 2),
                "tokens_per_second": round(snapshot.rates.tokens_per_second, 1),
            },
        )
        if self._listener is not None:
            self._listener.update(snapshot)

    def _snapshot(self, now: float) -> Snapshot:
        counts, figures = self._tally.counts(), self._traffic.figures
        return Snapshot(
            counts=counts,
            seconds=now - self._started,
            seconds_left=self._pace.seconds_left(counts, now=now),
            requests=sum(figures.values(), RequestFigures()),
            this_start=self._traffic.this_start,
            under_way=self._traffic.under_way,
            rates=self._rates(now),
            spent=spent_by_model(figures, self._prices),
            cost=self._prices.total(figures),
            currency=self._prices.currency,
            unpriced=self._prices.unpriced(figures),
        )

    def _rates(self, now: float) -> Rates:
        by_model, this_start = self._traffic.this_start_by_model, self._traffic.this_start
        self._settled.add(now, {_SETTLED: this_start.delivered + this_start.dead})
        self._tokens.add(now, {key: figures.completion_tokens for key, figures in by_model.items()})
        tokens = {key: self._tokens.per_second(key) for key in by_model}
        return Rates(self._settled.per_second(_SETTLED), sum(tokens.values(), 0.0), tokens)
