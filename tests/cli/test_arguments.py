"""Options that take several values in one go."""

from __future__ import annotations

import pytest

from kodcode_hub.cli.arguments import expand_repeated


@pytest.mark.parametrize(
    ("words", "expanded"),
    [
        ("endpoint --replay a b --port 3", "endpoint --replay a --replay b --port 3"),
        ("build x --seeds a=1 b=2 --run r", "build x --seeds a=1 --seeds b=2 --run r"),
        ("build --seeds a=1 algorithm --run r", "build --seeds a=1 algorithm --run r"),
        ("build --seeds folder leetcode apps", "build --seeds folder leetcode apps"),
        ("build x --benchmarks a=1 b=2 c=3", "build x --benchmarks a=1 --benchmarks b=2 --benchmarks c=3"),
        ("build x --seeds a=1 --seeds b=2", "build x --seeds a=1 --seeds b=2"),
        ("status r --json", "status r --json"),
        ("build x --seeds", "build x --seeds"),
    ],
)
def test_every_further_value_gets_its_option(words: str, expanded: str) -> None:
    assert expand_repeated(words.split()) == expanded.split()
