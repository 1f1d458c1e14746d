"""A stacked bar chart as a small SVG file: own code, equal bytes for equal figures, text that stays text.

Colours of the light theme are plain attributes; a style sheet brings the dark theme to viewers that ask for it. The
chart has a panel of its own, so that it can be read on any background, also where style sheets are not allowed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH = 760
_MARGIN = 20
_LINE = 26
_BAR = 18
_CHARACTER = 7.9
"""Width of a character of 13 pixels, a little more than the usual fonts need."""
_LONGEST_NAME = 26
_SMALLEST_WITH_TEXT = 34
_SMALLEST = 1.5
_FONT = "ui-sans-serif, system-ui, 'Segoe UI', Helvetica, Arial, sans-serif"
_DARK = (
    "@media (prefers-color-scheme: dark) {"
    " .panel { fill: #161b22; stroke: #3d444d; }"
    " .text { fill: #e6edf3; }"
    " .faint { fill: #a9b4c0; }"
    " .track { fill: #262c36; }"
    " }"
)
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""What XML does not allow, and what turns the direction of the text around it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One colour of the bars, named in the legend."""

    name: str
    colour: str
    ink: str
    """Of the text on it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the chart.

    Args:
        name: at its left.
        values: the length of each part.
        texts: inside each part, where there is room.
        label: at its right.
    """

    name: str
    values: tuple[float, ...]
    texts: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn.

    Args:
        title: above it.
        description: the same figures in words, for those who do not see it.
        parts: of every bar; without a legend where there is one alone.
        bars: from top to bottom.
        full: the value that is as long as the track; at least the longest bar.
    """

    title: str
    description: str
    parts: tuple[Part, ...]
    bars: tuple[Bar, ...]
    full: float


def draw_chart(chart: Chart) -> bytes:
    """The SVG file in UTF-8."""
    top = 74 if len(chart.parts) > 1 else 52
    height = top + _LINE * len(chart.bars) + 10
    left = _MARGIN + _text_width([_short(bar.name) for bar in chart.bars]) + 10
    right = WIDTH - _MARGIN - _text_width([bar.label for bar in chart.bars]) - 10
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
        ' role="img" aria-labelledby="title description">',
        f'<title id="title">{xml_text(chart.title)}</title>',
        f'<desc id="description">{xml_text(chart.description)}</desc>',
        f"<style>{_DARK}</style>",
        f'<rect class="panel" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"'
        ' fill="#ffffff" stroke="#d0d7de"/>',
        f'<g font-family="{_FONT}" font-size="13">',
        _text(_MARGIN, 30, chart.title, extra=' font-size="15" font-weight="600"'),
        *(_legend(chart.parts) if len(chart.parts) > 1 else ()),
    ]
    for index, bar in enumerate(chart.bars):
        lines += _draw_bar(bar, chart, left, right, top + _LINE * index)
    return "\n".join([*lines, "</g>", "</svg>", ""]).encode("utf-8")


def xml_text(text: str) -> str:
    """Any text as it may stand in XML."""
    return escape(_UNWRITABLE.sub("\ufffd", text), {'"': "&quot;"})


def _draw_bar(bar: Bar, chart: Chart, left: float, right: float, y: float) -> list[str]:
    middle, width = y + _BAR / 2 + 4.5, right - left
    drawn = [
        _text(left - 10, middle, _short(bar.name), extra=' text-anchor="end"'),
        f'<rect class="track" x="{left:.1f}" y="{y}" width="{width:.1f}" height="{_BAR}" rx="2" fill="#eef1f4"/>',
    ]
    x = left
    for part, value, text in zip(chart.parts, bar.values, bar.texts, strict=True):
        length = width * value / chart.full if chart.full else 0.0
        if length:
            shown = max(length - 1, _SMALLEST)  # a thin line between two colours, and nothing vanishes
            drawn.append(f'<rect x="{x:.1f}" y="{y}" width="{shown:.1f}" height="{_BAR}" rx="2" fill="{part.colour}"/>')
        if text and length >= max(_SMALLEST_WITH_TEXT, _text_width([text]) + 6):
            drawn.append(
                f'<text x="{x + length / 2:.1f}" y="{middle:.1f}" text-anchor="middle" font-size="12"'
                f' fill="{part.ink}">{xml_text(text)}</text>'
            )
        x += length
    return [*drawn, _text(WIDTH - _MARGIN, middle, bar.label, kind="faint", extra=' text-anchor="end"')]


def _legend(parts: Sequence[Part]) -> list[str]:
    drawn, x = [], float(_MARGIN)
    for part in parts:
        drawn.append(f'<rect x="{x:.1f}" y="44" width="12" height="12" rx="2" fill="{part.colour}"/>')
        drawn.append(_text(x + 17, 54.5, part.name, kind="faint"))
        x += 17 + _text_width([part.name]) + 16
    return drawn


def _text(x: float, y: float, text: str, *, kind: str = "text", extra: str = "") -> str:
    fill = "#1f2328" if kind == "text" else "#57606a"
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" fill="{fill}"{extra}>{xml_text(text)}</text>'


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def _text_width(texts: Sequence[str]) -> float:
    return max((len(text) for text in texts), default=0) * _CHARACTER
