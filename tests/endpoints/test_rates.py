"""A user's limits hold in every window of a minute, whatever is sent; with a clock that the test turns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.endpoints.rates import WINDOW_S, RateLimits, RateWindow


def test_requests_wait_until_the_first_of_the_window_is_a_minute_old() -> None:
    window = RateWindow(RateLimits(requests_per_minute=2))
    for now in (0.0, 10.0):
        assert window.wait_s(now, 5) == 0
        window.enter(now, 5)
    assert window.wait_s(20.0, 5) == 40.0
    assert window.wait_s(60.0, 5) == 0


def test_tokens_are_reserved_while_under_way_and_counted_when_answered() -> None:
    window = RateWindow(RateLimits(tokens_per_minute=1000))
    window.enter(0.0, 600)
    assert window.wait_s(1.0, 600) is None, "only the reply can tell"
    window.leave(5.0, reserved=600, spent=100)
    assert window.wait_s(5.0, 600) == 0
    window.enter(5.0, 600)
    window.leave(6.0, reserved=600, spent=600)
    assert window.wait_s(6.0, 600) == 59.0
    assert window.wait_s(66.0, 600) == 0


def test_a_request_that_is_larger_than_the_limit_goes_alone() -> None:
    window = RateWindow(RateLimits(tokens_per_minute=1000))
    assert window.wait_s(0.0, 5000) == 0
    window.enter(0.0, 5000)
    assert window.wait_s(0.0, 1) is None


def test_without_limits_nothing_waits() -> None:
    window = RateWindow(RateLimits())
    for _ in range(1000):
        assert window.wait_s(0.0, 10**9) == 0
        window.enter(0.0, 10**9)


@given(
    st.integers(1, 20),
    st.integers(100, 2000),
    st.lists(st.tuples(st.integers(0, 30), *[st.integers(1, 100)] * 2, st.integers(1, 90)), max_size=60),
)
def test_no_window_of_a_minute_holds_more_than_allowed(
    requests: int, tokens: int, asked: list[tuple[int, int, int, int]]
) -> None:
    window = RateWindow(RateLimits(requests, tokens))
    # Whole seconds: rounding would blur the edge of the window.
    now, sent, spent = 0.0, [], []
    under_way: list[tuple[float, int, int]] = []
    for pause, reserved, used, takes in asked:
        now += pause
        while (wait := window.wait_s(now, reserved)) != 0:
            replies = sorted(under_way)
            now = min([now + wait] if wait is not None else [replies[0][0]], default=now)
            for end, held, cost in [reply for reply in replies if reply[0] <= now]:
                under_way.remove((end, held, cost))
                window.leave(now, reserved=held, spent=cost)
                spent.append((now, cost))
        window.enter(now, reserved)
        sent.append(now)
        under_way.append((now + takes, reserved, min(used, reserved)))
    for moment in sent:
        assert sum(moment <= other < moment + WINDOW_S for other in sent) <= requests
    for moment, _ in spent:
        assert sum(cost for other, cost in spent if moment <= other < moment + WINDOW_S) <= tokens
