"""By what rows can be filtered and counted: one table for the address, the index, the API and the page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """A facet of names: a row has one of them, or several.

    Args:
        name: in the address and in JSON.
        aliases: other names that scripts may use: the published columns.
        shown: how many values are counted for the page, the most frequent first.
    """

    name: str
    aliases: tuple[str, ...] = ()
    shown: int = 30


@dataclass(frozen=True, slots=True)
class Span:
    """A facet of numbers, which the index holds as whole ones.

    Args:
        name: in the address and in JSON.
        aliases: other names that scripts may use: the published columns.
        scale: the index holds the published number times this, as a whole number.
        bands: what is counted, in the numbers of the index, both ends included.
    """

    name: str
    aliases: tuple[str, ...]
    scale: int
    bands: tuple[tuple[int, int], ...]

    @property
    def band_field(self) -> str:
        """Of the index: the name of the band that a row is in. Counting names is much cheaper than counting ranges."""
        return f"{self.name}_band"

    def band_of(self, number: int) -> str:
        """The name of the band that a number of the index is in; empty where it is in none."""
        return next((self.band_name(band) for band in self.bands if band[0] <= number <= band[1]), "")

    def band_name(self, band: tuple[int, int]) -> str:
        """As a range of the address: ``0..0.32``."""
        return "..".join(f"{edge / self.scale:g}" for edge in band)


SHARE = 10_000
"""Shares are held in ten-thousandths."""

_PASS = ((0, 3299), (3300, 6699), (6700, 9999), (10_000, 10_000))
"""KodCode's difficulties, below 1/3 and above 2/3, with what always passes apart."""

CHOICES = (
    Choice("subset", shown=100),
    Choice("style"),
    Choice("difficulty", ("gpt_difficulty",)),
    Choice("split"),
    Choice("assurance"),
    Choice("flag", ("flags",)),
    Choice("library", ("libraries",)),
)
SPANS = (
    Span("pass", ("pass_rate", "gpt_pass_percentage"), SHARE, _PASS),
    Span("coverage", ("test_coverage",), 1, ((0, 79), (80, 99), (100, 100))),
    Span("strength", ("test_strength",), SHARE, ((0, 4999), (5000, 7999), (8000, 9499), (9500, 10_000))),
)

BY_NAME: dict[str, Choice | Span] = {
    name: facet for facet in (*CHOICES, *SPANS) for name in (facet.name, *facet.aliases)
}


def ten_thousandths(share: float) -> int:
    """A share of 0 to 1 as the index holds it: ``round(share, 4)``, so that code elsewhere can say the same."""
    return round(round(min(1.0, max(0.0, share)), 4) * SHARE)
