"""The catalogue of a release: pages of results, single rows, neighbours, random rows."""

from __future__ import annotations

import random
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kodcode_hub.browse.facet_table import CHOICES
from kodcode_hub.browse.facets import Counts, count_facets
from kodcode_hub.browse.index_build import open_index
from kodcode_hub.browse.index_query import SearchIndex, index_query
from kodcode_hub.browse.mapped_memory import MappedMemory
from kodcode_hub.browse.published_row import Row
from kodcode_hub.browse.result import Hit, ResultReader
from kodcode_hub.browse.rows_on_disk import RowsOnDisk
from kodcode_hub.browse.search_words import Part, parse_words
from kodcode_hub.browse.selection import PAGE_ROWS, Selection
from kodcode_hub.errors import UsageError

if TYPE_CHECKING:
    import tantivy

MOST_AT_ONCE = 200
_FACETS_HELD = 256
_FIELDS = {"id": "order", "length": "length", "pass": "pass", "coverage": "coverage", "tests": "tests"}


class UnknownRowError(UsageError):
    """No row, or no part of one, has that name."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a selection."""

    total: int
    """Rows of the selection."""
    offset: int
    rows: tuple[Hit, ...]
    parts: tuple[Part, ...]
    """What the search was understood as."""

    @property
    def pages(self) -> int:
        """At least 1."""
        return max(1, -(-self.total // PAGE_ROWS))


class Catalogue:
    """One release with its index. Threads may use it together.

    Args:
        rows: of the release.
        index: the folder of the index that was made of these rows.
    """

    def __init__(self, rows: RowsOnDisk, index: Path) -> None:
        self.rows = rows
        opened = open_index(index)
        self.index = SearchIndex(opened.schema, opened.searcher())
        self._reader = ResultReader(self.index.searcher)
        self._memory = MappedMemory(index)
        self._facets: OrderedDict[str, Counts] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return int(self.index.searcher.num_docs)

    @cached_property
    def known(self) -> Counts:
        """All values of all facets, of all rows."""
        return count_facets(self.index, Selection())

    def search(self, selection: Selection, *, offset: int | None = None, limit: int = PAGE_ROWS) -> Page:
        """A page of results.

        Args:
            selection: as it was parsed; names of any case.
            offset: from 0; without one it is that of the selection's page.
            limit: rows, at most 200.

        Raises:
            UsageError: a value that no row has, or an offset or limit below 0 or too large.
        """
        selection = self.resolve(selection)
        offset = (selection.page - 1) * PAGE_ROWS if offset is None else offset
        if not 0 <= offset <= 10**9 or not 0 <= limit <= MOST_AT_ONCE:
            raise UsageError(f"offset {offset}, limit {limit}: an offset is 0 or more, a limit 0 to {MOST_AT_ONCE}")
        parts = tuple(parse_words(selection.query))
        addresses, total = self._find(selection, offset, limit, count=True) if limit else ([], self.count(selection))
        page = Page(total, offset, tuple(self._reader.read(addresses, parts)), parts)
        self._memory.look()
        return page

    def facets(self, selection: Selection) -> Counts:
        """How many rows have each value; of the last 256 selections remembered.

        Raises:
            UsageError: a value that no row has.
        """
        selection = self.resolve(selection).rows
        with self._lock:
            counts = self._facets.get(selection.key)
        if counts is None:
            counts = count_facets(self.index, selection)
        with self._lock:
            self._facets[selection.key] = counts
            self._facets.move_to_end(selection.key)
            while len(self._facets) > _FACETS_HELD:
                self._facets.popitem(last=False)
        return counts

    def count(self, selection: Selection) -> int:
        """How many rows a resolved selection has."""
        return self.index.count(index_query(self.index, selection))

    def addresses(self, selection: Selection, offset: int, limit: int) -> list[tantivy.DocAddress]:
        """Rows of a resolved selection in its order, as the index names them."""
        return self._find(selection, offset, limit, count=False)[0]

    def _find(
        self, selection: Selection, offset: int, limit: int, *, count: bool
    ) -> tuple[list[tantivy.DocAddress], int]:
        """Rows, and of how many, in one pass."""
        import tantivy

        sort = selection.sort or ("relevance" if parse_words(selection.query) else "id")
        query = index_query(self.index, selection, scored=sort == "relevance")
        if sort == "relevance":
            found: Any = self.index.searcher.search(query, limit, count=count, offset=offset)
        else:
            order = tantivy.Order.Desc if sort.startswith("-") else tantivy.Order.Asc
            field = _FIELDS[sort.removeprefix("-")]
            found = self.index.searcher.search(
                query, limit, count=count, offset=offset, order_by_field=field, order=order
            )
        return [address for _, address in found.hits], int(found.count or 0)

    def get(self, identity: str) -> Row:
        """One row whole.

        Raises:
            UnknownRowError: there is none of this id.
            InputError: the data files changed meanwhile.
        """
        address = self._address(identity)
        if address is None:
            raise UnknownRowError(f"no row has the question_id {identity[:200]!r}: search for it")
        (place,) = self.index.searcher.fast_field_values("place", [address])
        return self.rows.read(int(place or 0))

    def siblings(self, identity: str) -> list[Hit]:
        """The other rows of the same triplet."""
        import tantivy

        from kodcode_hub.browse.index_document import triplet_of

        query = tantivy.Query.term_query(self.index.schema, "triplet", triplet_of(identity))
        hits = self._reader.read([address for _, address in self.index.searcher.search(query, 10).hits], ())
        return [hit for hit in hits if hit.question_id != identity]

    def ids_at(self, selection: Selection, offset: int, limit: int) -> list[str]:
        """The ids at some positions of a selection.

        Raises:
            UsageError: a value that no row has.
        """
        return self._reader.ids(self.addresses(self.resolve(selection), offset, limit))

    def random(self, selection: Selection) -> tuple[str, int] | None:
        """An id of a selection by chance, and its position; None of none.

        Raises:
            UsageError: a value that no row has.
        """
        selection = self.resolve(selection)
        total = self.count(selection)
        if not total:
            return None
        position = random.randrange(total)
        return self.ids_at(selection, position, 1)[0], position

    def resolve(self, selection: Selection) -> Selection:
        """The selection with values as the index writes them; a name's case does not count.

        Raises:
            UsageError: a value that no row has.
        """
        resolved: dict[str, tuple[str, ...]] = {}
        for choice in CHOICES:
            values = selection.choices.get(choice.name, ())
            if choice.name in ("library", "flag"):  # there may be more of them than are known
                values = tuple(value.lower() if choice.name == "library" else value for value in values)
            else:
                by_case = {known.casefold(): known for known in self.known[choice.name]}
                values = tuple(_known(choice.name, value, by_case) for value in values)
            if values:
                resolved[choice.name] = values
        return replace(selection, choices=resolved)

    def _address(self, identity: str) -> tantivy.DocAddress | None:
        import tantivy

        query = tantivy.Query.term_query(self.index.schema, "question_id", identity)
        hits = self.index.searcher.search(query, 1, count=False).hits
        return hits[0][1] if hits else None


def _known(facet: str, value: str, by_case: dict[str, str]) -> str:
    if value.casefold() not in by_case:
        raise UsageError(f"no {facet} {value[:60]!r}; there are {', '.join(by_case.values()) or 'none'}")
    return by_case[value.casefold()]
