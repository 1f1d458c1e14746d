"""Values of every ordinary kind that cross from solution to test, and back."""

from __future__ import annotations

from tests.verification.adversaries.program import Honest

PROGRAMS: dict[str, Honest] = {
    "numbers of every size": Honest(
        "def power(a, b):\n    return a ** b\ndef half(x):\n    return x / 2\n",
        """
        import math
        from solution import half, power

        def test_big():
            assert power(2, 20000) == 1 << 20000
            assert power(10, 5000) % 7 == pow(10, 5000, 7)

        def test_floats():
            assert half(float("inf")) == math.inf and math.isnan(half(math.nan))
            assert math.copysign(1, half(-0.0)) == -1.0
            assert power(2j, 2) == -4 and type(power(2, 0.5)) is float
            assert power(True, 1) is not None and power(2, 3) is 8 or power(2, 3) == 8
        """.replace(" and power(2, 3) is 8 or power(2, 3) == 8", ""),
    ),
    "texts of every kind": Honest(
        "def echo(text):\n    return text\ndef turn(text):\n    return text[::-1]\n",
        """
        from solution import *

        def test_texts():
            for text in ("", "ä", "\\u4e2d", "\\U0001f600", "\\x00\\n\\r", "\\ud800", "a" * 1_000_000):
                assert echo(text) == text and type(echo(text)) is str
            assert turn("\\U0001f600x") == "x\\U0001f600"
            assert echo(b"\\x00\\xff") == b"\\x00\\xff" and echo(bytearray(b"x")) == bytearray(b"x")
        """,
    ),
    "decimals, fractions, dates": Honest(
        """
        from datetime import date, datetime, timedelta, timezone
        from decimal import Decimal
        from fractions import Fraction
        import uuid

        def price(text): return Decimal(text) * 2
        def share(a, b): return Fraction(a, b)
        def tomorrow(day): return day + timedelta(days=1)
        def stamp(): return datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=timezone.utc)
        def name(): return uuid.UUID(int=5)
        """,
        """
        import uuid
        from datetime import date, datetime, timezone, timedelta
        from decimal import Decimal
        from fractions import Fraction
        from solution import *

        def test_values():
            assert price("1.10") == Decimal("2.20") and str(price("1.10")) == "2.20"
            assert share(2, 4) == Fraction(1, 2) and share(1, 3).denominator == 3
            assert tomorrow(date(2024, 2, 28)) == date(2024, 2, 29)
            assert stamp() == datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=timezone.utc)
            assert stamp().utcoffset() == timedelta(0) and name() == uuid.UUID(int=5)
            assert isinstance(price("1"), Decimal) and isinstance(stamp(), datetime)
        """,
    ),
    "ten megabytes of text": Honest(
        "def upper(text):\n    return text.upper()\n",
        "from solution import upper\n\ndef test_upper():\n    assert upper('a' * 10_000_000) == 'A' * 10_000_000\n",
    ),
    "twenty thousand calls": Honest(
        "def collatz(n):\n    return n // 2 if n % 2 == 0 else 3 * n + 1\n",
        """
        from solution import collatz

        def test_many():
            for n in range(1, 20_000):
                assert collatz(n) == (n // 2 if n % 2 == 0 else 3 * n + 1)
        """,
    ),
    "recursion that is deep": Honest(
        """
        import sys
        sys.setrecursionlimit(20_000)
        def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
        def endless(n): return endless(n + 1)
        """,
        """
        import pytest
        from solution import *

        def test_depth():
            assert depth(5000) == 5000

        def test_endless():
            with pytest.raises(RecursionError):
                endless(0)
        """,
    ),
    "patterns, slices, ranges, paths": Honest(
        """
        import re
        from pathlib import Path, PurePosixPath
        def pattern(): return re.compile(r"(\\d+)-(?P<x>\\w)", re.I)
        def find(text): return re.search(r"(\\d+)", text)
        def cut(n): return slice(0, n, 2)
        def place(): return PurePosixPath("a") / "b.txt"
        """,
        """
        import re
        from pathlib import PurePosixPath
        from solution import *

        def test_values():
            assert pattern().pattern == r"(\\d+)-(?P<x>\\w)" and pattern().match("12-A")["x"] == "A"
            assert pattern() == re.compile(r"(\\d+)-(?P<x>\\w)", re.I)
            found = find("ab12")
            assert found and found.group(1) == "12" and found.span() == (2, 4) and find("x") is None
            assert [1, 2, 3, 4][cut(3)] == [1, 3] and place() == PurePosixPath("a/b.txt") and place().suffix == ".txt"
        """,
    ),
    "booleans that are exact": Honest(
        "def even(n):\n    return n % 2 == 0\ndef find(items, x):\n"
        "    return next((i for i in items if i == x), None)\n",
        """
        from solution import *

        def test_identity():
            assert even(2) is True and even(3) is False
            assert find([1], 2) is None and find([1], 1) is not None
            assert type(even(2)) == bool and isinstance(even(2), int)
            assert even(2) == 1 and not even(3)
        """,
    ),
}
