"""Rows as a list of results shows them, read from the index alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kodcode_hub.browse.facet_table import SHARE
from kodcode_hub.browse.search_words import Part
from kodcode_hub.browse.snippets import Marker, Pieces, make_marker, snippet, title

if TYPE_CHECKING:
    import tantivy

_NUMBERS = ("pass", "coverage", "tests")


@dataclass(frozen=True, slots=True)
class Hit:
    """One row of a list."""

    question_id: str
    subset: str
    style: str
    split: str
    difficulty: str
    pass_rate: float | None
    """0 to 1, to four digits."""
    coverage: int | None
    tests: int | None
    title: str
    snippets: tuple[tuple[str, Pieces], ...]
    """Column and piece: of the question always, of solution and tests where a word stands in them."""

    def as_json(self) -> dict[str, Any]:
        """For page and scripts; ``snippet`` is the best piece as text."""
        named = [{"where": where, "parts": pieces} for where, pieces in self.snippets]
        marked = [pieces for _, pieces in self.snippets if any(is_hit for _, is_hit in pieces)]
        best = marked[0] if marked else self.snippets[0][1] if self.snippets else []
        return {
            "question_id": self.question_id,
            "subset": self.subset,
            "style": self.style,
            "split": self.split,
            "difficulty": self.difficulty,
            "pass_rate": self.pass_rate,
            "coverage": self.coverage,
            "tests": self.tests,
            "title": self.title,
            "snippet": "".join(text for text, _ in best),
            "snippets": named,
        }


class ResultReader:
    """Reads what the index has stored.

    Args:
        searcher: of the index.
    """

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher

    def read(self, addresses: Sequence[tantivy.DocAddress], parts: Sequence[Part]) -> list[Hit]:
        """The rows at ``addresses`` in that order, with the words of ``parts`` marked."""
        marker = make_marker(parts)
        numbers = {name: self._searcher.fast_field_values(name, list(addresses)) for name in _NUMBERS}
        return [
            self._hit(address, marker, {name: values[index] for name, values in numbers.items()})
            for index, address in enumerate(addresses)
        ]

    def ids(self, addresses: Sequence[tantivy.DocAddress]) -> list[str]:
        """Ids alone."""
        return [str(self._searcher.doc(address).get_first("question_id")) for address in addresses]

    def texts(self, address: tantivy.DocAddress) -> dict[str, str]:
        """Id, subset and question of one row."""
        document = self._searcher.doc(address)
        return {name: str(document.get_first(name) or "") for name in ("question_id", "subset", "question")}

    def _hit(self, address: tantivy.DocAddress, marker: Marker, numbers: dict[str, Any]) -> Hit:
        document = self._searcher.doc(address)

        def first(name: str) -> str:
            return str(document.get_first(name) or "")

        question = first("question")
        found = [("question", snippet(question, marker.hits(question)))]
        for name in ("solution", "test"):
            text = _stored_text(document, name)
            hits = marker.hits(text)
            if hits:
                found.append((name, snippet(text, hits)))
        share = numbers["pass"]
        return Hit(
            question_id=first("question_id"),
            subset=first("subset"),
            style=first("style"),
            split=first("split"),
            difficulty=first("difficulty"),
            pass_rate=None if share is None else share / SHARE,
            coverage=numbers["coverage"],
            tests=numbers["tests"],
            title=title(question),
            snippets=tuple(found),
        )


def _stored_text(document: tantivy.Document, name: str) -> str:
    return bytes(document.get_first(name) or b"").decode("utf-8", "replace")
