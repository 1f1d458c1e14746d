"""What a build shows while it runs, in windows of different widths."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from rich.console import Console

from kodcode_hub.cli.amounts import cost_text, count_text, rate_text, time_text
from kodcode_hub.cli.progress_view import live_view, progress_line, progress_view
from kodcode_hub.ledger.figures import ByModel, RequestFigures, StageCount
from kodcode_hub.pipeline.prices import Price, Prices
from kodcode_hub.pipeline.progress import Rates, Snapshot
from kodcode_hub.pipeline.spending import spent_by_model

LONG = "Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8-with-a-long-name"
FIGURES: ByModel = {
    ("respond", "r1"): RequestFigures(12, 10, 1, 4000, 123_456_789),
    ("answer", LONG): RequestFigures(1000, 1000, 0, 1_234_567, 99_999),
}


def a_snapshot(prices: Prices) -> Snapshot:
    return Snapshot(
        counts={("synthesize", "s"): (20, StageCount(8, {"no_reply": 2})), ("answer", "s"): (5, StageCount(3))},
        seconds=75,
        seconds_left=3780,
        requests=sum(FIGURES.values(), RequestFigures()),
        this_start=RequestFigures(delivered=40),
        under_way=128,
        rates=Rates(4.25, 1234.5, {("respond", "r1"): 1234.5}),
        spent=spent_by_model(FIGURES, prices),
        cost=prices.total(FIGURES),
        currency=prices.currency,
        unpriced=prices.unpriced(FIGURES),
    )


PRICES = Prices({LONG: Price(Decimal("0.1"), Decimal(1)), "r1": Price(Decimal(1), Decimal(10))}, "EUR")


def shown(snapshot: Snapshot, width: int) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(live_view(snapshot))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 140])
def test_each_step_and_model_has_one_line_that_fits(width: int) -> None:
    lines = [line.rstrip() for line in shown(a_snapshot(PRICES), width).splitlines()]
    assert max(map(len, lines)) <= width
    assert lines[0] == "1 min 15 s, about 1 h 03 min left, 1,234.80 EUR so far"
    requests = "4.2 requests/s, 1,234 tokens/s, 128 under way, 1,010 replies (40 in this start), 1 retried, 1 dead"
    assert " ".join(lines[1 : lines.index("")]) == requests
    (answer,) = (line for line in lines if line.startswith("answer ") and "Qwen" in line)
    assert answer.split()[2:] == ["1,000", "1.23", "M", "99,999", "0.2235"]
    assert (LONG in answer) is (width == 140)
    (respond,) = (line for line in lines if line.startswith("respond"))
    assert respond.split() == ["respond", "r1", "12", "4,000", "123", "M", "1,234", "1,234.57"]
    assert [line.split()[0] for line in lines[lines.index("") + 1 :] if line and line[0] != " "][:3] == [
        "stage",
        "synthesize",
        "answer",
    ]


def test_without_prices_there_is_no_word_of_cost() -> None:
    snapshot = a_snapshot(Prices())
    for text in (shown(snapshot, 80), progress_line(snapshot)):
        assert "cost" not in text
        assert "price" not in text
        assert "so far" not in text


def test_a_model_without_a_price_is_named_and_no_sum_is_shown() -> None:
    text = shown(a_snapshot(Prices({"r1": Price(Decimal(1), Decimal(10))})), 140)
    assert "no price" in text
    assert "1,234.57" in text
    assert "so far" not in text


def test_elsewhere_a_line_holds_the_same() -> None:
    assert progress_line(replace(a_snapshot(PRICES), seconds_left=None)) == (
        "1 min 15 s, 1,234.80 EUR so far: synthesize 8/20, answer 3/5; "
        "4.2 requests/s, 1,234 tokens/s, 128 under way, 1,010 replies (40 in this start), 1 retried, 1 dead"
    )


def test_only_a_terminal_gets_a_live_table() -> None:
    file = io.StringIO()
    with progress_view(Console(file=file), quiet=False) as listener:
        assert listener is not None
        listener.update(a_snapshot(PRICES))
    assert file.getvalue() == "", "a line comes every ten seconds"
    with progress_view(Console(file=file, force_terminal=True, width=100), quiet=False) as listener:
        assert listener is not None
        listener.update(a_snapshot(PRICES))
    assert "synthesize" in file.getvalue()


def test_amounts_are_short_and_readable() -> None:
    assert [time_text(s) for s in (0.4, 59.6, 200, 3600, 190_000)] == [
        "0 s",
        "1 min 00 s",
        "3 min 20 s",
        "1 h 00 min",
        "52 h 46 min",
    ]
    assert [count_text(n) for n in (0, 99_999, 100_000, 1_234_567, 98_760_000, 5 * 10**9)] == [
        "0",
        "99,999",
        "100 k",
        "1.23 M",
        "98.8 M",
        "5.00 G",
    ]
    assert [rate_text(n) for n in (0.04, 12.34, 1234.5)] == ["0.0", "12.3", "1,234"]
    assert [cost_text(Decimal(c), "USD") for c in ("0", "0.0042", "1234.567")] == [
        "0.00 USD",
        "0.0042 USD",
        "1,234.57 USD",
    ]
