"""How many rows of a selection have each value of each facet; a facet's own filter does not count for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kodcode_hub.browse.facet_table import CHOICES, SPANS, Choice, Span
from kodcode_hub.browse.index_query import SearchIndex, index_query
from kodcode_hub.browse.selection import Selection

if TYPE_CHECKING:
    import tantivy

Counts = dict[str, dict[str, int]]
"""Facet → value → rows. Choices by number, ranges in their order; what no row has is not there."""


def count_facets(index: SearchIndex, selection: Selection) -> Counts:
    """All facets of a selection.

    Args:
        index: of all rows.
        selection: whose values are written as the index has them.
    """
    filtered = [*selection.choices, *selection.spans]
    facets: list[Choice | Span] = [*CHOICES, *SPANS]
    counts = _count(index, index_query(index, selection), [each for each in facets if each.name not in filtered])
    for facet in facets:
        if facet.name in filtered:
            counts |= _count(index, index_query(index, selection.without(facet.name)), [facet])
            for value in selection.choices.get(facet.name, ()):
                counts[facet.name].setdefault(value, _rows_with(index, selection, facet.name, value))
    return {facet.name: counts[facet.name] for facet in facets}


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
