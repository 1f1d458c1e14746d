"""Many things at a time, in order, and stopped together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


async def map_bounded(
    function: Callable[[Item], Awaitable[Result]], items: Iterable[Item], *, limit: int
) -> list[Result]:
    """``function`` of every item, at most ``limit`` at a time; results in the order of the items.

    Raises:
        The first exception of any call, after the others were cancelled.
    """
    results: dict[int, Result] = {}
    numbered = enumerate(items)

    async def work() -> None:
        for index, item in numbered:
            results[index] = await function(item)

    await run_together([work for _ in range(limit)])
    return [results[index] for index in range(len(results))]


async def run_together(calls: Iterable[Callable[[], Awaitable[None]]]) -> None:
    """Run all ``calls`` at once; if one fails, cancel the rest and raise its exception alone."""

    async def run(call: Callable[[], Awaitable[None]]) -> None:
        await call()

    try:
        async with asyncio.TaskGroup() as group:
            for call in calls:
                group.create_task(run(call))
    except BaseExceptionGroup as failures:
        raise _first(failures) from None


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
