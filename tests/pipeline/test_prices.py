"""What tokens cost: exact sums, clear refusals, and no part shown as the whole."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from kodcode_hub.errors import InputError
from kodcode_hub.ledger.figures import RequestFigures
from kodcode_hub.pipeline.prices import Price, Prices, read_prices, stored_prices

QWEN = "Qwen/Qwen2.5-Coder-7B-Instruct"
TABLE = f'currency = "EUR"\n["{QWEN}"]\nprompt = 0.2\ncompletion = 0.6\n["r1"]\nprompt = 1\ncompletion = 3\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "prices.toml"
    path.write_text(text, encoding="utf-8")
    return path


def replies(prompt: int, completion: int) -> RequestFigures:
    return RequestFigures(sent=1, delivered=1, prompt_tokens=prompt, completion_tokens=completion)


def test_the_cost_of_all_models_is_the_sum_of_theirs(tmp_path: Path) -> None:
    prices = read_prices(written(tmp_path, TABLE))
    figures = {("answer", QWEN): replies(10**6, 10**6), ("respond", "r1"): replies(500, 2000)}
    assert prices.currency == "EUR"
    assert prices.cost(QWEN, figures["answer", QWEN]) == Decimal("0.8")
    assert prices.total(figures) == Decimal("0.8065")


def test_sums_are_exact_however_many_tokens() -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed: {seed}")  # noqa: T201 - shown by pytest when the test fails
    chance = random.Random(seed)
    for _ in range(300):
        prompt, completion = (Decimal(chance.randrange(10**7)).scaleb(-chance.randrange(8)) for _ in range(2))
        figures = replies(chance.randrange(10**13), chance.randrange(10**13))
        exact = Fraction(prompt) * figures.prompt_tokens + Fraction(completion) * figures.completion_tokens
        assert Fraction(Price(prompt, completion).cost(figures)) == exact / 10**6


def test_without_the_price_of_a_model_that_replied_there_is_no_sum(tmp_path: Path) -> None:
    prices = read_prices(written(tmp_path, TABLE))
    figures = {("answer", QWEN): replies(10, 10), ("tag", "other"): RequestFigures(sent=1, dead=1)}
    assert prices.total(figures) == Decimal("0.000008")
    figures["tag", "other"] = replies(1, 1)
    assert prices.total(figures) is None
    assert prices.unpriced(figures) == ["other"]


def test_without_a_table_nothing_has_a_cost() -> None:
    assert Prices().total({}) is None
    assert Prices().total({("answer", QWEN): replies(1, 1)}) is None
    assert Prices().unpriced({("answer", QWEN): replies(1, 1)}) == []


def test_prices_come_back_from_the_ledger_as_they_were(tmp_path: Path) -> None:
    prices = read_prices(written(tmp_path, TABLE))
    assert stored_prices(json.loads(json.dumps(prices.as_json()))) == prices
    assert stored_prices(None) == Prices()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no price"),
        ('currency = "USD"', "holds no price"),
        ("[Qwen/Qwen2.5]\nprompt = 1", r"line 1.*quotes"),
        ('["m"]\nprompt = 1\ncompletion = \n', "line 3"),
        ("[gpt-4.1]\nprompt = 1\ncompletion = 1", r"\[gpt-4\] holds '1'.*quotes"),
        ('["m"]\nprompt = 1\ncompletion = 1\nrequest = 1', "'request', which is not known"),
        ('currancy = "USD"\n["m"]\nprompt = 1\ncompletion = 1', "'currancy'"),
        ('["m"]\nprompt = 1', "no completion price"),
        ('["m"]\nprompt = -1\ncompletion = 1', "prompt of 'm' is -1"),
        ('["m"]\nprompt = 1\ncompletion = "2"', 'is "2": give a number'),
        ('["m"]\nprompt = true\ncompletion = 1', "is true: give a number"),
        ('["m"]\nprompt = nan\ncompletion = 1', "at least 0"),
        ('["m"]\nprompt = inf\ncompletion = 1', "at least 0"),
        ('["m"]\nprompt = 1e300\ncompletion = 1', "at most"),
        ('currency = 5\n["m"]\nprompt = 1\ncompletion = 1', "currency is 5"),
    ],
)
def test_what_is_no_price_table_is_refused_with_the_place(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError, match=says) as refused:
        read_prices(path)
    assert str(path) in str(refused.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml does not exist"):
        read_prices(tmp_path / "none.toml")
    with pytest.raises(InputError, match="cannot be read"):
        read_prices(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'["m\xe9"]\n')
    with pytest.raises(InputError, match="UTF-8"):
        read_prices(tmp_path / "latin.toml")
