"""A selection as a query of the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kodcode_hub.browse.facet_table import CHOICES, SPANS
from kodcode_hub.browse.index_document import triplet_of
from kodcode_hub.browse.search_words import Part, parse_words
from kodcode_hub.browse.selection import Range, Selection

if TYPE_CHECKING:
    import tantivy

_OF_QUESTIONS = 2.0
"""The weight of a word that stands in the question too."""
_OF_AN_ID = 100.0


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """An open index."""

    schema: tantivy.Schema
    searcher: tantivy.Searcher

    def count(self, query: tantivy.Query) -> int:
        """How many rows a query finds."""
        found: Any = self.searcher.search(query, 1, count=True)  # its stubs lack the count
        return int(found.count or 0)


def index_query(index: SearchIndex, selection: Selection, *, scored: bool = False) -> tantivy.Query:
    """Rows that hold every part, none that is excluded, and pass every filter.

    Args:
        index: which is asked whether it knows a name of several words.
        selection: whose values are written as the index has them.
        scored: rank rows by what words they hold where; counting needs none of it.
    """
    import tantivy

    schema = index.schema
    must, must_not = tantivy.Occur.Must, tantivy.Occur.MustNot
    clauses = []
    for part in parse_words(selection.query):
        clauses.append(
            (must_not if part.excluded else must, _part_query(index, part, scored=scored and not part.excluded))
        )
    for choice in CHOICES:
        values = selection.choices.get(choice.name)
        if values:
            clauses.append((must, _unscored(tantivy.Query.term_set_query(schema, choice.name, list(values)))))
    for span in SPANS:
        asked = selection.spans.get(span.name)
        if asked is not None:
            clauses.append((must, _unscored(number_query(schema, span.name, asked))))
    if not clauses:
        return tantivy.Query.all_query()
    if all(occur == must_not for occur, _ in clauses):
        clauses.append((must, tantivy.Query.all_query()))
    return _or_the_id(schema, selection, tantivy.Query.boolean_query(clauses))


def number_query(schema: tantivy.Schema, name: str, asked: Range) -> tantivy.Query:
    """Rows with a number in a range, both ends included."""
    import tantivy

    return tantivy.Query.range_query(schema, name, tantivy.FieldType.Unsigned, asked.low or 0, asked.high)


def _part_query(index: SearchIndex, part: Part, *, scored: bool) -> tantivy.Query:
    """A name of several words that stands somewhere as a whole is looked for as a whole, else as a phrase."""
    import tantivy

    name = part.text.lower()
    if "_" in name and not part.is_phrase and index.searcher.doc_freq("names", name):
        return tantivy.Query.term_query(index.schema, "names", name)
    anywhere = _terms_query(index.schema, "text", part.terms)
    if not scored:
        return anywhere
    in_question = tantivy.Query.boost_query(_terms_query(index.schema, "question", part.terms), _OF_QUESTIONS)
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, anywhere), (tantivy.Occur.Should, in_question)])


def _terms_query(schema: tantivy.Schema, field: str, terms: Sequence[str]) -> tantivy.Query:
    import tantivy

    if len(terms) == 1:
        return tantivy.Query.term_query(schema, field, terms[0])
    return tantivy.Query.phrase_query(schema, field, list(terms))


def _or_the_id(schema: tantivy.Schema, selection: Selection, query: tantivy.Query) -> tantivy.Query:
    """Who searches for an id finds its row, and its siblings, before all others."""
    import tantivy

    if " " in selection.query or "_" not in selection.query or selection.choices or selection.spans:
        return query
    sibling = tantivy.Query.term_query(schema, "triplet", triplet_of(selection.query))
    itself = tantivy.Query.term_query(schema, "question_id", selection.query)
    either = [(query, 1.0), (sibling, _OF_AN_ID), (itself, _OF_AN_ID)]
    return tantivy.Query.boolean_query(
        [(tantivy.Occur.Should, tantivy.Query.boost_query(one, weight)) for one, weight in either]
    )


def _unscored(query: tantivy.Query) -> tantivy.Query:
    import tantivy

    return tantivy.Query.const_score_query(query, 0.0)
