"""Values cross with their exact types, shared parts stay shared, and containers stay in step."""

from __future__ import annotations

import math
import os
import re
import signal
import socket
import sys
import types
import uuid
from array import array
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kodcode_hub.verification.inside.bridge import proxy, server
from tests.verification.bridge.split_run import Measured, run_split

SOLUTION = """
kept = []
table = {"a": 1}
def same(x): return x
def described(x): return f"{type(x).__name__} {x!r}"
def keep(x): kept.append(x)
def last(): return kept[-1]
def append(x): x.append("S"); return x
def twice(x): return [x, x]
def is_one(x): return x[0] is x[1]
def change_and_raise(x):
    x.append("S")
    raise ValueError("after the change")
def change_all(numbers, table, seen, data, queue, nested, grid):
    numbers.sort(reverse=True); table["new"] = [1]; seen.discard(1); data[:] = b"zz"; queue.rotate(1)
    nested["a"][0].append((1, 2)); grid[0, 0] = 7
def loop():
    x = []
    x.append(x)
    return x
def nest(n):
    x = []
    for _ in range(n): x = [x]
    return x
"""


@pytest.fixture(scope="module")
def same(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Any], Any]]:
    """The solution's identity function, at the other end of a bridge."""
    path = tmp_path_factory.mktemp("same") / "solution.py"
    path.write_text(SOLUTION, encoding="utf-8")
    here, there = socket.socketpair()
    child = os.fork()
    if child == 0:
        here.close()
        try:
            server.serve(there.detach(), str(path), measure=Measured())
        finally:
            os._exit(1)
    there.close()
    bridge = proxy.Bridge(here.detach(), named=frozenset(), compared=frozenset(), star=lambda names: names)
    bridge.load()
    yield bridge.attribute("same")
    assert bridge.finish() == {"percent": 77, "missing": "2 5"}
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


HASHABLE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=()))
    | st.binary(max_size=20)
    | st.complex_numbers(allow_nan=False)
    | st.decimals(allow_nan=False)
    | st.fractions()
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(UTC))
    | st.timedeltas()
    | st.uuids(),
    lambda parts: st.tuples(parts, parts) | st.frozensets(parts, max_size=3),
    max_leaves=6,
)
ANY = st.recursive(
    HASHABLE,
    lambda parts: (
        st.lists(parts, max_size=4)
        | st.dictionaries(HASHABLE, parts, max_size=3)
        | st.sets(HASHABLE, max_size=3)
        | st.lists(parts, max_size=3).map(tuple)
        | st.lists(parts, max_size=3).map(deque)
    ),
    max_leaves=12,
)


def exactly(value: Any) -> Any:
    """What tells values apart that are merely equal: 1, True and 1.0, 0.0 and -0.0, the order of keys."""
    kind = type(value)
    if kind in (list, tuple, deque):
        return kind.__name__, [exactly(part) for part in value]
    if kind in (set, frozenset):
        return kind.__name__, sorted(map(repr, map(exactly, value)))
    if isinstance(value, dict):
        return kind.__name__, [(exactly(key), exactly(part)) for key, part in value.items()]
    return kind.__name__, repr(value)


@given(ANY)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_tree_of_values_comes_back_exactly(same: Callable[[Any], Any], value: Any) -> None:
    assert exactly(same(value)) == exactly(value)


@pytest.mark.parametrize(
    "value",
    [
        *(10**5000, -(10**5000), [10**5000, 1], {10**4400: 2**70}, (1 << 64, True)),
        *(math.nan, math.inf, -0.0, [math.nan, 1], complex(-0.0, math.inf), "\ud83d\ude00", "\udc00\ud800", '\0\n"\\'),
        *(..., NotImplemented, None, range(1, 10**20, 3), slice(None, 2, -1), b"\0\xff", bytearray(b"ab")),
        *(Decimal("NaN"), Decimal("-0.00"), Decimal("1E+5"), Fraction(-3, 7), uuid.UUID(int=5)),
        *(
            date(2024, 2, 29),
            time(1, 2, 3, 4, tzinfo=UTC, fold=1),
            timedelta(-1, 5, 7),
            timezone(timedelta(hours=1), "X"),
        ),
        *(datetime(2024, 10, 27, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1), ZoneInfo("UTC")),
        *(Path("a/b"), PurePosixPath("/x"), PureWindowsPath("c:\\x"), re.compile("a(b)*", re.I), re.compile(b"x")),
        *(OrderedDict([("b", 1), ("a", 2)]), Counter("aab"), deque([1, 2], maxlen=3), array("d", [1.5, -0.0])),
        *(types.SimpleNamespace(a=1, b=[2]), types.MappingProxyType({"a": 1}), int, ValueError, Decimal, list),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_comes_back_exactly(same: Callable[[Any], Any], value: Any) -> None:
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        back = same(value)
        assert type(back) is type(value)
        assert repr(back) == repr(value)
    finally:
        sys.set_int_max_str_digits(limit)


def test_a_default_dict_keeps_its_factory(same: Callable[[Any], Any]) -> None:
    back = same(defaultdict(list, {1: [2]}))
    assert type(back) is defaultdict
    assert back.default_factory is list
    assert back == {1: [2]}
    local = same(defaultdict(lambda: "new", {}))
    assert local["x"] == "new"


@pytest.mark.parametrize(
    "value",
    [
        np.arange(6).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array([[True, False]]),
        np.array(["a", "bcd"]),
        np.array([1 + 2j], dtype=np.complex64),
        np.array(3.5),
        np.zeros((0, 3), dtype=np.int8),
        np.array([1, "a", None], dtype=object),
        np.array(["2024-01-01"], dtype="datetime64[D]"),
        np.arange(10)[::2],
        np.float32(1.5),
        np.int64(7),
        np.bool_(True),
        np.str_("x"),
    ],
    ids=repr,
)
def test_arrays_and_scalars_of_numpy_come_back_exactly(same: Callable[[Any], Any], value: Any) -> None:
    back = same(value)
    assert type(back) is type(value)
    assert back.dtype == value.dtype
    assert back.shape == value.shape
    assert np.array_equal(back, value)


def test_ten_megabytes_and_ten_thousand_levels_come_back(same: Callable[[Any], Any]) -> None:
    numbers = list(range(1_000_000))
    assert same(numbers) == numbers
    assert same("x" * 10_000_000) == "x" * 10_000_000
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    back, levels = same([deep]), 0
    while back:
        back, levels = back[0], levels + 1
    assert levels == 10_001


IN_STEP = {
    "containers changed in place": """
        import numpy as np
        from collections import deque
        from solution import change_all
        def test():
            numbers, table, seen, data, queue = [1, 3, 2], {}, {1, 2}, bytearray(b"ab"), deque([1, 2, 3])
            nested, grid = {"a": [[]]}, np.zeros((2, 2))
            inner = nested["a"][0]
            change_all(numbers, table, seen, data, queue, nested, grid)
            assert numbers == [3, 2, 1] and table == {"new": [1]} and seen == {2} and data == b"zz"
            assert queue == deque([3, 1, 2]) and inner == [(1, 2)] and grid[0, 0] == 7
    """,
    "changes before an exception": """
        import pytest
        from solution import change_and_raise
        def test():
            x = []
            with pytest.raises(ValueError, match="after the change"):
                change_and_raise(x)
            assert x == ["S"]
    """,
    "one object, several ways": """
        import solution
        def test():
            x = []
            assert solution.append(x) is x and x == ["S"]
            a, b = solution.twice(x)
            assert a is x and b is x and solution.is_one([x, x]) and not solution.is_one([[1], [1]])
            y = solution.twice([1])
            assert y[0] is y[1]
            loop = solution.loop()
            assert loop[0] is loop
            assert solution.same(loop) is loop
            assert type(solution.same((1, x))[1]) is list and solution.same((1, x))[1] is x
    """,
    "a container that both keep": """
        import solution
        def test():
            x = [1]
            solution.keep(x)
            x.append(2)
            assert solution.described(solution.last()) == "list [1, 2]" and solution.last() is x
            solution.table["b"] = 2
            assert solution.table == {"a": 1, "b": 2}
            table = solution.table
            table.clear()
            assert solution.described(solution.table) == "dict {}"
            solution.table = {"c": 3}
            assert solution.table == {"c": 3} and table == {}
            x[:] = [True, 1.0]
            assert solution.described(solution.last()) == "list [True, 1.0]"
            x[0] = 1
            assert solution.described(solution.last()) == "list [1, 1.0]"
    """,
    "many containers": """
        import solution
        def test():
            rows = [[i] for i in range(5000)]
            solution.keep(rows)
            for i in range(50):
                assert solution.same(i) == i
            back = solution.same(rows)
            assert back == rows and len(solution.nest(3000)) == 1
    """,
}


@pytest.mark.parametrize("name", IN_STEP)
def test_containers_stay_in_step(name: str, tmp_path: Path) -> None:
    outcome = run_split(SOLUTION, IN_STEP[name], tmp_path)
    assert outcome.text == ""
    assert outcome.broken == ""


def test_tables_of_pandas_come_back_exactly(same: Callable[[Any], Any]) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", None], 3: [0.5, math.nan]}, index=["r", "s"])
    frame["when"] = pandas.to_datetime(["2024-01-01", "2024-01-02"])
    frame["kind"] = pandas.Series(["p", "q"], index=["r", "s"], dtype="category")
    pandas.testing.assert_frame_equal(same(frame), frame)
    pandas.testing.assert_frame_equal(same(pandas.DataFrame()), pandas.DataFrame())
    pandas.testing.assert_series_equal(same(frame["a"]), frame["a"])
    pandas.testing.assert_index_equal(same(frame.index), frame.index)
