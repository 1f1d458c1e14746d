"""What a run may spend is held over all its starts, and what was left out is asked when there is more."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.pipeline.budget import Budget
from tests.pipeline.counting_server import counting_server
from tests.pipeline.running import kodcode, release_bytes
from tests.pipeline.world import World, make_world


def spend(budget: Budget, requests: list[tuple[int, int]]) -> list[int]:
    """Send requests of at most so many tokens that cost so many, all at once; what the sent ones cost."""

    async def send(most: int, cost: int) -> int | None:
        if not await budget.reserve(most):
            return None
        await asyncio.sleep(0)
        await budget.settle(reserved=most, spent=cost)
        return cost

    async def run() -> list[int | None]:
        return await asyncio.gather(*(send(most, cost) for most, cost in requests))

    return [cost for cost in asyncio.run(run()) if cost is not None]


@given(st.integers(0, 500), st.lists(st.tuples(st.integers(1, 100), st.integers(0, 100)), max_size=40))
def test_a_budget_is_never_overspent_and_never_waits_for_ever(limit: int, asked: list[tuple[int, int]]) -> None:
    budget = Budget(limit)
    spent = spend(budget, [(most, min(cost, most)) for most, cost in asked])
    assert sum(spent) <= limit
    assert budget.refused == len(asked) - len(spent)


def test_what_turned_out_cheaper_leaves_room_for_others() -> None:
    assert spend(Budget(100), [(60, 10)] * 5) == [10] * 5


def test_without_a_limit_everything_is_sent() -> None:
    assert len(spend(Budget(None), [(10**9, 10**9)] * 50)) == 50


def test_what_earlier_starts_have_spent_counts() -> None:
    assert spend(Budget(100, spent=95), [(6, 6), (5, 5)]) == [5]


def tokens_of(run: Path) -> int:
    tokens = json.loads(kodcode(["status", str(run), "--json"]).stdout)["tokens"]
    return int(tokens["prompt"] + tokens["completion"])


def status_of(run: Path) -> dict[str, object]:
    status: dict[str, object] = json.loads(kodcode(["status", str(run), "--json"]).stdout)
    return status


def test_a_build_over_budget_packages_what_it_has_and_goes_on_with_more(tmp_path: Path) -> None:
    world: World = make_world(tmp_path)
    with counting_server(world.recordings, delay_s=0.0) as server:
        undisturbed, run = tmp_path / "undisturbed", tmp_path / "run"
        assert kodcode(world.arguments(undisturbed, endpoint=server.url)).returncode == 0
        whole = tokens_of(undisturbed)
        server.exchanges.clear()
        # A request reserves its whole reply: 4,096 tokens of an answer, 16,384 of a response, of which few are used.
        words = world.arguments(run, "--budget-tokens", "9000", endpoint=server.url)
        done = kodcode(words)
        assert done.returncode == 1, done.stderr
        assert "--budget-tokens" in done.stderr
        assert tokens_of(run) <= 9000 < whole + 16384
        assert status_of(run)["state"] == "stopped"
        assert (run / "release" / "README.md").is_file()
        again = kodcode(world.arguments(run, endpoint=server.url))
        assert again.returncode == 1, "the budget is remembered"
        enough = world.arguments(run, "--budget-tokens", str(whole + 20000), endpoint=server.url)
        assert kodcode(enough).returncode == 0
        assert release_bytes(run) == release_bytes(undisturbed)
        assert all(len(exchanges) == 1 for exchanges in server.exchanges.values()), "nothing was paid for twice"
        assert tokens_of(run) == whole
