"""How many rows of a selection have each value of each facet; a facet's own filter does not count for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kodcode_hub.browse.facet_table import CHOICES, SPANS, Choice, Span
from kodcode_hub.browse.index_query import SearchIndex, index_query
from kodcode_hub.browse.selection import Selection

if TYPE_CHECKING:
    import tantivy

_PLAIN = re.compile(r"[A-Za-z0-9_]+")
Counts = dict[str, dict[str, int]]
"""Facet → value → rows. Choices by number, ranges in their order; what no row has is not there."""


def count_facets(index: SearchIndex, selection: Selection) -> Counts:
    """All facets of a selection.

    Args:
        index: of all rows.
        selection: whose values are written as the index has them.
    """
    facets: list[Choice | Span] = [*CHOICES, *SPANS]
    filtered = [facet for facet in facets if facet.name in selection.choices or facet.name in selection.spans]
    others = [facet for facet in facets if facet not in filtered]
    first = next((facet for facet in filtered if _condition(selection, facet)), None)
    if first is None:
        counts = _count(index, index_query(index, selection), others)
    else:
        counts = _count_with_own(index, selection, first, others)
    for facet in filtered:
        if facet is not first:
            counts |= _count(index, index_query(index, selection.without(facet.name)), [facet])
        for value in selection.choices.get(facet.name, ()):
            if value not in counts[facet.name]:
                counts[facet.name][value] = _rows_with(index, selection, facet.name, value)
    return {facet.name: counts[facet.name] for facet in facets}


def _count_with_own(
    index: SearchIndex, selection: Selection, own: Choice | Span, others: list[Choice | Span]
) -> Counts:
    """A filtered facet, and those that it does not filter, in one pass over the rows without its filter."""
    request: dict[str, Any] = {own.name: _request(own)}
    request["within"] = {"filter": _condition(selection, own), "aggs": {each.name: _request(each) for each in others}}
    answer: Mapping[str, Any] = index.searcher.aggregate(index_query(index, selection.without(own.name)), request)
    counts = {each.name: _counts(each, answer["within"][each.name]["buckets"]) for each in others}
    return {own.name: _counts(own, answer[own.name]["buckets"]), **counts}


def _condition(selection: Selection, facet: Choice | Span) -> str:
    """A filter in tantivy's own words; empty for one that these words might be broken by."""
    values = selection.choices.get(facet.name, ()) if isinstance(facet, Choice) else ()
    if not values or not all(map(_PLAIN.fullmatch, values)):
        return ""
    return " OR ".join(f'{facet.name}:"{value}"' for value in values)


def _count(index: SearchIndex, query: tantivy.Query, facets: list[Choice | Span]) -> Counts:
    if not facets:
        return {}
    answer: Mapping[str, Any] = index.searcher.aggregate(query, {facet.name: _request(facet) for facet in facets})
    return {facet.name: _counts(facet, answer[facet.name]["buckets"]) for facet in facets}


def _request(facet: Choice | Span) -> dict[str, Any]:
    if isinstance(facet, Choice):
        return {"terms": {"field": facet.name, "size": facet.shown}}
    return {"terms": {"field": facet.band_field, "size": len(facet.bands)}}


def _counts(facet: Choice | Span, buckets: list[Mapping[str, Any]]) -> dict[str, int]:
    if isinstance(facet, Choice):
        return {bucket["key"]: bucket["doc_count"] for bucket in buckets}
    counts = {bucket["key"]: bucket["doc_count"] for bucket in buckets}
    return {name: counts[name] for name in map(facet.band_name, facet.bands) if name in counts}


def _rows_with(index: SearchIndex, selection: Selection, facet: str, value: str) -> int:
    """What is filtered by is counted though others are more frequent."""
    import tantivy

    rest = index_query(index, selection.without(facet))
    own = tantivy.Query.term_query(index.schema, facet, value)
    return index.count(tantivy.Query.boolean_query([(tantivy.Occur.Must, rest), (tantivy.Occur.Must, own)]))
