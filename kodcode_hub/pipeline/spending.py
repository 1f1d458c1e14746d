"""Tokens and cost by step and model, in the order of the steps."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kodcode_hub.ledger.figures import ByModel, RequestFigures
from kodcode_hub.pipeline.models import STEPS
from kodcode_hub.pipeline.prices import Prices


@dataclass(frozen=True, slots=True)
class Spent:
    """One model at one step, over all starts of the run."""

    step: str
    model: str
    figures: RequestFigures
    cost: Decimal | None
    """None where the model has no price."""


def spent_by_model(figures: ByModel, prices: Prices) -> list[Spent]:
    """Every step and model that was asked."""
    order: dict[str, int] = {step: place for place, step in enumerate(STEPS)}
    keys = sorted(figures, key=lambda key: (order.get(key[0], len(order)), key))
    return [Spent(step, model, figures[step, model], prices.cost(model, figures[step, model])) for step, model in keys]
