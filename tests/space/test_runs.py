"""A visitor's run from the line to its verdict, in the sandbox that visitors get."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import aclosing, closing
from typing import Any

import pytest

from kodcode_hub.errors import SandboxError
from kodcode_hub.space.run_queue import RunQueue
from kodcode_hub.space.running_host import RunningHost
from kodcode_hub.space.runs import LONGEST_SOLUTION, RunRefusedError, Runs
from kodcode_hub.verification.protocol import Limits
from kodcode_hub.verification.warm_sandbox import Explained
from tests.space.hosts import PASSED, SpokenSandbox, host_over, why_no_isolation
from tests.verification.sandboxes import descendants

TEST = """\
from solution import f

def test_one():
    assert f(1) == 1

def test_two():
    assert f(2) == 2
"""
RIGHT = "def f(x):\n    return x\n"
ENDLESS = "def f(x):\n    while True:\n        pass\n"
FORKING = "import subprocess, sys\ndef f(x):\n    subprocess.run([sys.executable, '-c', 'while True: pass'])\n"
SOON_S = 2.0

Work = Callable[[Runs, RunQueue], Coroutine[Any, Any, None]]


@pytest.fixture(scope="module")
def host() -> Iterator[RunningHost]:
    """The app's own host, with less time and memory."""
    if problem := why_no_isolation():
        pytest.skip(f"no isolation holds here: {problem}")
    with closing(RunningHost(Limits(timeout_s=3, memory_mb=512, output_kb=64))) as made:
        yield made


def lines_of(solution: str) -> list[str]:
    return [f"<{line}>" for line in solution.split("\n")]


def in_loop(host: RunningHost, work: Work, *, places: int = 2, per_visitor: int = 64) -> None:
    """Do ``work`` with a queue of its own; no place is taken afterwards."""

    async def all_of_it() -> None:
        queue = RunQueue(places, per_visitor=per_visitor, longest=200)
        await asyncio.wait_for(work(Runs(host, queue, highlight=lines_of), queue), 60)
        assert (queue.running, queue.waiting) == (0, 0)

    asyncio.run(all_of_it())


async def all_of(events: AsyncIterator[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event async for event in events]


def told_of(host: RunningHost, solution: str, test: str = TEST) -> list[dict[str, Any]]:
    """All events of one run."""
    told: list[dict[str, Any]] = []

    async def work(runs: Runs, _: RunQueue) -> None:
        told.extend(await all_of(runs.events("a", "Own_1_I", solution, test)))

    in_loop(host, work)
    return told


def test_a_run_is_told_from_its_start_to_its_record(host: RunningHost) -> None:
    running, done = told_of(host, "def f(x):\n    print('seen', x)\n    return x\n\ndef g():\n    return 3\n")
    assert running == {"state": "running"}
    assert {key: done[key] for key in ("state", "outcome", "output", "missing_lines", "solution_lines")} == {
        "state": "done",
        "outcome": "passed",
        "output": "seen 1\nseen 2\n",
        "missing_lines": [6],
        "solution_lines": [
            "<def f(x):>",
            "<    print('seen', x)>",
            "<    return x>",
            "<>",
            "<def g():>",
            "<    return 3>",
            "<>",
        ],
    }
    assert done["summary"].startswith("All 2 tests passed in 0.")
    record = done["record"]
    assert [(test["name"], test["outcome"]) for test in record["tests"]] == [
        ("test_one", "passed"),
        ("test_two", "passed"),
    ]
    assert (record["id"], record["verdict"], record["coverage"], record["assurance"]) == ("Own_1_I", "pass", 80, "high")


@pytest.mark.parametrize(
    ("outcome", "solution", "said"),
    [
        ("failed", "def f(x):\n    return 1\n", "1 of 2 tests failed in 0."),
        ("failed", "def f(x):\n    raise ValueError('\\ud800\\0')\n", "2 of 2 tests failed in 0."),
        ("timed out", "def f(x):\n    while x == 2: pass\n    return x\n", "timed out after 3 s; 1 test had passed by"),
        ("out of memory", "def f(x):\n    return len(bytes(10**10))\n", "out of memory: it may use 512 MB"),
        ("error", "def f(x):\n    return x +\n", "error in line 2 of the solution: SyntaxError: invalid syntax"),
        ("error", "def f(x):\nreturn x\n", "error in line 2 of the solution: IndentationError"),
        ("error", "import no_such_thing\ndef f(x):\n    return x\n", "package 'no_such_thing' is not installed"),
        ("error", "def f(x):\n    return x\0\n", "null bytes"),
        ("error", "def g(x):\n    return x\n", "cannot import name 'f'"),
        ("error", "x = " + "(" * 20000 + ")" * 20000, "error in line 1 of the solution"),
        ("error", "def f(x):\n    while True: print('x' * 10000)\n", "more output than is read"),
        ("tampered", "import os\ndef f(x):\n    os._exit(0)\n", "the run tried to forge its result, or ended itself"),
    ],
)
def test_each_way_to_end_has_its_word_and_its_sentence(
    host: RunningHost, outcome: str, solution: str, said: str
) -> None:
    done = told_of(host, solution)[-1]
    assert (done["state"], done["outcome"]) == ("done", outcome)
    assert said in done["summary"]
    assert outcome in done["summary"]
    assert len(done["output"]) <= 64 * 1024
    json.dumps(done).encode("utf-8", "strict")


def test_a_row_without_tests_says_so(host: RunningHost) -> None:
    done = told_of(host, RIGHT, "answer = 1\n")[-1]
    assert (done["outcome"], done["record"]["verdict"]) == ("no tests", "no_tests")
    assert "no tests" in done["summary"]


@pytest.mark.parametrize(
    ("solution", "why"),
    [
        ("", "the solution is empty"),
        (" \n\t\n", "the solution is empty"),
        ("#" * (LONGEST_SOLUTION + 1), "the solution has 200001 characters; 200000 are the most"),
        ("x = '\ud800'", "surrogates not allowed at character 5"),
    ],
)
def test_what_is_no_solution_is_refused_by_events_and_by_the_api(host: RunningHost, solution: str, why: str) -> None:
    [refused] = told_of(host, solution)
    assert refused["state"] == "refused"
    assert why in refused["message"]

    async def work(runs: Runs, _: RunQueue) -> None:
        with pytest.raises(RunRefusedError) as error:
            await runs.record("a", "Own_1_I", solution, TEST)
        assert str(error.value) == refused["message"]

    in_loop(host, work)


def test_the_longest_solution_is_run(host: RunningHost) -> None:
    assert told_of(host, RIGHT + "#" * (LONGEST_SOLUTION - len(RIGHT)))[-1]["outcome"] == "passed"


@pytest.mark.parametrize("solution", [ENDLESS, FORKING])
@pytest.mark.parametrize("way", ["closed", "cancelled", "cancelled twice", "api"])
def test_who_leaves_ends_the_run_at_once_and_the_next_one_has_the_place(
    host: RunningHost, solution: str, way: str
) -> None:
    told_of(host, RIGHT)
    idle = descendants(os.getpid())

    async def leave(runs: Runs) -> float:
        """When it was left."""
        events = runs.events("a", "Own_1_I", solution, TEST)
        if way == "closed":
            assert await anext(events) == {"state": "running"}
            await busy()
            left = time.monotonic()
            await events.aclose()
            return left
        reader = asyncio.create_task(
            all_of(events) if way != "api" else all_of_one(runs.record("a", "Own_1_I", solution, TEST))
        )
        await busy()
        left = time.monotonic()
        reader.cancel()
        if way == "cancelled twice":
            await asyncio.sleep(0)
            reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        return left

    async def all_of_one(record: Coroutine[Any, Any, dict[str, Any]]) -> list[dict[str, Any]]:
        return [await record]

    async def busy() -> None:
        needed = 2 if solution == ENDLESS else 3  # the judging process, the solution's, and what that started
        for _ in range(300):
            if len(descendants(os.getpid()) - idle) >= needed:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("the run did not start")

    async def work(runs: Runs, queue: RunQueue) -> None:
        left = await leave(runs)
        while descendants(os.getpid()) - idle:
            assert time.monotonic() - left < SOON_S, "processes of the run are still there"
            await asyncio.sleep(0.02)
        record = await runs.record("b", "Own_1_I", RIGHT, TEST)
        assert time.monotonic() - left < SOON_S
        assert record["verdict"] == "pass"

    in_loop(host, work, places=1)


def test_who_leaves_the_line_is_not_waited_for(host: RunningHost) -> None:
    async def work(runs: Runs, queue: RunQueue) -> None:
        async with aclosing(runs.events("a", "Own_1_I", ENDLESS, TEST)) as first:
            assert await anext(first) == {"state": "running"}
            second = runs.events("a", "Own_1_I", RIGHT, TEST)
            assert await anext(second) == {"state": "queued", "ahead": 0}
            third = asyncio.create_task(all_of(runs.events("a", "Own_1_I", RIGHT, TEST)))
            await asyncio.sleep(0.05)
            await second.aclose()
            assert (queue.running, queue.waiting) == (1, 1)
        assert [event.get("ahead", event["state"]) for event in await third] == [1, 0, "running", "done"]

    in_loop(host, work, places=1)


def test_who_waits_is_told_each_time_that_fewer_are_ahead(host: RunningHost) -> None:
    async def work(runs: Runs, _: RunQueue) -> None:
        slow = "import time\ndef f(x):\n    time.sleep(0.1)\n    return x\n"
        told = await asyncio.gather(*(all_of(runs.events("a", f"Own_{n}_I", slow, TEST)) for n in range(4)))
        ahead = [[event["ahead"] for event in events if event["state"] == "queued"] for events in told]
        assert ahead == [[], [0], [1, 0], [2, 1, 0]]
        assert [events[-1]["record"]["id"] for events in told] == [f"Own_{n}_I" for n in range(4)]

    in_loop(host, work, places=1)


def test_a_reader_that_comes_late_is_told_the_newest_position_alone(host: RunningHost) -> None:
    async def work(runs: Runs, queue: RunQueue) -> None:
        async with aclosing(runs.events("a", "Own_1_I", ENDLESS, TEST)) as first:
            await anext(first)
            others = [asyncio.create_task(all_of(runs.events("a", "Own_1_I", RIGHT, TEST))) for _ in range(3)]
            await asyncio.sleep(0.05)
            async with aclosing(runs.events("a", "Own_1_I", RIGHT, TEST)) as last:
                assert await anext(last) == {"state": "queued", "ahead": 3}
                for other in others:
                    other.cancel()
                    await asyncio.wait([other])
                    await asyncio.sleep(0.01)
                assert await anext(last) == {"state": "queued", "ahead": 0}

    in_loop(host, work, places=1)


def test_a_reader_that_stops_reading_does_not_keep_its_place(host: RunningHost) -> None:
    async def work(runs: Runs, _: RunQueue) -> None:
        async with aclosing(runs.events("a", "Own_1_I", RIGHT, TEST)) as unread:
            assert await anext(unread) == {"state": "running"}
            assert (await runs.record("b", "Own_2_I", RIGHT, TEST))["verdict"] == "pass"
            assert (await anext(unread))["record"]["id"] == "Own_1_I"

    in_loop(host, work, places=1)


def test_fifty_runs_at_once_are_each_answered_with_their_own(host: RunningHost) -> None:
    async def work(runs: Runs, _: RunQueue) -> None:
        test = "from solution import number\n\ndef test_it():\n    assert number() == 'asked'\n"
        started = time.monotonic()
        records = await asyncio.gather(
            *(runs.record("api", f"Own_{n}_I", f"def number():\n    return {n}\n", test) for n in range(50))
        )
        seconds = time.monotonic() - started
        for n, record in enumerate(records):
            assert (record["id"], record["verdict"]) == (f"Own_{n}_I", "fail")
            assert f"assert {n} == 'asked'" in record["tests"][0]["message"]
        assert seconds < 20

    in_loop(host, work)


def test_a_visitor_with_too_many_runs_is_refused_with_a_sentence(host: RunningHost) -> None:
    async def work(runs: Runs, _: RunQueue) -> None:
        async with aclosing(runs.events("a", "Own_1_I", ENDLESS, TEST)) as first:
            await anext(first)
            [refused] = await all_of(runs.events("a", "Own_1_I", RIGHT, TEST))
            assert refused["state"] == "refused"
            assert refused["message"].startswith("you have 1 runs waiting or running")
            assert (await all_of(runs.events("b", "Own_1_I", RIGHT, TEST)))[-1]["outcome"] == "passed"

    in_loop(host, work, per_visitor=1)


def test_when_the_app_shuts_down_runs_end_and_their_readers_are_told(host: RunningHost) -> None:
    told_of(host, RIGHT)
    idle = descendants(os.getpid())

    async def work(runs: Runs, queue: RunQueue) -> None:
        readers = [asyncio.create_task(all_of(runs.events("a", "Own_1_I", ENDLESS, TEST))) for _ in range(3)]
        await asyncio.sleep(0.3)
        assert (queue.running, queue.waiting) == (2, 1)
        await runs.close()
        assert not descendants(os.getpid()) - idle
        for events in await asyncio.gather(*readers):
            assert events[-1] == {"state": "refused", "message": "the run was ended: the app is shutting down"}
        await runs.close()

    in_loop(host, work)


def test_a_worker_that_breaks_is_told_as_refused_and_the_next_run_does_well() -> None:
    answers: Iterator[Explained | SandboxError] = iter(
        [SandboxError("the disk is full"), PASSED, SandboxError("3 workers were lost"), PASSED]
    )

    def answer(_: str) -> Explained:
        said = next(answers)
        if isinstance(said, SandboxError):
            raise said
        return said

    with closing(host_over(SpokenSandbox(answer))) as host:
        said = "the sandbox broke in this run, which says nothing of the solution: the disk is full"
        assert told_of(host, RIGHT) == [{"state": "running"}, {"state": "refused", "message": said}]
        assert told_of(host, RIGHT)[-1]["outcome"] == "passed"

        async def work(runs: Runs, _: RunQueue) -> None:
            with pytest.raises(RunRefusedError, match="3 workers were lost"):
                await runs.record("a", "Own_1_I", RIGHT, TEST)
            assert (await runs.record("a", "Own_1_I", RIGHT, TEST))["verdict"] == "pass"

        in_loop(host, work)
        assert host.status()["available"]


def test_where_nothing_is_run_every_run_is_refused_with_the_reason(caplog: pytest.LogCaptureFixture) -> None:
    with closing(RunningHost(python="/nonexistent/python")) as host:
        before, after = told_of(host, RIGHT), told_of(host, RIGHT)
        assert before == [{"state": "running"}, *after]
        [refused] = after
        assert refused["state"] == "refused"
        assert refused["message"].startswith("solutions cannot be run here: the Python for trials")
    gc.collect()
    assert not caplog.records, "asyncio complains of errors that nobody has looked at"


def test_the_solution_is_highlighted_beside_the_loop_when_the_place_is_free_again() -> None:
    async def work() -> None:
        queue = RunQueue(1, per_visitor=1, longest=1)

        def highlight(solution: str) -> list[str]:
            return [solution, str(queue.running), str(threading.current_thread() is threading.main_thread())]

        runs = Runs(spoken, queue, highlight=highlight)
        done = (await all_of(runs.events("a", "Own_1_I", RIGHT, TEST)))[-1]
        assert done["solution_lines"] == [RIGHT, "0", "False"]

    with closing(host_over(SpokenSandbox(lambda _: PASSED))) as spoken:
        asyncio.run(work())


def test_what_breaks_without_being_meant_to_reaches_the_reader_and_frees_the_place() -> None:
    def answer(_: str) -> Explained:
        raise ZeroDivisionError

    async def work(runs: Runs, _: RunQueue) -> None:
        with pytest.raises(ZeroDivisionError):
            await all_of(runs.events("a", "Own_1_I", RIGHT, TEST))

    with closing(host_over(SpokenSandbox(answer))) as host:
        in_loop(host, work)
