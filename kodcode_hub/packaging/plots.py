"""The pictures of the card: which there are, and from which figures. The tables of the card hold the same figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kodcode_hub.packaging.bar_chart import Bar, Chart, Part, draw_chart
from kodcode_hub.packaging.statistics import COVERAGE_BUCKETS, Figures, SubsetFigures

_DARK_INK, _LIGHT_INK = "#10161d", "#ffffff"
_ONE_COLOUR = (Part("", "#5b9bd5", _DARK_INK),)
_DIFFICULTIES = (
    Part("easy", "#5aa9e6", _DARK_INK),
    Part("medium", "#e8b23a", _DARK_INK),
    Part("hard", "#d9664a", _DARK_INK),
)
_COVERAGES = tuple(
    Part(f"{first}-{last}%" if first < last else f"{first}%", colour, ink)
    for (first, last), (colour, ink) in zip(
        COVERAGE_BUCKETS,
        (
            *(("#cf5a3c", _DARK_INK), ("#efae7c", _DARK_INK)),  # below 80, in the split use_with_caution
            *(("#a9d0ee", _DARK_INK), ("#6aa8dc", _DARK_INK), ("#2f6fb0", _LIGHT_INK)),
        ),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Plot:
    """One picture."""

    path: str
    """In the release, with forward slashes."""
    alt: str
    """What it shows, in one line."""
    svg: bytes


def draw_plots(figures: Figures) -> dict[str, bytes]:
    """Path in the release → SVG file; equal figures give equal bytes. None where nothing is to be seen."""
    return {plot.path: plot.svg for plot in make_plots(figures)}


def make_plots(figures: Figures) -> tuple[Plot, ...]:
    """The pictures in the order in which the card shows them; none where no row has what they show."""
    drawn = [(name, chart(figures)) for name, chart in _CHARTS]
    return tuple(
        Plot(f"assets/{name}.svg", f"{chart.title}. The figures are in the tables.", draw_chart(chart))
        for name, chart in drawn
        if any(any(bar.values) for bar in chart.bars)
    )


def _rows_chart(figures: Figures) -> Chart:
    """Without all rows together, beside which subsets would be too short to compare."""
    subsets = [line for line in figures.subsets if line.rows]
    bars = tuple(Bar(line.name, (line.rows,), ("",), f"{line.rows:,}") for line in subsets)
    return _chart("Rows by subset", _ONE_COLOUR, bars, full=max((line.rows for line in subsets), default=0))


def _difficulty_chart(figures: Figures) -> Chart:
    lines = ((line, (line.easy, line.medium, line.hard)) for line in _shown(figures))
    return _shares_chart("Difficulty by subset, share of rows", _DIFFICULTIES, lines)


def _coverage_chart(figures: Figures) -> Chart:
    lines = ((line, line.coverage_buckets) for line in _shown(figures))
    return _shares_chart("Statements of the solution that the tests run, share of rows", _COVERAGES, lines)


def _pass_chart(figures: Figures) -> Chart:
    bars = tuple(
        Bar(line.name, (line.pass_at_1 or 0.0,), ("",), "-" if line.pass_at_1 is None else f"{line.pass_at_1:.1%}")
        for line in _shown(figures)
    )
    return _chart("pass@1 by subset", _ONE_COLOUR, bars, full=1.0)


_CHARTS: tuple[tuple[str, Callable[[Figures], Chart]], ...] = (
    ("rows", _rows_chart),
    ("difficulty", _difficulty_chart),
    ("coverage", _coverage_chart),
    ("pass_at_1", _pass_chart),
)


def _shown(figures: Figures) -> list[SubsetFigures]:
    """Subsets with rows and, where there are several, all together."""
    subsets = [line for line in figures.subsets if line.rows]
    return [*subsets, figures.total] if len(subsets) > 1 else subsets


def _shares_chart(title: str, parts: tuple[Part, ...], lines: Iterable[tuple[SubsetFigures, tuple[int, ...]]]) -> Chart:
    bars = []
    for line, counts in lines:
        whole = sum(counts)
        shares = tuple(count / whole if whole else 0.0 for count in counts)
        bars.append(
            Bar(
                line.name,
                shares,
                tuple(f"{share:.0%}" for share in shares),
                f"{whole:,} {'row' if whole == 1 else 'rows'}",
            )
        )
    return _chart(title, parts, tuple(bars), full=1.0)


def _chart(title: str, parts: tuple[Part, ...], bars: tuple[Bar, ...], *, full: float) -> Chart:
    said = "; ".join(_describe(bar, parts) for bar in bars)
    return Chart(title=title, description=f"{said}.", parts=parts, bars=bars, full=full)


def _describe(bar: Bar, parts: tuple[Part, ...]) -> str:
    if len(parts) == 1:
        return f"{bar.name}: {bar.label}"
    inside = ", ".join(f"{part.name} {text}" for part, text in zip(parts, bar.texts, strict=True))
    return f"{bar.name}: {inside} of {bar.label}"
