"""What a reader asks for: words, filters, order, page. The address's query string and a script's filters, parsed."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kodcode_hub.browse.facet_table import BY_NAME, Choice, Span
from kodcode_hub.errors import UsageError

SORTS = ("relevance", "id", "pass", "-pass", "coverage", "-coverage", "tests", "-tests", "length", "-length")
"""``-`` begins with the greatest."""
PAGE_ROWS = 20
MOST_CHARACTERS = 1000
"""Of the words searched for."""
_MOST_VALUES = 100
_OTHER_NAMES = frozenset({"id", "n", "show", "format"})
"""Of the address, but not of the selection."""


@dataclass(frozen=True, slots=True)
class Range:
    """Whole numbers of the index, both ends included; None is open."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows, in which order."""

    query: str = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Facet → values, of which a row has at least one."""
    spans: Mapping[str, Range] = field(default_factory=dict)
    sort: str = ""
    """One of :data:`SORTS`; empty stands for relevance where there are words, else for the order of the release."""
    page: int = 1

    def without(self, facet: str) -> Selection:
        """The same without one filter."""
        return replace(
            self,
            choices={name: values for name, values in self.choices.items() if name != facet},
            spans={name: span for name, span in self.spans.items() if name != facet},
        )

    @property
    def rows(self) -> Selection:
        """What decides which rows, without what decides their order."""
        return replace(self, sort="", page=1)

    @property
    def key(self) -> str:
        """Equal for equal selections."""
        return json.dumps([self.query, sorted(self.choices.items()), _listed(self.spans), self.sort, self.page])


def parse_address(pairs: Iterable[tuple[str, str]]) -> Selection:
    """The selection in an address's query string; names that do not belong to it are refused.

    Raises:
        UsageError: an unknown name or value, or a range or page that is none.
    """
    query, sort, page = "", "", 1
    filters: dict[str, list[Any]] = {}
    for name, value in pairs:
        if name == "q":
            query = value
        elif name == "sort":
            sort = value
        elif name == "p":
            page = _page(value)
        elif name not in _OTHER_NAMES and not name.startswith("__"):
            filters.setdefault(name, []).append(value)
    return make_selection(query, {name: _single(name, values) for name, values in filters.items()}, sort, page)


def parse_filters(query: str, filters_json: str) -> Selection:
    """The selection of a script: ``{"subset": "Leetcode", "pass": {"min": 0.5}, "sort": "-pass"}``.

    Values of a choice are one name or a list; those of a range ``"a..b"``, ``[a, b]`` or ``{"min": a, "max": b}``.

    Raises:
        UsageError: it is no JSON object, or names something that is not there.
    """
    try:
        filters = json.loads(filters_json.strip() or "{}")
    except json.JSONDecodeError as error:
        raise UsageError(f"the filters are no JSON: {error}; write an object, such as {_EXAMPLE}") from error
    if not isinstance(filters, dict):
        raise UsageError(f"the filters are {type(filters).__name__}, not an object, such as {_EXAMPLE}")
    sort = filters.pop("sort", "")
    return make_selection(query, filters, str(sort or ""), 1)


_EXAMPLE = '{"subset": ["Leetcode"], "pass": "0.5..1"}'


def make_selection(query: str, filters: Mapping[str, Any], sort: str = "", page: int = 1) -> Selection:
    """A checked selection.

    Raises:
        UsageError: a name, value, order or range that is not there.
    """
    if len(query) > MOST_CHARACTERS:
        raise UsageError(f"the search has {len(query)} characters; use at most {MOST_CHARACTERS}")
    if sort and sort not in SORTS:
        raise UsageError(f"no order {sort[:40]!r}; there are {', '.join(SORTS)}")
    choices: dict[str, tuple[str, ...]] = {}
    spans: dict[str, Range] = {}
    for name, value in filters.items():
        match BY_NAME.get(name):
            case Choice() as facet if value not in (None, "", []):
                choices[facet.name] = _values(facet.name, value)
            case Span() as facet if value not in (None, "", [], {}):
                spans[facet.name] = _range(facet, value)
            case None:
                raise UsageError(f"no filter {name[:40]!r}; there are {', '.join(sorted(BY_NAME))}")
    return Selection(query.strip(), choices, spans, sort, page)


def _values(name: str, value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    texts = [item for item in listed if isinstance(item, str)]
    if len(listed) > _MOST_VALUES or len(texts) < len(listed):
        raise UsageError(f"the filter {name!r} takes a name, or a list of at most {_MOST_VALUES} names")
    return tuple(dict.fromkeys(item.strip() for item in texts if item.strip()))


def _range(facet: Span, value: object) -> Range:
    low: object
    high: object
    match value:
        case str() if value.count("..") == 1:
            low, high = value.split("..")
        case [low, high]:
            pass
        case {**ends} if set(ends) <= {"min", "max"}:
            low, high = ends.get("min"), ends.get("max")
        case int() | float():
            low = high = value
        case _:
            raise UsageError(f"the filter {facet.name!r} takes a range, such as 0.5..1, ..0.2 or 80..; found {value!r}")
    first, last = _number(facet, low), _number(facet, high)
    return Range(
        None if first is None else math.ceil(first * facet.scale - 1e-6),
        None if last is None else math.floor(last * facet.scale + 1e-6),
    )


def _number(facet: Span, value: object) -> float | None:
    if value is None or value == "":
        return None
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except ValueError:
        number = math.nan
    if not 0 <= number <= _greatest(facet):
        raise UsageError(f"the filter {facet.name!r} takes numbers from 0 to {_greatest(facet)}; found {value!r}")
    return number


def _greatest(facet: Span) -> int:
    return facet.bands[-1][1] // facet.scale


def _page(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= 10**8:
        raise UsageError(f"p={value[:40]!r} is no page: pages are counted from 1")
    return int(value)


def _single(name: str, values: list[Any]) -> Any:
    """Ranges stand once in an address; of several the last counts."""
    return values[-1] if isinstance(BY_NAME.get(name), Span) else values


def _listed(spans: Mapping[str, Range]) -> list[list[Any]]:
    return sorted([name, span.low, span.high] for name, span in spans.items())
