"""What tokens cost: a table of the user's own, and exact sums."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from kodcode_hub.errors import InputError
from kodcode_hub.ledger.figures import ByModel, RequestFigures

_KINDS = ("prompt", "completion")
_HIGHEST = 10**9
"""Below it, no sum comes near the 28 digits that decimals are exact to."""
_EXAMPLE = '["NAME OF THE MODEL"], and under it prompt = 0.2 and completion = 0.6'


@dataclass(frozen=True, slots=True)
class Price:
    """Of a million tokens, in the currency of the table."""

    prompt: Decimal
    completion: Decimal

    def cost(self, figures: RequestFigures) -> Decimal:
        """Of all tokens in ``figures``."""
        return (figures.prompt_tokens * self.prompt + figures.completion_tokens * self.completion).scaleb(-6)


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by model; without any, nothing has a cost."""

    models: Mapping[str, Price] = field(default_factory=dict)
    currency: str | None = None

    def cost(self, model: str, figures: RequestFigures) -> Decimal | None:
        """What the tokens of one model cost; None where it has no price."""
        price = self.models.get(model)
        return price.cost(figures) if price is not None else None

    def total(self, figures: ByModel) -> Decimal | None:
        """What all tokens cost; None where a model that replied has no price: a part is not the whole."""
        if not self.models:
            return None
        costs = [self.cost(model, one) for (_, model), one in figures.items() if one.delivered]
        known = [cost for cost in costs if cost is not None]
        return sum(known, Decimal(0)) if len(known) == len(costs) else None

    def unpriced(self, figures: ByModel) -> list[str]:
        """Models that replied and are missing in the table; none where there is no table."""
        if not self.models:
            return []
        return sorted({model for (_, model), one in figures.items() if one.delivered} - self.models.keys())

    def as_json(self) -> dict[str, Any]:
        """For the ledger; prices as text, so that they stay exact."""
        models = {name: [str(price.prompt), str(price.completion)] for name, price in self.models.items()}
        return {"currency": self.currency, "models": models}


def stored_prices(value: dict[str, Any] | None) -> Prices:
    """The inverse of :meth:`Prices.as_json`; no prices where there is no value."""
    if value is None:
        return Prices()
    models = {
        name: Price(Decimal(prompt), Decimal(completion)) for name, (prompt, completion) in value["models"].items()
    }
    return Prices(models, value["currency"])


def read_prices(path: Path) -> Prices:
    """A price table in TOML: a table a model with ``prompt`` and ``completion``, and perhaps a ``currency`` on top.

    Raises:
        InputError: missing, no TOML, or something in it is no price.
    """
    table = _parse(path)
    currency = table.pop("currency", None)
    if currency is not None and (not isinstance(currency, str) or not currency.strip()):
        raise InputError(f'{path}: currency is {_shown(currency)}: give a text, as in currency = "USD"')
    if not table:
        raise InputError(f"{path} holds no price: add a table for each model, {_EXAMPLE}")
    return Prices({model: _price(path, model, entry) for model, entry in table.items()}, currency)


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError as error:
        raise InputError(f"the price table {path} does not exist: see to its path") from error
    except OSError as error:
        raise InputError(f"the price table {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no price table: byte {error.start} is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is not TOML: {error}; names of models stand in quotes: {_EXAMPLE}") from error


def _price(path: Path, model: str, entry: object) -> Price:
    if not isinstance(entry, dict):
        raise InputError(f"{path}: {model!r} is not known on top; besides currency there are tables only: {_EXAMPLE}")
    unknown = sorted(set(entry) - set(_KINDS))
    if unknown:
        raise InputError(
            f"{path}: [{model}] holds {unknown[0]!r}, which is not known: a model has prompt and completion "
            "(a name with a dot in it stands in quotes)"
        )
    prompt, completion = (_amount(path, model, kind, entry) for kind in _KINDS)
    return Price(prompt, completion)


def _amount(path: Path, model: str, kind: str, entry: Mapping[str, object]) -> Decimal:
    if kind not in entry:
        raise InputError(f"{path}: {model!r} has no {kind} price: give both prompt and completion, 0 for free")
    value = entry[kind]
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise InputError(f"{path}: {kind} of {model!r} is {_shown(value)}: give a number, as in {kind} = 0.2")
    amount = Decimal(value)
    if not amount.is_finite() or not 0 <= amount <= _HIGHEST:
        raise InputError(
            f"{path}: {kind} of {model!r} is {value}: a price of a million tokens is at least 0, at most {_HIGHEST}"
        )
    return amount


def _shown(value: object) -> str:
    """As it may stand in the file."""
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
