"""Times, counts and costs, short enough to be read while they change."""

from __future__ import annotations

from decimal import Decimal

_MINUTE, _HOUR = 60, 3600
_THOUSANDS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))


def time_text(seconds: float) -> str:
    """``45 s``, ``3 min 20 s``, ``52 h 05 min``."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02} min"


def count_text(count: float) -> str:
    """``950``, ``12,340``, ``1.23 M``: exact below 100,000, else three digits."""
    if count < 10**5:
        return f"{count:,.0f}"
    size, name = next(pair for pair in _THOUSANDS if count >= pair[0])
    value = count / size
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f} {name}"


def rate_text(per_second: float) -> str:
    """With one digit behind the point where there is little before it."""
    return f"{per_second:.1f}" if per_second < 100 else f"{per_second:,.0f}"


def cost_text(cost: Decimal | float, currency: str | None) -> str:
    """To the cent; to a hundredth of that below one unit of the currency."""
    amount = f"{cost:,.2f}" if cost >= 1 or not cost else f"{cost:.4f}"
    return f"{amount} {currency}" if currency else amount
