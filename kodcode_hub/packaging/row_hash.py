"""The content hash of a row: what tells whether it changed between two releases."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

_DIGITS = 16


def row_hash(row: Mapping[str, Any]) -> str:
    """16 hexadecimal digits over everything in ``row`` but ``version``, which only tells when the rest last changed.

    They are the first of the SHA-256 of the row as JSON in UTF-8 with sorted keys and without blanks, as ``orjson``
    writes it.
    """
    import orjson

    content = orjson.dumps({name: row[name] for name in row if name != "version"}, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()[:_DIGITS]
