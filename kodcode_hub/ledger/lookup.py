"""Completions by their keys."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict

from kodcode_hub.endpoints.protocol import Completion
from kodcode_hub.ledger.key_index import KeyIndex
from kodcode_hub.ledger.pages import Page, Place, read_page

_PAGES_HELD = 256


class Lookup:
    """Finds completions; holds the pages that were read last, since neighbours are asked for together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._index = KeyIndex(connection)
        self._held: OrderedDict[int, Page] = OrderedDict()

    def completion(self, key: str) -> Completion | None:
        """The completion under this key; None if there is none."""
        for place in self._index.places(key):
            page = self._page(place.page)
            if page.key(place.line) == key:
                return page.settled(place.line).completion
        return None

    def add(self, key: str, place: Place) -> None:
        """The completion under this key has been committed."""
        self._index.add(key, place)

    def _page(self, number: int) -> Page:
        page = self._held.get(number)
        if page is None:
            page = self._held[number] = read_page(self._connection, number)
            if len(self._held) > _PAGES_HELD:
                self._held.popitem(last=False)
        else:
            self._held.move_to_end(number)
        return page
