"""JSON answers that page and API share."""

from __future__ import annotations

import time
from typing import Any

from kodcode_hub.browse.catalogue import Catalogue
from kodcode_hub.browse.selection import PAGE_ROWS, Selection


def search_answer(
    catalogue: Catalogue, selection: Selection, *, offset: int | None = None, limit: int = PAGE_ROWS
) -> dict[str, Any]:
    """A page of results with its facets.

    Raises:
        UsageError: a value that no row has, or an offset or limit that is none.
    """
    started = time.perf_counter()
    page = catalogue.search(selection, offset=offset, limit=limit)
    facets = catalogue.facets(selection)
    rows = [hit.as_json() | {"n": page.offset + index} for index, hit in enumerate(page.rows)]
    return {
        "total": page.total,
        "p": selection.page,
        "pages": page.pages,
        "size": PAGE_ROWS,
        "rows": rows,
        "facets": facets,
        "understood": {
            "words": [part.text for part in page.parts if not part.is_phrase and not part.excluded],
            "phrases": [part.text for part in page.parts if part.is_phrase and not part.excluded],
            "excluded": [part.text for part in page.parts if part.excluded],
        },
        "seconds": round(time.perf_counter() - started, 4),
    }
