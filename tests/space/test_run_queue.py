"""The line of runs: nobody is skipped, counted twice or forgotten, and visitors take turns."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kodcode_hub.space.run_queue import QueueFullError, RunQueue


class Visitors:
    """Runs that end when they are told to, and what came of them."""

    def __init__(self, queue: RunQueue) -> None:
        self.queue = queue
        self.order: list[str] = []
        """Names in the order in which they got their places."""
        self.ahead: dict[str, list[int]] = {}
        self._ends: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def comes(self, *names: str) -> None:
        """``a1`` is the visitor a's; each is in line when this returns."""
        for name in names:
            self._ends[name] = asyncio.Event()
            self._tasks[name] = asyncio.create_task(self._run(name))
            await settled()

    async def ends(self, *names: str) -> None:
        for name in names:
            self._ends[name].set()
            await settled()

    async def goes(self, name: str) -> None:
        self._tasks[name].cancel()
        await settled()
        assert self._tasks[name].cancelled()

    async def all_end(self) -> None:
        for end in self._ends.values():
            end.set()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _run(self, name: str) -> None:
        async with self.queue.place(name[0], self.ahead.setdefault(name, []).append):
            self.order.append(name)
            await self._ends[name].wait()


async def settled() -> None:
    """Every task that can go on has gone on."""
    for _ in range(10):
        await asyncio.sleep(0)


def in_loop(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(work(), 30))


def test_a_run_that_finds_a_free_place_has_it_at_once_and_is_told_no_position() -> None:
    async def work() -> None:
        visitors = Visitors(RunQueue(2, per_visitor=5, longest=9))
        await visitors.comes("a1", "b1")
        assert visitors.order == ["a1", "b1"]
        assert visitors.ahead == {"a1": [], "b1": []}
        await visitors.all_end()

    in_loop(work)


def test_one_visitor_runs_in_the_order_of_coming() -> None:
    async def work() -> None:
        visitors = Visitors(RunQueue(1, per_visitor=9, longest=9))
        await visitors.comes("a1", "a2", "a3", "a4")
        await visitors.ends("a1", "a2", "a3", "a4")
        assert visitors.order == ["a1", "a2", "a3", "a4"]

    in_loop(work)


def test_visitors_take_turns() -> None:
    async def work() -> None:
        visitors = Visitors(RunQueue(1, per_visitor=9, longest=20))
        names = ["a1", "a2", "a3", "a4", "b1", "b2", "c1"]
        await visitors.comes(*names)
        for _ in names:
            await visitors.ends(visitors.order[-1])
        assert visitors.order == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]

    in_loop(work)


@pytest.mark.parametrize("places", [1, 2, 3])
def test_forty_runs_in_line_delay_another_visitors_first_run_by_one_turn_at_most(places: int) -> None:
    async def work() -> None:
        visitors = Visitors(RunQueue(places, per_visitor=50, longest=99))
        crowd = [f"a{number}" for number in range(40 + places)]
        await visitors.comes(*crowd)
        await visitors.comes("b1")
        before = len(visitors.order)
        for name in crowd[:2]:
            await visitors.ends(name)
        assert "b1" in visitors.order[: before + 2]
        assert visitors.ahead["b1"] == [1, 0]
        await visitors.all_end()

    in_loop(work)


def test_those_ahead_are_told_at_first_and_whenever_they_change() -> None:
    async def work() -> None:
        visitors = Visitors(RunQueue(1, per_visitor=9, longest=20))
        await visitors.comes("a1", "a2", "a3", "a4", "b1")
        assert visitors.ahead == {"a1": [], "a2": [0], "a3": [1, 2], "a4": [2, 3], "b1": [1]}
        await visitors.ends("a1")
        assert visitors.ahead == {"a1": [], "a2": [0], "a3": [1, 2, 1], "a4": [2, 3, 2], "b1": [1, 0]}
        await visitors.goes("b1")
        assert visitors.ahead["a3"][-1] == 0
        assert visitors.ahead["a4"][-1] == 1
        await visitors.all_end()

    in_loop(work)


def test_a_waiter_that_is_cancelled_leaves_at_once_and_its_room_is_free() -> None:
    async def work() -> None:
        queue = RunQueue(1, per_visitor=2, longest=9)
        visitors = Visitors(queue)
        await visitors.comes("a1", "a2")
        await visitors.goes("a2")
        assert (queue.running, queue.waiting) == (1, 0)
        await visitors.comes("a3")
        await visitors.ends("a1")
        assert visitors.order == ["a1", "a3"]
        await visitors.all_end()

    in_loop(work)


def test_a_place_that_is_given_to_a_waiter_in_the_moment_of_its_end_goes_on_to_the_next() -> None:
    async def work() -> None:
        queue = RunQueue(1, per_visitor=9, longest=9)
        order: list[str] = []

        async def run(name: str, end: asyncio.Event) -> None:
            async with queue.place(name):
                order.append(name)
                await end.wait()

        first, second, third = [asyncio.Event() for _ in range(3)]
        tasks = [asyncio.create_task(run(name, end)) for name, end in zip("abc", (first, second, third), strict=True)]
        await settled()
        first.set()
        for _ in range(10):
            if queue.waiting == 1:
                break  # a's place is b's, and b's task has not gone on yet
            await asyncio.sleep(0)
        tasks[1].cancel()
        await settled()
        assert order == ["a", "c"]
        assert (queue.running, queue.waiting) == (1, 0)
        third.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert (queue.running, queue.waiting) == (0, 0)

    in_loop(work)


def test_a_visitor_with_too_many_runs_is_refused_and_another_is_not() -> None:
    async def work() -> None:
        queue = RunQueue(1, per_visitor=2, longest=9)
        visitors = Visitors(queue)
        await visitors.comes("a1", "a2")
        with pytest.raises(QueueFullError, match="you have 2 runs waiting or running"):
            async with queue.place("a"):
                pass
        await visitors.comes("b1")
        assert queue.waiting == 2
        await visitors.ends("a1")
        await visitors.comes("a3")
        assert queue.waiting == 2
        await visitors.all_end()

    in_loop(work)


def test_a_line_that_is_full_takes_nobody() -> None:
    async def work() -> None:
        queue = RunQueue(1, per_visitor=2, longest=3)
        visitors = Visitors(queue)
        await visitors.comes("a1", "b1", "c1")
        with pytest.raises(QueueFullError, match="3 runs are waiting or running"):
            async with queue.place("d"):
                pass
        await visitors.ends("a1")
        await visitors.comes("d1")
        assert (queue.running, queue.waiting) == (1, 2)
        await visitors.all_end()

    in_loop(work)


def test_an_error_in_a_block_or_in_what_is_told_gives_the_place_back() -> None:
    async def work() -> None:
        queue = RunQueue(1, per_visitor=2, longest=3)
        visitors = Visitors(queue)
        with pytest.raises(ZeroDivisionError):
            async with queue.place("a"):
                raise ZeroDivisionError
        await visitors.comes("a1")
        with pytest.raises(ZeroDivisionError):
            async with queue.place("b", lambda ahead: print(1 // ahead)):  # noqa: T201 - the value is of no use
                pass
        assert (queue.running, queue.waiting) == (1, 0)
        await visitors.all_end()

    in_loop(work)


@pytest.mark.parametrize("wrong", [(0, 1, 1), (1, 0, 1), (1, 1, -1)])
def test_a_queue_without_room_for_anyone_is_refused(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="give 1 or more"):
        RunQueue(wrong[0], per_visitor=wrong[1], longest=wrong[2])


@pytest.mark.parametrize("seed", range(6))
def test_of_many_runs_of_which_many_are_cancelled_none_is_lost_and_no_place_is_given_twice(seed: int) -> None:
    chance = random.Random(seed)
    places = chance.randint(1, 4)

    async def work() -> None:
        queue = RunQueue(places, per_visitor=1000, longest=1000)
        at_once, most, came, ended = 0, 0, Counter[str](), Counter[str]()

        async def run(name: str) -> None:
            nonlocal at_once, most
            async with queue.place(name[0], lambda ahead: came.update([f"{name} told {ahead}"])):
                at_once += 1
                most = max(most, at_once)
                try:
                    for _ in range(chance.randint(0, 5)):
                        await asyncio.sleep(0)
                finally:
                    at_once -= 1
                ended[name] += 1

        tasks = {}
        for number in range(300):
            name = f"{chance.choice('abcdefg')}{number}"
            tasks[name] = asyncio.create_task(run(name))
            for _ in range(chance.randint(0, 3)):
                await asyncio.sleep(0)
            if chance.random() < 0.5:
                chance.choice(list(tasks.values())).cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)

        finished = {name for name, task in tasks.items() if not task.cancelled()}
        assert ended == Counter(finished)
        assert 50 < len(finished) < 300
        assert most == places
        assert (queue.running, queue.waiting) == (0, 0)
        visitors = Visitors(queue)
        await visitors.comes(*(f"z{number}" for number in range(places)))
        assert len(visitors.order) == places, "all places can be had again"
        await visitors.all_end()

    in_loop(work)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("comes"), st.sampled_from("abcd")),
        st.tuples(st.just("ends"), st.integers(0, 30)),
        st.tuples(st.just("goes"), st.integers(0, 30)),
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(places=st.integers(1, 3), steps=steps)
def test_the_queue_serves_as_a_plain_model_of_turns_does(places: int, steps: list[tuple[str, Any]]) -> None:
    async def work() -> None:
        queue = RunQueue(places, per_visitor=100, longest=100)
        visitors, model = Visitors(queue), Model(places)
        for number, (step, what) in enumerate(steps):
            if step == "comes":
                model.comes(f"{what}{number}")
                await visitors.comes(f"{what}{number}")
            elif step == "ends" and model.running:
                name = model.running[what % len(model.running)]
                model.leaves(name)
                await visitors.ends(name)
            elif step == "goes" and (names := model.running + model.in_order()):
                name = names[what % len(names)]
                model.leaves(name)
                await visitors.goes(name)
            assert visitors.order == model.served
            assert (queue.running, queue.waiting) == (len(model.running), len(model.in_order()))
            for ahead, name in enumerate(model.in_order()):
                assert visitors.ahead[name][-1] == ahead
        await visitors.all_end()

    in_loop(work)


class Model:
    """Turns over a list: everybody who waits, in the order of coming, and the order of the visitors' turns."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.waiting: list[str] = []
        self.turns: list[str] = []
        self.running: list[str] = []
        self.served: list[str] = []

    def comes(self, name: str) -> None:
        self.waiting.append(name)
        if name[0] not in self.turns:
            self.turns.append(name[0])
        self._serve()

    def leaves(self, name: str) -> None:
        (self.running if name in self.running else self.waiting).remove(name)
        self.turns = [visitor for visitor in self.turns if self._of(visitor)]
        self._serve()

    def in_order(self) -> list[str]:
        """Who is served before whom: by how many of the own are ahead, then by the visitor's turn."""
        return sorted(self.waiting, key=lambda name: (self._of(name[0]).index(name), self.turns.index(name[0])))

    def _of(self, visitor: str) -> list[str]:
        return [name for name in self.waiting if name[0] == visitor]

    def _serve(self) -> None:
        while self.waiting and len(self.running) < self.places:
            name = self.in_order()[0]
            self.waiting.remove(name)
            self.turns.remove(name[0])
            if self._of(name[0]):
                self.turns.append(name[0])
            self.running.append(name)
            self.served.append(name)
