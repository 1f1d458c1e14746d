"""Figures of a selection by subset, for the plots: difficulty, pass@k, coverage, lengths, tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kodcode_hub.browse.catalogue import Catalogue
from kodcode_hub.browse.facet_table import SPANS
from kodcode_hub.browse.index_document import MILLION
from kodcode_hub.browse.index_query import index_query
from kodcode_hub.browse.selection import Selection

_KS = (1, 3, 5, 10)
_SPREADS = {"question_characters": "length", "solution_lines": "lines", "tests": "tests"}
_PERCENTS = (10, 50, 90)
_COVERAGE = next(span for span in SPANS if span.name == "coverage")
_MOST_SUBSETS = 100
_DIFFICULTIES = ("easy", "medium", "hard")


def figures_of(catalogue: Catalogue, selection: Selection) -> dict[str, Any]:
    """The answer of ``/app/statistics``: rows in all, and for each subset its figures; null where nothing is known.

    ``pass_at`` is the mean of the unbiased estimates, a question with fewer attempts than k counted with what they
    gave. Percentiles are approximate to 1%.

    Raises:
        UsageError: a value that no row has.
    """
    resolved = catalogue.resolve(selection)
    answer = catalogue.index.searcher.aggregate(index_query(catalogue.index, resolved), {"subsets": _request()})
    buckets = sorted(answer["subsets"]["buckets"], key=lambda bucket: str(bucket["key"]))
    subsets = [_figures(bucket) for bucket in buckets]
    return {"total": sum(figures["rows"] for figures in subsets), "subsets": subsets}


def _request() -> dict[str, Any]:
    within: dict[str, Any] = {
        "difficulty": {"terms": {"field": "difficulty"}},
        "coverage": {"avg": {"field": "coverage"}},
        "bands": {"terms": {"field": _COVERAGE.band_field}},
    }
    within |= {f"pass_at_{k}": {"avg": {"field": f"pass_at_{k}"}} for k in _KS}
    within |= {name: {"percentiles": {"field": field, "percents": _PERCENTS}} for name, field in _SPREADS.items()}
    return {"terms": {"field": "subset", "size": _MOST_SUBSETS}, "aggs": within}


def _figures(bucket: Mapping[str, Any]) -> dict[str, Any]:
    counts = {each["key"]: each["doc_count"] for each in bucket["difficulty"]["buckets"]}
    return {
        "subset": bucket["key"],
        "rows": bucket["doc_count"],
        "difficulty": {name: counts.get(name, 0) for name in _DIFFICULTIES},
        "pass_at": {str(k): _mean(bucket[f"pass_at_{k}"], MILLION) for k in _KS},
        "coverage": {"mean": _mean(bucket["coverage"], 1), "bands": _bands(bucket["bands"]["buckets"])},
        **{name: _spread(bucket[name]["values"]) for name in _SPREADS},
    }


def _mean(found: Mapping[str, Any], scale: int) -> float | None:
    value = found["value"]
    return None if value is None else round(value / scale, 4)


def _bands(buckets: list[Mapping[str, Any]]) -> dict[str, int]:
    """The best first."""
    counts = {bucket["key"]: bucket["doc_count"] for bucket in buckets}
    return {name: counts.get(name, 0) for name in map(_COVERAGE.band_name, reversed(_COVERAGE.bands))}


def _spread(values: Mapping[str, float | None]) -> dict[str, int] | None:
    found = {f"p{percent}": values[f"{percent}.0"] for percent in _PERCENTS}
    if any(value is None or value != value for value in found.values()):
        return None
    return {name: round(value) for name, value in found.items() if value is not None}
