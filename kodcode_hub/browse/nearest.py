"""The rows of a catalogue that are nearest to a text: found by rare words, compared exactly as duplicates are."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from kodcode_hub.browse.catalogue import Catalogue
from kodcode_hub.browse.result import ResultReader
from kodcode_hub.browse.search_words import Part, terms_of
from kodcode_hub.browse.snippets import Pieces, make_marker, snippet
from kodcode_hub.decontamination.shingles import jaccard, shingles_of
from kodcode_hub.errors import UsageError

LONGEST_TEXT = 20_000
_TERMS = 24
_CANDIDATES = 80
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Near:
    """A row that has something in common with the text."""

    question_id: str
    subset: str
    similarity: float
    """Jaccard similarity of 5-word shingles, by which rows are called duplicates."""
    words: float
    """Share of the text's different words that the row's question has, by their stems."""
    parts: Pieces

    def as_json(self) -> dict[str, Any]:
        """For page and scripts."""
        return {
            "question_id": self.question_id,
            "subset": self.subset,
            "similarity": round(self.similarity, 4),
            "words": round(self.words, 4),
            "parts": self.parts,
        }


def nearest_rows(catalogue: Catalogue, text: str) -> list[Near]:
    """At most 10 rows, the nearest first; rows that share no rare word with the text are not looked at.

    Raises:
        UsageError: the text is longer than 20,000 characters, or holds no word.
    """
    if len(text) > LONGEST_TEXT:
        raise UsageError(f"the text has {len(text)} characters; paste at most {LONGEST_TEXT}")
    terms = list(dict.fromkeys(terms_of(text)))
    if not terms:
        raise UsageError("there is nothing to compare: paste the text of a question")
    rare = _rarest(catalogue, terms)
    found = [_compare(catalogue, address, text, set(terms), rare) for address in _candidates(catalogue, rare)]
    return sorted(found, key=lambda near: (-near.similarity, -near.words, near.question_id))[:_SHOWN]


def _rarest(catalogue: Catalogue, terms: list[str]) -> list[str]:
    """Those that the fewest questions have, but at least one."""
    known = {term: catalogue.index.searcher.doc_freq("question", term) for term in terms}
    return sorted((term for term in terms if known[term]), key=lambda term: known[term])[:_TERMS]


def _candidates(catalogue: Catalogue, terms: list[str]) -> list[Any]:
    import tantivy

    should = tantivy.Occur.Should
    query = tantivy.Query.boolean_query(
        [(should, tantivy.Query.term_query(catalogue.index.schema, "question", term)) for term in terms]
    )
    return [address for _, address in catalogue.index.searcher.search(query, _CANDIDATES, count=False).hits]


def _compare(catalogue: Catalogue, address: Any, text: str, terms: Set[str], rare: list[str]) -> Near:
    row = ResultReader(catalogue.index.searcher).texts(address)
    question = row["question"]
    shared = terms & set(terms_of(question))
    marker = make_marker([Part(term, (term,), False, False) for term in rare])
    return Near(
        row["question_id"],
        row["subset"],
        float(jaccard(shingles_of(text), shingles_of(question))),
        len(shared) / len(terms),
        snippet(question, marker.hits(question)),
    )
